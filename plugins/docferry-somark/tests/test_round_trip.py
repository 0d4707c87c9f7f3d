"""Through the wire and back: the demo says the same through the service as it does parsed on the spot.

The emulated service answers with the local provider's parse in its own shape, over real HTTP.
"""

from dataclasses import replace

import pytest

import docferry
from docferry_local import LocalLoader, LocalReader
from docferry_somark import SomarkLoader, SomarkReader


@pytest.fixture
def manager(workshop, service, point, monkeypatch):
    """A plugin manager for somark, whose service is found through the environment."""
    monkeypatch.setenv("SOMARK_BASE_URL", service.options["base_url"])
    monkeypatch.setenv("SOMARK_API_KEY", service.options["api_key"])
    return workshop.bench().manager([point])


def shown(text, metadata):
    """Place, headings and words of a chunk. White space tells lists, which the service does not know."""
    return metadata["page"], metadata["page_end"], metadata["headings"], "".join(text.split())


def test_reader_gives_the_chunks_of_the_local_reader(demo_pdf, manager):
    there = SomarkReader(manager=manager).load_data(demo_pdf)
    here = LocalReader().load_data(demo_pdf)
    assert [shown(node.text, node.metadata) for node in there] == [
        shown(node.text, node.metadata) for node in here
    ]
    assert {node.metadata["provider"] for node in there} == {"somark"}


def test_loader_gives_the_chunks_of_the_local_loader(demo_pdf, manager):
    there = SomarkLoader(demo_pdf, manager=manager).load()
    here = LocalLoader(demo_pdf).load()
    assert [shown(chunk.page_content, chunk.metadata) for chunk in there] == [
        shown(chunk.page_content, chunk.metadata) for chunk in here
    ]


def test_document_has_the_pages_headings_and_tables_of_the_local_one(demo_pdf, workshop):
    def outline(document):
        return [
            (element.text, element.level, element.regions[0].page)
            for element in document.elements
            if element.level is not None and element.kind.value in {"title", "heading"}
        ]

    def tables(document):
        return [bare(element.table) for element in document.elements if element.table is not None]

    def bare(table):
        # Of cells without text there may be none. The service knows no boxes of cells, and speaks of
        # continued tables only where it was told to join them.
        cells = tuple(replace(cell, box=None) for cell in table.cells if cell.text)
        return replace(table, cells=cells, continues_previous=False)

    def captions(document):
        texts = {
            element.id: element.text or (element.table and bare(element.table))
            for element in document.elements
        }
        return [
            (element.text, texts[element.caption_of]) for element in document.elements if element.caption_of
        ]

    there = workshop.trial(workshop.bench()).document(str(demo_pdf))
    here = docferry.parse(demo_pdf)
    assert [page.number for page in there.pages] == [page.number for page in here.pages] == list(range(1, 9))
    assert outline(there) == outline(here) != []
    assert tables(there) == tables(here) != []
    assert captions(there) == captions(here) != []
