"""What the bytes of a file are: by content first and suffix second."""

import codecs
import re
from typing import TYPE_CHECKING, BinaryIO, cast

from docferry.sources.media_types import is_text, media_type_of_suffix
from docferry.sources.naming import suffix_of
from docferry.sources.sniff_container import (
    OLE_SIGNATURE,
    ZIP_SIGNATURE,
    ole_directory_offset,
    ole_media_type,
    zip_media_type,
)
from docferry.sources.sniff_text import text_media_type

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["UNKNOWN", "read_sample", "sniff_media_type"]

UNKNOWN = "application/octet-stream"
"""The media type of bytes that nothing is known of."""

_PDF = "application/pdf"
_SAMPLE_BYTES = 64 * 1024
_OLE_DIRECTORY_BYTES = 4096
_MAGIC_BYTES = 8192
_PDF_HEADER_WITHIN = 1024
_PDF_HEADER = re.compile(rb"%PDF-\d\.\d")
_PDF_OBJECT = re.compile(rb"\d+ \d+ obj\b")
_WHITE_SPACE = b" \t\r\n\f\0"
# What text never holds: all control characters but tab, line feed, form feed, carriage return and escape.
_TEXT_BYTES = bytes(set(range(32, 256)) | {9, 10, 12, 13, 27})
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_WIDE_BYTE_ORDER_MARKS = (  # the longer ones first: UTF-16's begins UTF-32's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# filetype's names for kinds that have a better known one.
_USUAL_NAMES = {"image/apng": "image/png", "image/jpx": "image/jp2"}


def sniff_media_type(head: bytes, *, file_name: str) -> str:
    """Name the media type of a file.

    The content decides. The suffix decides only among kinds that the content cannot tell apart: between
    kinds of text, and for archives and old Office files when the head shows too little of them.

    Args:
        head: The first bytes of the file, 64 KiB or more; for archives rather what `read_sample` gives.
        file_name: Name of the file; only its suffix counts.

    Returns:
        A media type such as "application/pdf"; "text/plain" for text of no known kind, also when the suffix
        promises something else; "application/octet-stream" for unknown bytes.
    """
    suffix = suffix_of(file_name)
    if head.lstrip(_WHITE_SPACE).removeprefix(codecs.BOM_UTF8).startswith(b"%PDF-"):
        return _PDF
    text = _decoded(head, suffix)
    if _has_late_pdf_header(head, suffix, is_binary=text is None):
        return _PDF
    if text is not None:
        return text_media_type(text, suffix=suffix)
    if head.startswith(ZIP_SIGNATURE):
        return zip_media_type(head, suffix=suffix)
    if head.startswith(OLE_SIGNATURE):
        return ole_media_type(head, suffix=suffix)
    return _magic_media_type(head) or UNKNOWN


def read_sample(stream: BinaryIO, *, size_bytes: int) -> bytes:
    """Read what sniffing wants to see of a whole file: the head, and where archives keep their directory."""
    head = stream.read(_SAMPLE_BYTES)
    if size_bytes <= len(head):
        return head
    if head.startswith(ZIP_SIGNATURE):
        stream.seek(max(len(head), size_bytes - _SAMPLE_BYTES))
        return head + stream.read(_SAMPLE_BYTES)
    if head.startswith(OLE_SIGNATURE):
        stream.seek(ole_directory_offset(head))
        return head + stream.read(_OLE_DIRECTORY_BYTES)
    return head


def _has_late_pdf_header(head: bytes, suffix: str, *, is_binary: bool) -> bool:
    """Whether the PDF begins behind some other bytes, such as a printer's preamble.

    A text that talks about PDF also has such a header: there the suffix, or an object, must agree.
    """
    if not _PDF_HEADER.search(head[:_PDF_HEADER_WITHIN]):
        return False
    if is_binary:
        return _magic_media_type(head) in {"", _PDF}
    if is_text(media_type_of_suffix(suffix)):
        return False
    return suffix == ".pdf" or _PDF_OBJECT.search(head) is not None


def _decoded(head: bytes, suffix: str) -> str | None:
    """The head as text, or None when it is none. Undecodable bytes of old encodings are replaced."""
    for mark, encoding in _WIDE_BYTE_ORDER_MARKS:
        if head.startswith(mark):
            wide_text = _strictly_decoded(head, encoding)
            return None if wide_text is None or _CONTROL_CHARACTERS.search(wide_text) else wide_text
    text = _strictly_decoded(head.removeprefix(codecs.BOM_UTF8), "utf-8")
    has_control_bytes = bool(head.translate(None, _TEXT_BYTES))
    if text is not None and (not has_control_bytes or _is_tolerable(head, suffix)):
        return text
    if not has_control_bytes and not _magic_media_type(head):
        return head.decode("latin-1")
    return None


def _is_tolerable(head: bytes, suffix: str) -> bool:
    """Whether control characters may stand in this text: some old programs leave them behind."""
    return b"\0" not in head and is_text(media_type_of_suffix(suffix))


def _strictly_decoded(head: bytes, encoding: str) -> str | None:
    # Not final: the head may end within a character.
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head, final=False)
    except UnicodeDecodeError:
        return None


def _magic_media_type(head: bytes) -> str:
    import filetype  # noqa: PLC0415 - importing the room stays light

    guess = cast("Callable[[bytes], str | None]", getattr(filetype, "guess_mime"))  # noqa: B009 - it has no types
    media_type = guess(head[:_MAGIC_BYTES]) or ""
    return _USUAL_NAMES.get(media_type, media_type)
