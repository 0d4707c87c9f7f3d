"""The Pulse service's protocol over real HTTP on this machine, as ASGI app.

Paths, fields, codes and shapes are those of the vendor's documents, its SDK and its command line; results are
real parses by the provider named `local`. What the documents leave open is a quirk, see `quirks`.
Source: docs.runpulse.com/api-reference (read 2026-11-21), pulse-python-sdk 1.0.17, pulse-ai-cli 0.1.0.
"""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import Route

from docferry.emulation import EmulatedService, EmulatorSettings, ServiceState, limits_of, read_quirks
from docferry.model import Limits
from docferry_pulse.emulator.desk import Desk, Order
from docferry_pulse.emulator.follow_ups import FollowUpDesk
from docferry_pulse.emulator.quirks import PulseQuirks
from docferry_pulse.emulator.words import Words

__all__ = ["make_emulator"]

NAME = "pulse"
KINDS = (
    *("submit", "extract_async", "poll", "cancel", "large", "image"),
    *("split", "schema", "account", "webhook"),
)


def make_emulator(settings: EmulatorSettings) -> EmulatedService:
    """Make the emulated service.

    Kinds of requests for the fault script: submit (/extract), extract_async (the deprecated path), poll and
    cancel (/job/ID, and the old /cancel/ID), large (/large_results/ID), image (/results/ID/images/NAME),
    split, schema, account (/pages), webhook, asset (a storage host's large results).

    Raises:
        InvalidOptionsError: A quirk or the fault script is wrong.
    """
    quirks = read_quirks(PulseQuirks, settings, service=NAME)
    words = Words(quirks)
    state: ServiceState[Order] = ServiceState(
        name=NAME,
        settings=settings,
        limits=limits_of(settings, published=Limits()),
        kinds=KINDS,
        refuse=words.refuse,
    )
    desk = Desk(state, quirks, words, keys=settings.keys_for(NAME))
    follow_ups = FollowUpDesk(desk)
    routes = [
        Route("/extract", state.endpoint("submit", desk.extract), methods=["POST"]),
        Route("/extract_async", state.endpoint("extract_async", desk.extract_async), methods=["POST"]),
        Route("/job/{job_id}", state.endpoint("poll", desk.job), methods=["GET"]),
        Route("/job/{job_id}", state.endpoint("cancel", desk.cancel), methods=["DELETE"]),
        Route("/cancel/{job_id}", state.endpoint("cancel", desk.cancel), methods=["POST"]),
        Route("/large_results/{job_id}", state.endpoint("large", desk.large), methods=["GET"]),
        Route("/results/{job_id}/images/{file_name}", state.endpoint("image", desk.image), methods=["GET"]),
        Route("/split", state.endpoint("split", follow_ups.split), methods=["POST"]),
        Route("/schema", state.endpoint("schema", follow_ups.schema), methods=["POST"]),
        Route("/pages", state.endpoint("account", desk.pages), methods=["GET"]),
        Route("/webhook", state.endpoint("webhook", desk.webhook), methods=["POST"]),
    ]
    apps = [Starlette(routes=routes)]
    if quirks.large_at == "storage":
        apps.append(Starlette(routes=[state.asset_route()]))
    return EmulatedService(state=state, apps=tuple(apps), environment=_environment(settings))


def _environment(settings: EmulatorSettings):  # noqa: ANN202 - the function below
    def environment(origins: Sequence[str]) -> tuple[tuple[str, str], ...]:
        return (("PULSE_BASE_URL", origins[0]), ("PULSE_API_KEY", settings.keys_for(NAME)[0]))

    return environment
