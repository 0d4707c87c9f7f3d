"""The LangChain adapter: a document loader, a blob parser, and a key encoder for `index()`.

A loader streams: `lazy_load` and `alazy_load` both read from one run of the engine, and neither wraps the
other. All documents of one source come together, in the order of the sources.
"""

import hashlib
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

from docferry.chunking import Chunk, ChunkSettings
from docferry.delivery import (
    Delivery,
    JobsInput,
    LoadSettings,
    OnErrorInput,
    OptionsInput,
    ProfileInput,
    SourcesInput,
    SplitInput,
    choose_provider,
    source_name,
    sources_to_repeat,
)
from docferry.errors import InvalidOptionsError, MissingExtraError
from docferry.ingest import OnError, Report
from docferry.metadata import MetadataProfile, merge_metadata
from docferry.model import PageSelection, ProgressEvent
from docferry.plugin import PluginManager
from docferry.sources import Source

try:
    from langchain_core.document_loaders import BaseBlobParser, BaseLoader
    from langchain_core.documents import Document
    from langchain_core.documents.base import Blob
except ImportError as error:
    raise MissingExtraError(
        "docferry.langchain needs langchain-core", next_step="run: pip install docferry[langchain]"
    ) from error

__all__ = ["DocferryBlobParser", "DocferryLoader", "LoadSettings", "key_encoder"]

logger = logging.getLogger("docferry.langchain")


class DocferryLoader(BaseLoader):
    """Loads documents through any provider, one LangChain Document per chunk.

    `page_content` is the text to embed, `id` the chunk's id; `docferry.metadata.METADATA_KEYS` lists the
    metadata. A loader may be used again and from several threads; each load is a run of its own.

    A subclass for one provider sets the class attribute `provider`; one that types the provider's options as
    well takes the other keywords as `**settings: Unpack[LoadSettings]`.

    Pickling carries options given as arguments, secrets among them, because worker processes need them, and
    never a key read from the environment. A progress listener is not carried.

    Args:
        sources: A path, folder, glob pattern, URL, bytes, open binary file or `docferry.Source`, or an
            iterable of them. A one-shot iterator is read once, here.
        provider: Name of an installed provider; "local" when None.
        options: The provider's options, an instance of its options class or a mapping.
        pages: The pages wanted of each source, such as "1-3,7,10-"; None for all.
        chunking: How documents are cut.
        split: What one Document holds: "chunk", "page", "section", "element" or "document".
            Wins over the split of `chunking`.
        metadata_profile: "flat" for scalars only, "rich" for lists too.
        on_error: What a failed source means. "raise": its error ends the load in its place. "skip": it is
            logged and left out. "collect": everything good is delivered, then an ExceptionGroup of the
            sources' errors is raised.
        look_ahead: Sources parsed ahead of the one being read.
        jobs: Settings of remote jobs, a `docferry.JobSettings`: ledger, cache, deadline, proxies; None for
            the usual ones.
        on_progress: Called with each progress event, on the engine's thread.
        manager: Where plugins are found; None for those installed.
        option_values: Options of the provider by name, such as `api_key`; None counts as not given.

    Raises:
        ConfigurationError: An unknown provider, option or setting; the class says which.
    """

    provider: str = ""
    """Name of the provider: of the class when it is made for one, and always of a loader."""

    def __init__(  # noqa: PLR0913 - the settings of a load, all named and optional
        self,
        sources: SourcesInput,
        *,
        provider: str | None = None,
        options: OptionsInput = None,
        pages: PageSelection | str | None = None,
        chunking: ChunkSettings | None = None,
        split: SplitInput | None = None,
        metadata_profile: ProfileInput = MetadataProfile.FLAT,
        on_error: OnErrorInput = OnError.RAISE,
        look_ahead: int = 4,
        jobs: JobsInput = None,
        on_progress: Callable[[ProgressEvent], None] | None = None,
        manager: PluginManager | None = None,
        **option_values: object,
    ) -> None:
        self._delivery = Delivery(
            provider=choose_provider(provider, fixed=type(self).provider),
            options=options,
            option_values=option_values,
            pages=pages,
            chunking=chunking,
            split=split,
            metadata_profile=metadata_profile,
            on_error=on_error,
            look_ahead=look_ahead,
            jobs=jobs,
            on_progress=on_progress,
            manager=manager,
        )
        self.provider = self._delivery.info.name
        self._sources = sources_to_repeat(sources)
        self._report = Report()

    @property
    def is_remote(self) -> bool:
        """Whether documents leave this machine."""
        return self._delivery.info.is_remote

    @property
    def report(self) -> Report:
        """Figures of the load that began last, filled while it runs; before the first load it is empty."""
        return self._report

    @property
    def incomplete(self) -> bool:
        """Whether the load that began last has not delivered every source.

        Do not let `index(cleanup="full")` see an incomplete load: it deletes what it does not see. With
        on_error "raise" or "collect" the error reaches `index` before it cleans up; with "skip" ask here.
        """
        return bool(self._report.failed) or not self._report.is_complete

    def lazy_load(self) -> Iterator[Document]:
        """Load one document at a time; closing the iterator ends the run.

        Raises:
            DocferryError: A source failed, under on_error "raise".
            ExceptionGroup: Sources failed, under on_error "collect", after all good ones.
        """
        failures = self._delivery.policy(logger)
        with self._delivery.ingestor.run(self._sources) as run:
            self._report = run.report
            for outcome in filter(failures.delivers, run):
                for chunk in outcome.chunks:
                    yield _document(chunk, source=outcome.source, delivery=self._delivery)
        failures.raise_collected()

    async def alazy_load(self) -> AsyncIterator[Document]:
        """Load one document at a time, on any asyncio loop; closing or cancelling ends the run.

        Raises:
            DocferryError: A source failed, under on_error "raise".
            ExceptionGroup: Sources failed, under on_error "collect", after all good ones.
        """
        failures = self._delivery.policy(logger)
        async with self._delivery.ingestor.run_async(self._sources) as run:
            self._report = run.report
            async for outcome in run:
                for chunk in outcome.chunks if failures.delivers(outcome) else ():
                    yield _document(chunk, source=outcome.source, delivery=self._delivery)
        failures.raise_collected()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(provider={self.provider!r})"


