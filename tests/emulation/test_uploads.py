import hashlib
import io

import pytest
from starlette.datastructures import UploadFile

from docferry.emulation import UploadStore, base_name

pytestmark = pytest.mark.anyio


@pytest.fixture
def store():
    store = UploadStore()
    yield store
    store.close()


@pytest.mark.parametrize(
    "sent",
    ["annual report.pdf", "/home/me/annual report.pdf", r"C:\docs\annual report.pdf", "../annual report.pdf"],
)
def test_only_the_last_part_of_a_name_counts(sent):
    assert base_name(sent) == "annual report.pdf"


async def test_a_form_file_is_kept_hashed_and_sniffed(store):
    data = b"%PDF-1.4\n1 0 obj\n" + b"x" * 3_000_000
    upload = await store.save_form_file(UploadFile(io.BytesIO(data), filename="/home/../A.PDF"))
    assert upload.path.read_bytes() == data
    assert upload.path.parent == store.folder
    assert (upload.file_name, upload.suffix, upload.size_bytes) == ("A.PDF", ".pdf", len(data))
    assert upload.sha256 == hashlib.sha256(data).hexdigest()
    assert upload.media_type == "application/pdf"


async def test_a_body_is_kept_as_it_comes(store):
    async def body():
        for part in (b"some ", b"words"):
            yield part

    upload = await store.save_body(body(), file_name="a.txt")
    assert upload.path.read_bytes() == b"some words"
    assert (upload.size_bytes, upload.media_type) == (10, "text/plain")


async def test_files_are_gone_when_the_store_is_closed(store):
    upload = await store.save_form_file(UploadFile(io.BytesIO(b"x"), filename="x"))
    upload.discard()
    upload.discard()
    folder = store.folder
    store.close()
    assert not folder.exists()


def test_a_store_that_is_not_used_leaves_no_trace(store, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    store.close()
    assert list(tmp_path.iterdir()) == []
