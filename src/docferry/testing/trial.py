"""One provider under test, used through the door that everybody uses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from docferry.errors import DocferryError
from docferry.ingest import Ingestor, OnError, Outcome
from docferry.model import Document, PageSelection, ProviderInfo
from docferry.plugin import PluginManager, Provider
from docferry.provider import JobSettings
from docferry.sources import SourceInput
from docferry.testing.sample import Sample

__all__ = ["Trial"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A provider with a ledger and a cache of its own, so that nothing of an earlier trial is found.

    Args:
        name: Provider name.
        manager: Finds and loads the plugin.
        options: Options for every parse.
        jobs: Where ledger and cache are.
    """

    name: str
    manager: PluginManager
    options: Mapping[str, Any] = field(repr=False)
    jobs: JobSettings

    @property
    def provider(self) -> Provider:
        """The loaded plugin."""
        return self.manager.provider(self.name)

    @property
    def info(self) -> ProviderInfo:
        """The provider's card."""
        return self.provider.info

    def ingestor(
        self,
        *,
        pages: PageSelection | None = None,
        options: Mapping[str, Any] | None = None,
        on_error: OnError = OnError.COLLECT,
    ) -> Ingestor:
        """What parses, without chunking.

        Args:
            pages: The pages wanted; None for all.
            options: Options besides those of the trial, which they replace.
            on_error: What a failed source does.
        """
        return Ingestor(
            provider=self.name,
            options={**self.options, **(options or {})},
            pages=pages,
            chunking=None,
            on_error=on_error,
            jobs=self.jobs,
            manager=self.manager,
        )

    def outcomes(
        self, *sources: Sample | SourceInput, options: Mapping[str, Any] | None = None
    ) -> tuple[Outcome, ...]:
        """Parse sources in one run; their outcomes in order, errors included."""
        with self.ingestor(options=options).run(_handed_in(sources)) as run:
            return tuple(run)

    def document(
        self,
        source: Sample | SourceInput,
        *,
        pages: PageSelection | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Document:
        """Parse one source.

        Raises:
            DocferryError: It failed.
        """
        ingestor = self.ingestor(pages=pages, options=options, on_error=OnError.RAISE)
        with ingestor.run(_handed_in((source,))) as run:
            document = next(run).document
        if document is None:
            raise AssertionError("an outcome without an error has a document")
        return document

    def error(
        self,
        source: Sample | SourceInput,
        *,
        pages: PageSelection | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> DocferryError:
        """Parse one source that must fail; its error."""
        with self.ingestor(pages=pages, options=options).run(_handed_in((source,))) as run:
            outcome = next(run)
        if outcome.error is None:
            raise AssertionError(f"{outcome.source} was parsed, but must fail")
        return outcome.error


def _handed_in(sources: tuple[Sample | SourceInput, ...]) -> list[SourceInput]:
    return [source.source() if isinstance(source, Sample) else source for source in sources]
