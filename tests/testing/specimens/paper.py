"""An honest provider that the broken ones are made from: text with form feeds, and simple PDFs without fonts.

Lines that begin with "# " are headings, lines that begin with "~ " running heads. It selects no pages.
"""

import re
import zlib
from importlib import import_module

import pydantic

from docferry.errors import CorruptSourceError
from docferry.model import (
    Ability,
    BoundingBox,
    Document,
    Element,
    ElementKind,
    FileFormat,
    Page,
    ProviderInfo,
    Region,
)
from docferry.plugin import hookimpl
from docferry.provider import ProviderOptions

PDF_LINE = re.compile(rb"\(([^()]*)\) Tj")
PDF_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
LAZY = {"PaperLoader": "paper_langchain", "PaperReader": "paper_llama_index"}
TEXT = FileFormat(name="Text", media_types=("text/plain",), suffixes=(".txt",))
PDF = FileFormat(name="PDF", media_types=("application/pdf",), suffixes=(".pdf",))


class PaperOptions(ProviderOptions):
    """Options of the paper provider."""

    capitals: bool = False
    """Whether everything is written in capitals."""

    pin: pydantic.SecretStr | None = None
    """Opens the drawer."""


def card(**changes):
    fields = {
        "name": "paper",
        "title": "Paper",
        "formats": (TEXT, PDF),
        "options_type": PaperOptions,
        "abilities": frozenset({Ability.BOXES}),
    }
    return ProviderInfo(**{**fields, **changes})


def pages_of(data, media_type):
    if media_type == "application/pdf":
        if b"%%EOF" not in data[-1024:]:
            raise CorruptSourceError("the PDF has no end", next_step="get a whole copy")
        streams = [unpacked(stream) for stream in PDF_STREAM.findall(data)]
        return [line.decode("latin-1") for stream in streams for line in PDF_LINE.findall(stream)]
    try:
        return data.decode().split("\f")
    except UnicodeDecodeError as error:
        raise CorruptSourceError("is not UTF-8", next_step="save it as UTF-8") from error


def unpacked(stream):
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def element_of(number, position, line):
    is_heading, is_furniture = line.startswith("# "), line.startswith("~ ")
    kind = ElementKind.HEADING if is_heading else ElementKind.PARAGRAPH
    box = BoundingBox(left=0.1, top=position / 100, right=0.9, bottom=(position + 1) / 100)
    return Element(
        id=f"p{number}-e{position}",
        kind=ElementKind.HEADER if is_furniture else kind,
        text=line.removeprefix("# ").removeprefix("~ "),
        level=1 if is_heading else None,
        regions=(Region(page=number, box=box),),
        is_furniture=is_furniture,
    )


def elements_of(number, text):
    lines = [line for line in text.splitlines() if line.strip()]
    return [element_of(number, position, line) for position, line in enumerate(lines)]


def document_of(pages, fingerprint, **changes):
    fields = {
        "source_fingerprint": fingerprint,
        "provider": "paper",
        "pages": tuple(Page(number=number) for number in range(1, len(pages) + 1)),
        "elements": tuple(
            element for number, text in enumerate(pages, start=1) for element in elements_of(number, text)
        ),
    }
    return Document(**{**fields, **changes})


async def opened(source, context):
    """The pages of a source and its fingerprint."""
    async with context.open(source) as file:
        return await context.run_in_thread(pages_of, file.read_bytes(), file.media_type), file.fingerprint


@hookimpl
def docferry_provider_info():
    return card()


@hookimpl
async def docferry_parse(source, context):
    return document_of(*await opened(source, context))


def __getattr__(name):
    if name not in LAZY:
        raise AttributeError(name)
    return getattr(import_module(LAZY[name]), name)
