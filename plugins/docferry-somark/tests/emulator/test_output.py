"""Results: a real parse in the service's shape."""

import base64
import io
import re
import zipfile

import pytest
from PIL import Image

import docferry
from docferry.model import ElementKind

LEVELS = {"enable_title_level_recognition": True}
TITLES = {ElementKind.TITLE, ElementKind.HEADING}


@pytest.fixture(scope="session")
def local(demo_pdf):
    """What the local provider says of the demo."""
    return docferry.parse(demo_pdf)


def blocks_of(outputs, *kinds):
    return [
        block
        for page in outputs["json"]["pages"]
        for block in page["blocks"]
        if not kinds or block["type"] in kinds
    ]


def test_titles_and_their_pages_are_those_of_the_local_parse(serve, demo_pdf, local):
    outputs = serve().outputs(demo_pdf.read_bytes(), feature_config=LEVELS)
    found = [
        (page["page_num"] + 1, block["content"], block["title_level"])
        for page in outputs["json"]["pages"]
        for block in page["blocks"]
        if block["type"] == "title"
    ]
    assert found == [
        (element.regions[0].page, element.text, element.level)
        for element in local.elements
        if element.kind in TITLES
    ]


def test_without_recognition_titles_have_no_level(serve, demo_pdf):
    outputs = serve().outputs(demo_pdf.read_bytes())
    assert not any("title_level" in block for block in blocks_of(outputs))
    headings = re.findall(r"^(#+) ", outputs["markdown"], re.MULTILINE)
    assert set(headings) == {"#"}


def test_boxes_are_pixels_of_the_page_at_the_resolution_of_the_quirk(serve, demo_pdf, local):
    for dpi in (144, 150):
        outputs = serve(dpi=dpi).outputs(demo_pdf.read_bytes())
        size = outputs["json"]["pages"][1]["page_size"]
        assert size == {"w": round(595.2756 * dpi / 72), "h": round(841.8898 * dpi / 72)}
        (figure,) = blocks_of(outputs, "figure")
        box = next(e for e in local.elements if e.kind is ElementKind.FIGURE).regions[0].box
        assert figure["bbox"] == [
            pytest.approx(edge * length, abs=0.5)
            for edge, length in zip(box.as_tuple(), [size["w"], size["h"]] * 2, strict=True)
        ]


def test_heads_and_feet_come_only_when_asked_for(serve, demo_pdf, demo_facts):
    client = serve()
    kinds = {block["type"] for block in blocks_of(client.outputs(demo_pdf.read_bytes()))}
    assert not kinds & {"header", "footer"}
    kept = client.outputs(demo_pdf.read_bytes(), feature_config={"keep_header_footer": True})
    heads = blocks_of(kept, "header")
    assert len(heads) == 7
    assert all(demo_facts["running_head"] in block["content"] for block in heads)
    assert blocks_of(kept, "footer")


@pytest.mark.parametrize(
    ("table", "beginning", "notation"), [("html", "<table>", "html"), ("markdown", "| ", "markdown")]
)
def test_tables_are_written_as_asked_for(serve, demo_pdf, table, beginning, notation):
    outputs = serve().outputs(demo_pdf.read_bytes(), element_formats={"table": table})
    tables = blocks_of(outputs, "table")
    assert len(tables) == 4
    assert all(block["content"].startswith(beginning) for block in tables)
    assert {block["format"] for block in tables} == {notation}
    assert tables[0]["content"] in outputs["markdown"]


def test_tables_come_as_pictures_when_asked_for(serve, demo_pdf):
    client = serve()
    tables = blocks_of(client.outputs(demo_pdf.read_bytes(), element_formats={"table": "image"}), "table")
    assert [block["content"] for block in tables] == [""] * 4
    assert all(client.http.get(block["img_url"]).content.startswith(b"\x89PNG") for block in tables)


def test_a_table_over_a_page_break_is_joined_when_asked_for(serve, demo_pdf):
    outputs = serve().outputs(demo_pdf.read_bytes(), feature_config={"enable_table_cross_page": True})
    flags = [page["merge_content_from_pre_page"] for page in outputs["json"]["pages"]]
    assert flags == [False, False, False, False, False, True, False, False]
    tables = blocks_of(outputs, "table")
    assert len(tables) == 3
    assert tables[1]["content"].count("<tr>") == 20 + 8 - 1  # the repeated header is left out


def test_a_paragraph_over_a_page_break_is_joined_when_asked_for(serve, documents, tmp_path):
    texts = ["The ferry that left the quay at seven in the", "morning came back in the evening."]
    content = documents.text_pdf(tmp_path, texts=texts).read_bytes()
    client = serve()
    apart = client.outputs(content)
    assert [len(page["blocks"]) for page in apart["json"]["pages"]] == [1, 1]
    joined = client.outputs(content, feature_config={"enable_text_cross_page": True})["json"]["pages"]
    assert [block["content"] for block in joined[0]["blocks"]] == [" ".join(texts)]
    assert (joined[1]["blocks"], joined[1]["merge_content_from_pre_page"]) == ([], True)


