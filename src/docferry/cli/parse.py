"""`docferry parse`: sources to chunks, Markdown or documents."""

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
    OnUnknownFlag,
    ProviderOption,
    Proxy,
    Refresh,
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

__all__ = ["PageList", "SourceArguments", "StandardInputName", "parse"]

SourceArguments = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE",
        help="Files, folders (with all below them), patterns such as 'docs/*.pdf', http(s) addresses, "
        "or - for standard input.",
        show_default=False,
    ),
]
PageList = Annotated[
    str, typer.Option("--pages", metavar="LIST", help="Only these pages, such as 1-3,7,10-.")
]
StandardInputName = Annotated[
    str,
    typer.Option("--stdin-name", metavar="NAME", help="Name of standard input, such as report.pdf."),
]


def parse(  # noqa: PLR0913 - each is an option of the command
    sources: SourceArguments,
    *,
    provider: Annotated[
        str,
        typer.Option("--provider", metavar="NAME", help="Who parses; `docferry providers` lists them."),
    ] = "local",
    options: ProviderOption = None,
    pages: PageList = "",
    on_error: OnErrorFlag = "raise",
    stdin_name: StandardInputName = "stdin",
    form: OutputForm = "chunks",
    output: OutputPath = "",
    is_table: TableFlag = False,
    is_json: RowsFlag = False,
    max_tokens: MaxTokens = None,
    encoding: EncodingName = "",
    no_cache: NoCache = False,
    refresh: Refresh = False,
    ledger: LedgerPath = "",
    cache: CacheFolder = "",
    deadline: Deadline = None,
    on_unknown: OnUnknownFlag = "error",
    on_interrupt: OnInterruptFlag = "park",
    proxy: Proxy = "",
    ca_file: CertificateFile = "",
    headers: RequestHeader = None,
) -> Callable[[Terminal], int]:
    """Parse documents and cut them into chunks.

    A remote provider's jobs are kept in the ledger: a run that was interrupted or killed is taken up again
    by the same command, and nothing is paid twice.

    Exit codes: 0 all is well; 1 a source failed; 2 the command or the setup is wrong; 130 interrupted.
    """

    def action(terminal: Terminal) -> int:
        # Imported here: the rooms below are heavy, and --help needs none of them.
        from docferry.cli.output.forms import Form  # noqa: PLC0415
        from docferry.cli.parse_run import ParseRun  # noqa: PLC0415
        from docferry.cli.run import OutputRequest, carry_out  # noqa: PLC0415
        from docferry.ingest import OnError  # noqa: PLC0415

        request = OutputRequest(
            form=Form(form),
            output=output,
            max_tokens=max_tokens,
            encoding=encoding,
            on_error=OnError(on_error),
            is_table=is_table,
            is_json=is_json,
        )
        run = ParseRun(
            sources=tuple(sources),
            provider=provider,
            options=tuple(options or ()),
            pages=pages,
            stdin_name=stdin_name,
            flags=JobFlags(
                no_cache=no_cache,
                refresh=refresh,
                ledger=ledger,
                cache=cache,
                deadline=deadline,
                on_unknown=on_unknown,
                on_interrupt=on_interrupt,
                proxy=proxy,
                ca_file=ca_file,
                headers=tuple(headers or ()),
            ),
        )
        return carry_out(request, run, terminal)

    return action
