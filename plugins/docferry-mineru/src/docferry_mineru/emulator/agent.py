"""The agent API, v1: no token, one file at a time, Markdown only.

Source: mineru-open-sdk 0.2.5, mineru.net/doc/docs/index_en (read 2026-11-21).
"""

from starlette.responses import Response
from starlette.routing import Route

from docferry.emulation import Visit
from docferry_mineru.emulator.desk import Desk
from docferry_mineru.emulator.request import FileRequest, read_agent_request, read_body
from docferry_mineru.emulator.words import BadParameterError
from docferry_mineru.emulator.work import Job

__all__ = ["AGENT_KINDS", "AgentApi"]

PATH = "/api/v1/agent"
AGENT_KINDS = ("agent_submit", "agent_poll")
MORE_DIGITS = "01"
"""Task ids are a uuid and two digits more."""


class AgentApi:
    """Answers the requests.

    Args:
        desk: Begins tasks and describes them.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Its paths."""
        endpoint = self._desk.state.endpoint
        return [
            Route(f"{PATH}/parse/url", endpoint("agent_submit", self.parse_address), methods=["POST"]),
            Route(f"{PATH}/parse/file", endpoint("agent_submit", self.parse_file), methods=["POST"]),
            Route(f"{PATH}/parse/{{task_id}}", endpoint("agent_poll", self.task), methods=["GET"]),
        ]

    async def parse_address(self, visit: Visit) -> Response:
        """POST /parse/url."""
        job = await self._take(visit, has_url=True)
        await self._desk.begin_from_addresses((job,))
        return self._desk.voice.answer({"task_id": self._task_id(job)})

    async def parse_file(self, visit: Visit) -> Response:
        """POST /parse/file."""
        job = await self._take(visit, has_url=False)
        data = {"task_id": self._task_id(job), "file_url": self._desk.uploads.address(job)}
        return self._desk.voice.answer(data)

    async def task(self, visit: Visit) -> Response:
        """GET /parse/{task_id}."""
        task_id = str(visit.request.path_params["task_id"])
        job = await self._desk.look_up(visit, task_id.removesuffix(MORE_DIGITS))
        if job is None or not job.request.is_agent:
            raise self._desk.voice.refuse("-60012")
        return self._desk.voice.answer(self._described(job, state_word=visit.state_word))

    async def _take(self, visit: Visit, *, has_url: bool) -> Job:
        """Make a task.

        Raises:
            RefusalError: The request is not accepted.
        """
        desk = self._desk
        account = desk.accounts.anybody()
        try:
            request = read_agent_request(await read_body(visit.request), has_url=has_url)
        except BadParameterError as error:
            raise desk.voice.refuse("-30004", error.message) from error
        await visit.read(file_name=request.name)
        desk.accounts.pace(account, "agent")
        self._check_type(request)
        if has_url:
            await desk.check_addresses((request,))
        return desk.state.jobs.create(request, account=account.key, file_name=request.name, plan=visit.plan)

    def _check_type(self, request: FileRequest) -> None:
        if not request.is_readable and self._desk.quirks.type_checked_at == "submit":
            raise self._desk.voice.refuse("-30002", f"the type of {request.name!r} is not read")

    def _described(self, job: Job, *, state_word: str) -> dict[str, object]:
        desk = self._desk
        word = state_word or desk.word(job)
        if word == "waiting-file":
            word = desk.quirks.agent_waiting_word
        written: dict[str, object] = {"task_id": self._task_id(job), "state": word, "err_msg": ""}
        if word == "done" and not desk.quirks.null_markdown_url:
            written["markdown_url"] = desk.downloads.markdown_address(job)
        elif word == "done":
            written["markdown_url"] = None
        elif word == "running":
            written["extract_progress"] = desk.progress(job)
        elif word == "failed":
            code, written["err_msg"] = desk.reason(job)
            written["err_code"] = int(code)
        return written

    def _task_id(self, job: Job) -> str:
        return self._desk.task_id(job) + MORE_DIGITS
