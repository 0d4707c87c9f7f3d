"""The hosts beside the API: one takes uploads by signed addresses, one hands results out.

The first behaves as the vendor's object storage does: its signatures cover an empty Content-Type, so that any
Content-Type header is a wrong signature. Source: opendatalab/MinerU#4145, #5393 (read 2026-11-21).
"""

import re
from collections.abc import Awaitable, Callable
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from docferry.emulation import RefusalError, ServiceState, SignatureState, Upload, Visit
from docferry.model import JobState
from docferry_mineru.emulator.quirks import MineruQuirks
from docferry_mineru.emulator.request import FileRequest
from docferry_mineru.emulator.results import CloudResults
from docferry_mineru.emulator.work import Job, dashed

__all__ = ["DownloadHost", "UploadHost"]

DATE = "2026-11-22"
REFERER = "https://mineru.net/"
ERROR = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{}</Code><Message>{}</Message></Error>'
NO_MATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method."
)
SAFE_NAME = re.compile(r"full\.md|images/[0-9a-f]{64}\.(png|jpg)")


class UploadHost:
    """Takes files.

    Args:
        state: What the service knows.
        quirks: How it behaves where nobody knows for certain.
        commit: Begins the task of a file that is there.
    """

    def __init__(
        self,
        state: ServiceState[FileRequest],
        quirks: MineruQuirks,
        *,
        commit: Callable[[Job, Upload], Awaitable[None]],
    ) -> None:
        self._state = state
        self._quirks = quirks
        self._commit = commit

    def app(self) -> Starlette:
        """The host."""
        endpoint = self._state.endpoint("upload", self._put)
        return Starlette(routes=[Route("/api-upload/{date}/{file}", endpoint, methods=["PUT"])])

    def address(self, job: Job) -> str:
        """The signed address of a task's file."""
        path = f"/api-upload/{DATE}/{dashed(job.id)}{job.request.suffix}"
        signed = self._state.signer.sign(path, method="PUT", valid_seconds=self._quirks.upload_seconds)
        return self._state.origins[1] + signed

    async def _put(self, visit: Visit) -> Response:
        request = visit.request
        refusal = self._refusal(request)
        if refusal is not None:
            # Whoever still sends would not see the answer.
            async for _ in request.stream():
                pass
            raise refusal
        job_id = str(request.path_params["file"]).partition(".")[0].replace("-", "")
        job = self._state.jobs.find(job_id)
        file_name = job.request.name if job else ""
        upload = await self._state.uploads.save_body(request.stream(), file_name=file_name)
        await visit.read(file_name=file_name)
        self._state.counters.uploads[upload.sha256] += 1
        if job is not None and job.is_waiting_for_file:
            if visit.plan.is_lost or visit.plan.is_stalled or visit.plan.failure or visit.plan.dropped_pages:
                job.plan = visit.plan
            await self._commit(job, upload)
        else:  # the storage takes it, but nobody parses it again
            upload.discard()
        return Response(headers={"ETag": f'"{upload.sha256[:32].upper()}"', "x-oss-request-id": job_id})

    def _refusal(self, request: Request) -> RefusalError | None:
        headers = request.headers
        if "authorization" in headers:
            return _refuse(
                "InvalidArgument", "Only one authentication mechanism is allowed.", status_code=400
            )
        state = self._state.signer.check(request.url.path, method="PUT", query=request.query_params)
        if state is SignatureState.EXPIRED:
            return _refuse("AccessDenied", "Request has expired.")
        if state is SignatureState.INVALID or "content-type" in headers:
            return _refuse("SignatureDoesNotMatch", NO_MATCH)
        if "content-length" not in headers and self._quirks.chunked_put == "refuse":
            return _refuse(
                "MissingContentLength", "You must provide the Content-Length HTTP header.", status_code=411
            )
        return None


class DownloadHost:
    """Hands results out.

    Args:
        state: What the service knows.
        quirks: How it behaves where nobody knows for certain.
        results: Knows where results are.
    """

    def __init__(
        self, state: ServiceState[FileRequest], quirks: MineruQuirks, *, results: CloudResults
    ) -> None:
        self._state = state
        self._quirks = quirks
        self._results = results
        self._ids: dict[str, str] = {}

    def app(self) -> Starlette:
        """The host."""
        archive = self._state.endpoint("asset", self._archive)
        file = self._state.endpoint("asset", self._file)
        return Starlette(
            routes=[
                Route("/pdf/{date}/{result}.zip", archive, methods=["GET"]),
                Route("/agent/{date}/{result}/{file:path}", file, methods=["GET"]),
            ]
        )

    def archive_address(self, job: Job) -> str:
        """The address of a task's archive."""
        return f"{self._state.origins[2]}/pdf/{DATE}/{self._result_id(job)}.zip"

    def markdown_address(self, job: Job) -> str:
        """The address of an agent task's Markdown."""
        return f"{self._state.origins[2]}/agent/{DATE}/{self._result_id(job)}/full.md"

    def _result_id(self, job: Job) -> str:
        prefix = self._results.prefix_of(job)
        self._ids[prefix] = job.id
        return prefix

    async def _archive(self, visit: Visit) -> Response:
        job = await self._job(visit)
        return FileResponse(self._results.archive_path(job), media_type="application/zip")

    async def _file(self, visit: Visit) -> Response:
        job = await self._job(visit)
        name = str(visit.request.path_params["file"])
        path = self._results.folder_path(job) / name
        if not SAFE_NAME.fullmatch(name) or not path.is_file():
            raise _refuse("NoSuchKey", "The specified key does not exist.", status_code=404)
        is_text = name.endswith(".md")
        return FileResponse(path, media_type="text/markdown; charset=utf-8" if is_text else None)

    async def _job(self, visit: Visit) -> Job:
        """The task that a request wants the result of.

        Raises:
            RefusalError: There is none, or the host does not like the request.
        """
        job = self._state.jobs.find(self._ids.get(str(visit.request.path_params["result"]), ""))
        await visit.read(file_name=job.file_name if job else "")
        if self._quirks.needs_referer and visit.request.headers.get("referer") != REFERER:
            raise _refuse("AccessDenied", "You are denied by bucket referer policy.")
        if job is None or job.state is not JobState.SUCCEEDED:
            raise _refuse("NoSuchKey", "The specified key does not exist.", status_code=404)
        return job


def _refuse(code: str, message: str, *, status_code: int = 403) -> RefusalError:
    page = ERROR.format(code, escape(message))
    return RefusalError(Response(page, status_code=status_code, media_type="application/xml"), code=code)
