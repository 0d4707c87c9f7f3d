"""The LlamaIndex adapter: a reader, and a node parser for ingestion pipelines.

The reader keeps LlamaIndex's contracts: it serves SimpleDirectoryReader on any file system and in its worker
processes, and what is embedded is exactly what was counted, because no metadata key is shown to the embedder.
"""

from importlib import import_module

from docferry.errors import MissingExtraError

try:
    import_module("llama_index.core")
except ImportError as error:
    raise MissingExtraError(
        "docferry.llama_index needs llama-index-core", next_step="run: pip install docferry[llama-index]"
    ) from error

from docferry.llama_index.async_documents import AsyncDocuments
from docferry.llama_index.node_parser import DocferryNodeParser
from docferry.llama_index.nodes import MODEL_KEY
from docferry.llama_index.reader import DocferryReader, ReaderSettings

__all__ = ["MODEL_KEY", "AsyncDocuments", "DocferryNodeParser", "DocferryReader", "ReaderSettings"]
