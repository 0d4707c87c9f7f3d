"""Servers of version 2 and 3: one form with everything; version 3 has tasks besides.

Source: the packages mineru 2.7.6 and 3.4.5 (read 2026-11-22).
"""

import io
import zipfile
from pathlib import PurePosixPath

from starlette.datastructures import FormData, UploadFile
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from docferry.emulation import RefusalError, Visit, base_name
from docferry.model import JobState
from docferry_mineru.emulator.archive import as_data_uri, as_json
from docferry_mineru.emulator.content_list import content_list, content_list_v2
from docferry_mineru.emulator.layout import layout, model_output
from docferry_mineru.emulator.markdown import markdown
from docferry_mineru.emulator.page_ranges import PageChoice
from docferry_mineru.emulator.server import Job, ServerDesk, ServerFile, Task, stamp
from docferry_mineru.emulator.words import reason_of
from docferry_mineru.emulator.work import dashed

__all__ = ["OLD_SERVER_KINDS", "OldServer", "refuse_as_old_server"]

OLD_SERVER_KINDS = ("health", "submit", "poll", "fetch", "parse")
VERSIONS = {2: "2.7.6", 3: "3.4.5"}
LAST_PAGE = 99_999
TIME = "%Y-%m-%dT%H:%M:%S.%f+00:00"
WORDS = {
    JobState.PENDING: "pending",
    JobState.RUNNING: "processing",
    JobState.SUCCEEDED: "completed",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "failed",
}
OUTPUTS = ("md", "middle_json", "model_output", "content_list", "images")
NOT_FOUND = 404
UNPROCESSABLE = 422


def refuse_as_old_server(code: str, message: str = "") -> RefusalError:
    """The error of that HTTP status, to be raised."""
    status = int(code) if code.isdecimal() else 500
    detail: object = message or "the server refuses"
    if status == UNPROCESSABLE:
        detail = [{"type": "missing", "loc": ["body", message], "msg": "Field required", "input": None}]
    return RefusalError(JSONResponse({"detail": detail}, status_code=status), code=code)


class OldServer:
    """Answers the requests.

    Args:
        desk: Takes files.
        version: 2 or 3.
    """

    def __init__(self, desk: ServerDesk, *, version: int) -> None:
        self._desk = desk
        self._has_tasks = version > min(VERSIONS)
        self._version = VERSIONS[version]

    def routes(self) -> list[Route]:
        """Its paths."""
        endpoint = self._desk.state.endpoint
        parse = Route("/file_parse", endpoint("parse", self.parse), methods=["POST"])
        if not self._has_tasks:
            return [parse]
        return [
            parse,
            Route("/health", endpoint("health", self.health), methods=["GET"]),
            Route("/tasks", endpoint("submit", self.submit), methods=["POST"]),
            Route("/tasks/{task_id}", endpoint("poll", self.task), methods=["GET"]),
            Route("/tasks/{task_id}/result", endpoint("fetch", self.result), methods=["GET"]),
        ]

    async def health(self, visit: Visit) -> Response:
        """GET /health."""
        await visit.read()
        states = [WORDS[_state(task)] for task in self._desk.all_tasks()]
        return JSONResponse(
            {
                "status": "healthy",
                "version": self._version,
                "protocol_version": 2,
                "queued_tasks": states.count("pending"),
                "processing_tasks": states.count("processing"),
                "completed_tasks": states.count("completed"),
                "failed_tasks": states.count("failed"),
                "max_concurrent_requests": 3,
                "processing_window_size": 64,
                "task_retention_seconds": int(self._desk.state.settings.retention_seconds),
                "task_cleanup_interval_seconds": 300,
            }
        )

    async def submit(self, visit: Visit) -> Response:
        """POST /tasks."""
        task = await self._take(visit)
        answer = {**self._described(visit, task), "message": "Task submitted successfully"}
        return JSONResponse(answer, status_code=202)

    async def parse(self, visit: Visit) -> Response:
        """POST /file_parse."""
        task = await self._take(visit)
        await self._desk.finish(task)
        if _state(task) is JobState.FAILED and not self._has_tasks:
            return JSONResponse({"error": f"Failed to process file: {_error(task)}"}, status_code=500)
        return await self._answer(visit, task)

    async def task(self, visit: Visit) -> Response:
        """GET /tasks/{task_id}."""
        task = await self._find(visit)
        described = self._described(visit, task)
        return JSONResponse({**described, "status": visit.state_word or described["status"]})

    async def result(self, visit: Visit) -> Response:
        """GET /tasks/{task_id}/result."""
        task = await self._find(visit)
        if not task.has_ended:
            return JSONResponse(
                {**self._described(visit, task), "message": "Task result is not ready yet"}, status_code=202
            )
        return await self._answer(visit, task)

    async def _find(self, visit: Visit) -> Task:
        task = await self._desk.look_up(visit, str(visit.request.path_params["task_id"]))
        if task is None:
            raise refuse_as_old_server(str(NOT_FOUND), "Task not found")
        return task

    async def _take(self, visit: Visit) -> Task:
        async with visit.request.form() as form:
            parts = [part for part in form.getlist("files") if isinstance(part, UploadFile) and part.filename]
            names = [base_name(part.filename or "") for part in parts]
            await visit.read(file_name=names[0] if len(names) == 1 else "")
            if not parts:
                raise refuse_as_old_server(str(UNPROCESSABLE), "files")
            files = [_file(form, name) for name in names]
            for file in files:
                if not file.is_readable:
                    raise refuse_as_old_server("400", f"Unsupported file type: {file.suffix.lstrip('.')}")
            uploads = [await self._desk.state.uploads.save_form_file(part) for part in parts]
        return await self._desk.take(list(zip(files, uploads, strict=True)), visit=visit, form_id=dashed)

    def _described(self, visit: Visit, task: Task) -> dict[str, object]:
        created, started, ended = task.times()
        root = str(visit.request.base_url)
        return {
            "task_id": task.id,
            "status": WORDS[_state(task)],
            "backend": task.files[0].model,
            "file_names": list(task.stems),
            "created_at": stamp(created, form=TIME),
            "started_at": stamp(started, form=TIME),
            "completed_at": stamp(ended, form=TIME),
            "error": _error(task) or None,
            "status_url": f"{root}tasks/{task.id}",
            "result_url": f"{root}tasks/{task.id}/result",
            "queued_ahead": 0,
        }

    async def _answer(self, visit: Visit, task: Task) -> Response:
        described = self._described(visit, task)
        if _state(task) is JobState.FAILED:
            return JSONResponse({**described, "message": "Task execution failed"}, status_code=409)
        if "zip" in task.files[0].outputs:
            headers = {
                "Content-Disposition": f'attachment; filename="{task.id}.zip"',
                "X-MinerU-Task-Id": task.id,
                "X-MinerU-Task-Status": str(described["status"]),
            }
            return Response(self._archive(task), headers=headers, media_type="application/zip")
        results = {stem: self._fields(job) for stem, job in zip(task.stems, task.jobs, strict=True)}
        head = described if self._has_tasks else {"backend": described["backend"]}
        return JSONResponse({**head, "version": self._version, "results": results})

    def _fields(self, job: Job) -> dict[str, object]:
        """One file's result; JSON stands in it as text."""
        wanted = _outputs(job)
        texts = self._texts(job)
        fields: dict[str, object] = {
            f"{name}_content" if name == "md" else name: texts[name] for name in OUTPUTS[:4] if name in wanted
        }
        if "images" in wanted:
            fields["images"] = {
                PurePosixPath(name).name: as_data_uri(name, data)
                for name, data in self._desk.result_of(job)[0].pictures.items()
            }
        return fields

    def _texts(self, job: Job) -> dict[str, str]:
        pages = self._desk.result_of(job)[0].pages
        middle = layout(pages, backend="pipeline", version=self._version)
        return {
            "md": markdown(pages),
            "middle_json": as_json(middle),
            "model_output": as_json(model_output(pages, backend="pipeline")),
            "content_list": as_json(content_list(pages, backend="pipeline")),
            "content_list_v2": as_json(content_list_v2(pages)),
        }

    def _archive(self, task: Task) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for stem, job in zip(task.stems, task.jobs, strict=True):
                folder, wanted, texts = f"{stem}/auto/", _outputs(job), self._texts(job)
                bundle, origin = self._desk.result_of(job)
                members: dict[str, str | bytes] = {
                    f"{stem}{ending}": texts[name]
                    for name, ending, group in MEMBERS
                    if group in wanted and (name != "content_list_v2" or self._has_tasks)
                }
                if "images" in wanted:
                    members |= bundle.pictures
                if "original_file" in wanted:
                    members[f"{stem}_origin{job.request.suffix}"] = origin.read_bytes()
                for name, content in members.items():
                    archive.writestr(zipfile.ZipInfo(folder + name), content)
        return buffer.getvalue()


