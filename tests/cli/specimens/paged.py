"""A provider for tests: text files, a form feed between pages. Words in a text make it warn, fail or wait."""

import asyncio

from docferry.errors import CorruptSourceError
from docferry.model import (
    Ability,
    BoundingBox,
    Document,
    DocumentWarning,
    Element,
    ElementKind,
    FileFormat,
    Page,
    ProviderInfo,
    Region,
)
from docferry.plugin import hookimpl
from docferry.provider import ProviderOptions


class PagedOptions(ProviderOptions):
    """Options."""

    title: str = ""
    """Text of a heading on the first page."""


@hookimpl
def docferry_provider_info():
    return ProviderInfo(
        name="paged",
        title="Pages of text",
        formats=(FileFormat(name="Text", media_types=("text/plain",), suffixes=(".txt",)),),
        options_type=PagedOptions,
        abilities=frozenset({Ability.REMOTE, Ability.BOXES, Ability.PAGE_SELECTION}),
        environment=("PAGED_API_KEY", "PAGED_BASE_URL"),
    )


@hookimpl
async def docferry_parse(source, pages, options, context):
    async with context.open(source) as file:
        parts = file.read_bytes().decode().split("\f")
        fingerprint = file.fingerprint
    context.report(source, pages_done=1, pages_total=len(parts))
    if "WAIT" in parts[0]:
        await asyncio.Event().wait()
    if "BROKEN" in parts[0]:
        raise CorruptSourceError("it is broken", next_step="mend it")
    wanted = [n for n in range(1, len(parts) + 1) if pages is None or n in pages]
    warning = DocumentWarning(code="specimen", message="page 1 is odd", pages=(1,))
    return Document(
        source_fingerprint=fingerprint,
        provider="paged",
        pages=tuple(Page(number=n) for n in wanted),
        elements=heading(options.title, wanted[0]) + tuple(paragraph(parts[n - 1], n) for n in wanted),
        warnings=(warning,) if "ODD" in parts[0] else (),
    )


def heading(title, page):
    if not title:
        return ()
    kind = ElementKind.HEADING
    return (Element(id="title", kind=kind, level=1, text=title, regions=(Region(page=page),)),)


def paragraph(text, page):
    box = BoundingBox(left=0.1, top=0.1, right=0.9, bottom=0.25)
    return Element(
        id=f"e{page}", kind=ElementKind.PARAGRAPH, text=text, regions=(Region(page=page, box=box),)
    )
