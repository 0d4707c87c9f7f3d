"""LangChain's index() sees the same documents in every run."""

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.indexing import InMemoryRecordManager, aindex, index
from langchain_core.vectorstores import InMemoryVectorStore

from docferry.errors import CorruptSourceError, InvalidOptionsError
from docferry.langchain import DocferryLoader, key_encoder

pytestmark = pytest.mark.anyio

CLEANUPS = ["incremental", "scoped_full", "full"]
ENCODERS = [key_encoder, "sha256"]


class Index:
    """A vector store and the record of what is in it."""

    def __init__(self):
        self.records = InMemoryRecordManager(namespace="docferry")
        self.records.create_schema()
        self.store = InMemoryVectorStore(DeterministicFakeEmbedding(size=8))

    def arguments(self, loader, cleanup, encoder):
        return {
            "docs_source": loader,
            "record_manager": self.records,
            "vector_store": self.store,
            "cleanup": cleanup,
            "source_id_key": "source",
            "key_encoder": encoder,
            "batch_size": 2,
        }

    def run(self, loader, cleanup, encoder=key_encoder):
        return counts(index(**self.arguments(loader, cleanup, encoder)))

    async def arun(self, loader, cleanup, encoder=key_encoder):
        return counts(await aindex(**self.arguments(loader, cleanup, encoder)))


def counts(result):
    return result["num_added"], result["num_deleted"], result["num_skipped"]


@pytest.fixture
def loader(good_folder, manager):
    return DocferryLoader(good_folder, provider="slips", manager=manager)


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("cleanup", CLEANUPS)
class TestThreeRuns:
    def test_the_second_and_third_change_nothing(self, loader, cleanup, encoder):
        into = Index()
        runs = [into.run(loader, cleanup, encoder) for _ in range(3)]
        assert runs == [(3, 0, 0), (0, 0, 3), (0, 0, 3)]

    async def test_the_second_and_third_change_nothing_with_aindex(self, loader, cleanup, encoder):
        into = Index()
        runs = [await into.arun(loader, cleanup, encoder) for _ in range(3)]
        assert runs == [(3, 0, 0), (0, 0, 3), (0, 0, 3)]


def test_three_runs_over_a_real_document(demo_pdf):
    loader, into = DocferryLoader(demo_pdf), Index()
    count = len(loader.load())
    assert [into.run(loader, "full")[:2] for _ in range(3)] == [(count, 0), (0, 0), (0, 0)]


def test_our_ids_are_the_ids_in_the_store(loader):
    into = Index()
    into.run(loader, "full")
    assert set(into.store.store) == {document.id for document in loader.load()}


@pytest.mark.parametrize("cleanup", CLEANUPS)
async def test_so_it_is_with_aindex_and_no_other_chunk_is_touched(loader, good_folder, cleanup):
    into = Index()
    await into.arun(loader, cleanup)
    before = set(into.store.store)
    text = (good_folder / "a.txt").read_text()
    (good_folder / "a.txt").write_text(text.replace("Four ferries", "Five ferries"))
    assert await into.arun(loader, cleanup) == (1, 1, 2)
    after = set(into.store.store)
    assert len(before & after) == 2
    assert after == {document.id for document in loader.load()}
    assert await into.arun(loader, cleanup) == (0, 0, 3)


@pytest.mark.parametrize("cleanup", CLEANUPS)
def test_one_changed_page_changes_only_its_own_chunk(loader, good_folder, cleanup):
    into = Index()
    into.run(loader, cleanup)
    text = (good_folder / "a.txt").read_text()
    (good_folder / "a.txt").write_text(text.replace("Four ferries", "Five ferries"))
    added, deleted, _ = into.run(loader, cleanup)
    assert (added, deleted) == (1, 1)


def test_equal_chunks_of_two_files_are_both_kept(tmp_path, manager):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("the same\fthe same")
    into = Index()
    assert into.run(DocferryLoader(tmp_path, provider="slips", manager=manager), "full") == (4, 0, 0)


async def test_the_recipe_of_the_readme_keeps_what_a_skipped_source_had(loader, good_folder, manager):
    """Under "skip" load first, and ask the loader whether it saw everything before cleaning up."""
    into = Index()
    into.run(loader, "full")
    (good_folder / "c.txt").write_text("now it is broken")
    tolerant = DocferryLoader(good_folder, provider="slips", manager=manager, on_error="skip")
    documents = tolerant.load()
    cleanup = "incremental" if tolerant.incomplete else "full"
    assert into.run(documents, cleanup) == (0, 0, 2)
    assert len(into.store.store) == 3
    (good_folder / "c.txt").unlink()
    documents = tolerant.load()
    assert not tolerant.incomplete
    assert into.run(documents, "full") == (0, 1, 2)


@pytest.mark.parametrize("on_error", ["raise", "collect"])
async def test_a_failed_source_keeps_full_cleanup_of_aindex_from_deleting(
    loader, good_folder, manager, on_error
):
    into = Index()
    await into.arun(loader, "full")
    (good_folder / "c.txt").write_text("now it is broken")
    strict = DocferryLoader(good_folder, provider="slips", manager=manager, on_error=on_error)
    with pytest.raises((CorruptSourceError, ExceptionGroup)):
        await into.arun(strict, "full")
    assert len(into.store.store) == 3


@pytest.mark.parametrize("on_error", ["raise", "collect"])
def test_a_failed_source_keeps_full_cleanup_from_deleting(loader, good_folder, manager, on_error):
    into = Index()
    into.run(loader, "full")
    (good_folder / "c.txt").write_text("now it is broken")
    strict = DocferryLoader(good_folder, provider="slips", manager=manager, on_error=on_error)
    with pytest.raises((CorruptSourceError, ExceptionGroup)):
        into.run(strict, "full")
    assert len(into.store.store) == 3
    assert strict.incomplete


def test_a_loader_that_skips_says_that_it_is_incomplete(good_folder, manager):
    (good_folder / "c.txt").write_text("broken")
    loader = DocferryLoader(good_folder, provider="slips", manager=manager, on_error="skip")
    Index().run(loader, "incremental")
    assert loader.incomplete


class TestKeyEncoder:
    def test_it_returns_our_id(self, loader):
        for document in loader.load():
            assert key_encoder(document) == document.id == document.metadata["chunk_id"]

    def test_pieces_cut_from_one_chunk_have_keys_of_their_own(self, loader):
        whole = loader.load()[0]
        pieces = [Document(page_content=text, metadata=whole.metadata) for text in ("north", "south")]
        keys = [key_encoder(piece) for piece in pieces]
        assert len({*keys, whole.id}) == 3
        assert keys == [key_encoder(piece) for piece in pieces]

    def test_a_foreign_document_is_refused(self):
        with pytest.raises(InvalidOptionsError, match="no chunk_id"):
            key_encoder(Document(page_content="x"))
