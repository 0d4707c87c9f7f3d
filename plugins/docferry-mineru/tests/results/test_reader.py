"""Genuine bundles through `MineruReader`: from the file to chunks that prove where they come from."""

import json

import pytest
from bundle_server import bundle_server
from mineru_results import archive_of, letters, members_of, texts_of

from docferry.metadata import read_regions
from docferry.provider import JobSettings
from docferry_mineru import MineruReader

LONG = 30
"""Shorter texts may be part of others."""
BUNDLES = ("standard_contract_cross_page", "workflow_diagram_report")


@pytest.fixture(params=BUNDLES)
def bundle(request, mineru_samples):
    return members_of(mineru_samples / "selfhost-3.1.15-pipeline" / request.param)


@pytest.fixture
def chunks(bundle, tmp_path):
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(next(data for name, data in bundle.items() if name.endswith("_origin.pdf")))
    jobs = JobSettings(ledger=tmp_path / "ledger.sqlite3", cache=tmp_path / "cache")
    with bundle_server(archive_of(bundle)) as address:
        return MineruReader(options={"server_url": address}, jobs=jobs).load_data(pdf)


@pytest.fixture
def content_list(bundle):
    return json.loads(next(data for name, data in bundle.items() if name.endswith("content_list.json")))


def test_every_text_is_in_the_chunks_of_its_page_in_order(content_list, chunks):
    said = {}
    for chunk in chunks:
        for page in json.loads(chunk.metadata["pages"]):
            said[page] = said.get(page, "") + letters(chunk.text)
    places = [
        (page, said[page].find(letters(text))) for text, page in texts_of(content_list) if len(text) > LONG
    ]

    assert places
    assert [place for place in places if place[1] < 0] == []
    assert places == sorted(places)


def test_boxes_of_chunks_are_those_of_the_list(content_list, chunks):
    # A picture without any text is in no chunk.
    wanted = {(item["page_idx"] + 1, *item["bbox"]) for item in content_list if item["type"] != "image"}
    found = {
        (region.page, *(round(edge * 1000) for edge in region.box.as_tuple()))
        for chunk in chunks
        for region in read_regions(chunk.metadata)
    }

    assert len(found) == len(wanted)
    for page, *edges in found:
        assert any(page == other and edges == pytest.approx(box, abs=1) for other, *box in wanted)
