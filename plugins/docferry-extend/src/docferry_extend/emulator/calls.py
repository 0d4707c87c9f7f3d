"""Endpoints of clients that want to be called."""

import json
from typing import TYPE_CHECKING, cast

from starlette.responses import JSONResponse, Response

from docferry.emulation import Visit
from docferry_extend.emulator.entry import enter
from docferry_extend.emulator.state import ExtendState
from docferry_extend.emulator.voice import LATEST
from docferry_extend.emulator.webhooks import Endpoint

if TYPE_CHECKING:
    from docferry_extend.emulator.request import Raw

__all__ = ["CallDesk"]

EVENTS = frozenset(
    {
        *("parse_run.processed", "parse_run.failed", "batch_parse_run.processed", "batch_parse_run.failed"),
        *("parser_run.processed", "parser_run.failed"),
    }
)


class CallDesk:
    """Answers requests about endpoints.

    Args:
        state: What the service knows.
    """

    def __init__(self, state: ExtendState) -> None:
        self._state = state

    async def create(self, visit: Visit) -> Response:
        """POST /webhook_endpoints."""
        entry = enter(visit.request, self._state, bucket="write", only=LATEST)
        try:
            raw = cast("Raw", json.loads(await visit.request.body()))
            options = cast("Raw", raw.get("advancedOptions") or {})
            payload = cast("Raw", options.get("payload") or {})
            events = tuple(cast("list[str]", raw["enabledEvents"]))
            url, name = str(raw["url"]), str(raw["name"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise entry.refusal("INVALID_REQUEST", "url, name and enabledEvents are required") from error
        await visit.read()
        unknown = sorted(set(events) - EVENTS)
        if unknown:
            raise entry.refusal("INVALID_REQUEST", f"{unknown[0]} is no event; Path: enabledEvents")
        number = len(self._state.caller.endpoints) + 1
        endpoint = Endpoint(
            id=f"wh_{self._state.jobs.make_id(f'endpoint {number}')[:22]}",
            account=entry.account.key,
            url=url,
            name=name,
            events=events,
            version=str(raw.get("apiVersion") or LATEST),
            has_links=payload.get("format") == "url",
            secret=f"wss_{self._state.jobs.make_id(f'secret of endpoint {number}')}",
            created_at=self._state.clock.now(),
        )
        self._state.caller.endpoints[endpoint.id] = endpoint
        return JSONResponse(endpoint.as_json(shows_secret=True), headers=entry.headers)

    async def delete(self, visit: Visit) -> Response:
        """DELETE /webhook_endpoints/{id}."""
        entry = enter(visit.request, self._state, bucket="write", only=LATEST)
        await visit.read()
        endpoint_id = str(visit.request.path_params["endpoint_id"])
        if self._state.caller.endpoints.pop(endpoint_id, None) is None:
            raise entry.refusal("NOT_FOUND")
        return JSONResponse({"id": endpoint_id, "object": "webhook_endpoint"}, headers=entry.headers)
