"""What the apps of one emulated service share, and the service as a whole."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from docferry.emulation.assets import AssetStore
from docferry.emulation.counters import Counters
from docferry.emulation.faults import FaultRule, FaultScript
from docferry.emulation.gate import Gate, Handler, Refuse, Visit
from docferry.emulation.job_book import JobBook
from docferry.emulation.jobs import EmulatedJob, JobTimes
from docferry.emulation.results import CannedParser, LocalParser, Parser
from docferry.emulation.settings import EmulatorSettings
from docferry.emulation.signing import AddressSigner, SignatureState
from docferry.emulation.uploads import UploadStore
from docferry.model import JobState, Limits

__all__ = ["EmulatedService", "ServiceState"]

RequestT = TypeVar("RequestT")

ASSET = "asset"
EXPIRED_PAGE = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>{}</Message></Error>'


class ServiceState(Generic[RequestT]):
    """Jobs, uploads, assets, counters and faults of one service.

    Args:
        name: Provider name.
        settings: How it is set up.
        limits: The limits in force.
        kinds: The kinds of requests it has; "asset" is added.
        refuse: Makes errors in the service's own words.

    Raises:
        InvalidOptionsError: The fault script does not fit the service.
    """

    def __init__(
        self,
        *,
        name: str,
        settings: EmulatorSettings,
        limits: Limits,
        kinds: Iterable[str],
        refuse: Refuse,
    ) -> None:
        self.name = name
        self.settings = settings
        self.limits = limits
        self.kinds = frozenset({*kinds, ASSET})
        self.clock = settings.clock
        self.counters = Counters()
        self.gate = Gate(
            script=FaultScript(settings.faults, service=name, kinds=self.kinds),
            counters=self.counters,
            clock=self.clock,
            refuse=refuse,
            answer_seconds=settings.answer_seconds,
        )
        self.jobs: JobBook[RequestT] = JobBook(
            service=name,
            times=JobTimes(
                queue_seconds=settings.queue_seconds,
                work_seconds=settings.work_seconds,
                seconds_per_page=settings.seconds_per_page,
                retention_seconds=settings.retention_seconds,
            ),
            concurrency=limits.concurrency,
            clock=self.clock,
            on_end=self._ended,
        )
        self.parser: Parser = (
            LocalParser() if settings.canned_pages is None else CannedParser(pages=settings.canned_pages)
        )
        self.uploads = UploadStore()
        secret = self.jobs.make_id("secret of signed addresses").encode()
        self.signer = AddressSigner(secret=secret, clock=self.clock)
        self.assets = AssetStore(
            folder=lambda: self.uploads.folder, signer=self.signer, valid_seconds=settings.link_seconds
        )
        self.origins: tuple[str, ...] = ()
        self.listeners: list[Callable[[EmulatedJob[RequestT]], None]] = []

    def endpoint(self, kind: str, handler: Handler) -> Any:  # noqa: ANN401 - what starlette.routing.Route takes
        """Make a Starlette endpoint of a handler; see `Gate.endpoint`."""
        if kind not in self.kinds:
            raise ValueError(f"{self.name} has no requests of kind {kind}")
        return self.gate.endpoint(kind, handler)

    def asset_route(self) -> Route:
        """The route under which assets are handed out, at the root of whichever app has it."""
        endpoint = self.endpoint(ASSET, self._hand_out)
        return Route("/assets/{asset_id}/{file_name}", endpoint, methods=["GET"])

    def submitted(self, job: EmulatedJob[RequestT]) -> None:
        """Count a job that will be billed; call it once for each job that was started."""
        if job.upload is None:
            raise ValueError("a job without its file is not billed")
        self.counters.submissions[job.upload.sha256] += 1
        self.counters.file_names[job.upload.sha256] = job.upload.file_name
        self.counters.billed_pages += job.pages
        under_way = self.jobs.count_under_way(job.account)
        self.counters.most_under_way = max(self.counters.most_under_way, under_way)

    async def look_up(self, visit: Visit, job_id: str) -> EmulatedJob[RequestT] | None:
        """Find the job that a request is about, and let the request meet its faults; instead of `Visit.read`.

        Returns:
            The job, or None when it is unknown, lost or forgotten.
        """
        job = self.jobs.find(job_id)
        await visit.read(file_name=job.file_name if job else "")
        if job is not None and visit.plan.is_lost:
            self.jobs.lose(job)
            return None
        return job

    def use_faults(self, rules: Iterable[FaultRule]) -> None:
        """Put another fault script in the place of this one; counting begins anew.

        Raises:
            InvalidOptionsError: It does not fit the service.
        """
        self.gate.script = FaultScript(rules, service=self.name, kinds=self.kinds)

    async def close(self) -> None:
        """Give up the work under way, and delete all files."""
        await self.jobs.close()
        self.uploads.close()

    def _ended(self, job: EmulatedJob[RequestT]) -> None:
        self.counters.ended[job.state] += 1
        if job.state is JobState.FAILED:
            self.counters.billed_pages -= job.pages
        for listener in self.listeners:
            listener(job)

    async def _hand_out(self, visit: Visit) -> Response:
        request = visit.request
        asset = self.assets.find(str(request.path_params["asset_id"]))
        await visit.read(file_name=asset.file_name if asset else "")
        state = self.signer.check(request.url.path, method=request.method, query=request.query_params)
        if asset is None or state is not SignatureState.VALID:
            reason = "Request has expired" if state is SignatureState.EXPIRED else "Signature does not match"
            return Response(EXPIRED_PAGE.format(reason), status_code=403, media_type="application/xml")
        return FileResponse(asset.path, media_type=asset.media_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatedService:
    """One service, ready to be served by `EmulatorServer`: what the hook `docferry_emulator` returns.

    Args:
        state: What its apps share.
        apps: ASGI apps. Each listens on a port of its own: first the API, then storage hosts and the like.
        environment: From the origins of the apps ("http://127.0.0.1:8900"), in their order, to the variables
            that make a client use this service, names and values without spaces or quotes.
    """

    state: ServiceState[Any]
    apps: tuple[ASGIApp, ...]
    environment: Callable[[Sequence[str]], tuple[tuple[str, str], ...]] = field(repr=False)

    @property
    def name(self) -> str:
        """Provider name."""
        return self.state.name

    @property
    def counters(self) -> Counters:
        """What happened so far."""
        return self.state.counters
