"""DocferryLoader keeps LangChain's loader contract, with the real langchain-core."""

import asyncio
import inspect
import json
import pickle
import threading
from contextvars import ContextVar
from typing import Unpack

import pytest
import uvloop
from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document

from docferry.chunking import ChunkSettings
from docferry.errors import CorruptSourceError, InvalidOptionsError, UnknownProviderError
from docferry.ingest import Ingestor
from docferry.langchain import DocferryLoader, LoadSettings
from docferry.metadata import METADATA_KEYS, read_regions
from docferry.sources import Source

SECRET = "sk-very-secret"
pytestmark = pytest.mark.anyio


def loader_of(sources, manager, **settings):
    return DocferryLoader(sources, provider="slips", manager=manager, **settings)


def contents(documents):
    return [(document.id, document.page_content, document.metadata) for document in documents]


async def test_both_faces_give_the_chunks_of_the_ingestor(good_folder, manager):
    loader = loader_of(good_folder, manager)
    assert isinstance(loader, BaseLoader)
    with Ingestor(provider="slips", manager=manager).run(good_folder) as run:
        expected = [
            (chunk.id, chunk.text_to_embed, outcome.source) for outcome in run for chunk in outcome.chunks
        ]
    assert [(d.id, d.page_content, d.metadata["source"]) for d in loader.load()] == expected
    assert contents([d async for d in loader.alazy_load()]) == contents(loader.lazy_load())
    assert contents(await loader.aload()) == contents(loader.load())


def test_the_local_provider_is_the_default(demo_pdf, demo_facts):
    documents = DocferryLoader(demo_pdf).load()
    assert {document.metadata["provider"] for document in documents} == {"local"}
    assert [d.metadata["page"] for d in documents] == sorted(d.metadata["page"] for d in documents)
    assert documents[-1].metadata["page_end"] <= demo_facts["pages"]
    assert all(region.box for document in documents for region in read_regions(document.metadata))


def test_metadata_is_the_contract_and_nothing_else(good_folder, manager):
    for profile in ("flat", "rich"):
        for document in loader_of(good_folder, manager, metadata_profile=profile).load():
            assert list(document.metadata) == [key.name for key in METADATA_KEYS]
            assert json.loads(json.dumps(document.metadata)) == document.metadata


@pytest.mark.parametrize(("split", "count"), [("chunk", 3), ("page", 3), ("document", 2)])
def test_split_says_what_one_document_holds(good_folder, manager, split, count):
    documents = loader_of(good_folder, manager, split=split).load()
    assert len(documents) == count
    assert all(document.metadata["source"] and document.metadata["page"] == 1 for document in documents[:1])


def test_a_whole_document_is_markdown_without_lists_of_elements(good_folder, manager):
    first, _ = loader_of(good_folder, manager, split="document").load()
    assert first.page_content.startswith("# Harbour\n\nThe north pier")
    assert "# Ferries" in first.page_content
    assert "regions" not in first.metadata
    assert (first.metadata["page"], first.metadata["page_end"]) == (1, 2)


def test_chunking_settings_are_used(good_folder, manager):
    whole = loader_of(good_folder, manager).load()
    small = loader_of(good_folder, manager, chunking=ChunkSettings(max_tokens=16)).load()
    assert len(small) > len(whole)
    assert max(document.metadata["token_count"] for document in small) <= 16


def test_pages_are_those_asked_for(good_folder, manager):
    documents = loader_of(good_folder / "a.txt", manager, pages="2").load()
    assert {document.metadata["page"] for document in documents} == {2}


@pytest.mark.parametrize("as_source", ["path", "text", "list", "bytes", "file", "source"])
def test_a_source_may_come_in_any_form(good_folder, manager, as_source):
    path = good_folder / "a.txt"
    with path.open("rb") as file:
        sources = {
            "path": path,
            "text": str(path),
            "list": [str(path)],
            "bytes": path.read_bytes(),
            "file": file,
            "source": Source.from_bytes(path.read_bytes(), name="slip.txt"),
        }
        documents = loader_of(sources[as_source], manager).load()
    assert len(documents) == 2
    assert all(document.metadata["source"] for document in documents)


def test_a_generator_of_sources_serves_every_load(good_folder, manager):
    loader = loader_of((path for path in sorted(good_folder.iterdir())), manager)
    assert len(loader.load()) == len(loader.load()) == 3


def test_progress_reaches_the_listener(good_folder, manager):
    events = []
    loader_of(good_folder, manager, on_progress=events.append).load()
    assert {event.source for event in events} == {str(good_folder / name) for name in ("a.txt", "c.txt")}


