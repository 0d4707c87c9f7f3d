"""The reader: sources in, LlamaIndex Documents or nodes out."""

import logging
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping
from contextlib import aclosing, closing
from typing import Any, Self

from llama_index.core.bridge.pydantic import ConfigDict, Field, PrivateAttr, field_serializer
from llama_index.core.readers.base import BasePydanticReader
from llama_index.core.schema import Document, ImageDocument, TextNode

from docferry.chunking import ChunkSettings
from docferry.delivery import (
    Delivery,
    JobsInput,
    KindsInput,
    LoadSettings,
    OnErrorInput,
    OptionsInput,
    PictureSettings,
    ProfileInput,
    SourcesInput,
    SplitInput,
    choose_provider,
    cut_pictures,
    cut_pictures_async,
    sources_on,
)
from docferry.ingest import OnError, Outcome, Report
from docferry.llama_index.async_documents import AsyncDocuments
from docferry.llama_index.fields import ChunkSettingsField, JobSettingsField, OnErrorField, ProfileField
from docferry.llama_index.nodes import image_document, outcome_documents, outcome_nodes
from docferry.metadata import MetadataProfile
from docferry.model import PageSelection, ProgressEvent
from docferry.plugin import PluginManager
from docferry.provider import ProviderOptions
from docferry.sources import FileSystem

__all__ = ["DocferryReader", "ReaderSettings"]

logger = logging.getLogger("docferry.llama_index")


class ReaderSettings(LoadSettings, total=False):
    """The keywords that every reader takes besides `options` and the provider's own options.

    A provider's subclass that types its options takes the rest as `**settings: Unpack[ReaderSettings]`.
    """

    carries_model: bool


