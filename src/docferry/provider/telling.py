"""What those who wait for a piece of work hear when it fails."""

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

__all__ = ["Telling"]


@dataclass(frozen=True, slots=True)
class Telling:
    """A block whose failure is told to whoever waits for its work, or they would wait for ever.

    Args:
        tell: Gets what stopped the block.
        ends: Of what kind it must be to end here, because it is theirs from then on. Anything else, such as a
            cancellation, is told and goes on.
    """

    tell: Callable[[BaseException], object]
    ends: type[BaseException] = Exception

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if error is not None:
            self.tell(error)
        return isinstance(error, self.ends)
