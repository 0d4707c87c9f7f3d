"""The Extend service's protocol over real HTTP on this machine, as ASGI app, in both versions of its API.

Paths, fields, codes and shapes are those of the vendor's clients and documents; results are real parses by
the provider named `local`. What the documents leave open is a quirk, see `quirks`. Settings that need a
vision model or a workbook are checked and change nothing.
Source: extend-ai 1.20.0 and 0.2.0 on PyPI; docs.extend.ai (read 2026-11-22).
"""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import Route

from docferry.emulation import EmulatedService, EmulatorSettings, read_quirks
from docferry_extend.emulator.calls import CallDesk
from docferry_extend.emulator.filing import FileDesk
from docferry_extend.emulator.quirks import ExtendQuirks
from docferry_extend.emulator.runs import RunDesk
from docferry_extend.emulator.state import ExtendState

__all__ = ["make_emulator"]

KINDS = ("upload", "submit", "poll", "cancel", "delete", "sync", "batch", "list", "files", "webhooks")


def make_emulator(settings: EmulatorSettings) -> EmulatedService:
    """Make the emulated service.

    Kinds of requests for the fault script: upload (/files/upload), submit (POST /parse_runs, /parse/async),
    poll (GET of one run), cancel, delete, sync (POST /parse), batch (POST /parse_runs/batch and GET of a
    batch), list (GET of all runs), files (the other paths of files), webhooks (endpoints to be called),
    asset (pictures and outputs). Calls of webhooks are counted as requests of kind call.

    Raises:
        InvalidOptionsError: A quirk or the fault script is wrong.
    """
    quirks = read_quirks(ExtendQuirks, settings, service="extend")
    state = ExtendState(settings, quirks, kinds=KINDS)
    files = FileDesk(state)
    runs, calls = RunDesk(state, files), CallDesk(state)
    table = (
        ("POST", "/files/upload", "upload", files.upload),
        ("GET", "/files", "files", files.list),
        ("GET", "/files/{file_id}", "files", files.retrieve),
        ("DELETE", "/files/{file_id}", "files", files.remove),
        ("POST", "/parse", "sync", runs.parse),
        ("POST", "/parse/async", "submit", runs.begin_legacy),
        ("GET", "/parser_runs/{run_id}", "poll", runs.retrieve_legacy),
        ("DELETE", "/parser_runs/{run_id}", "delete", runs.delete_legacy),
        ("POST", "/parse_runs", "submit", runs.begin),
        ("GET", "/parse_runs", "list", runs.list),
        ("POST", "/parse_runs/batch", "batch", runs.begin_batch),
        ("GET", "/batch_runs/{batch_id}", "batch", runs.retrieve_batch),
        ("GET", "/parse_runs/{run_id}", "poll", runs.retrieve),
        ("POST", "/parse_runs/{run_id}/cancel", "cancel", runs.cancel),
        ("DELETE", "/parse_runs/{run_id}", "delete", runs.delete),
        ("POST", "/webhook_endpoints", "webhooks", calls.create),
        ("DELETE", "/webhook_endpoints/{endpoint_id}", "webhooks", calls.delete),
    )
    routes = [
        Route(path, state.endpoint(kind, handler), methods=[method]) for method, path, kind, handler in table
    ]
    app = Starlette(routes=[*routes, state.asset_route()])
    return EmulatedService(state=state, apps=(app,), environment=_environment(settings))


def _environment(settings: EmulatorSettings):  # noqa: ANN202 - the function below
    def environment(origins: Sequence[str]) -> tuple[tuple[str, str], ...]:
        return (
            ("EXTEND_BASE_URL", origins[0]),
            ("EXTEND_API_KEY", settings.keys_for("extend")[0]),
        )

    return environment
