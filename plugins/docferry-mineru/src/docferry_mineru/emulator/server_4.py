"""Servers of version 4.0: tasks below /v1, parameters in the query, files as bodies or as parts of a form.

Uploads, files and parse jobs, which the same version has besides, are not served here.
Source: the package mineru 4.0.12 (read 2026-11-22).
"""

import io
import json
import zipfile
from collections.abc import Mapping

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from docferry.emulation import Upload, Visit, base_name
from docferry_mineru.emulator.markdown import markdown
from docferry_mineru.emulator.middle_4 import VERSION_4, middle_json, structured_content
from docferry_mineru.emulator.page_ranges import PageChoice, read_server_ranges
from docferry_mineru.emulator.server import Job, ServerDesk, ServerFile, Task
from docferry_mineru.emulator.server_4_words import (
    FORMATS,
    describe_file,
    describe_task,
    refuse_as_new_server,
)
from docferry_mineru.emulator.words import BadParameterError

__all__ = ["NEW_SERVER_KINDS", "NewServer"]

NEW_SERVER_KINDS = ("health", "submit", "poll", "fetch", "parse", "cancel", "account")
PARAMETERS = {"tier", "ocr_mode", "page_range", "output_formats", "filename", "sha256sum"}
ANSWER_PARAMETERS = {"response_format", "wait_timeout"}
TIERS = ("flash", "basic", "standard", "advanced")
TIERED = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".jp2", ".webp", ".gif", ".bmp"})