class TestStreaming:
    def test_nothing_starts_before_the_first_document_is_asked_for(self, good_folder, manager, slips):
        iterator = loader_of(good_folder, manager).lazy_load()
        assert slips.started == []
        next(iterator)
        assert slips.started

    def test_lazy_load_hands_over_before_the_last_source_is_parsed(self, good_folder, manager, slips):
        (good_folder / "c.txt").write_text("wait")
        iterator = loader_of(good_folder, manager, look_ahead=0).lazy_load()
        assert next(iterator).metadata["source"].endswith("a.txt")
        slips.gate.set()
        assert len(list(iterator)) == 2

    async def test_alazy_load_does_too_and_is_an_async_generator(self, good_folder, manager, slips):
        (good_folder / "c.txt").write_text("wait")
        iterator = loader_of(good_folder, manager, look_ahead=0).alazy_load()
        assert inspect.isasyncgen(iterator)
        assert (await anext(iterator)).metadata["source"].endswith("a.txt")
        slips.gate.set()
        assert len([document async for document in iterator]) == 2

    async def test_cancelling_between_two_documents_ends_the_run(self, good_folder, manager, slips):
        (good_folder / "c.txt").write_text("wait")
        loader, seen = loader_of(good_folder, manager), []

        task = asyncio.create_task(read_into(seen, loader, is_async=True))
        while len(seen) < 2:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        while not slips.cancelled:
            await asyncio.sleep(0.001)
        assert loader.incomplete

    def test_documents_of_one_source_come_together_in_the_order_of_the_sources(self, folder, manager):
        (folder / "b.txt").write_text("one\f\n\ntwo\fthree")
        sources = [document.metadata["source"] for document in loader_of(folder, manager).lazy_load()]
        assert sources == sorted(sources)

    def test_closing_the_iterator_ends_the_run(self, good_folder, manager, slips):
        (good_folder / "c.txt").write_text("wait")
        loader = loader_of(good_folder, manager)
        iterator = loader.lazy_load()
        next(iterator)
        iterator.close()
        assert set(slips.cancelled) == set(slips.started) - {str(good_folder / "a.txt")}
        assert loader.incomplete

    async def test_closing_the_async_iterator_ends_the_run(self, good_folder, manager, slips):
        (good_folder / "c.txt").write_text("wait")
        loader = loader_of(good_folder, manager)
        iterator = loader.alazy_load()
        await anext(iterator)
        await iterator.aclose()
        assert set(slips.cancelled) == set(slips.started) - {str(good_folder / "a.txt")}
        assert loader.incomplete

    async def test_cancelling_the_reading_task_ends_the_run(self, good_folder, manager, slips):
        (good_folder / "a.txt").write_text("wait")
        task = asyncio.create_task(loader_of(good_folder / "a.txt", manager).aload())
        while not slips.started:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        while not slips.cancelled:
            await asyncio.sleep(0.001)

    async def test_the_loop_keeps_turning_while_a_source_is_parsed(self, good_folder, manager, slips):
        (good_folder / "a.txt").write_text("wait for the loop")

        async def open_gate():
            while not slips.started:
                await asyncio.sleep(0.001)
            slips.gate.set()

        loader = loader_of(good_folder / "a.txt", manager)
        documents, _ = await asyncio.gather(loader.aload(), open_gate())
        assert len(documents) == 1

    async def test_the_async_face_stays_in_its_task_and_context(self, good_folder, manager):
        seen = ContextVar("seen", default=0)
        threads = set()
        async for _ in loader_of(good_folder, manager).alazy_load():
            token = seen.set(seen.get() + 1)
            threads.add(threading.get_ident())
            assert seen.get() == len(threads)
            seen.reset(token)
        assert threads == {threading.get_ident()}


