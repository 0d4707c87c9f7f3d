"""What is known of bytes at hand: media type, a file name that fits, size, fingerprint."""

from dataclasses import dataclass
from pathlib import Path

from docferry.errors import EmptySourceError
from docferry.sources.media_types import is_text, media_type_of_suffix
from docferry.sources.naming import fitting_file_name, last_part, suffix_of
from docferry.sources.sniff import sniff_media_type
from docferry.sources.source_file import SourceFile
from docferry.sources.storing import Fingerprint

__all__ = ["NO_HINTS", "FileHints", "describe_file"]

_PLAIN_TEXT = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHints:
    """What others say of a file.

    Args:
        file_name: Its own name, where that is not the end of the source's name; empty when nobody says.
        media_type: What a server or the caller declares it to be; believed where the content is text and the
            name does not say of which kind.
    """

    file_name: str = ""
    media_type: str = ""


NO_HINTS = FileHints()


def describe_file(
    *,
    name: str,
    sample: bytes,
    fingerprint: Fingerprint,
    content: Path | bytes,
    hints: FileHints = NO_HINTS,
) -> SourceFile:
    """Describe a file; no I/O.

    Args:
        name: Name of the source.
        sample: What `read_sample` took from the content.
        fingerprint: Of the whole content.
        content: The content, or where it is.
        hints: What others say of it.

    Raises:
        EmptySourceError: There are no bytes.
    """
    if not fingerprint.size_bytes:
        raise EmptySourceError("has no bytes", next_step="check that it was written completely", source=name)
    file_name = hints.file_name or last_part(name)
    media_type = sniff_media_type(sample, file_name=file_name)
    is_open = media_type == _PLAIN_TEXT and not is_text(media_type_of_suffix(suffix_of(file_name)))
    if is_open and is_text(hints.media_type):
        media_type = hints.media_type
    return SourceFile(
        name=name,
        file_name=fitting_file_name(file_name, media_type=media_type),
        media_type=media_type,
        size_bytes=fingerprint.size_bytes,
        fingerprint=str(fingerprint),
        content=content,
    )
