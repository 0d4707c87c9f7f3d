"""DocferryReader keeps LlamaIndex's reader contract, with the real llama-index-core."""

import asyncio
import inspect
import threading

import fsspec
import pytest
import uvloop
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.readers.base import BasePydanticReader
from llama_index.core.schema import Document, MetadataMode

from docferry.chunking import ChunkSettings
from docferry.errors import CorruptSourceError, InvalidOptionsError, UnknownProviderError
from docferry.ingest import Ingestor
from docferry.llama_index import MODEL_KEY, DocferryReader
from docferry.metadata import METADATA_KEYS, read_regions

NAMES = [key.name for key in METADATA_KEYS]
METHODS = ("load_data", "lazy_load_data", "aload_data", "alazy_load_data")
pytestmark = pytest.mark.anyio


@pytest.fixture
def reader(manager):
    return DocferryReader(provider="slips", manager=manager)


def contents(documents):
    return [(document.id_, document.text, document.metadata) for document in documents]


async def call(method, *args, **kwargs):
    result = method(*args, **kwargs)
    return list(await result) if inspect.isawaitable(result) else list(result)


class TestFourMethods:
    @pytest.mark.parametrize("name", METHODS)
    async def test_each_gives_the_chunks_of_the_ingestor(self, good_folder, reader, manager, name):
        with Ingestor(provider="slips", manager=manager).run(good_folder) as run:
            expected = [
                (chunk.id, chunk.text_to_embed, outcome.source) for outcome in run for chunk in outcome.chunks
            ]
        documents = await call(getattr(reader, name), good_folder)
        assert isinstance(reader, BasePydanticReader)
        assert all(type(document) is Document for document in documents)
        assert [(d.id_, d.text, d.metadata["source"]) for d in documents] == expected

    def test_they_have_the_same_parameters(self):
        load_data, *others = (inspect.signature(getattr(DocferryReader, name)) for name in METHODS)
        assert list(load_data.parameters) == ["self", "file", "extra_info", "fs", "changes"]
        assert all(other.parameters == load_data.parameters for other in others)

    async def test_the_async_stream_is_iterated(self, good_folder, reader):
        streamed = [document async for document in reader.alazy_load_data(good_folder)]
        assert contents(streamed) == contents(reader.load_data(good_folder))

    def test_the_sync_stream_is_lazy_and_closing_it_ends_the_run(self, good_folder, reader, slips):
        (good_folder / "c.txt").write_text("wait")
        stream = reader.lazy_load_data(good_folder)
        assert slips.started == []
        next(stream)
        stream.close()
        assert set(slips.cancelled) == set(slips.started) - {str(good_folder / "a.txt")}
        assert reader.incomplete

    async def test_closing_the_async_stream_ends_the_run(self, good_folder, reader, slips):
        (good_folder / "c.txt").write_text("wait")
        stream = reader.alazy_load_data(good_folder)
        await anext(stream)
        await stream.aclose()
        assert set(slips.cancelled) == set(slips.started) - {str(good_folder / "a.txt")}

    async def test_cancelling_the_reading_task_ends_the_run(self, good_folder, reader, slips):
        (good_folder / "a.txt").write_text("wait")
        task = asyncio.create_task(reader.aload_data(good_folder / "a.txt"))
        while not slips.started:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        while not slips.cancelled:
            await asyncio.sleep(0.001)