class TestAnywhere:
    async def test_the_sync_face_works_inside_a_running_loop(self, good_folder, manager):
        assert len(loader_of(good_folder, manager).load()) == 3

    def test_both_faces_work_under_uvloop(self, good_folder, manager):
        loader = loader_of(good_folder, manager)

        async def both():
            return contents(await loader.aload()), contents(loader.load())

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            asynchronous, synchronous = runner.run(both())
        assert asynchronous == synchronous
        assert len(synchronous) == 3

    def test_one_loader_serves_several_threads(self, good_folder, manager):
        loader = loader_of(good_folder, manager)
        expected = contents(loader.load())
        results = []
        threads = [threading.Thread(target=lambda: results.append(contents(loader.load()))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [expected] * 4


class TestFailures:
    @pytest.mark.parametrize("is_async", [False, True])
    async def test_raise_ends_the_load_in_the_place_of_the_source(self, folder, manager, is_async):
        delivered = []
        loader = loader_of(folder, manager)
        with pytest.raises(CorruptSourceError, match="b.txt: the slip is torn") as caught:
            await read_into(delivered, loader, is_async)
        assert caught.value.source == str(folder / "b.txt")
        assert {document.metadata["source"] for document in delivered} == {str(folder / "a.txt")}
        assert loader.incomplete

    @pytest.mark.parametrize("is_async", [False, True])
    async def test_skip_leaves_the_source_out_and_says_so(self, folder, manager, caplog, is_async):
        delivered = []
        loader = loader_of(folder, manager, on_error="skip")
        await read_into(delivered, loader, is_async)
        assert len(delivered) == 3
        [record] = [record for record in caplog.records if record.name == "docferry.langchain"]
        assert record.levelname == "WARNING"
        assert "b.txt: the slip is torn" in record.getMessage()
        assert [outcome.source for outcome in loader.report.failed] == [str(folder / "b.txt")]
        assert loader.report.is_complete
        assert loader.incomplete

    @pytest.mark.parametrize("is_async", [False, True])
    async def test_collect_delivers_everything_good_then_raises_one_group(self, folder, manager, is_async):
        delivered = []
        loader = loader_of(folder, manager, on_error="collect")
        with pytest.raises(ExceptionGroup) as caught:
            await read_into(delivered, loader, is_async)
        assert len(delivered) == 3
        assert [type(error) for error in caught.value.exceptions] == [CorruptSourceError]
        assert loader.incomplete

    @pytest.mark.parametrize("on_error", ["raise", "skip", "collect"])
    def test_a_good_load_is_complete(self, good_folder, manager, on_error):
        loader = loader_of(good_folder, manager, on_error=on_error)
        assert loader.incomplete
        assert loader.report.succeeded == []
        loader.load()
        assert not loader.incomplete
        assert loader.report.chunk_count == 3

    def test_what_a_document_warns_of_is_logged(self, tmp_path, manager, caplog):
        (tmp_path / "half.txt").write_text("text\f")
        loader_of(tmp_path, manager).load()
        assert "half.txt: no text on pages (2,)" in caplog.text

    def test_a_wrong_set_up_is_refused_when_the_loader_is_made(self, manager):
        with pytest.raises(UnknownProviderError):
            DocferryLoader("a.txt", provider="slip", manager=manager)
        with pytest.raises(InvalidOptionsError, match="did you mean api_key"):
            loader_of("a.txt", manager, apikey=SECRET)
        with pytest.raises(InvalidOptionsError, match="on_error"):
            loader_of("a.txt", manager, on_error="stop")


async def read_into(delivered, loader, is_async):
    if is_async:
        async for document in loader.alazy_load():
            delivered.append(document)
    else:
        for document in loader.lazy_load():
            delivered.append(document)


class TestSubclass:
    class SlipsLoader(DocferryLoader):
        provider: str = "slips"

    def test_it_fixes_the_provider(self, good_folder, manager):
        loader = self.SlipsLoader(good_folder, manager=manager, shout=True)
        assert loader.provider == "slips"
        assert loader.is_remote
        assert "FERRIES" in loader.load()[1].page_content
        with pytest.raises(InvalidOptionsError, match="made for provider slips"):
            self.SlipsLoader(good_folder, manager=manager, provider="local")

    def test_it_may_name_its_options(self, good_folder, manager):
        class NamedLoader(self.SlipsLoader):
            def __init__(self, sources, *, shout: bool | None = None, **settings: Unpack[LoadSettings]):
                super().__init__(sources, shout=shout, **settings)

        assert "Ferries" in NamedLoader(good_folder, manager=manager).load()[1].page_content
        assert "FERRIES" in NamedLoader(good_folder, shout=True, manager=manager).load()[1].page_content

    def test_the_loader_of_the_local_plugin_takes_its_options(self, tmp_path, documents):
        from docferry_local import LocalLoader

        path = documents.encrypted_pdf(tmp_path, SECRET)
        assert not LocalLoader(path).is_remote
        [document] = LocalLoader(path, password=SECRET).load()
        assert document.page_content


class TestSecrets:
    def test_they_are_in_no_text_of_the_loader(self, manager):
        loader = loader_of("a.txt", manager, api_key=SECRET)
        assert SECRET not in f"{loader!r} {loader} {vars(loader)}"
        assert repr(loader) == "DocferryLoader(provider='slips')"

    def test_a_loader_pickles_with_the_key_it_was_given(self, demo_pdf):
        loader = DocferryLoader(demo_pdf, password=SECRET, split="page")
        again = pickle.loads(pickle.dumps(loader))
        assert contents(again.load()) == contents(loader.load())
        assert again._delivery.options.password.get_secret_value() == SECRET


class PieceSplitter:
    """What load_and_split needs of a text splitter: pieces with the metadata of their document."""

    def split_documents(self, documents):
        return [
            Document(page_content=piece, metadata=dict(document.metadata))
            for document in documents
            for piece in document.page_content.split("\n\n")
        ]


def test_load_and_split_keeps_the_metadata(good_folder, manager):
    pieces = loader_of(good_folder, manager).load_and_split(PieceSplitter())
    assert len(pieces) > 3
    assert all(list(piece.metadata) == [key.name for key in METADATA_KEYS] for piece in pieces)
