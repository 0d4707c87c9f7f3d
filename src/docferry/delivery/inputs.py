"""Sources as frameworks hand them in."""

import os
from collections.abc import Iterable, Iterator
from typing import TypeAlias, cast

from docferry.sources import FileSystem, Source, SourceInput
from docferry.sources.naming import is_url, public_address, storable_text

__all__ = ["SourcesInput", "source_name", "sources_on", "sources_to_repeat"]

SourcesInput: TypeAlias = SourceInput | Iterable[SourceInput]
"""One source or many."""


def sources_on(file_system: FileSystem | None, sources: SourcesInput) -> SourcesInput:
    """The sources, with paths taken to be inside a file system when there is one."""
    if file_system is None:
        return sources
    return tuple(
        Source.from_file_system(file_system, item) if isinstance(item, str | os.PathLike) else item
        for item in _each(sources)
    )


def source_name(text: str) -> str:
    """The name of a source that a framework hands in under that text: a URL loses its query."""
    return storable_text(public_address(text) if is_url(text) else text)


def sources_to_repeat(sources: SourcesInput) -> SourcesInput:
    """Sources that can be run over again: a one-shot iterator would be empty the second time.

    An index that takes the second run for the whole truth would then delete everything.
    """
    is_one_shot = isinstance(sources, Iterator) and not hasattr(sources, "read")
    return tuple(cast("Iterator[SourceInput]", sources)) if is_one_shot else sources


def _each(sources: SourcesInput) -> Iterable[SourceInput]:
    if isinstance(sources, str | os.PathLike | bytes | Source) or hasattr(sources, "read"):
        return (cast("SourceInput", sources),)
    return cast("Iterable[SourceInput]", sources)
