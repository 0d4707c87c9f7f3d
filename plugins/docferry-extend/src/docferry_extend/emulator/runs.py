"""Runs of the emulated service: begun, asked about, listed, cancelled, deleted, in both versions."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import anyio.to_thread
from starlette.responses import JSONResponse, Response

from docferry.emulation import JobFailure, JobPlan, Upload, Visit
from docferry.errors import CorruptSourceError, EncryptedSourceError
from docferry.model import JobState, PageSelection
from docferry.sources import count_pages, slice_pages
from docferry_extend.emulator.entry import Entry, enter
from docferry_extend.emulator.filing import SUFFIXES, FileDesk
from docferry_extend.emulator.output import make_output
from docferry_extend.emulator.request import BadRequestError, ParseRequest, Raw, read_request
from docferry_extend.emulator.state import ExtendState, Job, StoredFile, credits_of
from docferry_extend.emulator.voice import LATEST, LEGACY, STATUS_WORDS, reason_of, told_time

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["RunDesk"]

PREFIXES = {LATEST: "pr_", LEGACY: "parser_run_"}
SYNC_SECONDS = 300.0
MAX_BATCH = 1000
ALL_PAGES = PageSelection.parse("1-")


class RunDesk:
    """Answers requests about runs.

    Args:
        state: What the service knows.
        files: Its files.
    """

    def __init__(self, state: ExtendState, files: FileDesk) -> None:
        self._state = state
        self._files = files

    async def begin(self, visit: Visit) -> Response:
        """POST /parse_runs: the run, bare."""
        entry, job = await self._begun(visit, only=LATEST)
        return self._answer(entry, await self._run(job, has_url=False))

    async def begin_legacy(self, visit: Visit) -> Response:
        """POST /parse/async: the status alone, bare."""
        entry, job = await self._begun(visit, only=LEGACY)
        return JSONResponse(self._status(job), headers=entry.headers)

    async def parse(self, visit: Visit) -> Response:
        """POST /parse: waits for the run; a run that fails is an HTTP error here."""
        entry, job = await self._begun(visit, only="")
        has_url = visit.request.query_params.get("responseType") == "url"
        if not await self._state.jobs.wait(job, timeout_seconds=SYNC_SECONDS):
            raise entry.refusal("INTERNAL_ERROR", "The request timed out.")
        if job.failure is not None:
            raise entry.refusal(*reason_of(job.failure))
        if entry.version == LEGACY:
            return JSONResponse(await self._legacy_run(job), headers=entry.headers)
        return JSONResponse(await self._run(job, has_url=has_url), headers=entry.headers)

    async def retrieve(self, visit: Visit) -> Response:
        """GET /parse_runs/{id}."""
        entry, job = await self._found(visit, only=LATEST, bucket="get")
        has_url = visit.request.query_params.get("responseType") == "url"
        run = await self._run(job, has_url=has_url, word=visit.state_word)
        return self._answer(entry, run)

    async def retrieve_legacy(self, visit: Visit) -> Response:
        """GET /parser_runs/{id}: in an envelope."""
        entry, job = await self._found(visit, only=LEGACY, bucket="get")
        is_done = job.state is JobState.SUCCEEDED and not visit.state_word
        run = await self._legacy_run(job) if is_done else self._status(job, word=visit.state_word)
        return JSONResponse({"success": True, "parserRun": run}, headers=entry.headers)

    async def cancel(self, visit: Visit) -> Response:
        """POST /parse_runs/{id}/cancel: only while the service is at work on it."""
        entry, job = await self._found(visit, only=LATEST, bucket="write")
        if not self._state.jobs.cancel(job):
            raise entry.refusal("INVALID_REQUEST", "Only runs that are processing can be cancelled.")
        return self._answer(entry, await self._run(job, has_url=False, word="CANCELLING"))

    async def delete(self, visit: Visit) -> Response:
        """DELETE /parse_runs/{id}."""
        entry, job = await self._found(visit, only=LATEST, bucket="write")
        self._state.jobs.lose(job)
        return JSONResponse({"id": self._run_id(job), "object": "parse_run"}, headers=entry.headers)

    async def delete_legacy(self, visit: Visit) -> Response:
        """DELETE /parser_runs/{id}."""
        entry, job = await self._found(visit, only=LEGACY, bucket="write")
        self._state.jobs.lose(job)
        body = {"success": True, "parserRunId": self._run_id(job), "message": "Parser run deleted"}
        return JSONResponse(body, headers=entry.headers)

    async def list(self, visit: Visit) -> Response:
        """GET /parse_runs: the newest first, without outputs."""
        entry = enter(visit.request, self._state, bucket="get", only=LATEST)
        await visit.read()
        self._state.jobs.settle()
        query = visit.request.query_params
        mine = [job for job in reversed(self._state.jobs.all()) if self._is_listed(job, entry, query)]
        most, skipped = int(query.get("maxPageSize", "10")), int(query.get("nextPageToken", "0"))
        shown = mine[skipped : skipped + most]
        rest = str(skipped + most) if len(mine) > skipped + most else None
        body = {"object": "list", "data": [self._summary(job) for job in shown], "nextPageToken": rest}
        return JSONResponse(body, headers=entry.headers)

    async def begin_batch(self, visit: Visit) -> Response:
        """POST /parse_runs/batch: several runs, of a lower priority at the real service."""
        entry = enter(visit.request, self._state, bucket="run", only=LATEST)
        raw = await self._json(visit, entry)
        inputs = raw.get("inputs")
        if not isinstance(inputs, list) or not 1 <= len(cast("list[object]", inputs)) <= MAX_BATCH:
            raise entry.refusal("INVALID_REQUEST", f"1 to {MAX_BATCH} inputs are required; Path: inputs")
        items = [cast("Raw", item) for item in cast("list[object]", inputs) if isinstance(item, dict)]
        await visit.read()
        batch_id = f"bpr_{self._state.jobs.make_id(f'batch {len(self._state.batches) + 1}')[:22]}"
        requests = [
            self._request({"config": raw.get("config", {}), **item}, entry, is_batch=True) for item in items
        ]
        self._state.batches[batch_id] = self._state.clock.now()
        for request in requests:
            await self._start(entry, request, plan=visit.plan, group=batch_id)
        return self._batch_answer(entry, batch_id)

    async def retrieve_batch(self, visit: Visit) -> Response:
        """GET /batch_runs/{id}."""
        entry = enter(visit.request, self._state, bucket="get", only=LATEST)
        await visit.read()
        batch_id = str(visit.request.path_params["batch_id"])
        if batch_id not in self._state.batches:
            raise entry.refusal("NOT_FOUND", f"No batch {batch_id!r} was found.")
        return self._batch_answer(entry, batch_id)

    async def _begun(self, visit: Visit, *, only: str) -> tuple[Entry, Job]:
        """Begin a run.

        Raises:
            RefusalError: It is not begun.
        """
        entry = enter(visit.request, self._state, bucket="run", only=only)
        request = self._request(await self._json(visit, entry), entry)
        known = self._state.files.get(request.file.file_id)
        await visit.read(file_name=known.upload.file_name if known else request.file.name)
        return entry, await self._start(entry, request, plan=visit.plan)

    async def _start(self, entry: Entry, request: ParseRequest, *, plan: JobPlan, group: str = "") -> Job:
        state = self._state
        file = await self._files.take(entry, request.file)
        upload = await self._files.copy(file)
        pages, failure = await self._look(file, upload)
        wanted = sum(request.selects(page) for page in range(1, pages + 1)) or pages
        if not state.charge(entry.account, request, wanted):
            if state.quirks.out_of_credits_at == "submit":
                upload.discard()
                raise entry.refusal("USAGE_BLOCKED")
            failure = failure or "OUT_OF_CREDITS"
        if failure and plan.failure is None:
            plan = replace(plan, failure=JobFailure(code=failure))
        job = state.jobs.create(
            replace(request, file_id=file.id),
            account=entry.account.key,
            file_name=upload.file_name,
            group=group,
            plan=plan,
        )
        state.jobs.start(
            job,
            upload,
            pages=wanted,
            work=lambda: state.parser.parse(upload, has_table_pictures=False),
        )
        state.submitted(job)
        state.caller.watch(job, run_id=self._run_id(job))
        return job

    async def _look(self, file: StoredFile, upload: Upload) -> tuple[int, str]:
        """The number of pages of a file, and why its run must fail, if it must."""
        if not upload.size_bytes:
            return 1, "UNABLE_TO_DOWNLOAD_FILE"
        if upload.suffix not in SUFFIXES:
            return 1, "FILE_TYPE_NOT_SUPPORTED"
        if self._state.settings.canned_pages is not None:
            return self._state.settings.canned_pages, ""
        try:
            pages = await anyio.to_thread.run_sync(_opened, upload, file.password)
        except EncryptedSourceError:
            return 1, "PASSWORD_PROTECTED_FILE"
        except CorruptSourceError:
            return 1, "CORRUPT_FILE"
        file.pages = pages
        most = self._state.limits.max_pages
        return pages, "FILE_SIZE_TOO_LARGE" if most is not None and pages > most else ""

    async def _found(self, visit: Visit, *, only: str, bucket: str) -> tuple[Entry, Job]:
        entry = enter(visit.request, self._state, bucket=bucket, only=only)
        run_id = str(visit.request.path_params["run_id"])
        job = await self._state.look_up(visit, run_id.removeprefix(PREFIXES[only]))
        if job is None or job.account != entry.account.key or run_id != self._run_id(job):
            raise entry.refusal("NOT_FOUND", f"No run {run_id!r} was found.")
        return entry, job

    async def _json(self, visit: Visit, entry: Entry) -> Raw:
        try:
            raw: object = json.loads(await visit.request.body())
        except ValueError as error:
            raise entry.refusal("INVALID_REQUEST", "the body is not JSON") from error
        if not isinstance(raw, dict):
            raise entry.refusal("INVALID_REQUEST", "the body is not an object")
        return cast("Raw", raw)

    def _request(self, raw: Raw, entry: Entry, *, is_batch: bool = False) -> ParseRequest:
        try:
            return read_request(raw, version=entry.version, takes_text=is_batch)
        except BadRequestError as error:
            raise entry.refusal("INVALID_REQUEST", error.message) from error

    def _answer(self, entry: Entry, run: object) -> Response:
        body = {"success": True, "parseRun": run} if self._state.quirks.wraps_runs else run
        return JSONResponse(body, headers=entry.headers)

    def _run_id(self, job: Job) -> str:
        return f"{PREFIXES[job.request.version]}{job.id}"

    def _status(self, job: Job, *, word: str = "") -> dict[str, object]:
        """The short form of a run in 2025-04-21."""
        reason = reason_of(job.failure)[0] if job.failure is not None else None
        return {
            "object": "parser_run_status",
            "id": self._run_id(job),
            "status": word or STATUS_WORDS[job.state],
            "failureReason": reason,
        }

    async def _legacy_run(self, job: Job) -> dict[str, object]:
        """A run that has succeeded, in 2025-04-21: the chunks are in the run itself."""
        output = await self._output(job)
        return {
            "object": "parser_run",
            "id": self._run_id(job),
            "fileId": job.request.file_id,
            **output,
            "status": "PROCESSED",
            "failureReason": None,
            "metrics": self._metrics(job),
            "config": job.request.resolved,
            "usage": {"credits": credits_of(job.request, job.pages)},
        }

    async def _run(self, job: Job, *, has_url: bool, word: str = "") -> dict[str, object]:
        """A run in 2026-02-09."""
        run = self._summary(job)
        is_done = job.state is JobState.SUCCEEDED and not word
        run["output"] = await self._output(job) if is_done else None
        run["outputUrl"] = None
        if is_done and has_url:
            asset = self._state.assets.put(
                json.dumps(run["output"]).encode(), file_name="output.json", media_type="application/json"
            )
            run["output"] = None
            run["outputUrl"] = self._state.assets.address(asset, origin=self._state.origins[0])
        if word:
            run["status"] = word
        run["config"] = job.request.resolved
        return run

    def _summary(self, job: Job) -> dict[str, object]:
        file = self._state.files.get(job.request.file_id)
        is_waiting = job.group and job.state is JobState.PENDING
        reason, message = reason_of(job.failure) if job.failure is not None else (None, None)
        is_done = job.state is JobState.SUCCEEDED
        cost = credits_of(job.request, job.pages)
        return {
            "object": "parse_run",
            "id": self._run_id(job),
            "file": self._files.describe(file) if file is not None else None,
            "status": "PENDING" if is_waiting else STATUS_WORDS[job.state],
            "failureReason": reason,
            "failureMessage": message,
            "metadata": job.request.metadata,
            "metrics": self._metrics(job) if is_done else None,
            "batchId": job.group or None,
            "usage": {"credits": cost, "totalCredits": cost} if is_done else None,
            "createdAt": told_time(job.created_at),
            "updatedAt": told_time(job.ended_at or job.started_at or job.created_at),
        }

    def _metrics(self, job: Job) -> dict[str, object]:
        seconds = (job.ended_at or 0.0) - (job.queued_at or 0.0)
        pages = len(job.result.document.pages) if job.result is not None else job.pages
        return {"processingTimeMs": round(seconds * 1000), "pageCount": min(pages, job.pages)}

    async def _output(self, job: Job) -> dict[str, object]:
        parsed, upload = job.result, job.upload
        if parsed is None or upload is None:
            raise AssertionError("a run that has succeeded has a result")
        return await anyio.to_thread.run_sync(
            lambda: make_output(
                parsed,
                request=job.request,
                quirks=self._state.quirks,
                assets=self._state.assets,
                origin=self._state.origins[0],
                media_type=upload.media_type,
            )
        )

    def _is_listed(self, job: Job, entry: Entry, query: "Raw") -> bool:
        is_mine = job.account == entry.account.key and job.request.version == LATEST
        if not is_mine or job.plan.is_lost or job.state is JobState.EXPIRED:
            return False
        wanted = {"status": self._summary(job)["status"], "batchId": job.group}
        return all(query.get(name) in (None, value) for name, value in wanted.items())

    def _batch_answer(self, entry: Entry, batch_id: str) -> Response:
        jobs: Sequence[Job] = self._state.jobs.group(batch_id)
        is_done = all(job.state.is_terminal for job in jobs)
        has_failed = is_done and all(job.state is not JobState.SUCCEEDED for job in jobs)
        status = "PROCESSING" if not is_done else ("FAILED" if has_failed else "PROCESSED")
        body = {
            "object": "batch_run",
            "id": batch_id,
            "status": status,
            "runCount": len(jobs),
            "createdAt": told_time(self._state.batches[batch_id]),
        }
        return JSONResponse(body, headers=entry.headers)


def _opened(upload: Upload, password: str) -> int:
    """The number of pages of a file; one that is locked is written again without its lock. Blocks.

    Raises:
        EncryptedSourceError: The password is missing or wrong.
        CorruptSourceError: It is damaged.
    """
    file = upload.as_source_file()
    if upload.suffix == ".pdf" and upload.media_type != "application/pdf":
        raise CorruptSourceError("is not what its name says")
    try:
        return count_pages(file) or 1
    except EncryptedSourceError:
        if not password:
            raise
    unlocked, pages = slice_pages(file, pages=ALL_PAGES, password=password)
    upload.path.write_bytes(unlocked.read_bytes())
    return len(pages)
