"""The document loader."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, closing

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document
from langchain_core.documents.base import Blob

from docferry.chunking import ChunkSettings
from docferry.delivery import (
    Delivery,
    JobsInput,
    KindsInput,
    OnErrorInput,
    OptionsInput,
    PictureSettings,
    ProfileInput,
    SourcesInput,
    SplitInput,
    choose_provider,
    cut_pictures,
    cut_pictures_async,
    sources_to_repeat,
)
from docferry.ingest import OnError, Report
from docferry.langchain.documents import chunk_document_of, picture_blob
from docferry.metadata import MetadataProfile
from docferry.model import PageSelection, ProgressEvent
from docferry.plugin import PluginManager

__all__ = ["DocferryLoader"]

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
                    yield chunk_document_of(chunk, source=outcome.source, delivery=self._delivery)
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
                    yield chunk_document_of(chunk, source=outcome.source, delivery=self._delivery)
        failures.raise_collected()

    def lazy_load_images(
        self, *, kinds: KindsInput | None = None, dots_per_inch: int = 150
    ) -> Iterator[Blob]:
        """Cut what stands in the elements' boxes out of the pages of the PDFs, as PNG.

        Each Blob has `docferry.metadata.PICTURE_KEYS` in its metadata: source, page, box and element, the
        caption, and the id of the chunk that the element belongs to. Pages are rendered on this machine,
        after a parse like that of `lazy_load`, which costs a service nothing again.

        Args:
            kinds: Kinds of elements, such as "figure" and "table"; None for figures, and for whatever else
                the provider kept a picture of. Elements without a box give none, and are logged.
            dots_per_inch: 1 to 1200.

        Raises:
            InvalidOptionsError: An argument is wrong.
            UnsupportedSourceError: A source that has such elements with boxes is no PDF.
            DocferryError: A source failed, under on_error "raise".
            ExceptionGroup: Sources failed, under on_error "collect", after all good ones.
        """
        settings = PictureSettings(kinds, dots_per_inch)
        return self._images(settings)

    async def alazy_load_images(
        self, *, kinds: KindsInput | None = None, dots_per_inch: int = 150
    ) -> AsyncIterator[Blob]:
        """Cut images without blocking the loop. Arguments and errors as for `lazy_load_images`."""
        pictures = cut_pictures_async(
            self._delivery,
            self._sources,
            settings=PictureSettings(kinds, dots_per_inch),
            logger=logger,
            begin=self._begin,
        )
        async with aclosing(pictures):
            async for picture in pictures:
                yield picture_blob(picture)

    def _images(self, settings: PictureSettings) -> Iterator[Blob]:
        pictures = cut_pictures(
            self._delivery, self._sources, settings=settings, logger=logger, begin=self._begin
        )
        with closing(pictures):
            yield from map(picture_blob, pictures)

    def _begin(self, report: Report) -> None:
        self._report = report

    def __repr__(self) -> str:
        return f"{type(self).__name__}(provider={self.provider!r})"
