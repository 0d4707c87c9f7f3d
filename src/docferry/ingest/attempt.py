"""The wall around one source: what goes wrong with it must not lose another."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from docferry.errors import DocferryError, ProviderBugError

__all__ = ["attempt"]

logger = logging.getLogger("docferry.ingest")

Result = TypeVar("Result")


async def attempt(
    work: Callable[[], Awaitable[Result]], *, source: str, provider: str
) -> Result | DocferryError:
    """Do the work of one source; never raises but for cancellation.

    Args:
        work: The work.
        source: Name of the source, which is put into an error that names none.
        provider: Name of the provider, for the log.

    Returns:
        What came of it, or the error.
    """
    try:
        return await work()
    except DocferryError as error:
        error.source = error.source or source
        return error
    except Exception as error:  # Wall: what goes wrong with one source must not lose another.
        logger.exception("unexpected error with a source of provider %s", provider)
        bug = ProviderBugError(
            f"docferry failed with {type(error).__name__}",
            next_step="report it to docferry's authors",
            source=source,
        )
        bug.__cause__ = error
        return bug
