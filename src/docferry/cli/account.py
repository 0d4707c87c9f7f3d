"""`docferry account`: what is left of a quota, and whether the key works."""

from collections.abc import Callable
from typing import Annotated

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

__all__ = ["account"]


def account(  # noqa: PLR0913 - each is an option of the command
    provider: Annotated[str, typer.Argument(metavar="PROVIDER", help="The service.", show_default=False)],
    *,
    options: ProviderOption = None,
    is_json: Annotated[bool, typer.Option("--json", help="Write a JSON object.")] = False,
    ledger: LedgerPath = "",
    proxy: Proxy = "",
    ca_file: CertificateFile = "",
    headers: RequestHeader = None,
) -> Callable[[Terminal], int]:
    """Ask a service what is left of your quota, which also checks the key."""

    def action(terminal: Terminal) -> int:
        # Imported here: the rooms below are heavy, and --help needs none of them.
        from docferry.cli.output.job_tables import account_table  # noqa: PLC0415
        from docferry.cli.output.rows import write_json_line  # noqa: PLC0415
        from docferry.cli.reading import read_options  # noqa: PLC0415
        from docferry.ingest import JobDesk  # noqa: PLC0415

        flags = JobFlags(ledger=ledger, proxy=proxy, ca_file=ca_file, headers=tuple(headers or ()))
        desk = JobDesk(jobs=flags.settings())
        status = desk.account(provider, options=read_options(tuple(options or ())))
        if is_json:
            figures = dict(status.figures)
            terminal.put(
                write_json_line({"provider": provider, "is_valid": status.is_valid, "figures": figures})
            )
        else:
            terminal.show(account_table(provider, status))
        return ExitCode.FAILED if status.is_valid is False else ExitCode.OK

    return action
