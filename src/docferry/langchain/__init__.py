"""The LangChain adapter: a document loader, a blob parser, a text splitter, and a key encoder for `index()`.

A loader streams: `lazy_load` and `alazy_load` both read from one run of the engine, and neither wraps the
other. All documents of one source come together, in the order of the sources.
"""

from importlib import import_module

from docferry.errors import MissingExtraError

try:
    import_module("langchain_core")
except ImportError as error:
    raise MissingExtraError(
        "docferry.langchain needs langchain-core", next_step="run: pip install docferry[langchain]"
    ) from error

from docferry.delivery import LoadSettings
from docferry.langchain.blob_parser import DocferryBlobParser
from docferry.langchain.documents import key_encoder
from docferry.langchain.loader import DocferryLoader
from docferry.langchain.text_splitter import DocferryTextSplitter

__all__ = ["DocferryBlobParser", "DocferryLoader", "DocferryTextSplitter", "LoadSettings", "key_encoder"]
