"""A provider for the tests of the adapters: slips of text, parsed in a plain way, with ways to go wrong.

A form feed begins a page, an empty line a block, "# " a heading. "broken" in a slip is a corrupt file, an
empty page a warning; "wait" holds the parse until the gate opens or the run is cancelled.
"""

import asyncio
import os
import threading

import pydantic

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

KEY_VARIABLE = "SLIPS_API_KEY"


def key_from_environment():
    value = os.environ.get(KEY_VARIABLE)
    return None if value is None else pydantic.SecretStr(value)


class SlipOptions(ProviderOptions):
    """The careless way to find a key: it is read while the options are made."""

    api_key: pydantic.SecretStr | None = pydantic.Field(default_factory=key_from_environment)
    shout: bool = False


class Ledger:
    """What the plugin saw since the fixture emptied it."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.started = []
        self.cancelled = []
        self.options = []
        self.gate = threading.Event()


ledger = Ledger()


@hookimpl
def docferry_provider_info():
    return ProviderInfo(
        name="slips",
        title="Slips",
        formats=(
            FileFormat(name="Text", media_types=("text/plain",), suffixes=(".txt",)),
            FileFormat(name="Markdown", media_types=("text/markdown",), suffixes=(".md",)),
        ),
        options_type=SlipOptions,
        abilities=frozenset({Ability.REMOTE, Ability.BOXES, Ability.PAGE_SELECTION}),
        environment=(KEY_VARIABLE,),
    )


@hookimpl
async def docferry_parse(source, pages, options, context):
    ledger.started.append(source.name)
    ledger.options.append(options)
    try:
        async with context.open(source) as file:
            text = file.read_bytes().decode()
        while "wait" in text and not ledger.gate.is_set():
            await asyncio.sleep(0.001)
    except asyncio.CancelledError:
        ledger.cancelled.append(source.name)
        raise
    if "broken" in text:
        raise CorruptSourceError("the slip is torn", next_step="write it again")
    return document_of(text.upper() if options.shout else text, pages=pages, fingerprint=file.fingerprint)


def document_of(text, *, pages=None, fingerprint="sha256:00"):
    parts = dict(enumerate(text.split("\f"), start=1))
    wanted = {number: part for number, part in parts.items() if pages is None or number in pages}
    empty = tuple(number for number, part in wanted.items() if not part.strip())
    warning = DocumentWarning(code="pages_without_text", message=f"no text on pages {empty}", pages=empty)
    return Document(
        source_fingerprint=fingerprint,
        provider="slips",
        pages=tuple(Page(number=number, width=100.0, height=200.0) for number in wanted),
        elements=tuple(element for number, part in wanted.items() for element in elements_of(number, part)),
        warnings=(warning,) if empty else (),
    )


def elements_of(page, part):
    blocks = [block.strip() for block in part.split("\n\n") if block.strip()]
    for position, block in enumerate(blocks):
        is_heading = block.startswith("# ")
        box = BoundingBox(left=0.1, top=position / 10, right=0.9, bottom=(position + 1) / 10)
        yield Element(
            id=f"p{page}e{position}",
            kind=ElementKind.HEADING if is_heading else ElementKind.PARAGRAPH,
            text=block.removeprefix("# "),
            level=1 if is_heading else None,
            regions=(Region(page=page, box=box),),
        )