class DocferryBlobParser(BaseBlobParser):
    """Parses blobs through any provider; goes wherever LangChain takes a blob parser.

    Each Document has the blob's metadata and ours; where both have a key, ours stays. A blob in memory
    should say where it comes from, in its path, its metadata key `source` or its id: chunk ids depend on it.

    Args:
        provider: Name of an installed provider; "local" when None.
        options: The provider's options.
        pages: The pages wanted of each blob.
        chunking: How documents are cut.
        split: What one Document holds.
        metadata_profile: "flat" or "rich".
        on_error: What a failed blob means: "raise", "skip" or "collect".
        jobs: Settings of remote jobs.
        on_progress: Called with each progress event, on the engine's thread.
        manager: Where plugins are found.
        option_values: Options of the provider by name.

    Raises:
        ConfigurationError: As for `DocferryLoader`, which describes these arguments in full.
    """

    provider: str = ""
    """Name of the provider: of the class when it is made for one, and always of a parser."""

    def __init__(  # noqa: PLR0913 - the settings of a load, all named and optional
        self,
        *,
        provider: str | None = None,
        options: OptionsInput = None,
        pages: PageSelection | str | None = None,
        chunking: ChunkSettings | None = None,
        split: SplitInput | None = None,
        metadata_profile: ProfileInput = MetadataProfile.FLAT,
        on_error: OnErrorInput = OnError.RAISE,
        jobs: JobsInput = None,
        on_progress: Callable[[ProgressEvent], None] | None = None,
        manager: PluginManager | None = None,
        **option_values: object,
    ) -> None:
        self._delivery = Delivery(
            provider=choose_provider(provider, fixed=type(self).provider),
            options=options,
            option_values=option_values,
            pages=pages,
            chunking=chunking,
            split=split,
            metadata_profile=metadata_profile,
            on_error=on_error,
            look_ahead=0,
            jobs=jobs,
            on_progress=on_progress,
            manager=manager,
        )
        self.provider = self._delivery.info.name

    def lazy_parse(self, blob: Blob) -> Iterator[Document]:
        """Parse one blob, in memory or on disk.

        Raises:
            DocferryError: The blob failed, under on_error "raise".
            ExceptionGroup: The blob failed, under on_error "collect".
        """
        failures = self._delivery.policy(logger)
        with self._delivery.ingestor.run(_source_of(blob)) as run:
            for outcome in filter(failures.delivers, run):
                for chunk in outcome.chunks:
                    yield _document(
                        chunk, source=outcome.source, delivery=self._delivery, extra=blob.metadata
                    )
        failures.raise_collected()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(provider={self.provider!r})"


def key_encoder(document: Document) -> str:
    """The key of a document for `index(key_encoder=...)`: our chunk id.

    LangChain's own encoders hash all metadata, and their keys are no ids of ours. A document that was cut
    further after loading has lost its id; its key is derived from the chunk's id and its own text.

    Raises:
        InvalidOptionsError: The document has no `chunk_id`; it does not come from docferry.
    """
    chunk_id = document.metadata.get("chunk_id")
    if not isinstance(chunk_id, str):
        raise InvalidOptionsError(
            "a document has no chunk_id in its metadata",
            next_step="use this encoder with docferry's documents",
        )
    if document.id == chunk_id:
        return chunk_id
    digest = hashlib.sha256(f"{chunk_id}\0{document.page_content}".encode(errors="surrogatepass"))
    return str(uuid.UUID(bytes=digest.digest()[:16]))


def _document(
    chunk: Chunk, *, source: str, delivery: Delivery, extra: Mapping[str, object] | None = None
) -> Document:
    return Document(
        page_content=chunk.text_to_embed,
        metadata=merge_metadata(delivery.metadata(chunk, source=source), extra),
        id=chunk.id,
    )


def _source_of(blob: Blob) -> Source:
    name = source_name(str(blob.source or blob.id or blob.path or ""))
    media_type = (blob.mimetype or "").partition(";")[0].strip().lower()
    if blob.data is None and blob.path is not None and type(blob).as_bytes is Blob.as_bytes:
        # A file is streamed from its path, as Blob itself would open it; a subclass may read from elsewhere.
        return Source(name=name, origin=Path(blob.path), media_type=media_type)
    content = blob.data.encode() if isinstance(blob.data, str) else blob.as_bytes()
    return Source.from_bytes(content, name=name, media_type=media_type)
