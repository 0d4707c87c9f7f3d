"""Sources as the steps of a run: each is expanded, opened and parsed when its turn comes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import anyio.to_thread

from docferry.errors import DocferryError
from docferry.ingest.opener import SourceOpener
from docferry.ingest.producer import Step, ignore
from docferry.model import Document, PageSelection, ProgressEvent
from docferry.plugin import Provider
from docferry.provider import JobSettings, ParseContext, ProviderOptions
from docferry.provider.freshness import Freshness
from docferry.sources import Source, SourceInput, expand_sources

__all__ = ["Parsing", "Plan", "expand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How all sources of a run are parsed."""

    provider: Provider
    options: ProviderOptions
    pages: PageSelection | None
    jobs: JobSettings
    listener: Callable[[ProgressEvent], None] = ignore

    def opener(self) -> SourceOpener:
        """What opens one source of the run."""
        return SourceOpener(
            info=self.provider.info, pages=self.pages, password=self.options.document_password
        )


@dataclass(slots=True)
class Parsing:
    """The steps of a run over sources.

    Args:
        plan: How to parse.
        inputs: The sources as the caller gave them.
    """

    plan: Plan
    inputs: SourceInput | Iterable[SourceInput]
    _freshness: Freshness = field(default_factory=Freshness, init=False)
    _items: "Iterator[Source | DocferryError] | None" = field(default=None, init=False)

    async def next_step(self) -> Step | DocferryError | None:
        """See `docferry.ingest.producer.Steps`."""
        if self._items is None:
            self._items = expand(self.inputs, self.plan.provider)
        item = await anyio.to_thread.run_sync(next, self._items, None)
        if not isinstance(item, Source):
            return item
        return Step(
            source=item.name,
            provider=self.plan.provider.info.name,
            obtain=lambda: self._parse(item),
        )

    async def _parse(self, source: Source) -> Document:
        plan, info = self.plan, self.plan.provider.info
        opener = plan.opener()
        context = ParseContext(
            info=info,
            jobs=plan.jobs,
            opener=opener.open,
            listener=plan.listener,
            freshness=self._freshness,
        )
        document = await plan.provider.parse(
            source, pages=opener.asked_pages, options=plan.options, context=context
        )
        return opener.renumbered(document)


def expand(
    inputs: SourceInput | Iterable[SourceInput], provider: Provider
) -> "Iterator[Source | DocferryError]":
    """The single sources among the inputs, lazily; of a folder what the provider reads. Each step blocks."""
    formats = provider.info.formats
    suffixes = frozenset(suffix for file_format in formats for suffix in file_format.suffixes)
    return iter(expand_sources(inputs, suffixes=suffixes))
