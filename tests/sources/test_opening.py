import asyncio
import dataclasses
import hashlib
import os
import socket
import tempfile
import threading
import tracemalloc
from pathlib import Path

import anyio
import anyio.lowlevel
import fsspec
import pytest

from docferry.errors import (
    ConfigurationError,
    EmptySourceError,
    SourceError,
    SourceNotFoundError,
    SourceTooLargeError,
)
from docferry.sources import FileSystemPath, Source, open_source
from docferry.sources.storing import PART_BYTES, StoredFile

pytestmark = pytest.mark.anyio

MEGABYTE = 1024 * 1024


def digest(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


async def fails(source, kind, **settings):
    """The error that opening the source gives."""
    with pytest.raises(SourceError) as caught:
        async with open_source(source, **settings):
            pytest.fail("the source opened")
    assert type(caught.value) is kind
    assert caught.value.source == source.name
    return caught.value


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder that temporary folders are made in."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


async def test_a_path_is_read_in_place(documents, tmp_path):
    path = documents.text_pdf(tmp_path)
    async with open_source(Source.from_path(path)) as file:
        assert file.name == str(path)
        assert file.file_name == "text.pdf"
        assert file.media_type == "application/pdf"
        assert file.size_bytes == path.stat().st_size
        assert file.fingerprint == digest(path.read_bytes())
        assert file.content == path
    assert path.exists()


async def test_spaces_and_chinese_characters_in_names_are_kept(documents, tmp_path):
    path = documents.oddly_named_pdf(tmp_path)
    async with open_source(Source.from_path(path)) as file:
        assert file.file_name == path.name


async def test_bytes_stay_in_memory_and_get_a_suffix():
    async with open_source(Source.from_bytes(b"%PDF-1.7\n...", name="upload")) as file:
        assert file.content == b"%PDF-1.7\n..."
        assert file.file_name == "upload.pdf"
        assert file.fingerprint == digest(b"%PDF-1.7\n...")


async def test_a_picture_named_pdf_is_a_picture(documents, tmp_path):
    async with open_source(Source.from_path(documents.png_named_pdf(tmp_path))) as file:
        assert (file.media_type, file.file_name) == ("image/png", "picture.png")


async def test_a_large_file_is_hashed_whole(tmp_path):
    data = os.urandom(PART_BYTES) * 2 + b"rest"
    (tmp_path / "a.bin").write_bytes(data)
    async with open_source(Source.from_path(tmp_path / "a.bin")) as file:
        assert file.fingerprint == digest(data)
        assert file.media_type == "application/octet-stream"


async def test_memory_does_not_grow_with_a_path(tmp_path):
    path = tmp_path / "a.bin"
    with path.open("wb") as stream:
        stream.truncate(64 * MEGABYTE)
    tracemalloc.start()
    async with open_source(Source.from_path(path)) as file:
        assert file.size_bytes == 64 * MEGABYTE
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 8 * MEGABYTE


async def test_nothing_at_the_path_is_an_error_that_suggests(documents, tmp_path):
    documents.text_pdf(tmp_path)
    error = await fails(Source.from_path(tmp_path / "txet.pdf"), SourceNotFoundError)
    assert "text.pdf" in error.next_step
    await fails(Source.from_path("a\0b"), SourceNotFoundError)


async def test_an_empty_file_is_an_error_from_everywhere(documents, tmp_path, web):
    files = fsspec.filesystem("memory")
    files.pipe("/empty.pdf", b"")
    await fails(Source.from_path(documents.empty_file(tmp_path)), EmptySourceError)
    await fails(Source.from_bytes(b""), EmptySourceError)
    await fails(Source.from_file_system(files, "/empty.pdf"), EmptySourceError)
    await fails(Source.from_url(web.serve("/empty.pdf")), EmptySourceError)


async def test_a_folder_is_no_file(tmp_path):
    assert "folder" in (await fails(Source.from_path(tmp_path), SourceError)).message


async def test_a_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    await fails(Source.from_path(tmp_path / "pipe"), SourceError)


async def test_a_socket_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        await fails(Source.from_path("socket"), SourceError)


async def test_a_file_that_may_not_be_read_says_what_to_do(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x")
    path.chmod(0)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        error = await fails(Source.from_path(path), SourceError)
    finally:
        if is_root:
            os.seteuid(0)
    assert "permission" in error.next_step


async def test_a_name_too_long_for_the_system_is_an_error():
    await fails(Source.from_path("x" * 5000), SourceError)


async def test_too_large_sources_are_refused_from_everywhere(tmp_path, web):
    files = fsspec.filesystem("memory")
    files.pipe("/a.txt", b"12345")
    (tmp_path / "a.txt").write_bytes(b"12345")
    for source in (
        Source.from_path(tmp_path / "a.txt"),
        Source.from_bytes(b"12345"),
        Source.from_file_system(files, "/a.txt"),
        Source.from_url(web.serve("/a.txt", b"12345")),
    ):
        error = await fails(source, SourceTooLargeError, max_size_bytes=4)
        assert error.message in {"has 5 bytes, more than 4", "has more than 4 bytes"}
        async with open_source(source, max_size_bytes=5) as file:
            assert file.size_bytes == 5


async def test_a_file_of_a_file_system_is_copied_and_the_copy_deleted(documents, tmp_path, temporary):
    data = documents.text_pdf(tmp_path).read_bytes()
    files = fsspec.filesystem("memory")
    files.pipe("/bucket/年度 报告", data)
    async with open_source(Source.from_file_system(files, "/bucket/年度 报告")) as file:
        assert file.name == "/bucket/年度 报告"
        assert file.file_name == "年度 报告.pdf"
        assert file.fingerprint == digest(data)
        assert file.read_bytes() == data
        assert file.content.suffix == ".pdf"
        assert file.content.is_relative_to(temporary)
    assert list(temporary.iterdir()) == []


async def test_what_is_missing_in_a_file_system_is_an_error(tmp_path, temporary):
    await fails(Source.from_file_system(fsspec.filesystem("memory"), "/gone.pdf"), SourceNotFoundError)
    await fails(Source.from_file_system(fsspec.filesystem("file"), str(tmp_path)), SourceError)
    assert list(temporary.iterdir()) == []


class BrokenFiles:
    """A file system that fails with an address in its error."""

    def open(self, path, mode="rb"):
        raise OSError(f"403 for https://bucket/{path}?signature=secret ({mode})")


async def test_the_text_of_a_foreign_error_is_not_repeated():
    error = await fails(Source.from_file_system(BrokenFiles(), "a.pdf"), SourceError)
    assert "secret" not in str(error)


async def test_the_copy_is_deleted_when_the_block_fails(temporary):
    async def fail():
        async with open_source(_in_memory(b"text")):
            assert len(list(temporary.iterdir())) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert list(temporary.iterdir()) == []


def _in_memory(data):
    files = fsspec.filesystem("memory")
    files.pipe("/a.txt", data)
    return Source.from_file_system(files, "/a.txt")


class SlowFile:
    """Gives a byte at a time, and says when it has been let go."""

    def __init__(self):
        self.reads = 0
        self.is_reading = anyio.Event()
        self.is_closed = anyio.Event()

    def open(self, _path, _mode):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        anyio.from_thread.run_sync(self.is_closed.set)

    def read(self, _size):
        self.reads += 1
        anyio.from_thread.run_sync(self.is_reading.set)
        return b"x"


async def test_a_cancelled_copy_stops_and_leaves_nothing(temporary):
    slow = SlowFile()

    async def copy():
        async with open_source(Source.from_file_system(slow, "endless")):
            pytest.fail("the source opened")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(copy)
        await slow.is_reading.wait()
        tasks.cancel_scope.cancel()
    with anyio.fail_after(10):
        await slow.is_closed.wait()
    reads = slow.reads
    await anyio.lowlevel.checkpoint()
    assert slow.reads == reads
    assert list(temporary.iterdir()) == []


async def test_a_task_cancelled_from_outside_leaves_nothing(temporary):
    slow = SlowFile()

    async def copy():
        async with open_source(Source.from_file_system(slow, "endless")):
            pytest.fail("the source opened")

    task = asyncio.create_task(copy())
    await slow.is_reading.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with anyio.fail_after(10):
        await slow.is_closed.wait()
    assert list(temporary.iterdir()) == []


async def test_a_temporary_folder_that_is_not_there_is_a_matter_of_the_setup(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(ConfigurationError, match="TMPDIR"):
        async with open_source(_in_memory(b"text")):
            pytest.fail("the source opened")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_disk_is_a_matter_of_the_setup(tmp_path):
    (tmp_path / "document").symlink_to("/dev/full")
    for part in (b"at once" * PART_BYTES, b"at the end"):
        with (
            pytest.raises(ConfigurationError, match="No space left"),
            StoredFile(tmp_path, max_size_bytes=None, name="a.pdf") as stored,
        ):
            stored.write(part)
    with pytest.raises(ConfigurationError, match="cannot be written"):
        StoredFile(tmp_path / "gone", max_size_bytes=None, name="a.pdf")


async def test_two_may_read_the_same_source_at_once(documents, tmp_path):
    source = Source.from_path(documents.text_pdf(tmp_path))
    async with open_source(source) as one, open_source(source) as other:
        assert one == other


@pytest.mark.parametrize(
    ("name", "content", "said", "media_type"),
    [
        ("note", b"# Title", "text/markdown", "text/markdown"),
        ("note.md", b"# Title", "text/html", "text/markdown"),
        ("note", b"<!doctype html><p>x", "text/markdown", "text/html"),
        ("note", b"%PDF-1.7\n...", "text/markdown", "application/pdf"),
        ("note", b"# Title", "application/pdf", "text/plain"),
        ("note", b"# Title", "", "text/plain"),
    ],
)
async def test_what_the_caller_says_it_is_counts_where_name_and_content_do_not_tell(
    tmp_path, name, content, said, media_type
):
    path = tmp_path / name
    path.write_bytes(content)
    files = fsspec.filesystem("file")
    for source in (
        Source.from_bytes(content, name=name, media_type=said),
        Source(name=name, origin=path, media_type=said),
        Source(name=name, origin=FileSystemPath(files, str(path)), media_type=said),
    ):
        async with open_source(source) as file:
            assert file.media_type == media_type


@pytest.mark.parametrize("kind", ["path", "bytes", "file system"])
async def test_a_file_is_prepared_in_the_thread_that_brought_it(kind, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"text")
    source = {
        "path": Source.from_path(tmp_path / "a.txt"),
        "bytes": Source.from_bytes(b"text", name="a.txt"),
        "file system": Source.from_file_system(fsspec.filesystem("file"), str(tmp_path / "a.txt")),
    }[kind]
    threads = []

    def prepare(file):
        threads.append(threading.current_thread())
        return dataclasses.replace(file, part="1")

    async with open_source(source, prepare=prepare) as file:
        assert file.part == "1"
    assert threads
    assert threading.main_thread() not in threads