def test_pictures_come_by_address(serve, demo_pdf, clock):
    client = serve(settings={"link_seconds": 60})
    data = client.wait(client.task(demo_pdf.read_bytes()))
    (figure,) = blocks_of(data["result"]["outputs"], "figure")
    assert data["result"]["imgs"] == [figure["img_url"]]
    answer = client.http.get(figure["img_url"])
    assert answer.headers["content-type"] == "image/png"
    width, height = Image.open(io.BytesIO(answer.content)).size
    assert width > 2 * height
    assert f"]({figure['img_url']})" in data["result"]["outputs"]["markdown"]
    clock.advance(61)
    assert client.http.get(figure["img_url"]).status_code == 403


@pytest.mark.parametrize(("form", "beginning"), [("data_uri", "data:image/png;base64,"), ("bare", "")])
def test_pictures_come_as_base64(serve, demo_pdf, form, beginning):
    outputs = serve(base64_form=form).outputs(demo_pdf.read_bytes(), element_formats={"image": "base64"})
    (figure,) = blocks_of(outputs, "figure")
    assert figure["img_url"].startswith(beginning)
    assert base64.b64decode(figure["img_url"].removeprefix(beginning)).startswith(b"\x89PNG")


def test_pictures_are_left_out(serve, demo_pdf):
    client = serve()
    data = client.wait(client.task(demo_pdf.read_bytes(), element_formats={"image": "none"}))
    (figure,) = blocks_of(data["result"]["outputs"], "figure")
    assert figure["img_url"] == ""
    assert "imgs" not in data["result"]


def test_pictures_come_as_files_inside_the_archive(serve, demo_pdf):
    client = serve()
    outputs = client.outputs(("annual report.pdf", demo_pdf.read_bytes()), output_formats=["json", "zip"])
    assert set(outputs) == {"json", "zip"}
    answer = client.http.get(outputs["zip"])
    assert answer.headers["content-type"] == "application/zip"
    (figure,) = blocks_of(outputs, "figure")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["annual report.md", "annual report.json", figure["img_url"]]
        assert archive.read(figure["img_url"]).startswith(b"\x89PNG")


def test_pictures_are_not_described_when_that_is_switched_off(serve, demo_pdf):
    outputs = serve().outputs(demo_pdf.read_bytes(), feature_config={"enable_image_understanding": False})
    assert [block["content"] for block in blocks_of(outputs, "figure")] == [""]


def test_captions_know_what_they_belong_to(serve, demo_pdf):
    for captions in ("none", "text", "index"):
        outputs = serve(captions=captions).outputs(demo_pdf.read_bytes())
        (figure,) = blocks_of(outputs, "figure")
        (caption,) = blocks_of(outputs, "figure_caption")
        expected = {"none": [], "text": [caption["content"]], "index": [caption["idx"]]}
        assert figure["captions"] == expected[captions]
    assert len(blocks_of(outputs, "table_caption")) == 3


@pytest.mark.parametrize(("formula", "start"), [("latex", "e ="), ("ascii", "e ="), ("mathml", "<math>")])
def test_formulas_are_written_as_asked_for(serve, demo_pdf, formula, start):
    outputs = serve().outputs(demo_pdf.read_bytes(), element_formats={"formula": formula})
    (equation,) = blocks_of(outputs, "equation")
    assert equation["content"].startswith(start)


def test_the_json_output_may_be_text_and_pages_may_count_from_one(serve, demo_pdf):
    outputs = serve(json_as="text", first_page=1).outputs(demo_pdf.read_bytes())
    assert outputs["json"].startswith('{"pages": [{"page_num": 1,')


def test_a_scan_comes_back_as_figures(serve, documents, tmp_path):
    outputs = serve().outputs(documents.scan_pdf(tmp_path, pages=2).read_bytes())
    assert [block["type"] for block in blocks_of(outputs)] == ["figure", "figure"]


def test_a_picture_is_one_page_in_its_own_pixels(serve):
    buffer = io.BytesIO()
    Image.new("RGB", (300, 200)).save(buffer, format="PNG")
    outputs = serve().outputs(("photo.png", buffer.getvalue()))
    (page,) = outputs["json"]["pages"]
    assert page["page_size"] == {"w": 300, "h": 200}
    assert page["blocks"][0]["bbox"] == [0, 0, 300, 200]


def test_pages_can_be_missing_from_a_result(serve, demo_pdf):
    client = serve(faults=[{"kind": "submit", "do": "drop_pages", "pages": 3}])
    data = client.wait(client.task(demo_pdf.read_bytes()))
    assert data["metadata"]["page_num"] == 8
    assert len(data["result"]["outputs"]["json"]["pages"]) == 5
