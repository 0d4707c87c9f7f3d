"""Results: a real parse in the engine's shape."""

import io
import re
import zipfile

import pytest

import docferry
from docferry.model import ElementKind

TITLES = {ElementKind.TITLE, ElementKind.HEADING}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="session")
def local(demo_pdf):
    """What the local provider says of the demo."""
    return docferry.parse(demo_pdf)


@pytest.fixture
def demo(serve, demo_pdf):
    """Parses the demo with the parameters given."""
    return lambda **batch: serve(converting_seconds=0).archive(("demo.pdf", demo_pdf.read_bytes()), **batch)


def test_the_archive_has_the_members_of_the_cloud(demo, demo_pdf):
    archive = demo()
    prefix = UUID.match(next(name for name in archive.names if "_origin" in name))[0]
    flat = [name for name in archive.names if not name.startswith("images/")]
    assert flat == [
        "full.md",
        f"{prefix}_content_list.json",
        f"{prefix}_content_list_v2.json",
        "layout.json",
        f"{prefix}_model.json",
        f"{prefix}_origin.pdf",
    ]
    assert archive.find("_origin.pdf") == demo_pdf.read_bytes()
    pictures = [name for name in archive.names if name.startswith("images/")]
    assert len(pictures) == 5
    assert all(re.fullmatch(r"images/[0-9a-f]{64}\.png", name) for name in pictures)


def test_titles_and_their_pages_are_those_of_the_local_parse(demo, local):
    found = [
        (item["page_idx"] + 1, item["text"], item["text_level"])
        for item in demo().items
        if "text_level" in item
    ]
    assert found == [
        (element.regions[0].page, element.text, element.level)
        for element in local.elements
        if element.kind in TITLES
    ]


def test_both_content_lists_and_the_layout_tell_the_same(demo):
    archive = demo()
    flat, by_pages, layout = archive.items, archive.json("_content_list_v2.json"), archive.json("layout.json")
    assert (layout["_backend"], layout["_version_name"]) == ("pipeline", "3.4.4")
    assert [page["page_idx"] for page in layout["pdf_info"]] == list(range(8))
    assert all(page["page_size"] == [595, 842] for page in layout["pdf_info"])
    for index, (page, typed) in enumerate(zip(layout["pdf_info"], by_pages, strict=True)):
        mine = [item for item in flat if item["page_idx"] == index]
        assert [item["bbox"] for item in mine] == [item["bbox"] for item in typed]
        blocks = [*page["para_blocks"], *page["discarded_blocks"]]
        assert len(blocks) == len(mine)
        for item, block in zip(mine, blocks, strict=True):
            expected = [item["bbox"][place] * page["page_size"][place % 2] / 1000 for place in range(4)]
            assert block["bbox"] == pytest.approx(expected, abs=1)


def test_discarded_blocks_stand_behind_the_others_of_their_page(demo, demo_facts):
    items = [item for item in demo().items if item["page_idx"] == 1]
    assert [item["type"] for item in items[-2:]] == ["header", "page_number"]
    assert demo_facts["running_head"] in items[-2]["text"]


def test_captions_stand_with_their_table_or_picture(demo):
    items = demo().items
    captions = [item["table_caption"] for item in items if item["type"] == "table" and item["table_body"]]
    assert all(len(caption) == 1 for caption in captions)
    (picture,) = [item for item in items if item["type"] == "image"]
    assert picture["image_caption"][0].startswith("Figure 1.")
    assert not any(item.get("text") == picture["image_caption"][0] for item in items)


def test_a_table_over_a_page_break_is_whole_on_its_first_page(demo, serve, demo_pdf):
    tables = [item for item in demo().items if item["type"] == "table"]
    assert [bool(item["table_body"]) for item in tables] == [True, True, False, True]
    assert tables[1]["table_body"].count("<tr>") == 20 + 8 - 1  # the repeated header is left out
    assert (tables[2]["img_path"], tables[2]["page_idx"]) == ("images/", 5)
    client = serve(merges_tables=False)
    apart = [item for item in client.archive(demo_pdf.read_bytes()).items if item["type"] == "table"]
    assert all(item["table_body"] for item in apart)


