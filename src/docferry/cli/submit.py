"""`docferry submit`: hand documents in to a service, and collect them later."""

from collections.abc import Callable
from typing import Annotated

import typer

from docferry.cli.exit_code import ExitCode
from docferry.cli.job_flags import (
    CacheFolder,
    CertificateFile,
    Deadline,
    JobFlags,
    LedgerPath,
    NoCache,
    OnUnknownFlag,
    ProviderOption,
    Proxy,
    Refresh,
    RequestHeader,
)
from docferry.cli.output.terminal import Terminal
from docferry.cli.parse import PageList, SourceArguments, StandardInputName

__all__ = ["submit"]


def submit(  # noqa: PLR0913 - each is an option of the command
    sources: SourceArguments,
    *,
    provider: Annotated[
        str, typer.Option("--provider", metavar="NAME", help="The service.", show_default=False)
    ],
    options: ProviderOption = None,
    pages: PageList = "",
    stdin_name: StandardInputName = "stdin",
    is_json: Annotated[bool, typer.Option("--json", help="Write one JSON object for each source.")] = False,
    no_cache: NoCache = False,
    refresh: Refresh = False,
    ledger: LedgerPath = "",
    cache: CacheFolder = "",
    deadline: Deadline = None,
    on_unknown: OnUnknownFlag = "error",
    proxy: Proxy = "",
    ca_file: CertificateFile = "",
    headers: RequestHeader = None,
) -> Callable[[Terminal], int]:
    """Submit documents without waiting for their jobs.

    `docferry jobs resume` collects the results, also on another day and without the documents. What was
    submitted before is not submitted again.

    Exit codes: 0 all is well; 1 a source failed; 2 the command or the setup is wrong; 130 interrupted.
    """

    def action(terminal: Terminal) -> int:
        # Imported here: the rooms below are heavy, and --help needs none of them.
        from docferry.cli.output.job_rows import submit_row  # noqa: PLC0415
        from docferry.cli.output.job_tables import submit_table  # noqa: PLC0415
        from docferry.cli.output.left_jobs import LeftJobs  # noqa: PLC0415
        from docferry.cli.output.rows import write_json_line  # noqa: PLC0415
        from docferry.cli.reading import read_inputs, read_options, read_pages  # noqa: PLC0415
        from docferry.ingest import JobDesk  # noqa: PLC0415

        flags = JobFlags(
            no_cache=no_cache,
            refresh=refresh,
            ledger=ledger,
            cache=cache,
            deadline=deadline,
            on_unknown=on_unknown,
            proxy=proxy,
            ca_file=ca_file,
            headers=tuple(headers or ()),
        )
        desk = JobDesk(jobs=flags.lasting_settings())
        chosen, selection = read_options(tuple(options or ())), read_pages(pages)
        inputs = read_inputs(sources, stdin_name=stdin_name)
        try:
            outcomes = desk.submit(inputs, provider=provider, options=chosen, pages=selection)
        except KeyboardInterrupt:
            left = LeftJobs(records=desk.unfinished(), ledger=ledger)
            terminal.say("; ".join(["interrupted", *left.clauses()]))
            return ExitCode.INTERRUPTED
        if is_json:
            terminal.put("".join(write_json_line(submit_row(outcome)) for outcome in outcomes))
        elif any(outcome.job for outcome in outcomes):
            terminal.show(submit_table(outcomes))
        errors = [outcome.error for outcome in outcomes if outcome.error]
        for error in () if is_json else errors:
            terminal.error(str(error))
        return ExitCode.FAILED if errors else ExitCode.OK

    return action
