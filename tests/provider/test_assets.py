"""The files of a result are written where the user wants them, and nowhere else."""

import dataclasses
import hashlib
import io
import zipfile

import pytest

from docferry.errors import ConfigurationError, InvalidResponseError
from docferry.model import Payload, PayloadPart
from docferry.provider import Asset, PayloadReader
from docferry.provider.assets import asset_folder, map_and_save, save_assets


def zipped(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "/").replace("_png", ".png"), data)
    return stream.getvalue()


PARTS = {
    "result.json": b"{}",
    "result.zip": zipped(images__1_png=b"one", images__2_png=b"two"),
    "images/0001.png": b"png",
}


def reader_of(parts=PARTS):
    payload = Payload(
        parts=tuple(
            PayloadPart(
                name=name, media_type="", size_bytes=len(data), digest=hashlib.sha256(data).hexdigest()
            )
            for name, data in parts.items()
        )
    )
    return PayloadReader(payload=payload, opener=lambda name: io.BytesIO(parts[name]))


def assets(*pairs):
    return [Asset(name=name, path=path) for name, path in pairs]


def files_in(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_part_is_opened_by_its_name():
    with reader_of().open_asset("images/0001.png") as stream:
        assert stream.read() == b"png"


def test_a_member_is_opened_by_the_name_of_its_archive_and_its_own():
    with reader_of().open_asset("result.zip/images/2.png") as stream:
        assert (stream.read(2), stream.read()) == (b"tw", b"o")


@pytest.mark.parametrize("name", ["nothing.png", "result.zip/nothing.png", "result", ""])
def test_an_asset_that_is_not_there_is_a_key_error(name):
    with pytest.raises(KeyError):
        reader_of().open_asset(name)


def test_a_damaged_archive_is_told():
    with pytest.raises(InvalidResponseError, match="archive"):
        reader_of({"result.zip": PARTS["result.zip"][:40]}).open_asset("result.zip/images/1.png")


def test_parts_and_members_are_written(tmp_path):
    wanted = assets(("result.zip/images/1.png", "images/1.png"), ("images/0001.png", "images/0001.png"))
    written = save_assets(reader_of(), wanted, tmp_path / "out")

    assert written == (tmp_path / "out" / "images" / "1.png", tmp_path / "out" / "images" / "0001.png")
    assert files_in(tmp_path / "out") == {"images/1.png": b"one", "images/0001.png": b"png"}


def test_saving_again_overwrites(tmp_path):
    wanted = assets(("images/0001.png", "a.png"))
    save_assets(reader_of(), wanted, tmp_path)
    save_assets(reader_of(PARTS | {"images/0001.png": b"new"}), wanted, tmp_path)
    assert files_in(tmp_path) == {"a.png": b"new"}


def test_nothing_to_write_makes_no_folder(tmp_path):
    assert save_assets(reader_of(), (), tmp_path / "out") == ()
    assert not (tmp_path / "out").exists()


def test_files_of_one_path_keep_apart_on_every_file_system(tmp_path):
    wanted = assets(("result.zip/images/1.png", "A.png"), ("images/0001.png", "a.png"))
    save_assets(reader_of(), wanted, tmp_path)
    assert files_in(tmp_path) == {"A.png": b"one", "a-2.png": b"png"}


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("../../x.png", "x.png"),
        ("/etc/x.png", "etc/x.png"),
        ("C:\\x.png", "C_x.png"),
        ("a//./b.png", "a/b.png"),
        ("a/\udce4.png", "a/?.png"),
        ("", "file"),
        ("..", "file"),
        ("n" * 300 + ".png", "n" * 196 + ".png"),
        ("年" * 100 + ".png", "年" * 65 + ".png"),
    ],
)
def test_no_path_of_a_service_leads_out_of_the_folder(tmp_path, path, written):
    save_assets(reader_of(), assets(("images/0001.png", path)), tmp_path / "in")
    assert files_in(tmp_path) == {f"in/{written}": b"png"}


def folder_of(tmp_path, name, body=b"{}"):
    return asset_folder(tmp_path, reader_of({"result.json": body}).payload, source_name=name)


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


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigurationError, match="save_to"):
        save_assets(reader_of(), assets(("images/0001.png", "a.png")), tmp_path / "file")


@dataclasses.dataclass
class MappingApi:
    save_to: object = None

    def map(self, payload, *, pages, fingerprint):
        return payload, pages, fingerprint


@dataclasses.dataclass
class SavingApi(MappingApi):
    def assets(self, payload):
        return assets(*[(part.name, part.name) for part in payload.payload.parts if "images" in part.name])


def test_files_are_saved_before_the_payload_is_mapped(tmp_path):
    payload = reader_of()
    mapped = map_and_save(
        SavingApi(tmp_path), payload, source_name="a/report.pdf", pages=None, fingerprint="f"
    )
    assert mapped == (payload, None, "f")
    (path,) = files_in(tmp_path)
    assert path.startswith("report-")
    assert path.endswith("/images/0001.png")


@pytest.mark.parametrize("api", [MappingApi(), SavingApi(None)])
def test_nothing_is_saved_where_nobody_wants_it(api):
    payload = reader_of()
    assert map_and_save(api, payload, source_name="a", pages=None, fingerprint="f") == (payload, None, "f")
