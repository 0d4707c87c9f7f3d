"""The SoMark service's protocol over real HTTP on this machine, as ASGI app.

Paths, fields, codes and shapes are those of the vendor's documents and its client; results are real parses by
the provider named `local`. What the documents leave open is a quirk, see `quirks`. The switches for
pictures inside text and inside table cells are accepted and change nothing: the local provider finds none.
Source: docs.somark.cn/api-reference (read 2026-11-21), the vendor's client somark 0.1.0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import anyio.to_thread
from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from docferry.emulation import (
    Account,
    EmulatedJob,
    EmulatedService,
    EmulatorSettings,
    RefusalError,
    ServiceState,
    Upload,
    Visit,
    base_name,
    limits_of,
    read_quirks,
)
from docferry.errors import CorruptSourceError, EncryptedSourceError
from docferry.model import JobState, Limits
from docferry.sources import count_pages
from docferry_somark.emulator.accounts import SomarkAccounts
from docferry_somark.emulator.output import make_result
from docferry_somark.emulator.quirks import PUBLISHED_LIMITS, SomarkQuirks
from docferry_somark.emulator.request import BadParameterError, ParseRequest, read_request
from docferry_somark.emulator.words import WORDS, answer, reason_of, refuse

__all__ = ["make_emulator"]

NAME = "somark"
API_PATH = "/api/v1"
DASHBOARD = "https://somark.cn/workbench"
MAX_FIELD_BYTES = 1024 * 1024

SUFFIXES = frozenset(
    {
        *(".pdf", ".doc", ".docx", ".ppt", ".pptx", ".xlsx", ".xlsm", ".xls"),
        *(".png", ".jpg", ".jpeg", ".bmp", ".tiff", ".jp2", ".dib", ".ppm", ".pgm", ".pbm", ".gif"),
        *(".heic", ".heif", ".webp", ".xpm", ".tga", ".dds", ".xbm"),
    }
)
KINDS = ("submit", "sync", "poll", "account", "removed")

Job = EmulatedJob[ParseRequest]


def make_emulator(settings: EmulatorSettings) -> EmulatedService:
    """Make the emulated service.

    Kinds of requests for the fault script: submit (/parse/async), sync (/parse/sync), poll
    (/parse/async_check), account (/usage), asset (pictures and archives), removed (the old /extract paths).

    Raises:
        InvalidOptionsError: A quirk or the fault script is wrong.
    """
    quirks = read_quirks(SomarkQuirks, settings, service=NAME)
    published = Limits() if quirks.is_private else PUBLISHED_LIMITS
    state: ServiceState[ParseRequest] = ServiceState(
        name=NAME,
        settings=settings,
        limits=limits_of(settings, published=published),
        kinds=KINDS,
        refuse=refuse,
    )
    desk = _Desk(state, quirks)
    routes = [
        Route(f"{API_PATH}/parse/async", state.endpoint("submit", desk.submit), methods=["POST"]),
        Route(f"{API_PATH}/parse/sync", state.endpoint("sync", desk.parse), methods=["POST"]),
        Route(f"{API_PATH}/parse/async_check", state.endpoint("poll", desk.check), methods=["POST"]),
        Route(f"{API_PATH}/extract/{{rest:path}}", state.endpoint("removed", _removed), methods=["POST"]),
        state.asset_route(),
    ]
    if not quirks.is_private:
        routes.append(Route(f"{API_PATH}/usage", state.endpoint("account", desk.usage), methods=["POST"]))
    return EmulatedService(state=state, apps=(Starlette(routes=routes),), environment=_environment(settings))


def _environment(settings: EmulatorSettings):  # noqa: ANN202 - the function below
    def environment(origins: Sequence[str]) -> tuple[tuple[str, str], ...]:
        return (
            ("SOMARK_BASE_URL", f"{origins[0]}{API_PATH}"),
            ("SOMARK_API_KEY", settings.keys_for(NAME)[0]),
        )

    return environment


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """An upload that may be parsed."""

    account: Account
    request: ParseRequest
    upload: Upload
    pages: int


class _Desk:
    """Answers the requests.

    Args:
        state: What the service knows.
        quirks: How it behaves where nobody knows for certain.
    """

    def __init__(self, state: ServiceState[ParseRequest], quirks: SomarkQuirks) -> None:
        self._state = state
        self._quirks = quirks
        self._accounts = SomarkAccounts(state, quirks, keys=state.settings.keys_for(NAME))

    async def submit(self, visit: Visit) -> Response:
        """/parse/async."""
        job, order = await self._take(visit)
        data = {"task_id": self._task_id(job), "status": self._word(JobState.PENDING)}
        return answer("task submitted", data, warnings=order.request.warnings)

    async def parse(self, visit: Visit) -> Response:
        """/parse/sync."""
        job, order = await self._take(visit)
        if not await self._state.jobs.wait(job, timeout_seconds=self._quirks.sync_timeout_seconds):
            raise refuse("1102")
        if job.failure is not None:
            code, message = reason_of(job.failure)
            raise refuse(code, message)
        data = {
            "task_id": self._task_id(job),
            "error": None,
            "metadata": _metadata(job),
            "result": await self._result(visit.request, job),
        }
        return answer("task succeeded", data, warnings=order.request.warnings)

    async def check(self, visit: Visit) -> Response:
        """/parse/async_check."""
        async with visit.request.form(max_part_size=MAX_FIELD_BYTES) as form:
            key, task_id = _text(form, "api_key"), _text(form, "task_id")
        job = await self._state.look_up(visit, task_id.replace("-", ""))
        account = self._accounts.admit(key)
        self._accounts.pace(account, is_submission=False)
        if job is None or job.account != account.key:
            raise refuse(self._quirks.unknown_task_code, f"task {task_id!r} does not exist")
        return await self._status(visit, job)

    async def usage(self, visit: Visit) -> Response:
        """/usage."""
        async with visit.request.form(max_part_size=MAX_FIELD_BYTES) as form:
            key = _text(form, "api_key")
        await visit.read()
        account = self._accounts.admit(key)
        self._accounts.pace(account, is_submission=False)
        data = {
            "remaining_paid_pages": account.quotas["paid"].left,
            "remaining_free_pages_today": account.quotas["today"].left,
            "remaining_free_pages_this_month": account.quotas["month"].left,
            "dashboard_url": DASHBOARD,
        }
        return answer("", data)

    async def _take(self, visit: Visit) -> tuple[Job, _Order]:
        """Accept an upload and start its job.

        Raises:
            RefusalError: It is not accepted.
        """
        order = await self._order(visit)
        state = self._state
        job = state.jobs.create(
            order.request, account=order.account.key, file_name=order.upload.file_name, plan=visit.plan
        )
        has_table_pictures = order.request.table == "image"
        state.jobs.start(
            job,
            order.upload,
            pages=order.pages,
            work=lambda: state.parser.parse(order.upload, has_table_pictures=has_table_pictures),
        )
        state.submitted(job)
        return job, order

    async def _order(self, visit: Visit) -> _Order:
        accounts = self._accounts
        try:
            async with visit.request.form(max_part_size=MAX_FIELD_BYTES) as form:
                part = form.get("file")
                await visit.read(file_name=_file_name(part))
                account = accounts.admit(_text(form, "api_key"))
                part, request = read_request(form)
                accounts.pace(account, is_submission=True)
                accounts.check_place(account)
                upload = await self._state.uploads.save_form_file(part)
        except (MultiPartException, HTTPException) as error:
            raise refuse("2000", "the form cannot be read") from error
        except BadParameterError as error:
            raise refuse(error.code, error.message) from error
        self._state.counters.uploads[upload.sha256] += 1
        try:
            pages = await self._checked_pages(upload)
            accounts.check_place(account)  # again: another request may have taken it while this one was read
            accounts.charge(account, pages)
        except RefusalError:
            upload.discard()
            raise
        return _Order(account=account, request=request, upload=upload, pages=pages)

    async def _checked_pages(self, upload: Upload) -> int:
        """The number of pages of an upload that the service takes.

        Raises:
            RefusalError: It is of a kind the service does not read, too large, or damaged.
        """
        limits = self._state.limits
        if upload.suffix not in SUFFIXES:
            raise refuse("1104", f"file type {upload.suffix or 'without suffix'} is not supported")
        if limits.max_size_bytes is not None and upload.size_bytes > limits.max_size_bytes:
            raise refuse("1118")
        if self._state.settings.canned_pages is not None:
            return self._state.settings.canned_pages
        pages = await anyio.to_thread.run_sync(self._count_pages, upload)
        if limits.max_pages is not None and pages > limits.max_pages:
            raise refuse("1132", f"{pages} pages exceed the limit of {limits.max_pages}")
        return pages

    def _count_pages(self, upload: Upload) -> int:
        is_damaged = upload.suffix == ".pdf" and upload.media_type != "application/pdf"
        try:
            pages = 1 if is_damaged else (count_pages(upload.as_source_file()) or 1)
        except EncryptedSourceError:
            pages = 1  # the task fails
        except CorruptSourceError:
            pages, is_damaged = 1, True
        if is_damaged and self._quirks.corrupt_at == "submit":
            raise refuse("1106")
        return pages

    async def _status(self, visit: Visit, job: Job) -> Response:
        data: dict[str, object] = {
            "record_id": 10_000 + job.number,
            "task_id": self._task_id(job),
            "status": visit.state_word or self._word(job.state),
            "file_name": job.file_name,
            "metadata": _metadata(job),
            "result": None,
        }
        message = "query succeeded"
        if visit.state_word:
            return answer(message, data)
        if job.state is JobState.SUCCEEDED:
            data["result"] = await self._result(visit.request, job)
        if job.failure is not None:
            _, reason = reason_of(job.failure)
            match self._quirks.reason_in:
                case "data.error":
                    data["error"] = reason
                case "data.message":
                    data["message"] = reason
                case "message":
                    message = reason
                case _:
                    pass
        return answer(message, data)

    async def _result(self, request: Request, job: Job) -> object:
        parsed = job.result
        if parsed is None:
            raise refuse("1137", "there is no result")
        origin = self._state.origins[0] if self._state.origins else str(request.base_url).rstrip("/")
        return await anyio.to_thread.run_sync(
            lambda: make_result(
                parsed,
                request=job.request,
                quirks=self._quirks,
                assets=self._state.assets,
                origin=origin,
                file_name=job.file_name,
            )
        )

    def _word(self, state: JobState) -> str:
        is_lower = self._quirks.status_case == "lower" or self._quirks.is_private
        return WORDS[state].lower() if is_lower else WORDS[state]

    def _task_id(self, job: Job) -> str:
        if not self._quirks.is_private:
            return job.id
        return "-".join((job.id[:8], job.id[8:12], job.id[12:16], job.id[16:20], job.id[20:]))


async def _removed(visit: Visit) -> Response:
    await visit.read()
    return JSONResponse({"detail": "this path is gone, use /parse"}, status_code=410)


def _metadata(job: Job) -> dict[str, object]:
    return {"page_num": job.pages, "file_type": job.upload.suffix if job.upload else ""}


def _file_name(part: UploadFile | str | None) -> str:
    return base_name(part.filename or "") if isinstance(part, UploadFile) else ""


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