def test_a_paragraph_over_two_places_is_text_and_an_empty_tail(demo, local):
    split = [
        element
        for element in local.elements
        if element.kind is ElementKind.PARAGRAPH and len(element.regions) > 1
    ]
    tails = [item for item in demo().items if item["type"] == "text" and not item["text"]]
    assert len(tails) == sum(len(element.regions) - 1 for element in split)


@pytest.mark.parametrize(("model", "kind"), [("pipeline", "text"), ("vlm", "list")])
def test_lists_are_text_for_pipeline_and_lists_for_vlm(demo, model, kind):
    archive = demo(model_version=model)
    (item,) = [item for item in archive.items if "Buy a ticket at the machine" in str(item)]
    assert item["type"] == kind
    assert archive.json("layout.json")["_backend"] == model


def test_formulas_have_dollars_only_in_the_flat_list(demo):
    archive = demo()
    (item,) = [item for item in archive.items if item["type"] == "equation"]
    assert item["text"].startswith("$$\n")
    assert item["text_format"] == "latex"
    (typed,) = [
        item
        for page in archive.json("_content_list_v2.json")
        for item in page
        if item["type"] == "equation_interline"
    ]
    assert "$" not in typed["content"]["math_content"]


def test_markdown_has_every_text_but_the_margins(demo, local, demo_facts):
    markdown = demo().markdown
    for element in local.elements:
        if element.kind in {*TITLES, ElementKind.PARAGRAPH}:
            assert element.text in markdown
    assert demo_facts["running_head"] not in markdown
    assert markdown.count("<table>") == 3


def test_extra_formats_come_when_asked_for(demo):
    archive = demo(extra_formats=["docx", "html", "latex"])
    assert "<table>" in archive.find(".html").decode()
    assert archive.find(".tex").decode().startswith("\\documentclass")
    with zipfile.ZipFile(io.BytesIO(archive.find(".docx"))) as opened:
        assert b"Passengers by month" in opened.read("word/document.xml")


def test_the_second_content_list_and_the_suffix_of_the_original_are_quirks(serve):
    client = serve(settings={"canned_pages": 1}, has_content_list_v2=False, origin_suffix="pdf")
    archive = client.archive(("a.docx", b"PK"))
    assert not any("content_list_v2" in name for name in archive.names)
    assert archive.find("_origin.pdf") == b"PK"


def test_a_web_page_is_markdown_and_html_without_lists(serve):
    page = b"<html><head><title>x</title></head><body><h2>Boats &amp; quays</h2><p>Two\nlines.</p>"
    page += b"<table><tr><th>A</th></tr><tr><td>1|2</td></tr></table><ul><li>one<li>two</ul></body></html>"
    archive = serve().archive(("page.html", page), model_version="MinerU-HTML")
    assert archive.names == ["full.md", "main.html", archive.names[2]]
    assert archive.names[2].endswith("_origin.html")
    assert archive.markdown.startswith("## Boats & quays\n\nTwo lines.\n\n<table>")
    assert "1|2" in archive.markdown
    assert "- one\n- two" in archive.markdown


def test_a_picture_is_a_page_with_a_figure(serve, documents, tmp_path):
    png = documents.png_named_pdf(tmp_path).read_bytes()
    archive = serve().archive(("scan.png", png))
    (item,) = archive.items
    assert item["type"] == "image"
    assert archive.opened.read(item["img_path"]) == png


def test_a_type_that_the_local_provider_does_not_read_fails(serve):
    client = serve(has_err_code=True)
    (result,) = client.wait(client.upload(("a.docx", b"PK\x03\x04" + bytes(40))))
    assert (result["state"], result["err_code"]) == ("failed", "-60002")
