"""`docferry jobs resume`: jobs that were submitted earlier to chunks, Markdown or documents."""

from collections.abc import Callable
from typing import Annotated

import typer

from docferry.cli.job_flags import (
    CacheFolder,
    CertificateFile,
    Deadline,
    JobFlags,
    LedgerPath,
    NoCache,
    OnInterruptFlag,
    ProviderOption,
    Proxy,
    RequestHeader,
)
from docferry.cli.output.terminal import Terminal
from docferry.cli.output_flags import (
    EncodingName,
    MaxTokens,
    OnErrorFlag,
    OutputForm,
    OutputPath,
    RowsFlag,
    TableFlag,
)

__all__ = ["resume"]


def resume(  # noqa: PLR0913 - each is an option of the command
    jobs: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID", help="Ids of jobs, or their first digits.", show_default=False),
    ] = None,
    *,
    is_all: Annotated[
        bool,
        typer.Option(
            "--all", help="All jobs that were not collected yet. Those that were are had by their ids."
        ),
    ] = False,
    provider: Annotated[
        str, typer.Option("--provider", metavar="NAME", help="With --all, only jobs of this provider.")
    ] = "",
    options: ProviderOption = None,
    on_error: OnErrorFlag = "collect",
    form: OutputForm = "chunks",
    output: OutputPath = "",
    is_table: TableFlag = False,
    is_json: RowsFlag = False,
    max_tokens: MaxTokens = None,
    encoding: EncodingName = "",
    no_cache: NoCache = False,
    ledger: LedgerPath = "",
    cache: CacheFolder = "",
    deadline: Deadline = None,
    on_interrupt: OnInterruptFlag = "park",
    proxy: Proxy = "",
    ca_file: CertificateFile = "",
    headers: RequestHeader = None,
) -> Callable[[Terminal], int]:
    """Wait for jobs that were submitted earlier, and deliver their results.

    No document is needed: the ledger knows the options, and the key comes from the environment or from
    --option. With neither ids nor --all, this is --all.

    Exit codes: 0 all is well; 1 a job failed; 2 the command or the setup is wrong; 130 interrupted.
    """

    def action(terminal: Terminal) -> int:
        # Imported here: the rooms below are heavy, and --help needs none of them.
        from docferry.cli.output.forms import Form  # noqa: PLC0415
        from docferry.cli.resume_run import ResumeRun  # noqa: PLC0415
        from docferry.cli.run import OutputRequest, carry_out  # noqa: PLC0415
        from docferry.errors import InvalidOptionsError  # noqa: PLC0415
        from docferry.ingest import OnError  # noqa: PLC0415

        if jobs and (is_all or provider):
            raise InvalidOptionsError(
                "jobs are named by their ids, or by --all and --provider", next_step="give one of both"
            )
        request = OutputRequest(
            form=Form(form),
            output=output,
            max_tokens=max_tokens,
            encoding=encoding,
            on_error=OnError(on_error),
            is_table=is_table,
            is_json=is_json,
        )
        run = ResumeRun(
            job_ids=tuple(jobs or ()),
            provider=provider,
            options=tuple(options or ()),
            flags=JobFlags(
                no_cache=no_cache,
                ledger=ledger,
                cache=cache,
                deadline=deadline,
                on_interrupt=on_interrupt,
                proxy=proxy,
                ca_file=ca_file,
                headers=tuple(headers or ()),
            ),
        )
        return carry_out(request, run, terminal)

    return action
