"""Pictures and archives are written where the user wants them."""

import pytest
from somark_shapes import FINGERPRINT, block, envelope, finished, page, reader_of

from docferry.errors import ConfigurationError
from docferry_somark.api import make_api
from docferry_somark.assets import asset_folder, save_assets
from docferry_somark.options import SomarkOptions

PARTS = {
    "result.json": ("application/json", b"{}"),
    "result.zip": ("application/zip", b"PK"),
    "images/0001.png": ("image/png", b"png"),
}


def test_pictures_and_archive_are_written_and_the_body_is_not(tmp_path):
    folder = tmp_path / "out" / "report"
    written = save_assets(reader_of(PARTS), folder)

    assert written == (folder / "result.zip", folder / "images" / "0001.png")
    assert [path.read_bytes() for path in written] == [b"PK", b"png"]
    assert sorted(path.name for path in folder.rglob("*")) == ["0001.png", "images", "result.zip"]


def test_saving_again_overwrites(tmp_path):
    save_assets(reader_of(PARTS), tmp_path)
    save_assets(reader_of(PARTS | {"images/0001.png": ("image/png", b"new")}), tmp_path)

    assert (tmp_path / "images" / "0001.png").read_bytes() == b"new"


def test_nothing_to_write_makes_no_folder(tmp_path):
    assert save_assets(reader_of({"result.json": ("application/json", b"{}")}), tmp_path / "out") == ()
    assert not (tmp_path / "out").exists()


def folder_of(tmp_path, name, body=b"{}"):
    payload = reader_of({"result.json": ("application/json", body)}).payload
    return asset_folder(tmp_path, payload, document_name=name)


def test_equal_names_of_other_files_keep_apart(tmp_path):
    one, same, other = (folder_of(tmp_path, "in/report.pdf", body) for body in (b"1", b"1", b"2"))

    assert one == same != other
    assert one.parent == other.parent == tmp_path
    assert one.name.startswith("report-")


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("https://h/a/b.pdf?sig=1", "b"),
        ("C:\\x\\b.pdf", "b"),
        ("..", "document"),
        ("../../b", "b"),
        ("", "document"),
        ("年度.pdf", "年度"),
        ("s3://x/a:b.pdf", "a_b"),
    ],
)
def test_folders_stay_inside_and_have_tidy_names(tmp_path, name, stem):
    folder = folder_of(tmp_path, name)

    assert folder.parent == tmp_path
    assert folder.name.rpartition("-")[0] == stem


def test_mapping_saves_when_asked(tmp_path):
    body = envelope(finished(page(block("figure", "x", img_url="https://s/a.png"))))
    payload = reader_of({"result.json": ("application/json", body), "images/0001.png": ("image/png", b"png")})
    api = make_api(SomarkOptions(api_key="sk-1", save_to=tmp_path / "out"), document_name="a/report.pdf")

    api.map(payload, pages=None, fingerprint=FINGERPRINT)

    (saved,) = (tmp_path / "out").rglob("*.png")
    assert saved.read_bytes() == b"png"
    assert saved.parts[-3].startswith("report-")


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(ConfigurationError, match="save_to"):
        save_assets(reader_of(PARTS), tmp_path / "file")
