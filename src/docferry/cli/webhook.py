"""`docferry webhook`: receives the calls of services, until Ctrl-C."""

from collections.abc import Callable
from typing import Annotated

import typer

from docferry.cli.exit_code import ExitCode
from docferry.cli.job_flags import LedgerPath
from docferry.cli.output.interruption import wait_for_interruption
from docferry.cli.output.terminal import Terminal

__all__ = ["webhook"]

CALLS_AT_ONCE = 100


def webhook(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PROVIDER",
            help="Services whose calls to receive.  \\[default: all whose secret is set]",
            show_default=False,
        ),
    ] = None,
    *,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")
    ] = 8890,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            help="The address to listen on. A proxy or tunnel of yours makes it known to the services.",
        ),
    ] = "127.0.0.1",
    ledger: LedgerPath = "",
) -> Callable[[Terminal], int]:
    """Receive the calls of services that tell when a job is done.

    Prints NAME=address for every provider, and then listens until it is interrupted. Calls that are not
    signed by the service, or came before, wake nobody. Runs that shall poll rarely, one time in five minutes
    besides these calls, need DOCFERRY_WEBHOOKS with the providers' names, and the same ledger.
    """

    def action(terminal: Terminal) -> int:
        # Imported here: --help needs none of it.
        from docferry.errors import InvalidOptionsError, MissingExtraError  # noqa: PLC0415
        from docferry.ledger import SqliteLedger  # noqa: PLC0415
        from docferry.serving import ServerThread, listen, make_server  # noqa: PLC0415
        from docferry.webhook import WebhookReceiver, find_verifiers  # noqa: PLC0415

        verifiers = find_verifiers(names or ())
        with SqliteLedger(ledger or None) as books:
            if str(books.path) == ":memory:":
                raise InvalidOptionsError(
                    "events in a ledger in memory reach nobody",
                    next_step="give --ledger the file that your runs use",
                )
            receiver = WebhookReceiver(verifiers=verifiers, ledger=books)
            try:
                served = make_server(receiver.app(), limit_concurrency=CALLS_AT_ONCE)
            except ModuleNotFoundError as error:
                raise MissingExtraError(
                    f"webhooks need {error.name}", next_step="run: pip install docferry[webhook]"
                ) from error
            listener = listen(host, port)
            origin = _origin(host, listener.getsockname()[1])
            server = ServerThread([(served, listener)], name="webhook")
            server.start()
            try:
                terminal.put("".join(f"{name.upper()}_WEBHOOK_URL={origin}/{name}\n" for name in verifiers))
                wait_for_interruption()
            finally:
                server.stop()
            for name, counts in receiver.counts.items():
                terminal.say(f"{name}: {', '.join(f'{count} {word}' for word, count in counts.items())}")
        return ExitCode.OK

    return action


def _origin(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
