"""Tables for people."""

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from docferry.chunking import Chunk
from docferry.cli.output.wording import excerpt, plural, printable
from docferry.ingest import Outcome
from docferry.model import Ability, Document, ElementKind, ProviderInfo
from docferry.plugin import PluginStatus

__all__ = ["chunk_table", "provider_table", "state_of"]

HEADINGS = frozenset({ElementKind.TITLE, ElementKind.HEADING})
EXCERPT_CHARACTERS = 240  # more than fits on one line of any terminal


def chunk_table(outcome: Outcome, document: Document) -> RenderableType:
    """A source's chunks under its name: number, pages, kinds, innermost heading, tokens, beginning."""
    figures = f"{plural(len(document.pages), 'page')}, {plural(len(outcome.chunks), 'chunk')}"
    title = Text.assemble((printable(outcome.source), "bold"), "  ", (figures, "dim"))
    if not outcome.chunks:
        return title
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 1, 0, 0))
    table.add_column("#", justify="right", no_wrap=True, style="dim")
    table.add_column("page", justify="right", no_wrap=True)
    table.add_column("kinds", no_wrap=True, max_width=14)
    table.add_column("heading", no_wrap=True, max_width=26)
    table.add_column("tokens", justify="right", no_wrap=True)
    table.add_column("text", no_wrap=True, ratio=1, min_width=20)
    for number, chunk in enumerate(outcome.chunks, start=1):
        heading = chunk.headings[-1] if chunk.headings else ""
        table.add_row(
            str(number),
            _page_range(chunk.pages),
            Text(_kinds(chunk)),
            Text(excerpt(heading, max_characters=EXCERPT_CHARACTERS)),
            f"{chunk.token_count:,}",
            Text(excerpt(_passage(chunk), max_characters=EXCERPT_CHARACTERS)),
        )
    return Group(title, table)


def provider_table(statuses: Sequence[PluginStatus]) -> RenderableType:
    """The providers installed, and under the table why some of them cannot be used."""
    if not statuses:
        return Text("no providers are installed; install one, for example: pip install docferry[local]")
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False, leading=1)
    table.add_column("provider", no_wrap=True, max_width=30)
    table.add_column("reads", ratio=1)
    table.add_column("works", ratio=1)
    if any(status.info and status.info.environment for status in statuses):
        table.add_column("environment", no_wrap=True)
    table.add_column("status", no_wrap=True)
    for status in statuses:
        cells = [_names(status), *_card(status.info)][: len(table.columns) - 1]
        table.add_row(*cells, Text(state_of(status), style="green" if status.info else "red"))
    problems = [
        Text.assemble((f"{status.name}: ", "bold"), printable(status.problem))
        for status in statuses
        if status.problem
    ]
    return Group(table, *problems)


def state_of(status: PluginStatus) -> str:
    """One word for how a plugin is: ok, broken or refused."""
    if status.info is not None:
        return "ok"
    return "refused" if status.is_refused else "broken"


def _names(status: PluginStatus) -> Text:
    title = f"{printable(status.info.title)}\n" if status.info else ""
    return Text.assemble(
        (status.name, "bold"), f"\n{title}", (f"{status.distribution} {status.version}", "dim")
    )


def _card(info: ProviderInfo | None) -> tuple[Text, Text, Text]:
    """What it reads; where it works and what it can do; its environment variables."""
    if info is None:
        return Text(), Text(), Text()
    place = "remotely" if info.is_remote else "on this machine"
    abilities = sorted(ability.value.replace("_", " ") for ability in info.abilities - {Ability.REMOTE})
    return (
        Text(", ".join(file_format.name for file_format in info.formats)),
        Text(f"{place}: {', '.join(abilities)}" if abilities else place),
        Text("\n".join(info.environment)),
    )


def _page_range(pages: Sequence[int]) -> str:
    if not pages:
        return ""
    return str(pages[0]) if len(pages) == 1 else f"{pages[0]}-{pages[-1]}"


def _kinds(chunk: Chunk) -> str:
    # Nearly every chunk has a heading in it, so what else it has comes first.
    kinds = sorted(chunk.kinds, key=lambda kind: kind in HEADINGS)
    return ", ".join(kind.value.replace("_", " ") for kind in kinds)


def _passage(chunk: Chunk) -> str:
    """The text behind the heading that the table shows beside it."""
    first, _, rest = chunk.text.partition("\n")
    is_repeated = bool(chunk.headings) and first.lstrip("# ") == chunk.headings[-1]
    return rest if is_repeated and rest.strip() else chunk.text
