"""Sources as the turns of a run: each is expanded, opened and parsed when its turn comes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import anyio.to_thread

from docferry.errors import DocferryError
from docferry.ingest.attempt import attempt
from docferry.ingest.opener import SourceOpener
from docferry.ingest.producer import Turn
from docferry.ingest.terms import ignore
from docferry.model import Ability, Document, PageSelection, ProgressEvent, ProviderInfo
from docferry.plugin import Provider
from docferry.provider import JobSettings, ParseContext, ProviderOptions
from docferry.provider.intake import Arrival, Intake
from docferry.provider.limits import BATCHES_UNDER_WAY
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

    def opener(self, card: ProviderInfo | None = None) -> SourceOpener:
        """What opens one source of the run, within the limits of the account.

        Args:
            card: What `card` gave before; None to make it.

        Raises:
            MissingCredentialError: There is no key.
        """
        return SourceOpener(
            info=card or self.card(), pages=self.pages, password=self.options.document_password
        )

    def card(self) -> ProviderInfo:
        """The provider's card, with the limits that the options leave of those on it.

        Raises:
            MissingCredentialError: There is no key.
        """
        info = self.provider.info
        if Ability.JOBS not in info.abilities:
            return info
        return replace(info, limits=self.provider.job_api(self.options).limits)


@dataclass(slots=True)
class Parsing:
    """The turns of a run over sources.

    Args:
        plan: How to parse.
        inputs: The sources as the caller gave them.
    """

    plan: Plan
    inputs: SourceInput | Iterable[SourceInput]
    source_count: int | None = field(default=None, init=False)
    """How many sources there are; None until all were seen."""
    _seen: int = field(default=0, init=False)
    _card: ProviderInfo | None = field(default=None, init=False)
    _intake: Intake = field(default_factory=Intake, init=False)
    _items: "Iterator[Source | DocferryError] | None" = field(default=None, init=False)

    async def next_turn(self) -> Turn | DocferryError | None:
        """See `docferry.ingest.producer.Turns`."""
        if self._items is None:
            self._items = expand(self.inputs, self.plan.provider)
        item = await anyio.to_thread.run_sync(next, self._items, None)
        if item is None:
            self.source_count = self._seen
            self._intake.end()
        else:
            self._seen += 1
        if not isinstance(item, Source):
            return item
        return Turn(
            source=item.name,
            provider=self.plan.provider.info.name,
            obtain=lambda: self._parse(item),
        )

    async def look_ahead(self) -> int:
        """See `docferry.ingest.producer.Turns`: where files are submitted together, two batches."""
        provider = self.plan.provider
        if Ability.JOBS not in provider.info.abilities:
            return 0
        limit = await attempt(self._batch_limit, source="", provider=provider.info.name)
        return BATCHES_UNDER_WAY * limit if isinstance(limit, int) and limit > 1 else 0

    async def _batch_limit(self) -> int:
        return self.plan.provider.job_api(self.plan.options).batch_limit

    async def _parse(self, source: Source) -> Document:
        with self._intake.source() as arrival:
            if Ability.JOBS in self.plan.provider.info.abilities:
                await arrival.admit()
            return await self._parsed(source, arrival)

    async def _parsed(self, source: Source, arrival: Arrival) -> Document:
        plan, info = self.plan, self.plan.provider.info
        if self._card is None:
            self._card = plan.card()
        opener = plan.opener(self._card)
        context = ParseContext(
            info=info,
            jobs=plan.jobs,
            is_cut=opener.cuts,
            opener=opener.open,
            listener=self._tell,
            arrival=arrival,
        )
        document = await plan.provider.parse(
            source, pages=opener.asked_pages, options=plan.options, context=context
        )
        return opener.renumbered(document)

    def _tell(self, event: ProgressEvent) -> None:
        self.plan.listener(replace(event, sources_total=self.source_count))


def expand(
    inputs: SourceInput | Iterable[SourceInput], provider: Provider
) -> "Iterator[Source | DocferryError]":
    """The single sources among the inputs, lazily; of a folder what the provider reads. Each next blocks."""
    formats = provider.info.formats
    suffixes = frozenset(suffix for file_format in formats for suffix in file_format.suffixes)
    return iter(expand_sources(inputs, suffixes=suffixes))