MEMBERS = (
    ("md", ".md", "md"),
    ("middle_json", "_middle.json", "middle_json"),
    ("model_output", "_model.json", "model_output"),
    ("content_list", "_content_list.json", "content_list"),
    ("content_list_v2", "_content_list_v2.json", "content_list"),
)


def _file(form: FormData, name: str) -> ServerFile:
    wanted = [output for output in OUTPUTS if _flag(form, f"return_{output}", default=output == "md")]
    if _flag(form, "response_format_zip", default=False):
        wanted.append("zip")
    if _flag(form, "return_original_file", default=False):
        wanted.append("original_file")
    return ServerFile(
        name=name,
        model=_text(form, "backend", default="hybrid-engine"),
        outputs=tuple(wanted),
        pages=_pages(form),
    )


def _pages(form: FormData) -> PageChoice | None:
    first = int(_text(form, "start_page_id", default="0"))
    last = int(_text(form, "end_page_id", default=str(LAST_PAGE)))
    if (first, last) == (0, LAST_PAGE):
        return None
    return lambda page_count: tuple(range(first + 1, min(last + 1, page_count) + 1))


def _outputs(job: Job) -> tuple[str, ...]:
    return job.request.outputs if isinstance(job.request, ServerFile) else ()


def _state(task: Task) -> JobState:
    """The state of the whole: one file that fails is the failure of all."""
    if task.count(JobState.FAILED):
        return JobState.FAILED if task.has_ended else JobState.RUNNING
    if task.has_ended:
        return JobState.SUCCEEDED
    return JobState.PENDING if task.count(JobState.PENDING) == len(task.jobs) else JobState.RUNNING


def _error(task: Task) -> str:
    failures = [job.failure for job in task.jobs if job.failure is not None]
    return reason_of(failures[0])[1] if failures else ""


def _flag(form: FormData, name: str, *, default: bool) -> bool:
    text = _text(form, name, default=str(default)).lower()
    if text not in {"true", "false", "1", "0"}:
        raise refuse_as_old_server(str(UNPROCESSABLE), name)
    return text in {"true", "1"}


def _text(form: FormData, name: str, *, default: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) and value else default
