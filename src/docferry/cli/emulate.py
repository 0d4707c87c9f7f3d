"""`docferry emulate`: services on this machine, until Ctrl-C."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from docferry.cli.exit_code import ExitCode
from docferry.cli.output.interruption import wait_for_interruption
from docferry.cli.output.terminal import Terminal

if TYPE_CHECKING:
    from docferry.emulation import EmulatorSettings

__all__ = ["emulate"]

LIMITS_PANEL = "Limits (0 for none; without them what the service publishes)"
TIME_PANEL = "Time"


def emulate(  # noqa: PLR0913 - each is an option of the command
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME", help="Providers whose services to emulate.", show_default=False),
    ],
    *,
    port: Annotated[
        int,
        typer.Option(
            "--port",
            min=0,
            max=65535,
            help="The first port; each further service or storage host takes the next. 0 takes free ones.",
        ),
    ] = 8900,
    faults: Annotated[
        Path | None,
        typer.Option("--faults", metavar="FILE", help="A fault script, TOML or JSON.", show_default=False),
    ] = None,
    quirks: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME.QUIRK=VALUE",
            help="How a service behaves where its documents are silent; may be given several times.",
        ),
    ] = None,
    api_keys: Annotated[
        list[str] | None,
        typer.Option("--api-key", metavar="KEY", help="A key to accept; may be given several times."),
    ] = None,
    canned_pages: Annotated[
        int | None,
        typer.Option(
            "--canned-pages",
            min=1,
            metavar="N",
            help="Answer every file with a made-up result of N pages: for load tests.",
            show_default=False,
        ),
    ] = None,
    queue_seconds: Annotated[
        float, typer.Option("--queue-seconds", min=0, help="How long jobs wait.", rich_help_panel=TIME_PANEL)
    ] = 0.2,
    work_seconds: Annotated[
        float,
        typer.Option(
            "--work-seconds", min=0, help="How long the work takes at least.", rich_help_panel=TIME_PANEL
        ),
    ] = 0.5,
    seconds_per_page: Annotated[
        float,
        typer.Option("--seconds-per-page", min=0, help="And for each page.", rich_help_panel=TIME_PANEL),
    ] = 0.01,
    answer_seconds: Annotated[
        float,
        typer.Option(
            "--answer-seconds", min=0, help="How long every answer takes.", rich_help_panel=TIME_PANEL
        ),
    ] = 0.0,
    requests_per_second: Annotated[
        float | None,
        typer.Option("--requests-per-second", min=0, show_default=False, rich_help_panel=LIMITS_PANEL),
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", min=0, show_default=False, rich_help_panel=LIMITS_PANEL)
    ] = None,
) -> Callable[[Terminal], int]:
    """Serve the protocols of parsing services on this machine, with real parses by the local provider.

    Prints NAME=value for every variable that makes docferry, or the vendor's own client, use them, and then
    serves until it is interrupted.
    """
    given: dict[str, Any] = {
        "api_keys": tuple(api_keys or ()),
        "canned_pages": canned_pages,
        "queue_seconds": queue_seconds,
        "work_seconds": work_seconds,
        "seconds_per_page": seconds_per_page,
        "answer_seconds": answer_seconds,
        "requests_per_second": requests_per_second,
        "concurrency": concurrency,
    }

    def action(terminal: Terminal) -> int:
        # Imported here: --help needs none of it.
        from docferry.emulation import EmulatorServer, EmulatorSettings, load_emulator  # noqa: PLC0415
        from docferry.emulation import read_fault_rules as read_rules  # noqa: PLC0415

        shared = EmulatorSettings(**given, faults=read_rules(faults) if faults else ())
        services = [load_emulator(name, _settings_of(name, shared, quirks or ())) for name in names]
        with EmulatorServer(*services, port=port) as server:
            terminal.put("".join(f"{name}={value}\n" for name, value in server.environment.items()))
            wait_for_interruption()
        return ExitCode.OK

    return action


def _settings_of(name: str, shared: "EmulatorSettings", pairs: Sequence[str]) -> "EmulatorSettings":
    """The shared settings with the quirks of one service."""
    from docferry.errors import InvalidOptionsError  # noqa: PLC0415 - as above

    quirks: dict[str, str] = {}
    for pair in pairs:
        left, sign, value = pair.partition("=")
        service, dot, quirk = left.partition(".")
        if not (sign and dot and quirk):
            raise InvalidOptionsError(
                "a --set is not NAME.QUIRK=VALUE", next_step="give --set NAME.QUIRK=VALUE"
            )
        if service == name:
            quirks[quirk.strip()] = value
    return shared.model_copy(update={"quirks": quirks})
