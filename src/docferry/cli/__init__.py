"""The command line: arguments, exit codes, progress and tables. It takes no decisions; the rooms below do.

One module is one command or one family of commands; `app` puts them together, `reading` and the modules of
flags hold what they share on their way in, `run` what becomes of outcomes, and `output` the way out.
"""

import sys

__all__ = ["main"]

NEEDED = frozenset({"typer", "rich"})


def main() -> None:
    """Run the command line of this process and exit with its code. The entry point `docferry`.

    Raises:
        SystemExit: Always; the code is one of `docferry.cli.exit_code.ExitCode`.
    """
    try:
        sys.exit(_run())
    except KeyboardInterrupt:  # while the program was still being loaded
        sys.stderr.write("interrupted\n")
        sys.exit(130)


def _run() -> int:
    try:
        from docferry.cli.app import run  # noqa: PLC0415 - typer and rich are an extra
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in NEEDED:
            raise
        sys.stderr.write(f"error: the command line needs {missing}; run: pip install docferry[cli]\n")
        return 2
    return run(sys.argv[1:])
