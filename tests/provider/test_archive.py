"""An archive is read without trust."""

import io
import stat
import zipfile

import pytest

from docferry.errors import InvalidResponseError
from docferry.provider import archive as room
from docferry.provider.archive import check_archive, open_archive
from docferry.provider.archive_images import ArchiveImages


def zipped(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    stream.seek(0)
    return stream


def link(name):
    member = zipfile.ZipInfo(name)
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


def test_members_are_read_by_name():
    archive = open_archive(zipped([("a/x.md", b"# x"), ("a/", b"")]), provider="somark")

    assert archive.names == ("a/x.md",)
    assert (archive.read("a/x.md"), archive.size("a/x.md")) == (b"# x", 3)


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x.md", "a/../../x.md", "C:/x.md", "a\\x.md", link("x.md")]
)
def test_members_that_lead_elsewhere_are_not_there(name):
    archive = open_archive(zipped([(name, b"evil"), ("good.md", b"good")]), provider="somark")

    if isinstance(name, str) and "\\" in name:  # zipfile itself may have turned it into a slash
        assert all("\\" not in found for found in archive.names)
    else:
        assert archive.names == ("good.md",)


def test_a_small_archive_that_unpacks_to_much_is_refused():
    with pytest.raises(InvalidResponseError, match="larger"):
        open_archive(zipped([("bomb.md", b"0" * (8 * 1024 * 1024))]), provider="somark")


def test_too_many_members_are_refused(monkeypatch):
    monkeypatch.setattr(room, "MAX_MEMBERS", 3)

    with pytest.raises(InvalidResponseError, match="larger"):
        open_archive(zipped([(f"{n}.md", b"x") for n in range(4)]), provider="somark")


def test_too_many_bytes_are_refused(monkeypatch):
    monkeypatch.setattr(room, "MAX_TOTAL_BYTES", 10)

    with pytest.raises(InvalidResponseError, match="larger"):
        open_archive(zipped([("a.md", b"123456"), ("b.md", b"789012")]), provider="somark")


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip at all" * 100])
def test_what_is_no_archive_is_told(data):
    with pytest.raises(InvalidResponseError, match="no zip archive"):
        open_archive(io.BytesIO(data), provider="somark")


def test_an_archive_cut_short_is_told():
    whole = zipped([("a.md", bytes(range(256)) * 40)]).getvalue()

    with pytest.raises(InvalidResponseError):
        open_archive(io.BytesIO(whole[: len(whole) // 2]), provider="somark")


def test_a_damaged_member_is_told():
    data = bytearray(zipped([("a.md", bytes(range(256)) * 40)]).getvalue())
    data[60:70] = b"\xff" * 10
    archive = open_archive(io.BytesIO(bytes(data)), provider="somark")

    with pytest.raises(InvalidResponseError, match="member"):
        archive.read("a.md")


def test_a_member_is_read_piece_by_piece():
    archive = open_archive(zipped([("x.bin", b"abcdef")]), provider="somark")

    with archive.open("x.bin") as stream:
        assert (stream.read(4), stream.read(4), stream.read(4)) == (b"abcd", b"ef", b"")


def test_damage_shows_at_the_latest_at_the_end_of_a_member():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as file:
        file.writestr("x.bin", b"abcdef")
    damaged = io.BytesIO(stream.getvalue().replace(b"abcdef", b"abcdeX", 1))
    archive = open_archive(damaged, provider="somark")

    with pytest.raises(InvalidResponseError, match="a member cannot be read"):
        read_in_pieces(archive, "x.bin")


def read_in_pieces(archive, name):
    with archive.open(name) as member:
        while member.read(2):
            pass


def test_pictures_are_found_by_path_or_by_file_name():
    members = [("out/images/a b.png", b"12"), ("images/b.jpg", b"3"), ("x.md", b"")]
    images = ArchiveImages(open_archive(zipped(members), provider="somark"), part_name="result.zip")

    found = images.find("images/a%20b.png")
    assert (found.asset_name, found.media_type, found.size_bytes) == (
        "result.zip/out/images/a b.png",
        "image/png",
        2,
    )
    assert images.find("https://host/x/b.jpg?sig=1").asset_name == "result.zip/images/b.jpg"
    assert (images.find("images/c.gif").asset_name, images.find("c.gif").media_type) == ("", "image/gif")
    assert images.find("http://[::1").asset_name == ""


def test_a_whole_archive_passes_the_check():
    check_archive(zipped([("a.md", b"1"), ("b/", b""), ("../c.md", b"2")]))


def cut(data):
    return data[: len(data) - 30]


def with_a_wrong_byte(data):
    return data[:65] + bytes([data[65] ^ 0xFF]) + data[66:]


@pytest.mark.parametrize("harm", [cut, with_a_wrong_byte, lambda _: b"<html>sign in</html>", lambda _: b""])
def test_a_harmed_archive_does_not_pass_the_check(harm):
    data = zipped([("a.md", bytes(range(256)) * 400)]).getvalue()
    with pytest.raises(InvalidResponseError, match="archive"):
        check_archive(io.BytesIO(harm(data)))


def test_a_harmed_member_that_nobody_reads_passes_the_check_and_is_told_of_when_it_is_read():
    data = zipped([("a_origin.pdf", bytes(range(256)) * 400), ("a.md", b"1")]).getvalue()
    stream = io.BytesIO(with_a_wrong_byte(data))
    check_archive(stream, skips=lambda name: name.endswith("_origin.pdf"))
    with pytest.raises(InvalidResponseError, match="archive"):
        check_archive(stream, skips=lambda name: name == "a.md")
    with pytest.raises(InvalidResponseError, match="a member cannot be read"):
        open_archive(stream).read("a_origin.pdf")


def test_a_bomb_does_not_pass_the_check():
    with pytest.raises(InvalidResponseError, match="larger"):
        check_archive(zipped([("bomb.md", b"0" * (8 * 1024 * 1024))]))
