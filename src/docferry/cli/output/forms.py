"""The forms that `--to` names, each a way to write an outcome as text."""

from collections.abc import Callable
from enum import StrEnum

from docferry.cli.output.rows import as_json_line, chunk_row, write_json_line
from docferry.cli.output.wording import printable
from docferry.ingest import Outcome
from docferry.model import Document, encode_document
from docferry.rendering import render_markdown

__all__ = ["Form", "Writer", "writer_of"]

Writer = Callable[[Outcome, Document], str]
"""Writes an outcome, whose document is given too because a success has one, as text that ends a line."""


class Form(StrEnum):
    """What becomes of a document."""

    CHUNKS = "chunks"
    MARKDOWN = "markdown"
    DOCUMENT = "document"

    @property
    def suffix(self) -> str:
        """Suffix of files of this form."""
        return {Form.CHUNKS: ".jsonl", Form.MARKDOWN: ".md", Form.DOCUMENT: ".json"}[self]


def writer_of(form: Form, *, is_labelled: bool) -> Writer:
    """The writer of a form.

    Args:
        form: What to write.
        is_labelled: Whether Markdown begins with a comment that names the source, which tells the documents
            of one stream apart. Chunks name their source in each row.
    """
    if form is Form.CHUNKS:
        return _write_chunks
    if form is Form.DOCUMENT:
        return _write_document
    return _write_labelled_markdown if is_labelled else _write_markdown


def _write_chunks(outcome: Outcome, _document: Document) -> str:
    return "".join(write_json_line(chunk_row(chunk, source=outcome.source)) for chunk in outcome.chunks)


def _write_document(_outcome: Outcome, document: Document) -> str:
    return as_json_line(encode_document(document))


def _write_markdown(_outcome: Outcome, document: Document) -> str:
    return f"{render_markdown(document).rstrip()}\n"


def _write_labelled_markdown(outcome: Outcome, document: Document) -> str:
    name = printable(outcome.source).replace("-->", "--&gt;")
    return f"<!-- source: {name} -->\n\n{_write_markdown(outcome, document)}\n"
