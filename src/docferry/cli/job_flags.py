"""The settings of remote jobs as options of commands, shared by all that have to do with jobs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from docferry.provider import JobSettings

__all__ = [
    "CacheFolder",
    "CertificateFile",
    "Deadline",
    "JobFlags",
    "LedgerPath",
    "NoCache",
    "OnInterruptFlag",
    "OnUnknownFlag",
    "ProviderOption",
    "Proxy",
    "Refresh",
    "RequestHeader",
]

JOBS_PANEL = "Remote jobs"
NETWORK_PANEL = "Network"

ProviderOption = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        "-o",
        metavar="KEY=VALUE",
        help="An option of the provider; may be given several times.",
    ),
]
NoCache = Annotated[
    bool,
    typer.Option(
        "--no-cache",
        help="Neither take results from the cache nor leave them there.",
        rich_help_panel=JOBS_PANEL,
    ),
]
Refresh = Annotated[
    bool,
    typer.Option(
        "--refresh",
        help="Submit anew, and pay anew, although a result or a job is there. A refresh that was interrupted "
        "goes on with its own jobs.",
        rich_help_panel=JOBS_PANEL,
    ),
]
LedgerPath = Annotated[
    str,
    typer.Option(
        "--ledger",
        metavar="PATH",
        help="Where the ledger of jobs is.  \\[default: DOCFERRY_LEDGER, or in your data folder]",
        rich_help_panel=JOBS_PANEL,
    ),
]
CacheFolder = Annotated[
    str,
    typer.Option(
        "--cache",
        metavar="FOLDER",
        help="Where paid results are kept.  \\[default: DOCFERRY_CACHE, or in your cache folder]",
        rich_help_panel=JOBS_PANEL,
    ),
]
Deadline = Annotated[
    float | None,
    typer.Option(
        "--deadline",
        metavar="SECONDS",
        min=0,
        help="How long to wait for a service with each document, its upload included; 0 for as long as it "
        "takes. An upload without an answer by then, which may be paid for, is heard a little longer.  "
        "\\[default: 3600]",
        rich_help_panel=JOBS_PANEL,
    ),
]
OnUnknownFlag = Annotated[
    Literal["error", "resubmit"],
    typer.Option(
        "--on-unknown",
        help="When nobody knows whether a job was started: say so, or submit again and perhaps pay twice.",
        rich_help_panel=JOBS_PANEL,
    ),
]
OnInterruptFlag = Annotated[
    Literal["park", "cancel"],
    typer.Option(
        "--on-interrupt",
        help="What Ctrl-C does to jobs under way: leave them to be collected later, or stop them.",
        rich_help_panel=JOBS_PANEL,
    ),
]
Proxy = Annotated[
    str,
    typer.Option(
        "--proxy",
        metavar="URL",
        help="A proxy for all requests.  \\[default: what the proxy variables of the environment say]",
        rich_help_panel=NETWORK_PANEL,
    ),
]
CertificateFile = Annotated[
    str,
    typer.Option(
        "--ca-file",
        metavar="FILE",
        help="Certificates to trust instead of the usual ones.",
        rich_help_panel=NETWORK_PANEL,
    ),
]
RequestHeader = Annotated[
    list[str] | None,
    typer.Option(
        "--header",
        metavar="NAME:VALUE",
        help="A header for every request to the service; may be given several times.",
        rich_help_panel=NETWORK_PANEL,
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFlags:
    """The options above as they were given, for one command."""

    no_cache: bool = False
    refresh: bool = False
    ledger: str = ""
    cache: str = ""
    deadline: float | None = None
    on_unknown: str = "error"
    on_interrupt: str = "park"
    proxy: str = ""
    ca_file: str = ""
    headers: tuple[str, ...] = ()

    @property
    def cancels(self) -> bool:
        """Whether an interruption cancels jobs."""
        return self.on_interrupt == "cancel"

    def settings(self) -> "JobSettings":
        """What they amount to.

        Raises:
            InvalidOptionsError: A header is not NAME:VALUE.
        """
        # Imported here: the rooms below are heavy, and --help needs none of them.
        from docferry.cli.reading import read_headers  # noqa: PLC0415
        from docferry.provider import JobSettings, NetworkSettings, OnInterrupt, OnUnknown  # noqa: PLC0415

        usual = JobSettings()
        deadline = usual.deadline_seconds if self.deadline is None else self.deadline or None
        return JobSettings(
            ledger=self.ledger or None,
            cache=self.cache or None,
            uses_cache=not self.no_cache,
            refreshes=self.refresh,
            deadline_seconds=deadline,
            on_unknown=OnUnknown(self.on_unknown),
            on_interrupt=OnInterrupt(self.on_interrupt),
            network=NetworkSettings(
                proxy=self.proxy or None, ca_file=self.ca_file or None, headers=read_headers(self.headers)
            ),
        )

    def lasting_settings(self) -> "JobSettings":
        """As `settings`, for commands whose only work is to enter jobs that a later command collects.

        Raises:
            InvalidOptionsError: The ledger ends with the command, or a header is not NAME:VALUE.
        """
        from docferry.errors import InvalidOptionsError  # noqa: PLC0415 - as above
        from docferry.settings import ledger_path  # noqa: PLC0415 - as above

        settings = self.settings()
        if str(settings.ledger or ledger_path()) == ":memory:":
            raise InvalidOptionsError(
                "a ledger in memory forgets the jobs when the command ends",
                next_step="give a path as --ledger or DOCFERRY_LEDGER, or use `docferry parse`",
            )
        return settings
