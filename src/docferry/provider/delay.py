"""Waits that a person may wonder about: told when they begin, and when they are over."""

from collections.abc import Callable
from dataclasses import dataclass

from docferry.model import ProgressEvent, ProgressPhase

__all__ = ["Delay", "OnDelay", "tell_nobody", "tell_of_source"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """A wait before something is tried.

    Args:
        reason: What is waited for, such as "depot is busy (HTTP 429)".
        seconds: How long.
    """

    reason: str
    seconds: float


OnDelay = Callable[[Delay | None], None]
"""Is told of a wait that begins, and with None that it is over; quick, and does not raise."""


def tell_nobody(_delay: Delay | None) -> None:
    """Where nobody watches."""


def tell_of_source(listener: Callable[[ProgressEvent], None], *, source: str) -> OnDelay:
    """Tells of waits as progress of a source.

    Args:
        listener: Receives progress events.
        source: Name of the source.
    """

    def tell(delay: Delay | None) -> None:
        if delay is None:
            listener(ProgressEvent(source=source, phase=ProgressPhase.PARSING))
            return
        listener(
            ProgressEvent(
                source=source,
                phase=ProgressPhase.WAITING,
                reason=delay.reason,
                retry_seconds=delay.seconds,
            )
        )

    return tell
