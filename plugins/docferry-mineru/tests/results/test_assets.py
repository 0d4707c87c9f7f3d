"""Pictures and exports are saved; everything else stays in the cache."""

import io
import zipfile

import pytest
from mineru_results import about, archive_of, payload_of

from docferry.errors import InvalidResponseError
from docferry_mineru.assets import asset_paths
from docferry_mineru.parts import check_result


def test_pictures_and_exports_of_an_archive_are_listed():
    members = {
        "full.md": "x",
        "layout.json": {},
        "0f2c_content_list.json": [],
        "0f2c_origin.docx": b"the source",
        "0f2c_origin.png": b"the source",
        "0f2c.docx": b"1",
        "0f2c.html": "2",
        "0f2c.tex": "3",
        "report/auto/images/a.jpg": b"4",
        "images/b.png": b"5",
        "images/aborigin.jpg": b"6",
    }
    payload = payload_of(about_json=about(), result_zip=archive_of(members))

    assert list(asset_paths(payload)) == [
        ("result.zip/0f2c.docx", "0f2c.docx"),
        ("result.zip/0f2c.html", "0f2c.html"),
        ("result.zip/0f2c.tex", "0f2c.tex"),
        ("result.zip/report/auto/images/a.jpg", "images/a.jpg"),
        ("result.zip/images/b.png", "images/b.png"),
        ("result.zip/images/aborigin.jpg", "images/aborigin.jpg"),
    ]


def test_pictures_among_the_parts_are_listed():
    payload = payload_of(about_json=about(), result_md=b"x", **{"images/a.jpg": b"1"})

    assert list(asset_paths(payload)) == [("images/a.jpg", "images/a.jpg")]


def test_members_that_lead_elsewhere_are_not_listed():
    payload = payload_of(result_zip=archive_of({"../a.jpg": b"1", "/b.docx": b"2"}))

    assert list(asset_paths(payload)) == []


def test_a_broken_archive_is_an_error():
    with pytest.raises(InvalidResponseError, match="archive"):
        list(asset_paths(payload_of(result_zip=b"PK cut")))


@pytest.mark.parametrize(
    "name",
    ["0f2c_origin.pdf", "a_origin/a_origin.md", "0f2c_content_list.json", "origin.docx", "images/a.jpg"],
)
def test_only_the_copy_of_the_source_may_be_damaged(name):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("full.md", "whole")
        archive.writestr(name, "the bytes of it")
    damaged = io.BytesIO(stream.getvalue().replace(b"the bytes of it", b"the bytes of 1t"))

    if name.endswith("_origin.pdf"):
        check_result(damaged)
    else:
        with pytest.raises(InvalidResponseError, match="a member cannot be read"):
            check_result(damaged)
