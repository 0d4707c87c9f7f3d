"""SimpleDirectoryReader with DocferryReader as its extractor."""

import asyncio

import fsspec
import pytest
from llama_index.core import SimpleDirectoryReader
from llama_index.core.schema import MetadataMode

from docferry.errors import CorruptSourceError, DocferryError
from docferry.llama_index import DocferryReader
from docferry.metadata import METADATA_KEYS

NAMES = [key.name for key in METADATA_KEYS]
pytestmark = pytest.mark.anyio


@pytest.fixture
def extractor(manager):
    return {".txt": DocferryReader(provider="slips", manager=manager)}


def places(documents):
    return [(document.metadata["source"], document.metadata["page"]) for document in documents]


def expected_places(folder):
    return [(str(folder / "a.txt"), 1), (str(folder / "a.txt"), 2), (str(folder / "c.txt"), 1)]


def test_local_files_keep_the_directory_readers_metadata(good_folder, extractor):
    documents = SimpleDirectoryReader(good_folder, file_extractor=extractor).load_data()
    assert places(documents) == expected_places(good_folder)
    for document in documents:
        assert list(document.metadata)[: len(NAMES)] == NAMES
        assert document.metadata["file_path"] == document.metadata["source"]
        assert {"file_name", "file_size", "last_modified_date"} <= set(document.metadata)
        assert document.get_content(MetadataMode.EMBED) == document.text


def test_documents_do_not_share_their_metadata(good_folder, extractor):
    first, second, _ = SimpleDirectoryReader(good_folder, file_extractor=extractor).load_data()
    first.metadata["file_name"] = "changed"
    assert second.metadata["file_name"] == "a.txt"


def test_a_remote_file_system_is_read_through_itself(extractor):
    memory = fsspec.filesystem("memory")
    content = b"# Pier\n\nIn memory.\fPage two."
    memory.pipe("/slips/a.txt", content)
    reader = SimpleDirectoryReader("/slips", fs=memory, file_extractor=extractor)
    documents = reader.load_data()
    assert [document.metadata["page"] for document in documents] == [1, 2]
    assert {document.metadata["source"] for document in documents} == {"/slips/a.txt"}
    assert all(document.metadata["file_size"] == len(content) for document in documents)
    [per_file] = SimpleDirectoryReader("/slips", fs=memory, file_extractor=extractor).iter_data()
    assert places(per_file) == places(documents)


async def test_a_remote_file_system_is_read_without_blocking_too(extractor):
    memory = fsspec.filesystem("memory")
    memory.pipe("/quay/a.txt", b"In memory.")
    documents = await SimpleDirectoryReader("/quay", fs=memory, file_extractor=extractor).aload_data()
    assert places(documents) == [("/quay/a.txt", 1)]


async def test_both_ways_give_the_same_documents(good_folder, extractor):
    reader = SimpleDirectoryReader(good_folder, file_extractor=extractor)
    synchronous, asynchronous = reader.load_data(), await reader.aload_data()
    assert [(d.id_, d.text, d.metadata["page"]) for d in asynchronous] == [
        (d.id_, d.text, d.metadata["page"]) for d in synchronous
    ]


async def test_fifty_files_at_once(tmp_path, extractor):
    for number in range(50):
        (tmp_path / f"{number:02}.txt").write_text(f"slip {number}\fpage two")
    documents = await SimpleDirectoryReader(tmp_path, file_extractor=extractor).aload_data()
    assert places(documents) == [
        (str(tmp_path / f"{number:02}.txt"), page) for number in range(50) for page in (1, 2)
    ]


@pytest.mark.timeout(240)  # each process imports the whole framework
def test_worker_processes_give_the_same_documents(tmp_path, documents):
    for name in ("a.pdf", "b.pdf"):
        documents.encrypted_pdf(tmp_path, "geheim", name=name)
    extractor = {".pdf": DocferryReader(password="geheim")}
    reader = SimpleDirectoryReader(tmp_path, file_extractor=extractor, raise_on_error=True)
    alone, together = reader.load_data(), reader.load_data(num_workers=2)
    assert [(d.id_, d.text, d.metadata["page"]) for d in together] == [
        (d.id_, d.text, d.metadata["page"]) for d in alone
    ]
    assert len(alone) == 2


def test_a_failed_file_is_skipped_and_the_others_stay(folder, extractor, capsys):
    documents = SimpleDirectoryReader(folder, file_extractor=extractor).load_data()
    assert places(documents) == expected_places(folder)
    assert "the slip is torn" in capsys.readouterr().out


async def test_raise_on_error_shows_our_error(folder, extractor):
    reader = SimpleDirectoryReader(folder, file_extractor=extractor, raise_on_error=True)
    with pytest.raises(Exception, match="Error loading file") as caught:
        reader.load_data()
    assert isinstance(caught.value.__cause__, DocferryError)
    with pytest.raises(CorruptSourceError, match=r"b.txt: the slip is torn"):
        await reader.aload_data()


def test_file_names_as_ids_replace_ours_but_not_the_chunks(good_folder, extractor):
    documents = SimpleDirectoryReader(good_folder, file_extractor=extractor, filename_as_id=True).load_data()
    assert [document.id_ for document in documents] == [
        f"{good_folder / 'a.txt'}_part_0",
        f"{good_folder / 'a.txt'}_part_1",
        f"{good_folder / 'c.txt'}_part_0",
    ]
    assert len({document.metadata["chunk_id"] for document in documents}) == 3


def test_a_reader_that_skips_gives_nothing_for_that_file(folder, manager):
    extractor = {".txt": DocferryReader(provider="slips", manager=manager, on_error="skip")}
    reader = SimpleDirectoryReader(folder, file_extractor=extractor, raise_on_error=True)
    assert places(reader.load_data()) == expected_places(folder)


def test_it_works_inside_a_running_loop(good_folder, extractor):
    async def load():
        return SimpleDirectoryReader(good_folder, file_extractor=extractor).load_data()

    with asyncio.Runner() as runner:
        assert places(runner.run(load())) == expected_places(good_folder)
