"""The blob parser."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from langchain_core.document_loaders import BaseBlobParser
from langchain_core.documents import Document
from langchain_core.documents.base import Blob

from docferry.chunking import ChunkSettings
from docferry.delivery import (
    Delivery,
    JobsInput,
    OnErrorInput,
    OptionsInput,
    ProfileInput,
    SplitInput,
    choose_provider,
    source_name,
)
from docferry.ingest import OnError
from docferry.langchain.documents import chunk_document_of
from docferry.metadata import MetadataProfile
from docferry.model import PageSelection, ProgressEvent
from docferry.plugin import PluginManager
from docferry.sources import Source

__all__ = ["DocferryBlobParser"]

logger = logging.getLogger("docferry.langchain")


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
                    yield chunk_document_of(
                        chunk, source=outcome.source, delivery=self._delivery, extra=blob.metadata
                    )
        failures.raise_collected()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(provider={self.provider!r})"


def _source_of(blob: Blob) -> Source:
    name = source_name(str(blob.source or blob.id or blob.path or ""))
    media_type = (blob.mimetype or "").partition(";")[0].strip().lower()
    if blob.data is None and blob.path is not None and type(blob).as_bytes is Blob.as_bytes:
        # A file is streamed from its path, as Blob itself would open it; a subclass may read from elsewhere.
        return Source(name=name, origin=Path(blob.path), media_type=media_type)
    content = blob.data.encode() if isinstance(blob.data, str) else blob.as_bytes()
    return Source.from_bytes(content, name=name, media_type=media_type)
