"""The emulators of a plugin for its own tests: quick, and each set up as a test says."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from docferry.provider.clock import Clock

if TYPE_CHECKING:
    from pathlib import Path

    from docferry.emulation import EmulatedService, EmulatorServer, EmulatorSettings

__all__ = ["ServedEmulators"]

QUICK: Mapping[str, float] = {
    "queue_seconds": 0,
    "work_seconds": 0,
    "seconds_per_page": 0,
    "requests_per_second": 0,
    "concurrency": 0,
}
"""Settings of an emulator without limits and latencies."""


class Client(Protocol):
    """What speaks the service's protocol in tests."""

    def stop(self) -> None:
        """Close its connections."""
        ...


ClientT = TypeVar("ClientT", bound=Client)


class ServedEmulators(Generic[ClientT]):
    """Starts emulators when it is called, and stops them all when its `with` block ends.

    ```python
    @pytest.fixture
    def serve():
        with ServedEmulators(make_emulator, client=Client) as serve:
            yield serve


    def test_a_lost_job_is_not_known(serve):
        client = serve(faults=[{"do": "lose_job"}], settings={"canned_pages": 1})
        ...
    ```

    Args:
        make: Makes the emulator, as the plugin's `docferry_emulator` does.
        client: Makes a client of a server that runs.
        clock: What the emulators tell the time by; None for the machine's.
    """

    def __init__(
        self,
        make: "Callable[[EmulatorSettings], EmulatedService]",
        *,
        client: "Callable[[EmulatorServer], ClientT]",
        clock: Clock | None = None,
    ) -> None:
        self._make = make
        self._client = client
        self._clock = clock
        self._stack = ExitStack()

    def __call__(
        self,
        *,
        faults: "Path | Mapping[str, Any] | Sequence[Mapping[str, Any]]" = (),
        settings: Mapping[str, Any] | None = None,
        **quirks: object,
    ) -> ClientT:
        """Start one, without limits and latencies unless they are given.

        Args:
            faults: A fault script, as `docferry.emulation.read_fault_rules` takes it.
            settings: Settings of the emulator by name, in place of those that make it quick.
            quirks: How it behaves where the service's documents are silent.

        Returns:
            A client of it.
        """
        from docferry.emulation import EmulatorServer, EmulatorSettings, read_fault_rules  # noqa: PLC0415 - an extra

        given: dict[str, Any] = {**QUICK, **(settings or {})}
        if self._clock is not None:
            given["clock"] = self._clock
        chosen = EmulatorSettings(
            **given,
            faults=read_fault_rules(faults),
            quirks={name: str(value) for name, value in quirks.items()},
        )
        server = self._stack.enter_context(EmulatorServer(self._make(chosen)))
        client = self._client(server)
        self._stack.callback(client.stop)
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
