"""From an opened source to a document: chooses the parser that fits the media type."""

from docferry.errors import SourceError, UnsupportedSourceError
from docferry.model import Document, PageSelection
from docferry.provider import ParseContext
from docferry.sources import Source, SourceFile
from docferry_local.markdown import parse_markdown
from docferry_local.options import LocalOptions
from docferry_local.pdf import parse_pdf
from docferry_local.text import parse_text

__all__ = ["parse_source"]

_TEXT_PARSERS = {"text/markdown": parse_markdown, "text/plain": parse_text}


async def parse_source(
    source: Source, *, pages: PageSelection | None, options: LocalOptions, context: ParseContext
) -> Document:
    """Parse one source with the parser for its media type.

    Args:
        source: What to parse.
        pages: The pages wanted; None for all. Markdown and plain text are one page.
        options: The options of this provider.
        context: The host's services.

    Raises:
        EncryptedSourceError: The PDF needs a password, or another one.
        CorruptSourceError: The bytes are damaged.
        NeedsOcrError: No page has a text layer.
        UnsupportedSourceError: The file is of another kind.
        SourceError: None of the pages wanted is there.
    """
    async with context.open(source) as file:
        if file.media_type == "application/pdf":
            return await parse_pdf(file, source=source, pages=pages, options=options, context=context)
        if file.media_type not in _TEXT_PARSERS:
            raise UnsupportedSourceError(
                f"provider local does not read {file.media_type}",
                next_step="convert it to PDF, or use another provider",
                source=source.name,
            )
        _check_single_page(file, pages)
        document = await context.run_in_thread(_TEXT_PARSERS[file.media_type], file)
    context.report(source, pages_done=1, pages_total=1)
    return document


def _check_single_page(file: SourceFile, pages: PageSelection | None) -> None:
    if pages is not None and 1 not in pages:
        raise SourceError(
            f"pages {pages} are wanted, but a text file counts as one page",
            next_step="select page 1, or all pages",
            source=file.name,
        )
