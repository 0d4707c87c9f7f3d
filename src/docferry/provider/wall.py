"""The wall around every call of a plugin: its bugs are named as its own, and end nothing else."""

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

from docferry.errors import DocferryError, ProviderBugError
from docferry.ledger import PayloadCorruptError

__all__ = ["plugin_wall"]


@contextmanager
def plugin_wall(bug: Callable[[str], ProviderBugError]) -> Generator[None]:
    """Let what a plugin raises on purpose through, and turn anything else into its bug.

    A cancellation, Ctrl-C, and a damaged part of the cache that the plugin only came upon are no bugs of the
    plugin and pass too.

    Args:
        bug: Makes the error that names the plugin, from what it did, such as "raised KeyError".

    Raises:
        ProviderBugError: The plugin raised anything else.
    """
    try:
        yield
    except (DocferryError, PayloadCorruptError, asyncio.CancelledError):
        raise
    except BaseException as error:  # Wall: a plugin's bug must not end other sources, nor hide what was paid.
        if isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread():
            raise  # elsewhere there is no Ctrl-C, and it would end the engine's loop
        # Panics of Rust extensions are no Exceptions.
        raise bug(f"raised {type(error).__name__}") from error
