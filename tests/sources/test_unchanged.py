"""A file that is not the one that was hashed is never read to its end."""

import hashlib
import io
import os

import pytest

from docferry.errors import SourceError, SourceNotFoundError
from docferry.sources import SourceFile, check_unchanged, open_unchanged

CONTENT = b"0123456789" * 20_000


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(CONTENT)
    return source_file(path)


def source_file(content, *, part="", data=CONTENT):
    return SourceFile(
        name="in/a.pdf",
        file_name="a.pdf",
        media_type="application/pdf",
        size_bytes=len(data),
        fingerprint=f"sha256:{hashlib.sha256(CONTENT).hexdigest()}",
        content=content,
        part=part,
    )


def read_in_parts(stream, size=64 * 1024):
    parts = []
    try:
        while part := stream.read(size):
            parts.append(part)
    except SourceError as error:
        return b"".join(parts), error
    return b"".join(parts), None


def test_the_file_that_was_hashed_is_read_whole(file):
    with open_unchanged(file) as stream:
        assert read_in_parts(stream) == (CONTENT, None)
        assert stream.read() == b""


def test_it_can_be_measured_and_read_again(file):
    with open_unchanged(file) as stream:
        assert stream.seek(0, os.SEEK_END) == len(CONTENT)
        assert stream.seek(0) == stream.tell() == 0
        assert stream.read(10) == b"0123456789"
        stream.seek(0)
        assert stream.read() == CONTENT


def test_only_the_start_and_the_end_are_places_to_go_to(file):
    with open_unchanged(file) as stream:
        for place in ((7,), (-1, os.SEEK_END)):
            with pytest.raises(io.UnsupportedOperation):
                stream.seek(*place)


@pytest.mark.parametrize(
    "change",
    [CONTENT[:-1] + b"x", b"x" + CONTENT[1:], CONTENT + b"x", CONTENT[:-1], CONTENT[:100], b"", CONTENT * 2],
)
@pytest.mark.parametrize("size", [64 * 1024, -1, 200_000])
def test_a_changed_file_is_not_read_to_its_end(file, change, size):
    with open_unchanged(file) as stream:
        file.content.write_bytes(change)
        got, error = read_in_parts(stream, size)
    assert len(got) < len(CONTENT)
    assert "changed" in str(error)
    assert error.source == "in/a.pdf"
    assert error.next_step


def test_a_file_that_is_gone_is_a_source_error(file):
    file.content.unlink()
    with pytest.raises(SourceNotFoundError) as caught:
        open_unchanged(file)
    assert caught.value.source == "in/a.pdf"


def test_trouble_of_the_disk_is_a_source_error(file, monkeypatch):
    class Broken(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, _buffer):
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(type(file.content), "open", lambda *_: io.BufferedReader(Broken()))
    with open_unchanged(file) as stream, pytest.raises(SourceError, match="Input/output") as caught:
        stream.read(10)
    assert caught.value.source == "in/a.pdf"


def test_bytes_in_memory_cannot_change():
    part = source_file(b"part", part="1", data=b"part")
    with open_unchanged(part) as stream:
        assert stream.read() == b"part"
    check_unchanged(part)


def test_a_whole_file_can_be_checked_at_once(file):
    check_unchanged(file)
    file.content.write_bytes(CONTENT[::-1])
    with pytest.raises(SourceError, match="changed"):
        check_unchanged(file)
