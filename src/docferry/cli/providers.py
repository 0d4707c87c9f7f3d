"""`docferry providers`: who can parse here, and why somebody cannot."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from docferry.cli.exit_code import ExitCode
from docferry.cli.output.terminal import Terminal

if TYPE_CHECKING:
    from docferry.model import ProviderInfo
    from docferry.plugin import PluginStatus

__all__ = ["providers"]


def providers(
    *,
    is_json: Annotated[bool, typer.Option("--json", help="Write a JSON list of objects.")] = False,
) -> Callable[[Terminal], int]:
    """List the providers installed, the broken ones with the reason."""

    def action(terminal: Terminal) -> int:
        # Imported here: --help needs none of it.
        from docferry.cli.output.tables import provider_table  # noqa: PLC0415
        from docferry.plugin import PluginManager  # noqa: PLC0415

        statuses = PluginManager().statuses()
        if is_json:
            terminal.put(_write_list(statuses))
        else:
            terminal.show(provider_table(statuses))
        return ExitCode.OK

    return action


def _write_list(statuses: "tuple[PluginStatus, ...]") -> str:
    from docferry.cli.output.rows import write_json_line  # noqa: PLC0415 - as above
    from docferry.cli.output.tables import state_of  # noqa: PLC0415 - as above

    return write_json_line(
        [
            {
                "name": status.name,
                "distribution": status.distribution,
                "version": status.version,
                "status": state_of(status),
                "reason": status.problem,
                **(_card(status.info) if status.info else {}),
            }
            for status in statuses
        ]
    )


def _card(info: "ProviderInfo") -> dict[str, object]:
    return {
        "title": info.title,
        "formats": [
            {
                "name": file_format.name,
                "media_types": list(file_format.media_types),
                "suffixes": list(file_format.suffixes),
            }
            for file_format in info.formats
        ],
        "is_remote": info.is_remote,
        "abilities": sorted(info.abilities),
        "environment": list(info.environment),
        "homepage": info.homepage,
    }
