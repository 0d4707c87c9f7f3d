"""Answers the requests of the emulated service about parses and jobs."""

import asyncio
import json
from dataclasses import dataclass
from typing import cast

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from docferry.emulation import Account, EmulatedJob, RefusalError, ServiceState, Upload, Visit
from docferry.errors import CorruptSourceError, EncryptedSourceError
from docferry.model import JobState
from docferry.sources import count_pages
from docferry_pulse.emulator.accounts import PulseAccounts
from docferry_pulse.emulator.calling import call_webhook, stamp
from docferry_pulse.emulator.intake import Contents, form_errors, unpack
from docferry_pulse.emulator.operations import SchemaRequest, SplitRequest
from docferry_pulse.emulator.output import Parse, make_result, pictures_of, respell
from docferry_pulse.emulator.quirks import PulseQuirks
from docferry_pulse.emulator.request import BadRequestError, ExtractRequest
from docferry_pulse.emulator.words import Words, reason_of

__all__ = ["Desk", "Job", "Order", "as_uuid"]

MAX_FIELD_BYTES = 4 * 1024 * 1024
PORTAL = "https://app.svix.com/app-portal/emulated"
SUFFIXES = frozenset(
    {
        *(".pdf", ".png", ".jpg", ".jpeg", ".tiff", ".tif", ".webp", ".docx", ".doc", ".pptx", ".ppt"),
        *(".xlsx", ".xlsm", ".xls", ".csv", ".html", ".htm", ".txt", ".md"),
    }
)

Order = ExtractRequest | SplitRequest | SchemaRequest
"""What a job was asked for."""

Job = EmulatedJob[Order]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Accepted:
    """A submission that may be worked on."""

    account: Account
    contents: Contents
    upload: Upload
    pages: int


