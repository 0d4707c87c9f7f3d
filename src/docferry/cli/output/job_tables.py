"""Jobs, accounts and the cache as tables for people."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from docferry.cli.output.wording import plural, printable, shown_name
from docferry.ingest import JobStory, SubmitOutcome
from docferry.ledger import CacheInfo, JobRecord, JobStep
from docferry.model import AccountStatus, Cost, Receipt

__all__ = ["account_table", "cache_table", "job_table", "story_table", "submit_table"]

STEP_STYLES = {
    JobStep.FETCHED: "green",
    JobStep.FAILED: "red",
    JobStep.CANCELLED: "dim",
    JobStep.EXPIRED: "red",
    JobStep.UNKNOWN: "yellow",
    JobStep.INTENT: "yellow",
}
KEY_WORDS = {
    True: "the key is valid",
    False: "no valid key; check it, and that it belongs to this address",
    None: "whether the key is valid is not told",
}
MEBIBYTE = 1024**2


def job_table(records: Sequence[JobRecord]) -> RenderableType:
    """Jobs, one line each."""
    if not records:
        return Text("no jobs")
    table = _table("job", "provider", "step", "service says")
    table.add_column("changed", no_wrap=True)
    table.add_column("source", no_wrap=True, ratio=1, min_width=12)
    for record in records:
        table.add_row(
            record.id,
            record.provider,
            _step(record.step),
            _said(record),
            _minute(record.updated_at),
            Text(shown_name(record.source_name)),
        )
    return table


def submit_table(outcomes: Iterable[SubmitOutcome]) -> RenderableType:
    """The jobs of sources that were submitted, one line each."""
    table = _table("job", "step")
    table.add_column("id at the service", no_wrap=True, max_width=40)
    table.add_column("source", no_wrap=True, ratio=1, min_width=12)
    for outcome in outcomes:
        job = outcome.job
        if job is not None:
            table.add_row(job.id, _step(job.step), _remote(job.receipt), Text(shown_name(outcome.source)))
    return table


def story_table(story: JobStory) -> RenderableType:
    """A job, and below it what its service said."""
    record = story.record
    facts = _fact_table()
    for name, value in _facts(record):
        facts.add_row(name, value if isinstance(value, Text) else Text(printable(value)))
    if not story.observations:
        return facts
    said = _table("service says", "means", "pages")
    for name in ("first", "last"):
        said.add_column(name, no_wrap=True)
    said.add_column("times", justify="right")
    for observation in story.observations:
        said.add_row(
            Text(printable(observation.raw_state)),
            observation.state.value,
            _progress(observation.pages_done, observation.pages_total),
            _second(observation.first_seen_at),
            _second(observation.last_seen_at),
            f"{observation.count:,}",
        )
    return Group(facts, said)


def account_table(provider: str, status: AccountStatus) -> RenderableType:
    """What a service says about an account."""
    facts = _fact_table()
    facts.add_row("provider", Text.assemble(provider, ": ", KEY_WORDS[status.is_valid]))
    for name, value in status.figures:
        facts.add_row(Text(printable(name)), Text(printable(value)))
    return facts


def cache_table(info: CacheInfo) -> RenderableType:
    """How full the cache is."""
    facts = _fact_table()
    facts.add_row("folder", Text(printable(str(info.folder))))
    facts.add_row("holds", plural(info.payload_count, "result"))
    facts.add_row(
        "size", f"{info.size_bytes / MEBIBYTE:,.1f} of at most {info.max_bytes / MEBIBYTE:,.0f} MiB"
    )
    return facts


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in columns:
        table.add_column(name, no_wrap=True)
    return table


def _fact_table() -> Table:
    """Names in the first column, what is known under them in the second."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _facts(record: JobRecord) -> Iterable[tuple[str, str | Text]]:
    attempt = "" if record.is_current else ", replaced by a newer one"
    yield "job", f"{record.id} (attempt {record.attempt}{attempt})"
    yield "source", record.source_name
    yield "provider", f"{record.provider} at {record.endpoint}"
    yield "step", _step(record.step)
    yield "id at the service", _remote(record.receipt) or "not known"
    yield "pages", record.pages or "all"
    if record.expected_pages is not None:
        yield "pages expected", str(record.expected_pages)
    if record.cost is not None:
        yield "cost", _cost(record.cost)
    yield "created", _second(record.created_at)
    yield "changed", _second(record.updated_at)
    if record.error_class:
        yield "error", f"{record.error_class}: {record.error_message}"
    yield "options", record.options_json
    if record.payload is not None:
        size = sum(part.size_bytes for part in record.payload.parts)
        yield "result", f"{plural(len(record.payload.parts), 'part')}, {plural(size, 'byte')}"


def _step(step: JobStep) -> Text:
    return Text(step.value, style=STEP_STYLES.get(step, ""))


def _said(record: JobRecord) -> Text:
    return Text(printable(record.raw_state or (record.state.value if record.state else "")))


def _remote(receipt: Receipt | None) -> str:
    if receipt is None:
        return ""
    return f"{receipt.remote_id} item {receipt.item_id}" if receipt.item_id else receipt.remote_id


def _cost(cost: Cost) -> str:
    figures = [] if cost.pages is None else [plural(cost.pages, "page")]
    if cost.credits is not None:
        figures.append(f"{cost.credits:g} credits")
    return ", ".join(figures)


def _progress(done: int | None, total: int | None) -> str:
    if done is None:
        return ""
    return f"{done:,}" if total is None else f"{done:,}/{total:,}"


def _minute(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, tz=UTC).astimezone():%Y-%m-%d %H:%M}"


def _second(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, tz=UTC).astimezone():%Y-%m-%d %H:%M:%S}"
