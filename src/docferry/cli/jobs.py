"""`docferry jobs`: the remote jobs in the ledger."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from docferry.cli.exit_code import ExitCode
from docferry.cli.job_flags import (
    CertificateFile,
    JobFlags,
    LedgerPath,
    ProviderOption,
    Proxy,
    RequestHeader,
)
from docferry.cli.output.terminal import Terminal
from docferry.cli.parse import PageList
from docferry.cli.resume import resume

if TYPE_CHECKING:
    from docferry.ingest import JobDesk
    from docferry.ledger import JobRecord

__all__ = ["app"]

USUAL_LIMIT = 50

app = typer.Typer(help="Remote jobs: what became of them, and how to go on.")

JobArgument = Annotated[
    str, typer.Argument(metavar="ID", help="Id of a job, or its first digits.", show_default=False)
]
JobArguments = Annotated[
    list[str] | None,
    typer.Argument(metavar="ID", help="Ids of jobs, or their first digits.", show_default=False),
]
ItemName = Annotated[
    str,
    typer.Option(
        "--item", metavar="ITEM", help="Which file of the service's batch, for services with batches."
    ),
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Write JSON.")]


@app.command("list")
def list_jobs(  # noqa: PLR0913 - each is an option of the command
    *,
    provider: Annotated[
        str, typer.Option("--provider", metavar="NAME", help="Only jobs of this provider.")
    ] = "",
    steps: Annotated[
        list[str] | None,
        typer.Option(
            "--step",
            metavar="STEP",
            help="Only jobs at this step, such as submitted or failed; may be given several times.",
        ),
    ] = None,
    is_open: Annotated[
        bool, typer.Option("--open", help="Only jobs whose results are still to be collected.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", metavar="N", min=1, help=f"At most so many.  \\[default: {USUAL_LIMIT} in a table]"
        ),
    ] = None,
    shows_all: Annotated[
        bool, typer.Option("--all", help="Also earlier attempts that a newer one has replaced.")
    ] = False,
    is_json: JsonFlag = False,
    ledger: LedgerPath = "",
) -> Callable[[Terminal], int]:
    """List jobs, newest first."""

    def action(terminal: Terminal) -> int:
        # Imported here: the rooms below are heavy, and --help needs none of them.
        from docferry.cli.output.job_rows import job_row  # noqa: PLC0415
        from docferry.cli.output.job_tables import job_table  # noqa: PLC0415
        from docferry.cli.output.rows import write_json_line  # noqa: PLC0415
        from docferry.ledger import JobStep  # noqa: PLC0415

        still_open = [step for step in JobStep if step.is_under_way] if is_open else []
        shown = limit if is_json else limit or USUAL_LIMIT
        records = _desk(ledger).list_jobs(
            provider=provider,
            steps=[*(steps or ()), *still_open],
            include_replaced=shows_all,
            limit=None if shown is None else shown + 1,
        )
        has_more = shown is not None and len(records) > shown
        records = records[:shown]
        if is_json:
            terminal.put(write_json_line([job_row(record) for record in records]))
        else:
            terminal.show(job_table(records))
        if has_more:
            terminal.say(f"these are the newest {shown}; there are more, see --limit")
        return ExitCode.OK

    return action


@app.command()
def show(
    job: JobArgument, *, is_json: JsonFlag = False, ledger: LedgerPath = ""
) -> Callable[[Terminal], int]:
    """Show all that the ledger knows of a job."""

    def action(terminal: Terminal) -> int:
        # Imported here: the rooms below are heavy, and --help needs none of them.
        from docferry.cli.output.job_rows import story_row  # noqa: PLC0415
        from docferry.cli.output.job_tables import story_table  # noqa: PLC0415
        from docferry.cli.output.rows import write_json_line  # noqa: PLC0415

        story = _desk(ledger).show(job)
        if is_json:
            terminal.put(write_json_line(story_row(story)))
        else:
            terminal.show(story_table(story))
        return ExitCode.OK

    return action


@app.command()
def cancel(  # noqa: PLR0913 - each is an option of the command
    job: JobArgument,
    *,
    options: ProviderOption = None,
    ledger: LedgerPath = "",
    proxy: Proxy = "",
    ca_file: CertificateFile = "",
    headers: RequestHeader = None,
) -> Callable[[Terminal], int]:
    """Ask the service to stop a job. The exit code is 1 when it cannot, or there is nothing to stop."""

    def action(terminal: Terminal) -> int:
        flags = JobFlags(ledger=ledger, proxy=proxy, ca_file=ca_file, headers=tuple(headers or ()))
        desk, record = _desk_of(job, flags, tuple(options or ()))
        if desk.cancel(record):
            terminal.put(f"job {record.id} is cancelled\n")
            return ExitCode.OK
        if record.step.is_under_way and record.receipt is not None:
            terminal.error(f"provider {record.provider} did not cancel job {record.id}; it goes on there")
        else:
            terminal.error(f"there is nothing to cancel: job {record.id} is {record.step.value}")
        return ExitCode.FAILED

    return action


@app.command()
def resolve(  # noqa: PLR0913 - each is an option of the command
    job: JobArgument,
    *,
    submitted: Annotated[
        str,
        typer.Option("--submitted", metavar="JOB", help="The service has it, under this id of its own."),
    ] = "",
    item: ItemName = "",
    is_resubmitted: Annotated[
        bool,
        typer.Option("--resubmit", help="The service has no such job: the next parse submits it again."),
    ] = False,
    options: ProviderOption = None,
    ledger: LedgerPath = "",
    proxy: Proxy = "",
    ca_file: CertificateFile = "",
    headers: RequestHeader = None,
) -> Callable[[Terminal], int]:
    """Say what became of a job of which nobody knows whether it was started.

    The service is asked about the id that --submitted gives, and believed.
    """

    def action(terminal: Terminal) -> int:
        # Imported here: the rooms below are heavy, and --help needs none of them.
        from docferry.cli.output.left_jobs import jobs_command  # noqa: PLC0415
        from docferry.cli.output.wording import printable  # noqa: PLC0415

        flags = JobFlags(ledger=ledger, proxy=proxy, ca_file=ca_file, headers=tuple(headers or ()))
        desk, found = _desk_of(job, flags, tuple(options or ()))
        record = desk.resolve(found, submitted=submitted, item_id=item, resubmits=is_resubmitted)
        if is_resubmitted:
            terminal.put(f"job {record.id} is open; parse {printable(record.source_name)} again\n")
        else:
            command = jobs_command(f"resume {record.id}", ledger=ledger)
            terminal.put(f"job {record.id} is submitted; collect it with: {command}\n")
        return ExitCode.OK

    return action


@app.command()
def forget(
    jobs: JobArguments = None,
    *,
    older_than: Annotated[
        float | None,
        typer.Option(
            "--older-than",
            metavar="DAYS",
            min=0,
            help="All jobs that last changed longer ago, but for those still to be collected.",
        ),
    ] = None,
    is_forced: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Also named jobs whose results are still to be collected, and may be paid for again.",
        ),
    ] = False,
    ledger: LedgerPath = "",
) -> Callable[[Terminal], int]:
    """Delete jobs from the ledger. Results stay in the cache, and the services are not told.

    A job whose result is still to be collected is not forgotten without --force.
    """

    def action(terminal: Terminal) -> int:
        # Imported here: the rooms below are heavy, and --help needs none of them.
        from docferry.cli.output.wording import plural  # noqa: PLC0415
        from docferry.errors import InvalidOptionsError  # noqa: PLC0415

        if not jobs and older_than is None:
            raise InvalidOptionsError("no jobs are named", next_step="give ids, or --older-than DAYS")
        count = _desk(ledger).forget(jobs or (), older_than_days=older_than, even_under_way=is_forced)
        terminal.put(f"forgot {plural(count, 'job')}\n")
        return ExitCode.OK

    return action


@app.command()
def attach(  # noqa: PLR0913 - each is an option of the command
    provider: Annotated[str, typer.Argument(metavar="PROVIDER", help="The service.", show_default=False)],
    remote_id: Annotated[
        str,
        typer.Argument(metavar="REMOTE_ID", help="The service's own id of the job.", show_default=False),
    ],
    *,
    source: Annotated[
        str,
        typer.Option(
            "--source",
            metavar="FILE",
            help="What the job parses: a later parse of it, with the same options, takes the job's result.",
        ),
    ] = "",
    item: ItemName = "",
    options: ProviderOption = None,
    pages: PageList = "",
    is_json: JsonFlag = False,
    ledger: LedgerPath = "",
    proxy: Proxy = "",
    ca_file: CertificateFile = "",
    headers: RequestHeader = None,
) -> Callable[[Terminal], int]:
    """Enter a job that was started elsewhere, so that it can be collected, if the service knows it."""

    def action(terminal: Terminal) -> int:
        # Imported here: the rooms below are heavy, and --help needs none of them.
        from docferry.cli.output.job_rows import job_row  # noqa: PLC0415
        from docferry.cli.output.left_jobs import jobs_command  # noqa: PLC0415
        from docferry.cli.output.rows import write_json_line  # noqa: PLC0415
        from docferry.cli.reading import read_options, read_pages  # noqa: PLC0415
        from docferry.ingest import JobDesk  # noqa: PLC0415

        flags = JobFlags(ledger=ledger, proxy=proxy, ca_file=ca_file, headers=tuple(headers or ()))
        record = JobDesk(jobs=flags.lasting_settings()).attach(
            remote_id,
            provider=provider,
            item_id=item,
            source=source or None,
            options=read_options(tuple(options or ())),
            pages=read_pages(pages),
        )
        if is_json:
            terminal.put(write_json_line(job_row(record)))
        else:
            command = jobs_command(f"resume {record.id}", ledger=ledger)
            terminal.put(f"job {record.id} is {record.step.value}; collect it with: {command}\n")
        return ExitCode.OK

    return action


def _desk(ledger: str) -> "JobDesk":
    from docferry.ingest import JobDesk  # noqa: PLC0415 - as above

    return JobDesk(jobs=JobFlags(ledger=ledger).settings())


def _desk_of(job: str, flags: JobFlags, options: tuple[str, ...]) -> "tuple[JobDesk, JobRecord]":
    """A job, and a desk with the options given for its provider."""
    # Imported here: the rooms below are heavy, and --help needs none of them.
    from docferry.cli.reading import read_options  # noqa: PLC0415
    from docferry.ingest import JobDesk  # noqa: PLC0415

    settings, given = flags.settings(), read_options(options)
    record = JobDesk(jobs=settings).show(job).record
    return JobDesk(jobs=settings, options={record.provider: given}), record


app.command()(resume)