class NewServer:
    """Answers the requests.

    Args:
        desk: Takes files.
    """

    def __init__(self, desk: ServerDesk) -> None:
        self._desk = desk
        self._tier = desk.quirks.server_tier

    def routes(self) -> list[Route]:
        """Its paths."""
        endpoint = self._desk.state.endpoint
        task = "/v1/tasks/{task_id}"
        return [
            Route("/v1/health", endpoint("health", self.health), methods=["GET"]),
            Route("/v1/tiers", endpoint("health", self.tiers), methods=["GET"]),
            Route("/v1/usage", endpoint("account", self.usage), methods=["GET"]),
            Route("/v1/tasks", endpoint("submit", self.submit), methods=["POST"]),
            Route("/v1/file_parse", endpoint("parse", self.parse), methods=["POST"]),
            Route(task, endpoint("poll", self.task), methods=["GET"]),
            Route(task, endpoint("cancel", self.cancel), methods=["DELETE"]),
            Route(f"{task}/result", endpoint("fetch", self.result), methods=["GET"]),
        ]

    async def health(self, visit: Visit) -> Response:
        """GET /v1/health, which asks for no key."""
        await visit.read()
        features = {
            "webhook": False,
            "output_formats": list(FORMATS),
            "sources": ["file_id", "url", "inline"],
        }
        return JSONResponse({"status": "ok", "version": VERSION_4, "features": features})

    async def tiers(self, visit: Visit) -> Response:
        """GET /v1/tiers, which asks for no key."""
        await visit.read()
        tier = {"id": self._tier, "description": "", "current_model": f"mineru-{VERSION_4}"}
        return JSONResponse({"object": "list", "data": [tier]})

    async def usage(self, visit: Visit) -> Response:
        """GET /v1/usage."""
        await visit.read()
        self._admit(visit.request)
        jobs = [job for task in self._desk.all_tasks() for job in task.jobs]
        limits = self._desk.state.limits
        return JSONResponse(
            {
                "object": "usage",
                "access_level": "anonymous",
                "current": {
                    "pages_processed": sum(job.pages for job in jobs),
                    "files_processed": len(jobs),
                    "jobs_created": len(self._desk.all_tasks()),
                },
                "limits": {
                    "max_pages_per_file": limits.max_pages,
                    "max_file_size_bytes": limits.max_size_bytes,
                    "max_files_per_job": 100,
                    "max_concurrent_jobs": limits.concurrency or 1,
                    "max_file_retention_days": 1,
                },
            }
        )

    async def submit(self, visit: Visit) -> Response:
        """POST /v1/tasks."""
        task = await self._take(visit, known=PARAMETERS)
        return JSONResponse(describe_task(task), status_code=202)

    async def parse(self, visit: Visit) -> Response:
        """POST /v1/file_parse."""
        task = await self._take(visit, known=PARAMETERS | ANSWER_PARAMETERS)
        seconds = float(visit.request.query_params.get("wait_timeout", 300))
        if not await self._desk.finish(task, timeout_seconds=seconds):
            return JSONResponse(describe_task(task), status_code=202)
        return self._answer(visit, task)

    async def task(self, visit: Visit) -> Response:
        """GET /v1/tasks/{task_id}."""
        task = await self._find(visit)
        described = describe_task(task)
        return JSONResponse({**described, "status": visit.state_word or described["status"]})

    async def cancel(self, visit: Visit) -> Response:
        """DELETE /v1/tasks/{task_id}."""
        task = await self._find(visit)
        if task.has_ended:
            raise refuse_as_new_server("job_already_terminal")
        for job in task.jobs:
            self._desk.state.jobs.cancel(job)
        return JSONResponse(describe_task(task))

    async def result(self, visit: Visit) -> Response:
        """GET /v1/tasks/{task_id}/result."""
        task = await self._find(visit)
        if not task.has_ended:
            return JSONResponse(describe_task(task), status_code=202)
        return self._answer(visit, task)

    def _admit(self, request: Request) -> None:
        key = self._desk.quirks.server_key
        if key and request.headers.get("authorization") != f"Bearer {key}":
            raise refuse_as_new_server("invalid_api_key")

    async def _find(self, visit: Visit) -> Task:
        self._admit(visit.request)
        task_id = str(visit.request.path_params["task_id"])
        task = await self._desk.look_up(visit, task_id)
        if task is None:
            raise refuse_as_new_server("job_not_found", f"Job {task_id} not found")
        return task

    async def _take(self, visit: Visit, *, known: set[str]) -> Task:
        request = visit.request
        self._admit(request)
        self._check_query(request.query_params, known=known)
        files = await self._files(visit)
        return await self._desk.take(files, visit=visit, form_id=lambda digits: f"job_{digits[:24]}")

    def _check_query(self, query: Mapping[str, str], *, known: set[str]) -> None:
        unknown = sorted(set(query) - known)
        if unknown:
            raise refuse_as_new_server("invalid_request", "Extra inputs", parameter=unknown[0])
        if query.get("tier", TIERS[0]) not in TIERS:
            raise refuse_as_new_server("invalid_request", "Invalid tier", parameter="tier")
        if query.get("ocr_mode", "auto") not in {"auto", "txt", "ocr"}:
            raise refuse_as_new_server("invalid_request", "Invalid ocr_mode", parameter="ocr_mode")

    async def _files(self, visit: Visit) -> list[tuple[ServerFile, Upload]]:
        """The files of a submission: the body itself, or the parts of a form."""
        request, uploads = visit.request, self._desk.state.uploads
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            name = base_name(request.query_params.get("filename", ""))
            if not name:
                raise refuse_as_new_server("invalid_request", "A file name is required", parameter="filename")
            file = self._file(request, name)
            upload = await uploads.save_body(request.stream(), file_name=name)
            await visit.read(file_name=name)
            return [(file, upload)]
        async with request.form() as form:
            parts = [part for part in form.getlist("files") if isinstance(part, UploadFile)]
            if not parts or set(form) != {"files"}:
                raise refuse_as_new_server("invalid_request", "files is the only field", parameter="files")
            names = [base_name(part.filename or "") for part in parts]
            await visit.read(file_name=names[0] if len(names) == 1 else "")
            files = [self._file(request, name) for name in names]
            return [
                (file, await uploads.save_form_file(part)) for file, part in zip(files, parts, strict=True)
            ]

    def _file(self, request: Request, name: str) -> ServerFile:
        query = request.query_params
        outputs = tuple(query.getlist("output_formats")) or FORMATS[:1]
        if set(outputs) - set(FORMATS):
            raise refuse_as_new_server("unsupported_output_format", parameter="output_formats")
        file = ServerFile(
            name=name,
            model="mineru",
            outputs=outputs,
            pages=_pages(query.get("page_range", "")),
            tier=query.get("tier") or "standard",
        )
        has_tier = TIERS.index(file.tier) <= TIERS.index(self._tier)
        if file.suffix in TIERED and not has_tier:
            raise refuse_as_new_server("quality_tier_unavailable")
        return file

    def _answer(self, visit: Visit, task: Task) -> Response:
        described = describe_task(task)
        if described["status"] in {"failed", "canceled"}:
            return JSONResponse(described, status_code=409)
        if visit.request.query_params.get("response_format") == "zip":
            return Response(self._archive(task), media_type="application/zip")
        files = [
            {
                **describe_file(job),
                "content": self._content(job, has_files=False) if job.result is not None else {},
            }
            for job in task.jobs
        ]
        return JSONResponse({**described, "files": files})

    def _content(self, job: Job, *, has_files: bool) -> dict[str, object]:
        bundle, _ = self._desk.result_of(job)
        request = job.request
        tier = request.tier if isinstance(request, ServerFile) else ""
        content: dict[str, object] = {
            "markdown": markdown(bundle.pages),
            "middle_json": middle_json(bundle, suffix=request.suffix, tier=tier, has_files=has_files),
            "structured_content": structured_content(
                bundle, suffix=request.suffix, tier=tier, has_files=has_files
            ),
        }
        outputs = request.outputs if isinstance(request, ServerFile) else ()
        return {name: value for name, value in content.items() if name in outputs}

    def _archive(self, task: Task) -> bytes:
        buffer = io.BytesIO()
        done = [(number, job) for number, job in enumerate(task.jobs, start=1) if job.result is not None]
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, job in done:
                folder = f"{number:04}/" if len(task.jobs) > 1 else ""
                for name, value in self._content(job, has_files=True).items():
                    ending = ".md" if name == "markdown" else ".json"
                    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                    archive.writestr(zipfile.ZipInfo(f"{folder}{name}{ending}"), text)
                for name, picture in self._desk.result_of(job)[0].pictures.items():
                    archive.writestr(zipfile.ZipInfo(folder + name), picture)
            if len(task.jobs) > 1:
                archive.writestr(zipfile.ZipInfo("manifest.json"), json.dumps(describe_task(task)))
        return buffer.getvalue()


def _pages(text: str) -> PageChoice | None:
    if text in {"", "all"}:
        return None
    try:
        return read_server_ranges(text)
    except BadParameterError as error:
        raise refuse_as_new_server("page_range_invalid", error.message, parameter="page_range") from error
