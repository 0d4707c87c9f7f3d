"""Nodes: from the reader, and from the node parser in an IngestionPipeline."""

import json
import warnings
from pathlib import Path

import llama_index.core
import pytest
import tiktoken
from llama_index.core import MockEmbedding, SimpleDirectoryReader
from llama_index.core.ingestion import DocstoreStrategy, IngestionPipeline
from llama_index.core.node_parser import SentenceSplitter, TokenTextSplitter
from llama_index.core.schema import Document, MetadataMode, NodeRelationship, TextNode
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.core.vector_stores import SimpleVectorStore

from docferry.chunking import ChunkSettings
from docferry.errors import CorruptSourceError, InvalidOptionsError
from docferry.llama_index import MODEL_KEY, DocferryNodeParser, DocferryReader
from docferry.metadata import METADATA_KEYS

NAMES = [key.name for key in METADATA_KEYS]
SMALL = ChunkSettings(max_tokens=16)
pytestmark = pytest.mark.anyio


@pytest.fixture
def reader(manager):
    return DocferryReader(provider="slips", manager=manager)


@pytest.fixture
def whole(manager):
    return DocferryReader(provider="slips", manager=manager, split="document")


def by_source(nodes):
    grouped = {}
    for node in nodes:
        grouped.setdefault(node.metadata["source"], []).append(node)
    return list(grouped.values())


def assert_linked(nodes):
    for group in by_source(nodes):
        ids = [None, *(node.node_id for node in group), None]
        assert [node.prev_node and node.prev_node.node_id for node in group] == ids[:-2]
        assert [node.next_node and node.next_node.node_id for node in group] == ids[2:]


class TestReaderNodes:
    async def test_they_are_the_readers_chunks(self, good_folder, reader):
        nodes = reader.load_nodes(good_folder, {"tenant": "north"})
        documents = reader.load_data(good_folder, {"tenant": "north"})
        assert all(type(node) is TextNode for node in nodes)
        assert [(n.id_, n.text, n.metadata) for n in nodes] == [
            (d.id_, d.text, d.metadata) for d in documents
        ]
        assert await reader.aload_nodes(good_folder, {"tenant": "north"}) == nodes

    def test_neighbours_are_linked_within_a_source(self, good_folder, reader):
        assert_linked(reader.load_nodes(good_folder, chunking=SMALL))

    def test_links_do_not_repeat_the_neighbours_metadata(self, good_folder, reader):
        nodes = reader.load_nodes(good_folder)
        related = [other for node in nodes for other in node.relationships.values()]
        assert related
        assert all("regions" not in other.metadata for other in related)

    def test_they_name_their_document_only_when_asked(self, good_folder, reader, whole):
        assert all(node.source_node is None for node in reader.load_nodes(good_folder))
        linked = reader.load_nodes(good_folder, links_source=True)
        ids = {document.metadata["source"]: document.id_ for document in whole.load_data(good_folder)}
        assert all(node.ref_doc_id == ids[node.metadata["source"]] for node in linked)

    async def test_failures_are_those_of_load_data(self, folder, reader):
        with pytest.raises(CorruptSourceError):
            reader.load_nodes(folder)
        with pytest.raises(ExceptionGroup):
            await reader.aload_nodes(folder, on_error="collect")


