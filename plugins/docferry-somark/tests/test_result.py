"""From a payload to a document: JSON, else the archive, else Markdown; and warnings for what is odd."""

import io
import json
import zipfile

import pytest
from somark_shapes import FINGERPRINT, block, envelope, finished, mapped, page

from docferry.errors import InvalidResponseError
from docferry.model import ElementKind
from docferry.testing import reader_of
from docferry_somark.result import map_payload


def archive(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return "application/zip", stream.getvalue()


def document_of(body=None, **parts):
    named = {name.replace("_", "."): part for name, part in parts.items()}
    if body is not None:
        named["result.json"] = ("application/json", body)
    return map_payload(reader_of(named), fingerprint=FINGERPRINT)


def test_the_document_names_provider_and_source():
    document = mapped(page(block(content="x")))

    assert (document.provider, document.source_fingerprint) == ("somark", FINGERPRINT)


def test_json_wins_over_markdown():
    assert [e.text for e in mapped(page(block(content="from json")), markdown="from markdown").elements] == [
        "from json"
    ]


def test_markdown_fills_in_for_empty_json():
    assert [e.text for e in mapped(page(), markdown="from markdown").elements] == ["from markdown"]


def test_a_blank_document_is_a_document():
    document = mapped(page(), page(number=1))

    assert [p.number for p in document.pages] == [1, 2]
    assert document.elements == ()


def test_markdown_of_one_page_stands_on_that_page():
    document = mapped(markdown="# Tides\n\nHigh water.", page_count=1)

    assert [(e.id, e.kind, e.level, e.regions[0].page) for e in document.elements] == [
        ("p1-e1", ElementKind.HEADING, 1, 1),
        ("p1-e2", ElementKind.PARAGRAPH, None, 1),
    ]
    assert document.warnings == ()


def test_markdown_of_several_pages_claims_no_page():
    document = mapped(markdown="# Tides\n\nHigh water.", page_count=3)

    assert [p.number for p in document.pages] == [1, 2, 3]
    assert [e.regions for e in document.elements] == [(), ()]
    assert [w.code for w in document.warnings] == ["pages_unknown"]


def test_markdown_links_its_pictures_and_captions():
    text = "![a chart](https://store/a.png)\n\n: **Figure 1:** Ferries\n"
    body = envelope(finished(markdown=text))
    document = document_of(body, **{"images/0001_png": ("image/png", b"1")})

    figure, caption = document.elements
    assert (figure.kind, figure.text, figure.image.asset_name) == (
        ElementKind.FIGURE,
        "a chart",
        "images/0001.png",
    )
    assert (caption.kind, caption.text, caption.caption_of) == (
        ElementKind.CAPTION,
        "Figure 1: Ferries",
        figure.id,
    )


def test_an_archive_alone_is_enough():
    pages = json.dumps({"pages": [page(block("figure", "a chart", img_url="images/a.png"))]})
    body = envelope(finished(zip="https://store/x.zip"))
    document = document_of(
        body,
        result_zip=archive(**{"out/layout.json": pages, "out/x.md": "# ignored", "out/images/a.png": b"123"}),
    )

    (figure,) = document.elements
    assert (figure.image.asset_name, figure.image.size_bytes) == ("result.zip/out/images/a.png", 3)
    assert document.warnings == ()


def test_an_archive_with_markdown_only_is_read():
    body = envelope(finished(zip="https://store/x.zip"))
    part = archive(
        **{"readme.md": "x", "doc.md": "\ufeff# Tides\n\n![pier](images/p.jpg)", "images/p.jpg": b"1"}
    )
    document = document_of(body, result_zip=part)

    assert [e.text for e in document.elements] == ["Tides", "pier"]
    assert document.elements[1].image.asset_name == "result.zip/images/p.jpg"


def test_an_archive_without_a_body_is_read():
    document = document_of(result_zip=archive(**{"doc.md": "# Tides"}))

    assert [e.text for e in document.elements] == ["Tides"]


def test_an_archive_beside_json_holds_the_pictures():
    body = envelope(
        finished(page(block("figure", "a chart", img_url="images/a.png")), zip="https://store/x.zip")
    )
    document = document_of(body, result_zip=archive(**{"images/a.png": b"123", "doc.md": "# no"}))

    assert [e.text for e in document.elements] == ["a chart"]
    assert document.elements[0].image.asset_name == "result.zip/images/a.png"


def test_a_broken_archive_beside_json_is_a_warning():
    body = envelope(finished(page(block(content="kept")), zip="https://store/x.zip"))
    document = document_of(body, result_zip=("application/zip", b"PK\x03\x04 cut"))

    assert [e.text for e in document.elements] == ["kept"]
    assert [w.code for w in document.warnings] == ["archive_unreadable"]


def test_a_broken_archive_alone_is_an_error():
    with pytest.raises(InvalidResponseError, match="archive"):
        document_of(envelope(finished(zip="https://store/x.zip")), result_zip=("application/zip", b"PK cut"))


@pytest.mark.parametrize("body", [envelope(None), envelope(finished()), b"{}", envelope({"result": []})])
def test_a_payload_without_output_is_an_error(body):
    with pytest.raises(InvalidResponseError, match="no output"):
        document_of(body)


def test_a_payload_that_is_no_json_is_an_error():
    with pytest.raises(InvalidResponseError, match="not a JSON object"):
        document_of(b"<html>")


def test_missing_pages_are_named():
    document = mapped(page(block(content="a")), page(block(content="c"), number=2), page_count=4)

    assert [(w.code, w.pages) for w in document.warnings] == [("pages_missing", (2, 4))]


def test_warnings_of_the_service_are_handed_on():
    body = envelope(
        finished(page(block(content="x"))), warnings=["scan is skewed ", "scan is skewed", "low ink", 3]
    )
    document = document_of(body)

    assert [(w.code, w.message) for w in document.warnings] == [
        ("service_warning", "scan is skewed"),
        ("service_warning", "low ink"),
        ("service_warning", "3"),
    ]


def test_a_synchronous_body_maps_the_same():
    data = finished(page(block(content="x")))
    del data["status"], data["record_id"]

    assert [e.text for e in document_of(envelope(data)).elements] == ["x"]
