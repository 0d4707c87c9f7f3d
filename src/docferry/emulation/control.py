"""What a test asks an emulator besides the vendor's protocol: /_emulator/ on a service's first port.

GET counters; GET jobs; PUT faults with a list of rules as JSON. It answers whoever can reach the port: this
machine only.
"""

import json

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from docferry.emulation.faults import read_fault_rules
from docferry.emulation.jobs import EmulatedJob
from docferry.emulation.service import EmulatedService
from docferry.errors import InvalidOptionsError

__all__ = ["CONTROL_PATH", "with_control"]

CONTROL_PATH = "/_emulator"


def with_control(service: EmulatedService) -> ASGIApp:
    """The first app of a service with the paths of this module beside its own."""
    app = service.apps[0]
    control = _Control(service)
    inner = Starlette(
        routes=[
            Route(f"{CONTROL_PATH}/counters", control.counters),
            Route(f"{CONTROL_PATH}/jobs", control.jobs),
            Route(f"{CONTROL_PATH}/faults", control.use_faults, methods=["PUT"]),
        ]
    )

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        is_control = scope["type"] == "http" and scope["path"].startswith(f"{CONTROL_PATH}/")
        await (inner if is_control else app)(scope, receive, send)

    return dispatch


class _Control:
    def __init__(self, service: EmulatedService) -> None:
        self._state = service.state

    async def counters(self, _request: Request) -> Response:
        self._state.jobs.settle()
        return JSONResponse(self._state.counters.as_json())

    async def jobs(self, _request: Request) -> Response:
        self._state.jobs.settle()
        return JSONResponse([_described(job) for job in self._state.jobs.all()])

    async def use_faults(self, request: Request) -> Response:
        try:
            rules = read_fault_rules(json.loads(await request.body()))
            self._state.use_faults(rules)
        except InvalidOptionsError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return JSONResponse({"rules": len(rules)})


def _described(job: EmulatedJob[object]) -> dict[str, object]:
    return {
        "id": job.id,
        "group": job.group,
        "file_name": job.file_name,
        "sha256": job.upload.sha256 if job.upload else "",
        "pages": job.pages,
        "state": job.state.value,
        "is_lost": job.plan.is_lost,
        "created_at": job.created_at,
        "queued_at": job.queued_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
    }
