"""Which files of a result are worth saving: its pictures, and the exports that were asked for."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from docferry.provider import Archive, PayloadReader, open_archive
from docferry.reading import image_media_type
from docferry_mineru.parts import ARCHIVE_PART, IMAGES_FOLDER, is_source_copy

__all__ = ["asset_paths"]

EXPORTS = frozenset({".docx", ".html", ".htm", ".latex", ".tex"})


def asset_paths(payload: PayloadReader) -> Iterator[tuple[str, str]]:
    """The files to save, in the payload's order.

    Args:
        payload: What was fetched.

    Yields:
        Name of the asset as in `Image.asset_name`, and its path below the document's folder.

    Raises:
        InvalidResponseError: The archive is damaged.
    """
    for part in payload.payload.parts:
        if part.name.startswith(IMAGES_FOLDER):
            yield part.name, part.name
        elif part.name == ARCHIVE_PART:
            with payload.open(ARCHIVE_PART) as stream:
                yield from _members(open_archive(stream, provider="mineru"))


def _members(archive: Archive) -> Iterator[tuple[str, str]]:
    for name in archive.names:
        path = PurePosixPath(name)
        if is_source_copy(name):
            continue
        if image_media_type(name):
            yield f"{ARCHIVE_PART}/{name}", f"{IMAGES_FOLDER}{path.name}"
        elif path.suffix.lower() in EXPORTS:
            yield f"{ARCHIVE_PART}/{name}", path.name
