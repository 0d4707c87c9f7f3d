"""What docferry promises to the users of each framework, and the test that holds each promise.

The README shows this table; a test looks every row up, so that no promise outlives its test.
"""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["CONTRACTS", "Contract"]

ROOT = Path(__file__).resolve().parents[2]
READER = "llama_index/test_reader.py"
DIRECTORY = "llama_index/test_directory_reader.py"
COMPONENT = "llama_index/test_component.py"
NODES = "llama_index/test_nodes.py"
LOADER = "langchain/test_loader.py"
INDEXING = "langchain/test_indexing.py"
BLOBS = "langchain/test_blob_loaders.py"
ANYWHERE = "delivery/test_anywhere.py"
STORES = "stores/test_langchain_stores.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One promise.

    Args:
        framework: LlamaIndex, LangChain or both.
        promise: What holds.
        path: The test's file, below tests.
        test: The test's name, with its class where it has one.
    """

    framework: str
    promise: str
    path: str
    test: str

    @property
    def status(self) -> str:
        """Kept, and where; or what is wrong with the test."""
        marks = _tests_of(self.path).get(self.test)
        if marks is None:
            return "no such test"
        if "skip" in marks or "xfail" in marks:
            return "not kept"
        return "kept, `make test-stores`" if self.path.startswith("stores/") else "kept"


def _contracts(framework: str, *rows: tuple[str, str, str]) -> tuple[Contract, ...]:
    return tuple(
        Contract(framework=framework, promise=promise, path=path, test=test) for promise, path, test in rows
    )


CONTRACTS = (
    *_contracts(
        "LlamaIndex",
        (
            "`SimpleDirectoryReader` takes the reader; its metadata and ours are merged",
            DIRECTORY,
            "test_local_files_keep_the_directory_readers_metadata",
        ),
        (
            "on a remote file system the file is read through it",
            DIRECTORY,
            "test_a_remote_file_system_is_read_through_itself",
        ),
        ("`num_workers=2`: the reader pickles", DIRECTORY, "test_worker_processes_give_the_same_documents"),
        ("`raise_on_error` shows our error", DIRECTORY, "test_raise_on_error_shows_our_error"),
        ("`filename_as_id` works", DIRECTORY, "test_file_names_as_ids_replace_ours_but_not_the_chunks"),
        (
            "`aload_data` over 50 files never exceeds the account's concurrency",
            ANYWHERE,
            "TestOneAccount.test_fifty_files_gathered_by_simple_directory_reader",
        ),
        (
            "no key in `to_dict`, repr, JSON or logs",
            COMPONENT,
            "TestSecrets.test_no_text_of_a_reader_holds_them",
        ),
        (
            "`from_dict` takes the key from the environment",
            COMPONENT,
            "TestJson.test_the_key_is_taken_from_the_environment_then",
        ),
        (
            "pickle carries a given key, never one of the environment",
            COMPONENT,
            "TestPickle.test_a_key_from_the_environment_does_not_travel",
        ),
        ("`is_remote` is the provider's own", COMPONENT, "TestJson.test_is_remote_is_the_providers_own"),
        (
            "the text embedded has exactly `token_count` tokens",
            NODES,
            "TestCounts.test_of_nodes_documents_and_parsed_nodes",
        ),
        (
            "`DocferryNodeParser` gives the reader's own chunks, with pages and headings",
            NODES,
            "TestNodeParser.test_nodes_of_a_real_document_keep_pages_and_headings",
        ),
        (
            "the carried document is removed from the nodes",
            NODES,
            "TestNodeParser.test_the_carried_model_is_in_no_node",
        ),
        (
            "other text is read as Markdown, without pages",
            NODES,
            "TestText.test_headings_are_known_and_pages_are_not",
        ),
        (
            "nodes have PREVIOUS, NEXT and SOURCE",
            NODES,
            "TestNodeParser.test_nodes_are_linked_to_each_other_and_to_their_document",
        ),
        ("metadata-aware splitters never raise", NODES, "TestOtherSplitters.test_they_take_our_documents"),
        (
            "three runs with a docstore and a vector store make N, 0, 0 nodes",
            NODES,
            "TestPipeline.test_the_second_and_third_run_make_no_node",
        ),
        (
            "a change embeds that file's nodes again and leaves none behind",
            NODES,
            "TestPipeline.test_a_changed_document_replaces_its_nodes",
        ),
        (
            "`load_nodes` with SOURCE wants `duplicates_only`, and says so",
            NODES,
            "TestPipeline.test_nodes_with_source_want_duplicates_only",
        ),
        (
            "vector stores take flat metadata as it is",
            "stores/test_llama_index_stores.py",
            "test_nodes_come_back_as_they_went_in",
        ),
        (
            "figures are ImageDocuments on request",
            "llama_index/test_images.py",
            "test_a_figure_is_an_image_document",
        ),
    ),
    *_contracts(
        "LangChain",
        (
            "`lazy_load` hands over before the last file is parsed",
            LOADER,
            "TestStreaming.test_lazy_load_hands_over_before_the_last_source_is_parsed",
        ),
        (
            "documents of one source come together",
            LOADER,
            "TestStreaming.test_documents_of_one_source_come_together_in_the_order_of_the_sources",
        ),
        (
            "`alazy_load` is a true async generator",
            LOADER,
            "TestStreaming.test_alazy_load_does_too_and_is_an_async_generator",
        ),
        (
            "cancelling it ends the run",
            LOADER,
            "TestStreaming.test_cancelling_between_two_documents_ends_the_run",
        ),
        ("`load_and_split` keeps the metadata", LOADER, "test_load_and_split_keeps_the_metadata"),
        (
            "`DocferryTextSplitter` goes where a text splitter goes",
            "langchain/test_text_splitter.py",
            "test_all_ways_give_the_same_documents",
        ),
        (
            "`DocferryBlobParser` takes blobs in memory",
            "langchain/test_blob_parser.py",
            "test_a_pdf_in_memory_needs_neither_path_nor_media_type",
        ),
        (
            "it works under `GenericLoader` and `FileSystemBlobLoader`",
            BLOBS,
            "test_a_folder_gives_what_our_loader_gives",
        ),
        (
            "`index` three times: N, 0, 0 under incremental, scoped_full, full",
            INDEXING,
            "TestThreeRuns.test_the_second_and_third_change_nothing",
        ),
        (
            "`aindex` too",
            INDEXING,
            "TestThreeRuns.test_the_second_and_third_change_nothing_with_aindex",
        ),
        (
            "a changed page replaces only its chunks",
            INDEXING,
            "test_one_changed_page_changes_only_its_own_chunk",
        ),
        (
            "a failed source never leads to deletion under full",
            INDEXING,
            "test_a_failed_source_keeps_full_cleanup_from_deleting",
        ),
        (
            '`on_error="skip"` and `incomplete`: the recipe above',
            INDEXING,
            "test_the_recipe_of_the_readme_keeps_what_a_skipped_source_had",
        ),
        ("`key_encoder` keeps our ids", INDEXING, "TestKeyEncoder.test_it_returns_our_id"),
        ("Chroma and Qdrant take flat metadata as it is", STORES, "test_documents_come_back_as_they_went_in"),
        ("so does LanceDB", STORES, "test_lancedb_takes_the_metadata_as_columns"),
        ("figures are Blobs on request", "langchain/test_images.py", "test_a_figure_is_a_blob_in_memory"),
    ),
    *_contracts(
        "both",
        (
            "one metadata contract, keys in one order, flat and rich",
            "test_metadata.py",
            "test_keys_stand_in_the_order_of_the_table",
        ),
        (
            "they work in a notebook's loop and under uvloop, with nothing patched",
            ANYWHERE,
            "test_every_method_works_in_the_cells_of_a_notebook",
        ),
        ("in a real kernel", ANYWHERE, "test_a_real_kernel_runs_the_cells"),
        ("inside FastAPI", ANYWHERE, "test_a_web_server_answers_while_it_reads"),
        ("the examples answer with proof", "examples/test_rag.py", "test_a_question_is_answered_with_proof"),
        ("users' code type-checks", "contracts/test_legal_uses.py", "test_legal_uses_type_check"),
    ),
)


@cache
def _tests_of(path: str) -> dict[str, str]:
    """The tests of a file by name, with what stands in their decorators."""
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for node in tree.body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        for test in inner:
            if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef):
                marks = [*getattr(node, "decorator_list", []), *test.decorator_list]
                found[prefix + test.name] = " ".join(map(ast.unparse, marks))
    return found
