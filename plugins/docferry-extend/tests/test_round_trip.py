"""The demo through the local provider and through both versions of the service: equal within what it can say.

And the genuine run of the service, every block of which arrives once.
"""

import json

import pytest
from comparison import compare, coverage, figures_of, table_of
from extend_shapes import mapped

from docferry import parse
from docferry.model import ElementKind, PageSelection
from docferry_extend import read_words

VERSIONS = ("2026-02-09", "2025-04-21")


@pytest.fixture(scope="module")
def local(demo_path):
    return parse(demo_path, provider="local")


@pytest.fixture(params=VERSIONS)
def version(request):
    return request.param


def test_the_demo_has_the_same_pages_headings_tables_and_words(serve, demo_path, local, version):
    document = serve().parse(demo_path, api_version=version)
    found, wanted = figures_of(document), figures_of(local)

    assert found.pages == wanted.pages
    assert found.headings == wanted.headings
    assert found.tables == wanted.tables
    assert found.figures == wanted.figures
    assert coverage(found, wanted) == 1.0
    assert coverage(wanted, found) == 1.0
    assert document.warnings == ()


def test_the_demo_has_the_same_boxes_and_sizes(serve, demo_path, local, version):
    document = serve().parse(demo_path, api_version=version)
    sizes = [(round(page.width), round(page.height), page.unit) for page in document.pages]

    assert sizes == [(round(page.width), round(page.height), page.unit) for page in local.pages]
    boxes = {element.text: element.regions for element in document.elements if element.text}
    checked = 0
    for element in local.elements:
        (region,) = element.regions[:1] or (None,)
        if element.kind is ElementKind.HEADING and region is not None and region.box is not None:
            (other,) = boxes[element.text]
            assert other.page == region.page
            assert other.box.as_tuple() == pytest.approx(region.box.as_tuple(), abs=0.001)
            checked += 1
    assert checked > 25


def test_the_figures_can_be_tabulated(serve, demo_path, local):
    house = serve()
    documents = {"local": local}
    documents |= {f"extend {each}": house.parse(demo_path, api_version=each) for each in VERSIONS}
    rows = compare(documents, reference="local")

    assert {row["coverage"] for row in rows} == {"100.0%"}
    assert len({(row["pages"], row["headings"], row["tables"], row["cells"]) for row in rows}) == 1
    assert table_of(rows).count("\n") == 4


@pytest.mark.parametrize("quirk", ["kept", "anew"])
def test_selected_pages_are_those_of_the_document(serve, demo_path, local, quirk, version):
    house = serve(quirks={"page_numbers": quirk})
    document = house.parse(demo_path, pages=PageSelection.parse("2,5-6"), api_version=version)
    headings = [element for element in local.elements if element.kind is ElementKind.HEADING]
    wanted = [each.text for each in headings if each.regions[0].page in (2, 5, 6)]

    assert [page.number for page in document.pages] == [2, 5, 6]
    assert [each.text for each in document.elements if each.kind is ElementKind.HEADING] == wanted


@pytest.mark.parametrize(
    "options",
    [
        {"target": "spatial"},
        {"chunking": "document"},
        {"chunking": "section"},
        {"table_format": "markdown"},
        {"table_format": "markdown", "cell_blocks_enabled": True},
        {"cell_blocks_enabled": True, "formulas_enabled": True, "return_ocr_words": True},
    ],
)
def test_no_word_is_lost_whatever_is_asked_for(serve, demo_path, local, options):
    document = serve().parse(demo_path, **options)

    assert coverage(figures_of(document), figures_of(local)) == 1.0
    assert len(document.pages) == 8


def test_cells_have_boxes_when_asked_for(serve, demo_path):
    document = serve().parse(demo_path, cell_blocks_enabled=True)
    tables = [element.table for element in document.elements if element.table is not None]

    assert all(cell.box is not None for table in tables for cell in table.cells)


@pytest.mark.parametrize(
    "quirks",
    [
        {"details": "empty"},
        {"details": "null"},
        {"wraps_runs": True},
        {"dpi": 72},
        {"blank_pages": "nothing"},
    ],
)
def test_what_the_documents_leave_open_changes_no_text(serve, demo_path, local, quirks):
    document = serve(quirks=quirks).parse(demo_path)

    assert figures_of(document).words == figures_of(local).words
    assert figures_of(document).headings == figures_of(local).headings


@pytest.mark.parametrize("response_type", ["json", "url"])
def test_pictures_and_words_are_saved_where_wanted(serve, demo_path, tmp_path, response_type):
    serve().parse(demo_path, save_to=tmp_path / "saved", return_ocr_words=True, response_type=response_type)
    (folder,) = (tmp_path / "saved").iterdir()
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    result = "run.json" if response_type == "json" else "output.json"

    assert names == sorted(["images/1.png", result])
    words = read_words((folder / result).read_bytes())
    assert len(words) > 1000
    assert all(word.region.box is not None for word in words)


def test_lost_pages_are_noticed(serve, demo_path):
    house = serve(faults=[{"do": "drop_pages", "kind": "submit", "pages": 2}])

    assert "6 of 8 pages" in str(house.error(demo_path))


def test_the_genuine_run_arrives_whole(extend_samples):
    body = (extend_samples / "puffinparse_extend_parse_run.json").read_bytes()
    run = json.loads(body)
    document = mapped(body=run)
    blocks = [block for chunk in run["output"]["chunks"] for block in chunk["blocks"]]

    assert [element.provider_id for element in document.elements] == [block["id"] for block in blocks]
    assert [element.kind.value for element in document.elements] == [
        *("heading", "paragraph", "table"),
        *("paragraph", "paragraph"),
    ]
    for element, block in zip(document.elements, blocks, strict=True):
        (region,) = element.regions
        assert region.page == block["metadata"]["page"]["number"]
        left, top, right, bottom = region.box.as_tuple()
        assert 0 < left < right < 1
        assert 0 < top < bottom < 1
        assert element.confidence == block["metadata"]["avgOcrConfidence"]
    assert [(round(page.width), round(page.height)) for page in document.pages] == [(596, 842)] * 2
    assert document.warnings == ()
    words = read_words(body)
    assert len(words) == len(run["output"]["ocr"]["words"])
    assert {word.block_id for word in words} <= {block["id"] for block in blocks}


@pytest.mark.parametrize(
    "name",
    [
        "docs_2025-04-21_parse_async_response.json",
        "docs_2026-02-09_get_parse_run_example_head.json",
        "docs_2026-02-09_response-format_excerpt.json",
        "docs_legacy_parse_response_skeleton.json",
        "sdktests_parse_run_figure_synthetic.json",
    ],
)
def test_other_bodies_from_elsewhere_do_no_harm(extend_samples, name):
    run = json.loads((extend_samples / name).read_text(encoding="utf-8"))
    if "output" in run or "chunks" in run:
        assert mapped(body=run).elements
