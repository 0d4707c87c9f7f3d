"""A text that came from no file: the document it makes."""

from hashlib import sha256

from docferry.model import Document
from docferry.reading.pieces import read_document

__all__ = ["MARKDOWN_PROVIDER", "read_text"]

MARKDOWN_PROVIDER = "markdown"
"""What stands for the provider's name where no provider parsed the text."""


def read_text(text: str) -> Document:
    """Read a Markdown text into a document without boxes and without pages: nothing says where it stands."""
    fingerprint = f"sha256:{sha256(text.encode(errors='surrogatepass')).hexdigest()}"
    return read_document(text, fingerprint=fingerprint, provider=MARKDOWN_PROVIDER, page_count=None)
