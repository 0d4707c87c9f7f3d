"""`docferry parse`: sources to chunks, Markdown or documents."""

from collections.abc import Callable
from typing import Annotated, Literal

import typer

from docferry.cli.output.terminal import Terminal

__all__ = ["parse"]

CHUNKS_PANEL = "Chunks"
OUTPUT_PANEL = "Output"


def parse(  # noqa: PLR0913 - each is an option of the command
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Files, folders (with all below them), patterns such as 'docs/*.pdf', http(s) addresses, "
            "or - for standard input.",
            show_default=False,
        ),
    ],
    *,
    provider: Annotated[
        str,
        typer.Option("--provider", metavar="NAME", help="Who parses; `docferry providers` lists them."),
    ] = "local",
    options: Annotated[
        list[str] | None,
        typer.Option(
            "--option",
            "-o",
            metavar="KEY=VALUE",
            help="An option of the provider; may be given several times.",
        ),
    ] = None,
    pages: Annotated[
        str, typer.Option("--pages", metavar="LIST", help="Only these pages, such as 1-3,7,10-.")
    ] = "",
    on_error: Annotated[
        Literal["raise", "skip", "collect"],
        typer.Option(
            "--on-error",
            help="What a failed source does: raise ends the run there, skip tells of it and goes on, "
            "collect tells of all of them at the end. The exit code is 1 in each case.",
        ),
    ] = "raise",
    stdin_name: Annotated[
        str,
        typer.Option("--stdin-name", metavar="NAME", help="Name of standard input, such as report.pdf."),
    ] = "stdin",
    form: Annotated[
        Literal["chunks", "markdown", "document"],
        typer.Option(
            "--to",
            help="What to make: chunks (one JSON row each), markdown, or document (all that is known of it, "
            "one line of JSON each).",
            rich_help_panel=OUTPUT_PANEL,
        ),
    ] = "chunks",
    output: Annotated[
        str,
        typer.Option(
            "--output",
            metavar="PATH",
            help="Write to a file, which replaces an earlier one only when the run comes to its end, or into "
            "a folder (an existing one, or a PATH that ends with /): one file for each source. Without it "
            "results go to standard output, chunks as a table when that is a terminal.",
            rich_help_panel=OUTPUT_PANEL,
        ),
    ] = "",
    is_table: Annotated[
        bool,
        typer.Option(
            "--table",
            help="Show the table of chunks, also beside --output or without a terminal.",
            rich_help_panel=OUTPUT_PANEL,
        ),
    ] = False,
    is_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Rows of JSON also on a terminal; the report on standard error is one JSON object.",
            rich_help_panel=OUTPUT_PANEL,
        ),
    ] = False,
    max_tokens: Annotated[
        int | None,
        typer.Option(
            "--max-tokens",
            metavar="N",
            help="Most tokens of a chunk, headings included.  \\[default: 512]",
            rich_help_panel=CHUNKS_PANEL,
        ),
    ] = None,
    encoding: Annotated[
        str,
        typer.Option(
            "--encoding",
            metavar="NAME",
            help="The tiktoken encoding that counts tokens.  \\[default: o200k_base]",
            rich_help_panel=CHUNKS_PANEL,
        ),
    ] = "",
) -> Callable[[Terminal], int]:
    """Parse documents and cut them into chunks.

    Exit codes: 0 all is well; 1 a source failed; 2 the command or the setup is wrong; 130 interrupted.
    """

    def action(terminal: Terminal) -> int:
        # Imported here: the rooms below are heavy, and --help needs none of them.
        from docferry.cli.output.forms import Form  # noqa: PLC0415
        from docferry.cli.run import RunRequest, carry_out  # noqa: PLC0415
        from docferry.ingest import OnError  # noqa: PLC0415

        request = RunRequest(
            sources=tuple(sources),
            provider=provider,
            options=tuple(options or ()),
            pages=pages,
            form=Form(form),
            output=output,
            max_tokens=max_tokens,
            encoding=encoding,
            on_error=OnError(on_error),
            is_table=is_table,
            is_json=is_json,
            stdin_name=stdin_name,
        )
        return carry_out(request, terminal)

    return action
