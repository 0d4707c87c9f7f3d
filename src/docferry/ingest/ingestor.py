"""What to do with sources, decided once and used for any number of runs."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from docferry.chunking import ChunkSettings
from docferry.errors import SourceNotFoundError
from docferry.ingest.faces import AsyncRun, Run
from docferry.ingest.outcome import OnError
from docferry.ingest.parsing import Parsing, Plan
from docferry.ingest.terms import DEFAULT_CHUNKING, RunTerms
from docferry.model import Document, PageSelection, ProgressEvent
from docferry.plugin import PluginManager, Provider
from docferry.provider import JobSettings, ProviderOptions, read_options
from docferry.sources import SourceInput

__all__ = ["Ingestor", "parse"]


class Ingestor:
    """Parses and chunks sources with one provider.

    Args:
        provider: Name of an installed provider.
        options: The provider's options: an instance of its options class, or a mapping of names to values.
        pages: The pages wanted of each source; None for all. Page numbers stay those of the whole file.
        chunking: How documents are cut; None for documents only: outcomes then hold no chunks.
        on_error: What a failed source does to a run: raise, skip or collect.
        look_ahead: Sources parsed ahead of the one being read, at least 0.
        jobs: Settings for remote jobs: ledger, cache, deadline, proxies; None for the defaults.
        on_progress: Called with each progress event on the engine's thread; it must be quick and not raise.
        manager: Where plugins are found; None for those installed.

    Raises:
        UnknownProviderError: There is no such provider.
        PluginLoadError: Its plugin is broken.
        InvalidOptionsError: An option, on_error, look_ahead or the encoding is wrong.
        TokenizerUnavailableError: The encoding's vocabulary is not to be had.
    """

    def __init__(  # noqa: PLR0913 - the settings of a run, all named and optional
        self,
        *,
        provider: str = "local",
        options: Mapping[str, Any] | ProviderOptions | None = None,
        pages: PageSelection | None = None,
        chunking: ChunkSettings | None = DEFAULT_CHUNKING,
        on_error: OnError | str = OnError.RAISE,
        look_ahead: int = 4,
        jobs: JobSettings | None = None,
        on_progress: Callable[[ProgressEvent], None] | None = None,
        manager: PluginManager | None = None,
    ) -> None:
        self.provider: Provider = (manager or PluginManager()).provider(provider)
        self._terms = RunTerms.read(
            chunking=chunking, on_error=on_error, look_ahead=look_ahead, on_progress=on_progress
        )
        self._plan = Plan(
            provider=self.provider,
            options=read_options(self.provider.info.options_type, options, provider=provider),
            pages=pages,
            jobs=jobs or JobSettings(),
            listener=self._terms.listener,
        )

    def run(self, sources: SourceInput | Iterable[SourceInput]) -> Run:
        """Start a run: an iterator of outcomes in the order of the sources.

        Args:
            sources: One source or an iterable of sources; folders and patterns become their files, sorted.
        """
        return Run(self._terms, Parsing(self._plan, sources))

    def run_async(self, sources: SourceInput | Iterable[SourceInput]) -> AsyncRun:
        """Start a run: an async iterator of outcomes in the order of the sources.

        Args:
            sources: As for `run`.
        """
        return AsyncRun(self._terms, Parsing(self._plan, sources))


def parse(
    source: SourceInput,
    *,
    provider: str = "local",
    options: Mapping[str, Any] | ProviderOptions | None = None,
    pages: PageSelection | None = None,
) -> Document:
    """Parse one source into a document, without chunks.

    Args:
        source: A path, URL, bytes, open binary file or Source; a folder or pattern gives its first document.
        provider: Name of an installed provider.
        options: The provider's options.
        pages: The pages wanted; None for all.

    Raises:
        DocferryError: As for `Ingestor`, and the source's own error.
    """
    ingestor = Ingestor(provider=provider, options=options, pages=pages, chunking=None, look_ahead=0)
    with ingestor.run(source) as run:
        for outcome in run:
            if outcome.document is not None:
                return outcome.document
    raise SourceNotFoundError("there is nothing to parse", next_step="give one source")