class TestNodeParser:
    async def test_nodes_are_the_readers_own_chunks(self, good_folder, reader, whole):
        nodes = DocferryNodeParser()(whole.load_data(good_folder))
        chunks = reader.load_data(good_folder)
        assert [(n.id_, n.text, n.metadata) for n in nodes] == [(c.id_, c.text, c.metadata) for c in chunks]
        assert await DocferryNodeParser().acall(whole.load_data(good_folder)) == nodes

    def test_nodes_of_a_real_document_keep_pages_and_headings(self, demo_pdf, demo_facts):
        nodes = DocferryNodeParser()(DocferryReader(split="document").load_data(demo_pdf))
        assert {node.metadata["page"] for node in nodes} == set(range(1, demo_facts["pages"] + 1))
        assert any(" > " in node.metadata["headings"] for node in nodes)
        chunks = DocferryReader().load_data(demo_pdf)
        assert [(n.id_, n.text, n.metadata) for n in nodes] == [(c.id_, c.text, c.metadata) for c in chunks]

    def test_nodes_are_linked_to_each_other_and_to_their_document(self, good_folder, whole):
        documents = whole.load_data(good_folder)
        nodes = DocferryNodeParser(chunking=SMALL)(documents)
        assert len(nodes) > 3
        assert_linked(nodes)
        for group, document in zip(by_source(nodes), documents, strict=True):
            assert all(node.ref_doc_id == document.id_ for node in group)
            assert all(node.source_node.hash == document.hash for node in group)

    def test_the_carried_model_is_in_no_node(self, good_folder, whole):
        for node in DocferryNodeParser()(whole.load_data(good_folder)):
            assert MODEL_KEY not in node.to_json()
            assert MODEL_KEY not in node.excluded_embed_metadata_keys + node.excluded_llm_metadata_keys

    def test_what_is_embedded_is_exactly_the_counted_text(self, good_folder, whole):
        for node in DocferryNodeParser()(whole.load_data(good_folder, {"tenant": "north"})):
            assert node.get_content(MetadataMode.EMBED) == node.text
            assert node.metadata["tenant"] == "north"

    def test_the_directory_readers_metadata_survives(self, good_folder, whole):
        directory = SimpleDirectoryReader(good_folder, file_extractor={".txt": whole})
        node = DocferryNodeParser()(directory.load_data())[0]
        assert list(node.metadata)[: len(NAMES)] == NAMES
        assert node.metadata["file_name"] == "a.txt"
        shown = node.get_metadata_str(MetadataMode.LLM)
        assert "file_path" in shown
        assert "last_modified_date" not in shown

    def test_settings_are_used(self, good_folder, whole):
        parser = DocferryNodeParser(
            chunking=SMALL,
            metadata_profile="rich",
            include_metadata=False,
            include_prev_next_rel=False,
            id_func=lambda position, document: f"{document.metadata['source']}#{position}",
        )
        nodes = parser(whole.load_data(good_folder / "a.txt", {"tenant": "north"}))
        assert [node.id_ for node in nodes][:2] == [f"{good_folder / 'a.txt'}#{n}" for n in range(2)]
        assert all(node.metadata["token_count"] <= 16 for node in nodes)
        assert nodes[0].metadata["pages"] == [1]
        assert list(nodes[0].metadata) == NAMES
        assert set(nodes[0].relationships) == {NodeRelationship.SOURCE}

    def test_it_comes_back_from_its_dictionary(self):
        parser = DocferryNodeParser(chunking=SMALL, metadata_profile="rich", include_metadata=False)
        assert json.loads(parser.to_json()) == parser.to_dict()
        again = DocferryNodeParser.from_dict(parser.to_dict())
        assert again.to_dict() == parser.to_dict()
        assert again.chunking == SMALL

    def test_wrong_settings_are_refused(self):
        with pytest.raises(InvalidOptionsError, match="metadata_profile"):
            DocferryNodeParser(metadata_profile="deep")
        with pytest.raises(InvalidOptionsError, match="too small"):
            DocferryNodeParser(chunking={"max_tokens": 2})

    def test_a_document_of_another_time_is_refused(self):
        document = Document(text="x", metadata={"source": "a.txt", MODEL_KEY: '{"schema_version": "99.0"}'})
        with pytest.raises(CorruptSourceError, match=r"a.txt: .*schema 99.0"):
            DocferryNodeParser()([document])


