"""An emulator as the service of a contract."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from docferry.provider import NetworkSettings
from docferry.provider.transport import HttpTransport, Transport
from docferry.testing.jobs.service import ErrorPlace

if TYPE_CHECKING:
    from docferry.emulation import Counters, EmulatorSettings, FaultAction, FaultRule

__all__ = ["EmulatedJobService"]

QUEUE_SECONDS, WORK_SECONDS = 0.01, 0.05
"""Long enough for some polls of a clock that runs a hundred times as fast."""

SAME_KINDS: Mapping[str, str] = MappingProxyType({})


class EmulatedJobService:
    """The emulator that a provider's plugin ships, over real HTTP on this machine.

    It serves for the length of a `with` block. Its limits on requests and jobs are off, because a contract
    hurries; limits are the subject of tests of their own.

    Args:
        name: Provider name.
        options: From the emulator's environment variables to the provider's options that reach it.
        kinds: The emulator's words for kinds of requests where they differ from "submit" and "poll".
        settings: How to set the emulator up; None for one that is quick and has no limits.
    """

    def __init__(
        self,
        name: str,
        *,
        options: Callable[[Mapping[str, str]], Mapping[str, Any]],
        kinds: Mapping[str, str] = SAME_KINDS,
        settings: "EmulatorSettings | None" = None,
    ) -> None:
        from docferry.emulation import EmulatorServer, EmulatorSettings, load_emulator  # noqa: PLC0415 - an extra

        chosen = settings or EmulatorSettings(
            queue_seconds=QUEUE_SECONDS,
            work_seconds=WORK_SECONDS,
            seconds_per_page=0,
            requests_per_second=0,
            concurrency=0,
        )
        self._service = load_emulator(name, chosen)
        self._server = EmulatorServer(self._service)
        self._make_options = options
        self._kinds = kinds
        self._stack = ExitStack()

    @property
    def options(self) -> Mapping[str, Any]:
        """The provider's options that reach it."""
        return self._make_options(self._server.environment)

    @property
    def submission_count(self) -> int:
        """Jobs made since it was started."""
        return sum(self._service.counters.submissions.values())

    @property
    def counters(self) -> "Counters":
        """What happened since it was started."""
        return self._service.counters

    def use_faults(self, *rules: "FaultRule") -> None:
        """Have it follow another fault script from its next request on; without rules, none."""
        self._service.state.use_faults(rules)

    def transport(self, network: NetworkSettings) -> Transport:
        """Real HTTP."""
        return HttpTransport(network=network)

    def fail(self, place: ErrorPlace, code: str, *, times: int = 1) -> None:
        """Have it fail so often at that place with that code, from its next request on."""
        from docferry.emulation import FaultAction  # noqa: PLC0415 - an extra

        if place is ErrorPlace.JOB:
            self._use(FaultAction.FAIL_JOB, ErrorPlace.SUBMIT, code=code, times=times)
        else:
            self._use(FaultAction.REFUSE, place, code=code, times=times)

    def use_unknown_word(self) -> None:
        """Have its next answer about a job give a state that nobody knows."""
        from docferry.emulation import FaultAction  # noqa: PLC0415 - an extra

        self._use(FaultAction.STATE_WORD, ErrorPlace.POLL)

    def __enter__(self) -> Self:
        self._stack.enter_context(self._server)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _use(self, action: "FaultAction", place: ErrorPlace, *, code: str = "", times: int = 1) -> None:
        from docferry.emulation import FaultRule  # noqa: PLC0415 - an extra

        kind = self._kinds.get(place.value, place.value)
        self.use_faults(FaultRule(do=action, kind=kind, code=code, times=times))
