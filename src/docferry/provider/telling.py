"""What those who wait for a piece of work hear when it fails."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

__all__ = ["telling_waiters"]


@contextmanager
def telling_waiters(tell: Callable[[BaseException], None]) -> Generator[None]:
    """Tell whatever stops the block to everybody who waits for it, or they would wait for ever.

    An Exception is theirs from then on and ends here. A cancellation, or the end of the process, is told and
    goes on.

    Args:
        tell: Gets what stopped the block.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - raised again at each of those who wait
        tell(error)
    except BaseException as error:
        tell(error)
        raise