class DocferryReader(BasePydanticReader):
    """Reads documents through any provider, one LlamaIndex Document per chunk.

    The text is the chunk's text to embed, the id the chunk's id; `docferry.metadata.METADATA_KEYS` lists the
    metadata. With split="document" the id depends on the source's name only, so that pipelines with upserts
    find the document again after it has changed. A reader may be used from several threads; each load is a
    run of its own.

    A subclass for one provider gives the field `provider` a default, and has an `__init__` that names the
    provider's options, takes the rest as `**settings: Unpack[ReaderSettings]`, and hands on everything.
    Without one, type checkers take the fields for the constructor's arguments.

    Secrets stay out of repr, `to_dict` and JSON, and so do the proxy and the headers of `jobs`; `from_dict`
    leaves it to the provider to read its key from the environment. Pickling carries options given as
    arguments, secrets among them, because worker processes need them, and never a key read from the
    environment. Progress listeners and plugin managers are not written out, and a reader with its own plugin
    manager cannot be pickled.

    Args:
        provider: Name of an installed provider; "local" when None.
        options: The provider's options, an instance of its options class or a mapping.
        pages: The pages wanted of each source, such as "1-3,7,10-"; None for all.
        chunking: How documents are cut.
        split: What one Document holds: "chunk", "page", "section", "element" or "document".
            Wins over the split of `chunking`.
        metadata_profile: "flat" for scalars only, "rich" for lists too.
        on_error: What a failed source means. "raise": its error ends the load in its place. "skip": it is
            logged and left out. "collect": everything good is delivered, then an ExceptionGroup of the
            sources' errors is raised; the methods that return a list then return nothing.
        look_ahead: Sources parsed ahead of the one being read.
        jobs: Settings of remote jobs, a `docferry.JobSettings`: ledger, cache, deadline, proxies; None for
            the usual ones.
        carries_model: Whether the Documents of split="document" carry the parsed document for
            `DocferryNodeParser`, as one metadata key hidden from language and embedding models. Turn it off
            for other node parsers: they copy the parent's metadata into every node.
        on_progress: Called with each progress event, on the engine's thread.
        manager: Where plugins are found; None for those installed.
        option_values: Options of the provider by name, such as `api_key`; None counts as not given.

    Raises:
        ConfigurationError: An unknown provider, option or setting; the class says which.
    """

    model_config = ConfigDict(frozen=True)

    provider: str = ""
    options: ProviderOptions = Field(repr=False)
    pages: str | None
    chunking: ChunkSettingsField
    metadata_profile: ProfileField
    on_error: OnErrorField
    look_ahead: int
    jobs: JobSettingsField
    carries_model: bool
    _delivery: Delivery = PrivateAttr()
    _report: Report = PrivateAttr(default_factory=Report)

    def __init__(  # noqa: PLR0913 - the settings of a load, all named and optional
        self,
        *,
        provider: str | None = None,
        options: OptionsInput = None,
        pages: PageSelection | str | None = None,
        chunking: ChunkSettings | Mapping[str, Any] | None = None,
        split: SplitInput | None = None,
        metadata_profile: ProfileInput = MetadataProfile.FLAT,
        on_error: OnErrorInput = OnError.RAISE,
        look_ahead: int = 4,
        jobs: JobsInput = None,
        carries_model: bool = True,
        on_progress: Callable[[ProgressEvent], None] | None = None,
        manager: PluginManager | None = None,
        **option_values: object,
    ) -> None:
        delivery = Delivery(
            provider=choose_provider(provider, fixed=type(self).model_fields["provider"].default),
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
        fields: dict[str, Any] = {
            "is_remote": delivery.info.is_remote,
            "provider": delivery.info.name,
            "options": delivery.options,
            "pages": None if delivery.pages is None else str(delivery.pages),
            "chunking": delivery.chunking,
            "metadata_profile": delivery.metadata_profile,
            "on_error": delivery.on_error,
            "look_ahead": delivery.look_ahead,
            "jobs": delivery.jobs,
            "carries_model": carries_model,
        }
        super().__init__(**fields)
        self._delivery = delivery

    @property
    def report(self) -> Report:
        """Figures of the load that began last, filled while it runs; before the first load it is empty."""
        return self._report

    @property
    def incomplete(self) -> bool:
        """Whether the load that began last has not delivered every source."""
        return bool(self._report.failed) or not self._report.is_complete

    @classmethod
    def class_name(cls) -> str:
        """The name of the class."""
        return cls.__name__

    @classmethod
    def from_dict(cls, data: dict[str, Any], **kwargs: object) -> Self:
        """Make the reader that `to_dict` wrote; the provider reads its key from the environment.

        Args:
            data: What `to_dict` returned.
            kwargs: Keywords of the constructor that replace or complete it, such as a key.
        """
        fields = {name: value for name, value in data.items() if name not in ("class_name", "is_remote")}
        fields.update(kwargs)
        return cls(**fields)

    def load_data(
        self,
        file: SourcesInput,
        extra_info: Mapping[str, Any] | None = None,
        fs: FileSystem | None = None,
        **changes: object,
    ) -> list[Document]:
        """Load everything.

        Args:
            file: A path, folder, glob pattern, URL, bytes, open binary file or `docferry.Source`, or an
                iterable of them.
            extra_info: Metadata for each Document besides ours; where both have a key, ours stays.
            fs: An fsspec file system that the paths are in; None for this machine's.
            changes: Settings or options of the provider for this call only.

        Raises:
            DocferryError: A source failed, under on_error "raise", or a change is wrong.
            ExceptionGroup: Sources failed, under on_error "collect".
        """
        return list(self.lazy_load_data(file, extra_info, fs, **changes))

    def lazy_load_data(
        self,
        file: SourcesInput,
        extra_info: Mapping[str, Any] | None = None,
        fs: FileSystem | None = None,
        **changes: object,
    ) -> Iterator[Document]:
        """Load one Document at a time; closing the iterator ends the run. Arguments as for `load_data`."""
        delivery = self._delivery.changed(changes)
        return self._stream(delivery, sources_on(fs, file), extra_info)

    async def aload_data(
        self,
        file: SourcesInput,
        extra_info: Mapping[str, Any] | None = None,
        fs: FileSystem | None = None,
        **changes: object,
    ) -> list[Document]:
        """Load everything without blocking the loop. Arguments and errors as for `load_data`."""
        return await self.alazy_load_data(file, extra_info, fs, **changes)

    def alazy_load_data(  # pyright: ignore[reportIncompatibleMethodOverride] - awaitable, and a stream besides
        self,
        file: SourcesInput,
        extra_info: Mapping[str, Any] | None = None,
        fs: FileSystem | None = None,
        **changes: object,
    ) -> AsyncDocuments:
        """Load one Document at a time: `async for document in reader.alazy_load_data(...)`.

        Cancelling a step or closing it ends the run. Arguments and errors as for `load_data`.
        """
        delivery = self._delivery.changed(changes)
        return AsyncDocuments(self._astream(delivery, sources_on(fs, file), extra_info))

    def load_nodes(
        self,
        file: SourcesInput,
        extra_info: Mapping[str, Any] | None = None,
        fs: FileSystem | None = None,
        *,
        links_source: bool = False,
        **changes: object,
    ) -> list[TextNode]:
        """Load everything as nodes, linked to the node before and after in the same source.

        Args:
            file: As for `load_data`.
            extra_info: As for `load_data`.
            fs: As for `load_data`.
            links_source: Whether each node names its document as SOURCE: the id that split="document" gives.
                An IngestionPipeline with such nodes wants the strategy duplicates_only: under upserts it
                runs them again each time, and LlamaIndex up to 0.14.22 then keeps only the last node of a
                document. Without SOURCE every strategy skips nodes it has seen.
            changes: As for `load_data`.

        Raises:
            DocferryError: As for `load_data`.
            ExceptionGroup: As for `load_data`.
        """
        delivery = self._delivery.changed(changes)
        with closing(self._outcomes(delivery, sources_on(fs, file))) as outcomes:
            return [
                node
                for outcome in outcomes
                for node in outcome_nodes(
                    outcome, delivery=delivery, extra=extra_info, links_source=links_source
                )
            ]

    async def aload_nodes(
        self,
        file: SourcesInput,
        extra_info: Mapping[str, Any] | None = None,
        fs: FileSystem | None = None,
        *,
        links_source: bool = False,
        **changes: object,
    ) -> list[TextNode]:
        """Load everything as nodes without blocking the loop. Arguments and errors as for `load_nodes`."""
        delivery = self._delivery.changed(changes)
        async with aclosing(self._aoutcomes(delivery, sources_on(fs, file))) as outcomes:
            return [
                node
                async for outcome in outcomes
                for node in outcome_nodes(
                    outcome, delivery=delivery, extra=extra_info, links_source=links_source
                )
            ]

    def load_images(
        self,
        file: SourcesInput,
        extra_info: Mapping[str, Any] | None = None,
        fs: FileSystem | None = None,
        *,
        kinds: KindsInput | None = None,
        dots_per_inch: int = 150,
        **changes: object,
    ) -> list[ImageDocument]:
        """Cut what stands in the elements' boxes out of the pages of the PDFs, as PNG in base64.

        Each ImageDocument has `docferry.metadata.PICTURE_KEYS` in its metadata: source, page, box and
        element, the caption, and the id of the chunk that the element belongs to; its text is the caption
        and the text of the element. Pages are rendered on this machine, after a parse like that of
        `load_data`, which costs a service nothing again.

        Args:
            file: As for `load_data`.
            extra_info: As for `load_data`.
            fs: As for `load_data`.
            kinds: Kinds of elements, such as "figure" and "table"; None for figures, and for whatever else
                the provider kept a picture of. Elements without a box give none, and are logged.
            dots_per_inch: 1 to 1200.
            changes: As for `load_data`.

        Raises:
            UnsupportedSourceError: A source that has such elements with boxes is no PDF.
            DocferryError: As for `load_data`.
            ExceptionGroup: As for `load_data`.
        """
        settings, delivery = PictureSettings(kinds, dots_per_inch), self._delivery.changed(changes)
        pictures = cut_pictures(
            delivery, sources_on(fs, file), settings=settings, logger=logger, begin=self._begin
        )
        with closing(pictures):
            return [image_document(picture, extra=extra_info) for picture in pictures]

    async def aload_images(
        self,
        file: SourcesInput,
        extra_info: Mapping[str, Any] | None = None,
        fs: FileSystem | None = None,
        *,
        kinds: KindsInput | None = None,
        dots_per_inch: int = 150,
        **changes: object,
    ) -> list[ImageDocument]:
        """Cut images without blocking the loop. Arguments and errors as for `load_images`."""
        settings, delivery = PictureSettings(kinds, dots_per_inch), self._delivery.changed(changes)
        pictures = cut_pictures_async(
            delivery, sources_on(fs, file), settings=settings, logger=logger, begin=self._begin
        )
        async with aclosing(pictures):
            return [image_document(picture, extra=extra_info) async for picture in pictures]

    def _begin(self, report: Report) -> None:
        self._report = report

    def _outcomes(self, delivery: Delivery, sources: SourcesInput) -> Generator[Outcome]:
        failures = delivery.policy(logger)
        with delivery.ingestor.run(sources) as run:
            self._report = run.report
            yield from filter(failures.delivers, run)
        failures.raise_collected()

    async def _aoutcomes(self, delivery: Delivery, sources: SourcesInput) -> AsyncGenerator[Outcome]:
        failures = delivery.policy(logger)
        async with delivery.ingestor.run_async(sources) as run:
            self._report = run.report
            async for outcome in run:
                if failures.delivers(outcome):
                    yield outcome
        failures.raise_collected()

    def _stream(
        self, delivery: Delivery, sources: SourcesInput, extra: Mapping[str, Any] | None
    ) -> Generator[Document]:
        with closing(self._outcomes(delivery, sources)) as outcomes:
            for outcome in outcomes:
                yield from outcome_documents(
                    outcome, delivery=delivery, extra=extra, carries_model=self.carries_model
                )

    async def _astream(
        self, delivery: Delivery, sources: SourcesInput, extra: Mapping[str, Any] | None
    ) -> AsyncGenerator[Document]:
        async with aclosing(self._aoutcomes(delivery, sources)) as outcomes:
            async for outcome in outcomes:
                for document in outcome_documents(
                    outcome, delivery=delivery, extra=extra, carries_model=self.carries_model
                ):
                    yield document

    @field_serializer("options")
    def _write_options(self, _options: ProviderOptions) -> dict[str, Any]:
        return self._delivery.public_options()

    def __reduce__(self) -> tuple[Any, ...]:
        # LlamaIndex's own pickling drops what does not pickle, with a log line; a key would be lost that way.
        arguments = {**self._delivery.arguments(), "carries_model": self.carries_model}
        return _rebuild, (type(self), arguments)


def _rebuild(kind: type[DocferryReader], arguments: dict[str, Any]) -> DocferryReader:
    return kind(**arguments)
