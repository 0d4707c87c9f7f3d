"""Plain text to a document: its paragraphs, on one page without boxes; and the decoding of text files."""

import codecs
import re

from docferry.errors import CorruptSourceError, EmptySourceError
from docferry.model import Document, DocumentWarning, Element, ElementKind, Page, Region
from docferry.sources import SourceFile

__all__ = ["decode_text", "parse_text"]

# The mark of UTF-32 begins with that of UTF-16, so it comes first.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHINESE_SHARE = 0.8  # of the characters beyond ASCII that must be common Chinese ones
_COMMON_CHINESE = re.compile(r"[\u3001\u3002\u4e00-\u9fa5\uff01-\uff5e]")
_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")


def parse_text(file: SourceFile) -> Document:
    """Parse a plain text file.

    Paragraphs are separated by blank lines or form feeds; line breaks inside them are kept.

    Args:
        file: The opened source.

    Raises:
        CorruptSourceError: The bytes are no text.
        EmptySourceError: There is nothing but white space.
    """
    text, warnings = decode_text(file.read_bytes(), name=file.name)
    parts = (part.strip("\n").rstrip() for part in _PARAGRAPH_BREAK.split(text.replace("\f", "\n\n")))
    paragraphs = [part for part in parts if part]
    if not paragraphs:
        raise EmptySourceError("the file holds no text", source=file.name)
    return Document(
        source_fingerprint=file.fingerprint,
        provider="local",
        pages=(Page(number=1),),
        elements=tuple(
            Element(
                id=f"p1-e{number}",
                kind=ElementKind.PARAGRAPH,
                text=paragraph,
                regions=(Region(page=1),),
                raw_kind="paragraph",
            )
            for number, paragraph in enumerate(paragraphs, start=1)
        ),
        warnings=warnings,
    )


def decode_text(data: bytes, *, name: str) -> tuple[str, tuple[DocumentWarning, ...]]:
    """Decode text whose encoding is not stated.

    Tried in order: the byte order marks of UTF-8, UTF-16 and UTF-32, then UTF-8, then GB 18030 if the result
    reads as Chinese, then Windows-1252. The last two are guesses, and a warning says so.

    Args:
        data: The bytes.
        name: Name of the source, for errors.

    Returns:
        The text with newlines as line breaks, and the warnings.

    Raises:
        CorruptSourceError: The bytes do not fit the byte order mark, or are no text at all.
    """
    encoding = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise CorruptSourceError(
                f"the file begins as {encoding} but does not go on as such",
                next_step="save it as UTF-8",
                source=name,
            ) from error
        text, encoding = _guessed(data)
    if "\0" in text:
        raise CorruptSourceError(
            "the file holds zero bytes and is no text", next_step="save it as UTF-8", source=name
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    is_guess = encoding in ("gb18030", "cp1252")
    return text, (_guess_warning(encoding),) if is_guess else ()


def _guessed(data: bytes) -> tuple[str, str]:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    foreign = [character for character in text if ord(character) > 127]  # noqa: PLR2004 - beyond ASCII
    common = sum(_COMMON_CHINESE.match(character) is not None for character in foreign)
    if foreign and common >= _CHINESE_SHARE * len(foreign):
        return text, "gb18030"
    return data.decode("cp1252", errors="replace"), "cp1252"


def _guess_warning(encoding: str) -> DocumentWarning:
    names = {"gb18030": "GB 18030", "cp1252": "Windows-1252"}
    return DocumentWarning(
        code="encoding_guessed",
        message=f"The file is not UTF-8 and was read as {names[encoding]}; save it as UTF-8 to be sure.",
    )