class TestDocuments:
    def test_the_local_provider_is_the_default(self, demo_pdf):
        documents = DocferryReader().load_data(demo_pdf)
        assert {document.metadata["provider"] for document in documents} == {"local"}
        assert all(region.box for document in documents for region in read_regions(document.metadata))

    @pytest.mark.parametrize(("split", "count"), [("chunk", 3), ("page", 3), ("document", 2)])
    def test_split_says_what_one_document_holds(self, good_folder, manager, split, count):
        reader = DocferryReader(provider="slips", manager=manager, split=split)
        assert len(reader.load_data(good_folder)) == count

    def test_what_is_embedded_is_exactly_the_counted_text(self, good_folder, reader):
        for document in reader.load_data(good_folder, {"file_path": "/somewhere", "tenant": "north"}):
            assert document.get_content(MetadataMode.EMBED) == document.text

    def test_the_llm_sees_places_and_the_callers_own_keys_but_no_boxes_or_ids(self, good_folder, reader):
        document = reader.load_data(good_folder, {"tenant": "north"})[0]
        shown = [line.split(":")[0] for line in document.get_metadata_str(MetadataMode.LLM).splitlines()]
        assert shown == ["source", "page", "page_end", "headings", "tenant"]

    def test_boxes_and_the_carried_model_leave_the_budget_of_a_splitter_alone(self, good_folder, manager):
        reader = DocferryReader(provider="slips", manager=manager, split="document")
        documents = reader.load_data(good_folder / "a.txt")
        assert len(documents[0].metadata[MODEL_KEY]) > 500
        nodes = SentenceSplitter(chunk_size=120, chunk_overlap=0).get_nodes_from_documents(documents)
        assert len(nodes) == 1

    def test_metadata_is_flat_and_in_one_order(self, good_folder, reader):
        for document in reader.load_data(good_folder):
            assert list(document.metadata) == NAMES
            assert all(type(value) in (str, int) for value in document.metadata.values())

    def test_the_rich_profile_has_lists(self, good_folder, manager):
        reader = DocferryReader(provider="slips", manager=manager, metadata_profile="rich")
        assert reader.load_data(good_folder)[0].metadata["pages"] == [1]

    def test_a_second_load_gives_equal_documents_with_equal_hashes(self, good_folder, reader):
        first, second = reader.load_data(good_folder), reader.load_data(good_folder)
        assert first == second
        assert [document.hash for document in first] == [document.hash for document in second]

    def test_a_whole_document_keeps_its_id_when_it_changes(self, good_folder, manager):
        reader = DocferryReader(provider="slips", manager=manager, split="document")
        [before] = reader.load_data(good_folder / "c.txt")
        (good_folder / "c.txt").write_text("something else")
        [after] = reader.load_data(good_folder / "c.txt")
        assert before.id_ == after.id_
        assert before.hash != after.hash

    def test_the_carried_model_can_be_left_out(self, good_folder, manager):
        reader = DocferryReader(provider="slips", manager=manager, split="document", carries_model=False)
        assert MODEL_KEY not in reader.load_data(good_folder)[0].metadata


class TestArguments:
    def test_extra_info_is_merged_and_copied_and_never_wins(self, good_folder, reader):
        extra = {"page": 99, "source": "x", "file_name": "a.txt"}
        first, second = reader.load_data(good_folder / "a.txt", extra_info=extra)
        assert list(first.metadata) == [*NAMES, "file_name"]
        assert [first.metadata["page"], second.metadata["page"]] == [1, 2]
        first.metadata["file_name"] = "changed"
        assert second.metadata["file_name"] == extra["file_name"] == "a.txt"

    @pytest.mark.parametrize("is_many", [False, True])
    def test_paths_are_read_from_the_file_system_given(self, reader, is_many):
        memory = fsspec.filesystem("memory")
        memory.pipe("/harbour/a.txt", b"# Pier\n\nIn memory.")
        path = "/harbour/a.txt"
        documents = reader.load_data([path, path] if is_many else path, fs=memory)
        assert {document.metadata["source"] for document in documents} == {path}
        assert len(documents) == 1 + is_many

    def test_settings_and_options_may_change_for_one_call(self, good_folder, reader):
        [changed] = reader.load_data(good_folder / "a.txt", shout=True, pages="2", split="page")
        assert (changed.metadata["page"], "FERRIES" in changed.text) == (2, True)
        assert "FERRIES" not in reader.load_data(good_folder / "a.txt")[1].text

    @pytest.mark.parametrize("name", METHODS)
    async def test_an_unknown_change_is_refused(self, good_folder, reader, name):
        with pytest.raises(InvalidOptionsError, match="did you mean shout"):
            await call(getattr(reader, name), good_folder, shouts=True)

    def test_a_wrong_set_up_is_refused_when_the_reader_is_made(self, manager):
        with pytest.raises(UnknownProviderError):
            DocferryReader(provider="slip", manager=manager)
        with pytest.raises(InvalidOptionsError, match="metadata_profile"):
            DocferryReader(provider="slips", manager=manager, metadata_profile="deep")
        with pytest.raises(InvalidOptionsError, match="too small"):
            DocferryReader(provider="slips", manager=manager, chunking={"max_tokens": 1})

    def test_chunking_settings_are_used(self, good_folder, manager):
        reader = DocferryReader(provider="slips", manager=manager, chunking=ChunkSettings(max_tokens=16))
        assert max(d.metadata["token_count"] for d in reader.load_data(good_folder)) <= 16


