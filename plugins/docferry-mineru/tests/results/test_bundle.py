"""Files are found in an archive whatever its layout, and in answers."""

import base64
import io
import json
import zipfile

import pytest
from mineru_results import (
    FINGERPRINT,
    about,
    archive_of,
    block_v4,
    cloud,
    legacy,
    mapped,
    middle_v4,
    outline,
    para,
    paragraph,
    payload_of,
    structured,
    text,
)

from docferry.errors import InvalidResponseError
from docferry_mineru import bundle as room
from docferry_mineru.images import answer_images
from docferry_mineru.result import map_payload

ONE = [("p1-e1", "paragraph", "Low water.")]
PICTURE = b"\xff\xd8\xff\xe0 made up"


def answer(**output):
    return json.dumps({"backend": "pipeline", "version": "3.4.5", "results": {"report": output}}).encode()


def document_of(**parts):
    return map_payload(payload_of(**parts), fingerprint=FINGERPRINT)


@pytest.mark.parametrize(
    "members",
    [
        {"0f2c_content_list.json": [text("Low water.")]},
        {"content_list.json": [text("Low water.")]},
        {"content_list_v2.json": [[paragraph("Low water.")]]},
        {"report/auto/report_content_list_v2.json": [[paragraph("Low water.")]]},
        {"layout.json": legacy([para("Low water.")])},
        {"report/vlm/report_middle.json": legacy([para("Low water.")])},
        {"middle_json.json": middle_v4([block_v4("text", "Low water.")])},
        {"0001/structured_content.json": structured([{"type": "text", "content": "Low water."}])},
    ],
)
def test_files_are_found_by_the_ends_of_their_names(members):
    extra = {"0f2c_model.json": [{"layout_dets": []}], "model_output.json": [[]], "0f2c_origin.pdf": b"%PDF"}

    found = mapped(members | extra)
    assert outline(found) == ONE
    assert found.warnings == ()


def test_the_file_nearest_to_the_root_counts():
    members = {
        "images/report_content_list.json": [text("not this one, although it is longer")],
        "report_content_list.json": [text("Low water.")],
    }

    assert outline(mapped(members)) == ONE


@pytest.mark.parametrize(
    "members",
    [
        {"full.md": "Low water.", "readme.md": "something else that is longer"},
        {"markdown.md": "\ufeffLow water."},
        {"report/office/report.md": "Low water."},
        {"full.md": "Low water.", "main.html": "<p>Low water.</p>"},
    ],
)
def test_markdown_alone_is_enough(members):
    assert outline(mapped(members, pages_total=1)) == ONE


@pytest.mark.parametrize("body", ["{", "3", "{}", '{"pdf_info": 3}', "", "[1]", '["x"]'])
def test_a_damaged_file_gives_way_to_the_next_with_a_warning(body):
    found = mapped(cloud(v1=[text("Low water.")]) | {"layout.json": body})

    assert outline(found) == ONE
    assert [(w.code, "layout.json" in w.message) for w in found.warnings] == [("output_unread", True)]


def test_a_content_list_of_nothing_is_no_damage():
    found = mapped(cloud(v1=[], v2=[[]], markdown=""), pages_total=1)

    assert ([page.number for page in found.pages], found.elements, found.warnings) == ([1], (), ())


def test_a_file_too_large_to_hold_is_not_read(monkeypatch):
    monkeypatch.setattr(room, "MAX_JSON_BYTES", 10)

    found = mapped(cloud(v1=[text("Low water.")], markdown="High water."), pages_total=1)
    assert [e.text for e in found.elements] == ["High water."]
    assert [w.code for w in found.warnings] == ["output_unread"]


def test_hostile_members_are_not_there():
    members = {"../full.md": "evil", "/etc/full.md": "evil", "full.md": "Low water."}

    assert outline(mapped(members, pages_total=1)) == ONE


@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x03\x04 cut short"])
def test_a_broken_archive_is_an_error(data):
    with pytest.raises(InvalidResponseError, match="archive"):
        document_of(result_zip=data)


def test_a_truncated_archive_is_an_error():
    with pytest.raises(InvalidResponseError, match="archive"):
        document_of(result_zip=archive_of(cloud(v1=[text("x" * 999)]))[:-40])


def test_a_bomb_is_an_error():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("layout.json", b" " * 20_000_000)

    with pytest.raises(InvalidResponseError, match="larger than any result"):
        document_of(result_zip=stream.getvalue())


@pytest.mark.parametrize("members", [{}, {"readme.txt": "x"}, {"0f2c_model.json": [[]]}])
def test_an_archive_without_output_is_an_error(members):
    with pytest.raises(InvalidResponseError, match="no output"):
        mapped(members)


def test_a_payload_without_output_is_an_error():
    with pytest.raises(InvalidResponseError, match="no output"):
        document_of(about_json=about())


def test_an_answer_holds_json_in_strings():
    body = answer(
        md_content="# no",
        middle_json=json.dumps(legacy([para("Low water.")])),
        content_list=json.dumps([text("Low water.")]),
        model_output="[]",
        images={},
    )

    found = document_of(result_json=body)
    assert outline(found) == ONE
    assert found.pages[0].width == 1000


def test_pictures_inside_an_answer_are_kept_as_parts_and_found():
    uri = f"data:image/jpeg;base64,{base64.b64encode(PICTURE).decode()}"
    item = {"type": "image", "img_path": "images/p.jpg", "page_idx": 0}
    body = answer(content_list=json.dumps([item]), images={"p.jpg": uri, "q.jpg": "lost", "../": uri, "r": 3})
    ((name, media_type, data),) = answer_images(json.loads(body))

    assert (name, media_type, data) == ("images/p.jpg", "image/jpeg", PICTURE)
    (element,) = document_of(result_json=body, **{name: data}).elements
    assert (element.image.asset_name, element.image.size_bytes) == ("images/p.jpg", len(PICTURE))


@pytest.mark.parametrize(
    "value", [{}, {"results": []}, {"results": {"x": 3}}, {"results": {"x": {"images": {"a.png": "no"}}}}]
)
def test_an_answer_without_pictures_has_none(value):
    assert list(answer_images(value)) == []


def test_an_answer_of_4_0_is_read_too():
    content = {"markdown": "# no", "middle_json": middle_v4([block_v4("text", "Low water.")])}

    assert outline(document_of(result_json=json.dumps({"files": [{"content": content}]}).encode())) == ONE


def test_an_answer_with_markdown_only_is_read():
    assert outline(document_of(result_json=answer(md_content="Low water."), about_json=about(1))) == ONE


@pytest.mark.parametrize("body", [b"<html>", b"[]", b""])
def test_an_answer_that_is_no_object_is_an_error(body):
    with pytest.raises(InvalidResponseError, match="not a JSON object"):
        document_of(result_json=body)


@pytest.mark.parametrize("body", [b"{}", b'{"results": {}}', b'{"results": {"x": null}}', b'{"files": [1]}'])
def test_an_answer_without_output_is_an_error(body):
    with pytest.raises(InvalidResponseError, match="no output"):
        document_of(result_json=body)
