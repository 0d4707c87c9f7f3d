"""A plugin of these tests' own: deterministic, without files to parse, with ways to be slow and to fail."""

import asyncio
import sys
import threading
import types
from importlib.metadata import EntryPoint

import pytest
from depot_fixtures import depot, depot_manager, jobs

from docferry.errors import CorruptSourceError
from docferry.model import Document, Element, ElementKind, FileFormat, Page, ProviderInfo, Region
from docferry.plugin import PluginManager, hookimpl
from docferry.provider import ProviderOptions

__all__ = ["depot", "depot_manager", "files", "jobs", "probe"]


class Probe:
    """What the plugin saw, and the gates that hold it back, until so many sources are under way."""

    def __init__(self):
        self.started = []
        self.cancelled = []
        self.under_way = 0
        self.most_under_way = 0
        self.hold = set()
        self.release = threading.Event()
        self.release_at = 10**6
        self.looks = 0
        self.threads = set()
        self.pages = []


@pytest.fixture
def probe(monkeypatch):
    """The plugin 'probe': parses text files, one page per form feed."""
    seen = Probe()
    module = types.ModuleType("docferry_probe_specimen")

    @hookimpl
    def docferry_provider_info():
        return ProviderInfo(
            name="probe",
            title="Probe",
            formats=(FileFormat(name="Text", media_types=("text/plain",), suffixes=(".txt",)),),
            options_type=ProviderOptions,
        )

    async def wait_while_held(name):
        while name in seen.hold and not seen.release.is_set():
            await asyncio.sleep(0.001)
            seen.looks += seen.under_way >= seen.release_at
            if seen.looks > 100:  # time for one too many to come
                seen.release.set()

    @hookimpl
    async def docferry_parse(source, pages, context):
        seen.started.append(source.name)
        seen.threads.add(threading.get_ident())
        seen.pages.append(pages)
        seen.under_way += 1
        seen.most_under_way = max(seen.most_under_way, seen.under_way)
        try:
            async with context.open(source) as file:
                await wait_while_held(file.file_name)
                text = file.read_bytes().decode()
            if "broken" in text:
                raise CorruptSourceError("it is broken", next_step="mend it")
            if "suicidal" in text:
                raise asyncio.CancelledError  # noqa: TRY301 - what a plugin might do
            if "bug" in text:
                raise ZeroDivisionError
            if "nothing" in text:
                return None
            return document_of(text, file.fingerprint)
        except asyncio.CancelledError:
            seen.cancelled.append(source.name)
            raise
        finally:
            seen.under_way -= 1

    module.docferry_provider_info = docferry_provider_info
    module.docferry_parse = docferry_parse
    monkeypatch.setitem(sys.modules, module.__name__, module)
    seen.manager = PluginManager(points=[EntryPoint(name="probe", value=module.__name__, group="docferry")])
    return seen


def document_of(text, fingerprint):
    parts = text.split("\f")
    return Document(
        source_fingerprint=fingerprint,
        provider="probe",
        pages=tuple(Page(number=number) for number in range(1, len(parts) + 1)),
        elements=tuple(
            Element(id=f"e{number}", kind=ElementKind.PARAGRAPH, text=part, regions=(Region(page=number),))
            for number, part in enumerate(parts, start=1)
        ),
    )


@pytest.fixture
def files(tmp_path):
    """Writes text files and returns their paths as strings."""

    def write(*texts):
        paths = []
        for number, text in enumerate(texts):
            path = tmp_path / f"{number:03}.txt"
            path.write_text(text)
            paths.append(str(path))
        return paths

    return write
