"""What comes out of a real parse, in the service's shape."""

import pytest
from documents import encrypted_pdf

LATEST, LEGACY = "2026-02-09", "2025-04-21"


@pytest.fixture(scope="module")
def demo(demo_path):
    return demo_path.read_bytes()


def blocks_of(run):
    return [block for chunk in (run.get("output") or run)["chunks"] for block in chunk["blocks"]]


def types_of(run):
    return {block["type"] for block in blocks_of(run)}


def test_a_real_document_has_blocks_with_places(serve, demo):
    run = serve().run(demo)
    output = run["output"]
    heading = next(block for block in blocks_of(run) if block["content"] == "## 1.2 Passengers by month")

    assert [chunk["metadata"]["pageRange"]["start"] for chunk in output["chunks"]] == list(range(1, 9))
    assert heading["type"] == "section_heading"
    assert heading["metadata"]["page"] == {"number": 3, "width": 1240, "height": 1754}
    assert 0 <= heading["boundingBox"]["left"] < heading["boundingBox"]["right"] <= 1240
    edges = heading["boundingBox"]
    assert heading["polygon"][0] == {"x": edges["left"], "y": edges["top"]}
    assert output["metadata"]["pages"][2]["dpi"] == 150
    assert types_of(run) >= {"text", "heading", "section_heading", "table", "figure", "header", "page_number"}
    chunk = output["chunks"][2]
    assert chunk["content"] == "\n\n".join(b["content"] for b in chunk["blocks"] if b["content"])


def test_the_earlier_version_has_fewer_types_and_points(serve, demo):
    run = serve().run(demo, version=LEGACY)

    assert types_of(run) == {"text", "heading", "section_heading", "table", "figure"}
    assert blocks_of(run)[0]["metadata"] == {"page": {"number": 1, "width": 595, "height": 842}}


def test_settings_change_what_comes_out(serve, demo):
    client = serve()
    file_id = client.upload(demo)
    tables = {"targetFormat": "markdown", "cellBlocksEnabled": True}
    blocks = {"tables": tables, "formulas": {"enabled": True}, "figures": {"enabled": False}}
    rich = client.run(file_id=file_id, blockOptions=blocks)
    table = next(block for block in blocks_of(rich) if block["type"] == "table")
    cell = table["children"][0]

    assert table["content"].startswith("|")
    assert (cell["type"], cell["parentBlockId"]) == ("table_head", table["id"])
    assert cell["details"] == {"type": "table_cell_details", "rowIndex": 0, "columnIndex": 0}
    assert len(table["children"]) == table["details"]["rowCount"] * table["details"]["columnCount"]
    assert "formula" in types_of(rich)
    assert "figure" not in types_of(rich)


@pytest.mark.parametrize(("kind", "count"), [("document", 1), ("section", 31), ("page", 8)])
def test_chunks_are_cut_as_asked(serve, demo, kind, count):
    run = serve().run(demo, chunkingStrategy={"type": kind})

    assert len(run["output"]["chunks"]) == count
    assert {chunk["type"] for chunk in run["output"]["chunks"]} == {kind}


def test_spatial_text_has_no_marks(serve, demo):
    run = serve().run(demo, target="spatial")
    heading = next(block for block in blocks_of(run) if "1.2 Passengers" in block["content"])

    assert heading["content"] == "1.2 Passengers by month"
    assert not any(block["content"].startswith("<table") for block in blocks_of(run))


def test_words_and_lines_lie_inside_their_blocks(serve, demo):
    run = serve().run(demo, advancedOptions={"returnOcr": {"words": True, "lines": True}})
    boxes = {block["id"]: block["boundingBox"] for block in blocks_of(run)}
    ocr = run["output"]["ocr"]

    assert len(ocr["words"]) > len(ocr["lines"]) > 100
    for found in (*ocr["words"], *ocr["lines"]):
        outer, inner = boxes[found["blockId"]], found["boundingBox"]
        assert outer["left"] - 1 <= inner["left"] <= inner["right"] <= outer["right"] + 1
        assert outer["top"] - 1 <= inner["top"] <= inner["bottom"] <= outer["bottom"] + 1


@pytest.mark.parametrize(("quirk", "numbers"), [("kept", [2, 5, 6]), ("anew", [1, 2, 3])])
def test_page_ranges_select_pages(serve, demo, quirk, numbers):
    ranges = [{"start": 2, "end": 2}, {"start": 5, "end": 6}]
    run = serve(page_numbers=quirk).run(demo, advancedOptions={"pageRanges": ranges})

    assert [chunk["metadata"]["pageRange"]["start"] for chunk in run["output"]["chunks"]] == numbers
    assert [page["number"] for page in run["output"]["metadata"]["pages"]] == numbers
    assert (run["metrics"]["pageCount"], run["usage"]["credits"]) == (3, 6.0)


@pytest.mark.parametrize(("quirk", "details"), [("empty", {}), ("null", None)])
def test_details_may_be_missing(serve, demo, quirk, details):
    assert {repr(block["details"]) for block in blocks_of(serve(details=quirk).run(demo))} == {repr(details)}


@pytest.fixture
def locked(tmp_path):
    return encrypted_pdf(tmp_path, "open sesame", pages=2).read_bytes()


def test_locked_documents_need_their_password(serve, locked):
    client = serve()
    wrong = client.upload(locked, data={"password": "no"})
    right = client.upload(locked, data={"password": "open sesame"})

    assert client.run(locked)["failureReason"] == "PASSWORD_PROTECTED_FILE"
    assert client.run(file_id=wrong)["failureReason"] == "PASSWORD_PROTECTED_FILE"
    assert client.run(file_id=right)["metrics"]["pageCount"] == 2