class TestAnywhere:
    async def test_the_sync_methods_work_inside_a_running_loop(self, good_folder, reader):
        assert len(reader.load_data(good_folder)) == 3

    def test_all_methods_work_under_uvloop(self, good_folder, reader):
        async def all_of_them():
            return [contents(await call(getattr(reader, name), good_folder)) for name in METHODS]

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            first, *others = runner.run(all_of_them())
        assert len(first) == 3
        assert others == [first] * 3

    def test_one_reader_serves_several_threads(self, good_folder, reader):
        expected = contents(reader.load_data(good_folder))
        results = []

        def load():
            results.append(contents(reader.load_data(good_folder)))

        threads = [threading.Thread(target=load) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [expected] * 4

    def test_a_reader_outlives_the_loop_it_was_first_used_on(self, good_folder, reader):
        for _ in range(3):
            with asyncio.Runner() as runner:
                assert len(runner.run(reader.aload_data(good_folder))) == 3


class TestFailures:
    @pytest.mark.parametrize("name", METHODS)
    async def test_raise(self, folder, reader, name):
        with pytest.raises(CorruptSourceError, match=r"b.txt: the slip is torn"):
            await call(getattr(reader, name), folder)
        assert reader.incomplete

    @pytest.mark.parametrize("name", METHODS)
    async def test_skip(self, folder, manager, caplog, name):
        reader = DocferryReader(provider="slips", manager=manager, on_error="skip")
        assert len(await call(getattr(reader, name), folder)) == 3
        [record] = [record for record in caplog.records if record.name == "docferry.llama_index"]
        assert record.levelname == "WARNING"
        assert [outcome.source for outcome in reader.report.failed] == [str(folder / "b.txt")]
        assert reader.incomplete

    @pytest.mark.parametrize("name", METHODS)
    async def test_collect(self, folder, manager, name):
        reader = DocferryReader(provider="slips", manager=manager, on_error="collect")
        with pytest.raises(ExceptionGroup) as caught:
            await call(getattr(reader, name), folder)
        assert [error.source for error in caught.value.exceptions] == [str(folder / "b.txt")]

    async def test_collect_delivers_everything_good_first(self, folder, manager):
        reader = DocferryReader(provider="slips", manager=manager, on_error="collect")
        for is_async in (False, True):
            delivered = []
            with pytest.raises(ExceptionGroup):
                await read_into(delivered, reader, folder, is_async)
            assert len(delivered) == 3

    def test_a_good_load_is_complete(self, good_folder, reader):
        assert reader.incomplete
        reader.load_data(good_folder)
        assert not reader.incomplete
        assert reader.report.chunk_count == 3


async def read_into(delivered, reader, folder, is_async):
    if is_async:
        async for document in reader.alazy_load_data(folder):
            delivered.append(document)
    else:
        for document in reader.lazy_load_data(folder):
            delivered.append(document)