class TestText:
    """Documents that carry no parsed document: their text is read as Markdown."""

    TEXT = "# Harbour\n\nThe north pier.\n\n## Ferries\n\n- Ada\n- Grace\n"

    def test_headings_are_known_and_pages_are_not(self):
        document = Document(text=self.TEXT, metadata={"file_path": "a.md", "tenant": "north"})
        nodes = DocferryNodeParser()([document])
        assert [node.metadata["headings"] for node in nodes] == ["Harbour", "Harbour > Ferries"]
        assert [list(node.metadata) for node in nodes] == [[*NAMES, "file_path", "tenant"]] * 2
        assert {node.metadata["source"] for node in nodes} == {"a.md"}
        assert all(node.get_content(MetadataMode.EMBED) == node.text for node in nodes)
        shown = [line.split(":")[0] for line in nodes[0].get_metadata_str(MetadataMode.LLM).splitlines()]
        assert shown == ["source", "headings", "file_path", "tenant"]
        assert_linked(nodes)
        assert all(node.ref_doc_id == document.id_ for node in nodes)

    def test_what_the_document_says_of_its_page_survives(self):
        [node] = DocferryNodeParser()([Document(text="Text.", metadata={"source": "a.pdf", "page": 7})])
        assert (node.metadata["page"], node.metadata["page_end"]) == (7, 7)
        assert "page: 7" in node.get_content(MetadataMode.LLM)

    async def test_chunks_of_the_reader_stay_where_they_stand(self, demo_pdf):
        documents = DocferryReader().load_data(demo_pdf)
        nodes = DocferryNodeParser()(documents)
        for name in ("page", "page_end", "pages", "regions", "source", "provider"):
            values = [[node.metadata[name] for node in each] for each in (nodes, documents)]
            assert list(dict.fromkeys(values[0])) == list(dict.fromkeys(values[1]))
        assert len({node.id_ for node in nodes}) == len(nodes)
        assert await DocferryNodeParser().acall(documents) == nodes

    def test_settings_are_used(self):
        parser = DocferryNodeParser(chunking=SMALL, metadata_profile="rich", include_metadata=False)
        nodes = parser([Document(text=self.TEXT + "word " * 60, metadata={"tenant": "north"})])
        assert len(nodes) > 3
        assert max(node.metadata["token_count"] for node in nodes) <= 16
        assert nodes[0].metadata["headings"] == ["Harbour"]
        assert all(list(node.metadata) == NAMES for node in nodes)

    async def test_a_folder_of_markdown_is_indexed_once(self, tmp_path):
        for name in ("a.md", "b.md"):
            (tmp_path / name).write_text(self.TEXT)
        pipeline = pipeline_of(DocstoreStrategy.UPSERTS, [DocferryNodeParser()])

        async def index():
            documents = SimpleDirectoryReader(tmp_path, filename_as_id=True).load_data()
            return await run(pipeline, False, documents=documents)

        assert [await index() for _ in range(3)] == [4, 0, 0]
        (tmp_path / "b.md").write_text("# Other\n\nText.")
        assert await index() == 1
        assert len(pipeline.vector_store.data.embedding_dict) == 3

    def test_an_empty_document_has_no_nodes(self):
        assert DocferryNodeParser()([Document(text="")]) == []


class TestCounts:
    """What is embedded has exactly the tokens that the metadata says, recounted with tiktoken itself."""

    @pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
    def test_of_nodes_documents_and_parsed_nodes(self, demo_pdf, encoding, monkeypatch):
        bundle = Path(llama_index.core.__file__).parent / "_static" / "tiktoken_cache"
        monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(bundle))
        chunking = ChunkSettings(max_tokens=96, encoding=encoding)
        whole = DocferryReader(split="document").load_data(demo_pdf, {"tenant": "north"})
        reader = DocferryReader(chunking=chunking)
        counter = tiktoken.get_encoding(encoding)
        for nodes in (
            reader.load_data(demo_pdf, {"tenant": "north"}),
            reader.load_nodes(demo_pdf, {"tenant": "north"}),
            DocferryNodeParser(chunking=chunking)(whole),
            DocferryNodeParser(chunking=chunking)(reader.load_data(demo_pdf)),
        ):
            counted = [
                len(counter.encode(node.get_content(MetadataMode.EMBED), disallowed_special=()))
                for node in nodes
            ]
            assert counted == [node.metadata["token_count"] for node in nodes]
            assert max(counted) <= 96


class TestOtherSplitters:
    """Splitters that take the metadata off their budget never fail for our keys."""

    @pytest.mark.parametrize("split", ["chunk", "page", "document"])
    @pytest.mark.parametrize("profile", ["flat", "rich"])
    def test_they_take_our_documents(self, demo_pdf, split, profile):
        documents = DocferryReader(split=split, metadata_profile=profile).load_data(demo_pdf)
        for splitter in (
            SentenceSplitter(chunk_size=128, chunk_overlap=0, chunking_tokenizer_fn=str.splitlines),
            TokenTextSplitter(chunk_size=128, chunk_overlap=0),
        ):
            nodes = splitter.get_nodes_from_documents(documents)
            assert len(nodes) >= len(documents)
            assert {node.metadata["source"] for node in nodes} == {str(demo_pdf)}
            assert {node.metadata["page"] for node in nodes} == {d.metadata["page"] for d in documents}


def pipeline_of(strategy, transformations, *, has_store=True):
    return IngestionPipeline(
        transformations=[*transformations, MockEmbedding(embed_dim=4)],
        docstore=SimpleDocumentStore(),
        vector_store=SimpleVectorStore() if has_store else None,
        docstore_strategy=strategy,
    )


