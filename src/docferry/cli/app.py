"""Puts the command families together, runs one, and turns what went wrong into one line and an exit code."""

import logging
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, cast

import typer

from docferry.cli import account, cache, emulate, jobs, parse, providers, submit, webhook
from docferry.cli.exit_code import ExitCode
from docferry.cli.output.terminal import Terminal
from docferry.errors import DocferryError

__all__ = ["app", "run"]

PROGRAM = "docferry"
QUIET = logging.NullHandler()

app = typer.Typer(
    name=PROGRAM,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def run(arguments: Sequence[str]) -> int:
    """Run one command line.

    Typer only reads the arguments: a command returns an action, which runs here, so that every way of ending
    it passes the same wall. The library's log stays quiet: what it says reaches the user as errors, and as
    warnings where it is about the user's files.

    Args:
        arguments: Everything behind the program's name.

    Returns:
        The exit code, see `ExitCode`.
    """
    logging.getLogger(PROGRAM).addHandler(QUIET)
    terminal = Terminal(output=sys.stdout, messages=sys.stderr)
    with terminal.watching():
        return _carry_out(arguments, terminal)


def _carry_out(arguments: Sequence[str], terminal: Terminal) -> int:
    try:
        action = _read(arguments)
        return action if isinstance(action, int) else action(terminal)
    except typer.TyperException as error:
        terminal.error(_explain(error))
        return ExitCode.USAGE
    except DocferryError as error:
        terminal.error(str(error))
        return ExitCode.of(error)
    except KeyboardInterrupt:
        terminal.say("interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        terminal.abandon_output()
        return ExitCode.PIPE_CLOSED
    except OSError as error:  # Sources are read behind docferry.ingest: this is about what we write.
        terminal.abandon_output()
        place = f"{error.filename}: " if error.filename else ""
        terminal.error(f"cannot write the output: {place}{error.strerror or type(error).__name__}")
        return ExitCode.FAILED


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Carry documents through any parsing service into chunks that can prove where they came from."""
    if version:
        from importlib.metadata import version as read_version  # noqa: PLC0415 - only needed here

        typer.echo(f"{PROGRAM} {read_version(PROGRAM)}")
        raise typer.Exit(ExitCode.OK)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(ExitCode.USAGE)


app.command(name="account")(account.account)
app.add_typer(cache.app, name="cache")
app.command(name="emulate")(emulate.emulate)
app.add_typer(jobs.app, name="jobs")
app.command(name="parse")(parse.parse)
app.command(name="providers")(providers.providers)
app.command(name="submit")(submit.submit)
app.command(name="webhook")(webhook.webhook)


def _read(arguments: Sequence[str]) -> "int | Callable[[Terminal], int]":
    """The action that the arguments ask for, or the exit code when all is said (--help, --version)."""
    result: object = app(args=list(arguments), prog_name=PROGRAM, standalone_mode=False)
    if result == ExitCode.INTERRUPTED and not callable(result):
        raise KeyboardInterrupt
    return cast("int | Callable[[Terminal], int]", result)


def _explain(error: typer.TyperException) -> str:
    message = error.format_message().strip().rstrip(".")
    # Errors of usage know their command, but their class has no public name.
    command: str = getattr(getattr(error, "ctx", None), "command_path", PROGRAM)
    return f"{message[:1].lower()}{message[1:]}; see {command} --help"
