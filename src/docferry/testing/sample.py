"""Files that a provider must parse, and what their documents must say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from docferry.sources import Source

__all__ = ["Sample"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A file and what is known of it.

    Args:
        name: File name with its suffix; it is also the name of the sample's tests.
        content: The bytes, the path of a file that holds them, or a function that makes them, which is called
            when a test needs them and must return the same bytes each time.
        pages: For each page of the file the passages that stand on it, in reading order and without
            furniture. White space does not matter. An empty tuple for a page of which nothing is said.
        furniture: Passages that the document must hold, flagged as furniture: running heads, page numbers.
    """

    name: str
    content: bytes | Path | Callable[[], bytes] = field(repr=False)
    pages: tuple[tuple[str, ...], ...] = ()
    furniture: tuple[str, ...] = ()

    def read(self) -> bytes:
        """The bytes."""
        if isinstance(self.content, bytes):
            return self.content
        return self.content.read_bytes() if isinstance(self.content, Path) else self.content()

    def source(self) -> Source:
        """The bytes under the sample's name, as a caller hands them in."""
        return Source.from_bytes(self.read(), name=self.name)