STRATEGIES = list(DocstoreStrategy)


class TestPipeline:
    @pytest.mark.parametrize("strategy", STRATEGIES)
    async def test_the_second_and_third_run_make_no_node(self, good_folder, whole, strategy):
        for is_async in (False, True):
            pipeline = pipeline_of(strategy, [DocferryNodeParser()])
            counts = [await run(pipeline, is_async, documents=whole.load_data(good_folder)) for _ in range(3)]
            assert counts == [3, 0, 0]

    @pytest.mark.parametrize("strategy", STRATEGIES)
    async def test_so_it_is_for_the_readers_chunks(self, good_folder, reader, strategy):
        pipeline = pipeline_of(strategy, [])
        counts = [await run(pipeline, False, documents=reader.load_data(good_folder)) for _ in range(3)]
        assert counts == [3, 0, 0]

    @pytest.mark.parametrize("strategy", STRATEGIES)
    async def test_and_for_its_nodes(self, good_folder, reader, strategy):
        pipeline = pipeline_of(strategy, [])
        counts = [await run(pipeline, False, nodes=reader.load_nodes(good_folder)) for _ in range(3)]
        assert counts == [3, 0, 0]

    async def test_nodes_with_source_want_duplicates_only(self, good_folder, reader):
        def counts(strategy):
            pipeline = pipeline_of(DocstoreStrategy(strategy), [])
            return [
                len(pipeline.run(nodes=reader.load_nodes(good_folder, links_source=True))) for _ in range(3)
            ]

        assert counts("duplicates_only") == [3, 0, 0]
        # LlamaIndex up to 0.14.22 keeps only the last node of a document, later ones run all each time.
        assert counts("upserts") in ([3, 3, 3], [2, 2, 2])
        assert "duplicates_only" in DocferryReader.load_nodes.__doc__

    async def test_a_changed_document_replaces_its_nodes(self, good_folder, whole):
        pipeline = pipeline_of(DocstoreStrategy.UPSERTS, [DocferryNodeParser()])
        await run(pipeline, False, documents=whole.load_data(good_folder))
        before = set(pipeline.vector_store.data.embedding_dict)
        text = (good_folder / "a.txt").read_text()
        (good_folder / "a.txt").write_text(text.replace("Four ferries", "Five ferries"))
        assert await run(pipeline, False, documents=whole.load_data(good_folder)) == 2
        after = set(pipeline.vector_store.data.embedding_dict)
        assert len(before) == len(after) == 3
        assert len(before & after) == 2
        # No stale node: what the store holds is what a new parse gives.
        assert after == {node.id_ for node in DocferryNodeParser()(whole.load_data(good_folder))}

    async def test_a_deleted_file_is_deleted_with_upserts_and_delete(self, good_folder, whole):
        pipeline = pipeline_of(DocstoreStrategy.UPSERTS_AND_DELETE, [DocferryNodeParser()])
        await run(pipeline, False, documents=whole.load_data(good_folder))
        (good_folder / "c.txt").unlink()
        await run(pipeline, False, documents=whole.load_data(good_folder))
        assert len(pipeline.vector_store.data.embedding_dict) == 2

    async def test_the_pipelines_cache_knows_an_equal_parser(self, good_folder, whole):
        documents = whole.load_data(good_folder)
        pipeline = IngestionPipeline(transformations=[DocferryNodeParser()])
        first = pipeline.run(documents=documents)
        again = IngestionPipeline(transformations=[DocferryNodeParser()], cache=pipeline.cache)
        assert [node.to_dict() for node in again.run(documents=documents)] == [n.to_dict() for n in first]
        assert len(pipeline.cache.cache.get_all(pipeline.cache.collection)) == 1

    @pytest.mark.timeout(240)  # each process imports the whole framework: a minute on a machine at its limit
    async def test_worker_processes_make_the_same_nodes(self, good_folder, whole):
        documents = whole.load_data(good_folder)
        pipeline = IngestionPipeline(transformations=[DocferryNodeParser()], disable_cache=True)
        assert pipeline.run(documents=documents, num_workers=2) == pipeline.run(documents=documents)


async def run(pipeline, is_async, **inputs):
    with warnings.catch_warnings():
        return len(await pipeline.arun(**inputs) if is_async else pipeline.run(**inputs))
