import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Unpack

import pydantic
from fsspec.implementations.local import LocalFileSystem
from langchain_core.documents import Document as LangChainDocument
from langchain_core.documents.base import Blob
from llama_index.core import SimpleDirectoryReader
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import Document, ImageDocument, TextNode

import docferry
from docferry.chunking import Chunk, ChunkSettings
from docferry.langchain import (
    DocferryBlobParser,
    DocferryLoader,
    DocferryTextSplitter,
    LoadSettings,
    key_encoder,
)
from docferry.llama_index import DocferryNodeParser, DocferryReader, ReaderSettings
from docferry.metadata import PICTURE_KEYS, read_regions
from docferry.model import ElementKind
from docferry_local import LocalLoader, LocalReader


class MyReader(DocferryReader):
    provider: str = "local"

    def __init__(
        self, *, password: str | pydantic.SecretStr | None = None, **settings: Unpack[ReaderSettings]
    ) -> None:
        super().__init__(password=password, **settings)


class MyLoader(DocferryLoader):
    provider: str = "local"

    def __init__(
        self,
        sources: str | Path,
        *,
        password: str | pydantic.SecretStr | None = None,
        **settings: Unpack[LoadSettings],
    ) -> None:
        super().__init__(sources, password=password, **settings)


loader = DocferryLoader(["a.pdf", Path("b.pdf")], split="page", on_error="skip", metadata_profile="rich")
docs: list[LangChainDocument] = loader.load()
for doc in loader.lazy_load():
    print(doc.page_content, read_regions(doc.metadata))
key: str = key_encoder(docs[0])
blob_docs: list[LangChainDocument] = DocferryBlobParser(provider="local", password="x").parse(
    Blob.from_path("a.pdf")
)
reader = DocferryReader(chunking=ChunkSettings(max_tokens=64), api_key="x", split="document")
l_docs: list[Document] = reader.load_data("a.pdf", extra_info={"a": 1}, fs=LocalFileSystem(), password="x")
nodes: list[TextNode] = reader.load_nodes(Path("a.pdf"), links_source=True)
SimpleDirectoryReader("x", file_extractor={".pdf": reader}).load_data()
IngestionPipeline(transformations=[DocferryNodeParser(chunking=ChunkSettings())]).run(documents=l_docs)
mine = MyReader(password="x", split="page", carries_model=False)
my_loader = MyLoader("a.pdf", password="x", on_error="collect")
LocalReader(password="x").load_data("a.pdf")
LocalLoader("a.pdf", password="x").load()

blobs: list[Blob] = list(loader.lazy_load_images(kinds=["figure", ElementKind.TABLE], dots_per_inch=72))
images: list[ImageDocument] = reader.load_images("a.pdf", {"a": 1}, kinds=["figure"], pages="1-3")
names: list[str] = [key.name for key in PICTURE_KEYS]
splitter = DocferryTextSplitter(chunking=ChunkSettings(max_tokens=64), metadata_profile="rich")
texts: list[str] = splitter.split_text("# A")
pieces: list[LangChainDocument] = splitter.split_documents(docs)
pieces += splitter.create_documents(["# A"], [{"source": "a.md"}])
pieces += loader.load_and_split(splitter)  # pyright: ignore[reportUnknownMemberType] - unknown to core alone
chunks: tuple[Chunk, ...] = docferry.chunk("# A\n\nText.", max_tokens=64)


async def main() -> None:
    stream: AsyncIterator[Document] = reader.alazy_load_data("a.pdf")
    async for document in stream:
        print(document.metadata["page"])
    all_of_them: list[Document] = await reader.alazy_load_data("a.pdf")
    also: list[Document] = await reader.aload_data("a.pdf")
    print(all_of_them, also)
    async for d in loader.alazy_load():
        print(d.id)
    print(await loader.aload())
    async for blob in loader.alazy_load_images():
        print(blob.metadata["caption"])
    pictures: list[ImageDocument] = await reader.aload_images("a.pdf")
    print(pictures, await splitter.atransform_documents(docs))


with asyncio.Runner() as runner:
    runner.run(main())
