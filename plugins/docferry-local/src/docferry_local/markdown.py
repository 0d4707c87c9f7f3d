"""Markdown files to a document: one page without boxes."""

from dataclasses import replace

from docferry.errors import EmptySourceError
from docferry.model import Document
from docferry.reading import read_document
from docferry.sources import SourceFile
from docferry_local.text import decode_text

__all__ = ["parse_markdown"]


def parse_markdown(file: SourceFile) -> Document:
    """Parse a Markdown file; see `docferry.reading.read_document`.

    Args:
        file: The opened source.

    Raises:
        CorruptSourceError: The bytes are no text.
        EmptySourceError: There is nothing but white space.
    """
    text, warnings = decode_text(file.read_bytes(), name=file.name)
    document = read_document(text, fingerprint=file.fingerprint, provider="local")
    if not document.elements:
        raise EmptySourceError("the file holds no text", source=file.name)
    return replace(document, warnings=warnings)