class Desk:
    """Takes documents in, tells of jobs, and hands out results.

    Args:
        state: What the service knows.
        quirks: How it behaves where nobody knows for certain.
        words: How it says so.
        keys: The keys that are accepted.
    """

    def __init__(
        self, state: ServiceState[Order], quirks: PulseQuirks, words: Words, *, keys: tuple[str, ...]
    ) -> None:
        self.state = state
        self.quirks = quirks
        self.words = words
        self.accounts = PulseAccounts(state, quirks, words, keys=keys)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - it looks at no request
        self._known: dict[str, Job] = {}
        self._handed_out: set[str] = set()
        self._results: dict[str, dict[str, object]] = {}
        self._calls: set[asyncio.Task[None]] = set()

    async def extract(self, visit: Visit) -> Response:
        """POST /extract."""
        return await self._extract(visit, is_async=False)

    async def extract_async(self, visit: Visit) -> Response:
        """POST /extract_async, which the service deprecates."""
        return await self._extract(visit, is_async=True)

    async def job(self, visit: Visit) -> Response:
        """GET /job/ID."""
        account = self.accounts.admit(visit.request)
        job = await self._find(visit, account)
        state = JobState.EXPIRED if job.state is JobState.EXPIRED else job.state
        told: dict[str, object] = {
            "job_id": as_uuid(job.id),
            "status": visit.state_word or self.words.state(state),
            "created_at": stamp(job.created_at),
            "updated_at": stamp(job.ended_at or self.state.clock.now()),
        }
        if job.failure is not None:
            told["error"] = self.words.failure(job.failure)
        if state is JobState.SUCCEEDED and not visit.state_word:
            told["result"] = await self._answer(visit.request, job)
        return JSONResponse(told)

    async def cancel(self, visit: Visit) -> Response:
        """DELETE /job/ID, and POST /cancel/ID of old."""
        account = self.accounts.admit(visit.request)
        job = await self._find(visit, account)
        has_stopped = self.state.jobs.cancel(job)
        message = "Job cancelled successfully" if has_stopped else "Job has already ended"
        return JSONResponse({"job_id": as_uuid(job.id), "message": message})

    async def large(self, visit: Visit) -> Response:
        """GET /large_results/ID: once, and for an hour."""
        account = self.accounts.admit(visit.request) if self._asks_for_key(visit.request) else None
        job = await self._find(visit, account)
        ended_at = job.ended_at or self.state.clock.now()
        is_late = self.state.clock.now() - ended_at > self.quirks.large_seconds
        if job.id in self._handed_out or is_late:
            raise self.words.refuse("JOB_GONE")
        result = await self._result(visit.request, job)
        self._handed_out.add(job.id)
        return JSONResponse(result)

    async def image(self, visit: Visit) -> Response:
        """GET /results/ID/images/NAME."""
        account = self.accounts.admit(visit.request)
        job = await self._find(visit, account)
        parse = self.parse_of(visit.request, job)
        name = str(visit.request.path_params["file_name"])
        picture = pictures_of(parse).get(name) if parse is not None else None
        if picture is None:
            raise self.words.refuse("JOB_001", "Image not found")
        asset = self.state.assets.put(picture.data, file_name=name, media_type=picture.media_type)
        return FileResponse(asset.path, media_type=asset.media_type)

    async def pages(self, visit: Visit) -> Response:
        """GET /pages."""
        await visit.read()
        account = self.accounts.admit(visit.request)
        return JSONResponse({"total_pages_processed": self.accounts.pages_used(account.key)})

    async def webhook(self, visit: Visit) -> Response:
        """POST /webhook: the address of the portal."""
        await visit.read()
        self.accounts.admit(visit.request)
        return JSONResponse({"link": PORTAL})

    def receipt(self, job: Job) -> Response:
        """The receipt of a job."""
        self._known[job.id] = job
        if self.quirks.webhook_url:
            call = asyncio.get_running_loop().create_task(self._call(job))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)
        body = {
            "job_id": as_uuid(job.id),
            "status": self.words.state(JobState.PENDING),
            "message": "Job queued for processing",
        }
        return JSONResponse(body, status_code=int(self.quirks.ack_status))

    async def finished(self, visit: Visit, job: Job) -> Response:
        """The result of a job, once it has ended; for clients that did not ask for a receipt."""
        self._known[job.id] = job
        await self.state.jobs.wait(job)
        if job.failure is not None:
            raise self.words.refuse(*reason_of(job.failure))
        return JSONResponse(await self._answer(visit.request, job))

    def parse_of(self, request: Request, job: Job) -> Parse | None:
        """The parse of a job; None when it was another operation."""
        if job.result is None or not isinstance(job.request, ExtractRequest):
            return None
        origin = self.state.origins[0] if self.state.origins else str(request.base_url).rstrip("/")
        return Parse(
            job_id=as_uuid(job.id),
            request=job.request,
            parsed=job.result,
            extraction_id=self.extraction_id(job) if job.request.is_stored else "",
            origin=origin,
        )

    def extraction_id(self, job: Job) -> str:
        """The id of the record of a job."""
        return as_uuid(self.state.jobs.make_id(f"extraction {job.number}"))

    def put_result(self, job: Job, result: dict[str, object]) -> None:
        """Remember the result of an operation on a parsed document."""
        self._results[job.id] = result

    async def _extract(self, visit: Visit, *, is_async: bool) -> Response:
        accepted = await self._accept(visit, is_async=is_async)
        state, request = self.state, accepted.contents.request
        job = state.jobs.create(
            request, account=accepted.account.key, file_name=accepted.contents.file_name, plan=visit.plan
        )
        cost = float(accepted.pages * request.credits_per_page)
        try:
            self.accounts.charge(accepted.account, job.id, pages=accepted.pages, credits_needed=cost)
        except RefusalError:
            state.jobs.lose(job)
            accepted.upload.discard()
            raise
        upload = accepted.upload
        state.jobs.start(
            job,
            upload,
            pages=accepted.pages,
            work=lambda: state.parser.parse(upload, has_table_pictures=False),
        )
        state.submitted(job)
        if request.is_async and not self.quirks.answers_at_once:
            return self.receipt(job)
        return await self.finished(visit, job)

    async def _accept(self, visit: Visit, *, is_async: bool) -> _Accepted:
        request = visit.request
        is_form = "form" in request.headers.get("content-type", "")
        try:
            if not is_form:
                contents = await unpack(request, None, is_async=is_async)
                return await self._checked(visit, contents)
            async with request.form(max_part_size=MAX_FIELD_BYTES) as form:
                contents = await unpack(request, form, is_async=is_async)
                return await self._checked(visit, contents)
        except form_errors() as error:
            raise self.words.refuse("REQ_002", "the form cannot be read") from error
        except BadRequestError as error:
            raise self.words.refuse(error.code, error.message) from error

    async def _checked(self, visit: Visit, contents: Contents) -> _Accepted:
        await visit.read(file_name=contents.file_name)
        account = self.accounts.admit(visit.request)
        self.accounts.check_place(account)
        upload = await contents.store(self.state.uploads)
        self.state.counters.uploads[upload.sha256] += 1
        try:
            pages = await self._checked_pages(upload, contents.request)
        except RefusalError:
            upload.discard()
            raise
        return _Accepted(account=account, contents=contents, upload=upload, pages=pages)

    async def _checked_pages(self, upload: Upload, request: ExtractRequest) -> int:
        """How many pages are to be processed.

        Raises:
            RefusalError: The file is empty, too large, damaged or of a kind that the service does not read.
        """
        largest = self.state.limits.max_size_bytes
        if not upload.size_bytes:
            raise self.words.refuse("FILE_004")
        if upload.suffix not in SUFFIXES:
            raise self.words.refuse("FILE_001", f"Invalid file type: {upload.suffix or 'none'}")
        if largest is not None and upload.size_bytes > largest:
            raise self.words.refuse("FILE_002")
        canned = self.state.settings.canned_pages
        count = await anyio.to_thread.run_sync(self._count, upload) if canned is None else canned
        if request.pages and request.pages[-1] > count:
            raise self.words.refuse("REQ_006", f"Invalid page range: the document has {count} pages in total")
        return len(request.pages) or count

    def _count(self, upload: Upload) -> int:
        is_damaged = upload.suffix == ".pdf" and upload.media_type != "application/pdf"
        try:
            pages = 1 if is_damaged else (count_pages(upload.as_source_file()) or 1)
        except EncryptedSourceError as error:
            raise self.words.refuse("FILE_006") from error
        except CorruptSourceError:
            pages, is_damaged = 1, True
        if is_damaged and self.quirks.corrupt_at == "submit":
            raise self.words.refuse("FILE_003")
        return pages

    async def _find(self, visit: Visit, account: Account | None) -> Job:
        """The job that a request is about.

        Raises:
            RefusalError: There is none on that account.
        """
        job_id = str(visit.request.path_params["job_id"]).replace("-", "")
        job = await self.state.look_up(visit, job_id) or self._expired(job_id)
        if job is None or (account is not None and job.account != account.key):
            raise self.words.refuse("JOB_001")
        return job

    def _expired(self, job_id: str) -> Job | None:
        job = self._known.get(job_id)
        is_expired = job is not None and job.state is JobState.EXPIRED and not job.plan.is_lost
        return job if is_expired else None

    def _asks_for_key(self, request: Request) -> bool:
        return self.quirks.large_needs_key or "x-api-key" in request.headers

    async def _answer(self, request: Request, job: Job) -> object:
        """What stands in the place of the result: the result, or where a large one is."""
        result = await self._result(request, job)
        parse = self.parse_of(request, job)
        if parse is None or not self._is_large(parse, result):
            return result
        stub = {name: result[name] for name in ("extraction_id", "page_count", "plan_info") if name in result}
        return respell(
            {"is_url": True, "url": self._address(parse, result), **stub}, naming=self.quirks.naming
        )

    def _is_large(self, parse: Parse, result: dict[str, object]) -> bool:
        if parse.request.forces_url or len(parse.pages) > self.quirks.large_pages:
            return True
        return len(json.dumps(result)) >= self.quirks.large_bytes

    def _address(self, parse: Parse, result: dict[str, object]) -> str:
        if self.quirks.large_at == "service":
            return f"{parse.origin}/large_results/{parse.job_id}"
        asset = self.state.assets.put(
            json.dumps(result).encode(), file_name=f"{parse.job_id}.json", media_type="application/json"
        )
        return self.state.assets.address(asset, origin=self.state.origins[1])

    async def _result(self, request: Request, job: Job) -> dict[str, object]:
        held = self._results.get(job.id)
        if held is not None:
            return held
        parse = self.parse_of(request, job)
        if parse is None:
            raise self.words.refuse("JOB_001", "there is no result")
        info = self.accounts.plan_info(job.account)
        made = await anyio.to_thread.run_sync(
            lambda: respell(make_result(parse, quirks=self.quirks, plan_info=info), naming=self.quirks.naming)
        )
        result = cast("dict[str, object]", made)
        self._results[job.id] = result
        return result

    async def _call(self, job: Job) -> None:
        """Tell the webhook once the job has ended."""
        await self.state.jobs.wait(job)
        event: dict[str, object] = {
            "type": f"job.{self.words.state(job.state)}",
            "data": {"job_id": as_uuid(job.id), "status": self.words.state(job.state)},
        }
        await anyio.to_thread.run_sync(
            lambda: call_webhook(
                self.quirks.webhook_url,
                event=event,
                event_id=f"msg_{job.id}",
                now=self.state.clock.now(),
                secret=self.quirks.webhook_secret,
            )
        )


def as_uuid(digits: str) -> str:
    """32 hexadecimal digits as the service writes ids."""
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
