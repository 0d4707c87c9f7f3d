"""What to make of documents and where to put it, as options of the commands that deliver some."""

from typing import Annotated, Literal

import typer

__all__ = ["EncodingName", "MaxTokens", "OnErrorFlag", "OutputForm", "OutputPath", "RowsFlag", "TableFlag"]

CHUNKS_PANEL = "Chunks"
OUTPUT_PANEL = "Output"

OnErrorFlag = Annotated[
    Literal["raise", "skip", "collect"],
    typer.Option(
        "--on-error",
        help="What a failed source does: raise ends the run there, skip tells of it and goes on, "
        "collect tells of all of them at the end. The exit code is 1 in each case.",
    ),
]
OutputForm = Annotated[
    Literal["chunks", "markdown", "document"],
    typer.Option(
        "--to",
        help="What to make: chunks (one JSON row each; page is null where nothing tells it), markdown, "
        "or document (all that is known of it, one line of JSON each).",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
OutputPath = Annotated[
    str,
    typer.Option(
        "--output",
        metavar="PATH",
        help="Write to a file, which replaces an earlier one only when the run comes to its end, or into "
        "a folder (an existing one, or a PATH that ends with /): one file for each source. Without it "
        "results go to standard output, chunks as a table when that is a terminal.",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
TableFlag = Annotated[
    bool,
    typer.Option(
        "--table",
        help="Show the table of chunks, also beside --output or without a terminal.",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
RowsFlag = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Rows of JSON also on a terminal; the report on standard error is one JSON object.",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
MaxTokens = Annotated[
    int | None,
    typer.Option(
        "--max-tokens",
        metavar="N",
        help="Most tokens of a chunk, headings included.  \\[default: 512]",
        rich_help_panel=CHUNKS_PANEL,
    ),
]
EncodingName = Annotated[
    str,
    typer.Option(
        "--encoding",
        metavar="NAME",
        help="The tiktoken encoding that counts tokens.  \\[default: o200k_base]",
        rich_help_panel=CHUNKS_PANEL,
    ),
]
