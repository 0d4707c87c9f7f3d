"""Calls of the emulated service: who wants them, and how they are signed, sent and repeated.

Source: docs.extend.ai/webhooks/best-practices; extend-ai 1.20.0 on PyPI, wrapper/webhooks.py and
types/webhook_endpoint*.py (read 2026-11-22).
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from docferry.emulation import is_of_this_machine
from docferry.model import JobState
from docferry_extend.emulator.voice import LEGACY, STATUS_WORDS, reason_of, told_time

if TYPE_CHECKING:
    from docferry_extend.emulator.quirks import ExtendQuirks
    from docferry_extend.emulator.state import ExtendState, Job

__all__ = ["Caller", "Endpoint", "sign"]

ANSWER_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Somebody who wants to be called.

    Args:
        id: The service's id.
        account: Key of the account.
        url: Where to call.
        name: What its owner calls it.
        events: Kinds of events.
        version: Version of the API that calls are worded in.
        has_links: Whether calls hold an address of the payload instead of the payload.
        secret: What calls are signed with.
        created_at: When it was made, in seconds since the epoch.
    """

    id: str
    account: str = field(repr=False)
    url: str
    name: str
    events: tuple[str, ...]
    version: str
    has_links: bool
    secret: str = field(repr=False)
    created_at: float

    def as_json(self, *, shows_secret: bool) -> dict[str, object]:
        """The endpoint as the service writes it; its secret is shown once."""
        delivery = {"payload": {"format": "url" if self.has_links else "json"}}
        written: dict[str, object] = {
            "object": "webhook_endpoint",
            "id": self.id,
            "url": self.url,
            "name": self.name,
            "status": "enabled",
            "enabledEvents": list(self.events),
            "apiVersion": self.version,
            "advancedOptions": delivery,
            "createdAt": told_time(self.created_at),
        }
        return {**written, "signingSecret": self.secret} if shows_secret else written


class Caller:
    """Calls endpoints when runs have ended.

    Args:
        state: What the service knows.
        quirks: How it behaves where nobody knows for certain.
        client: Sends calls.
    """

    def __init__(self, state: "ExtendState", quirks: "ExtendQuirks", *, client: httpx.AsyncClient) -> None:
        self.endpoints: dict[str, Endpoint] = {}
        self._state = state
        self._quirks = quirks
        self._client = client
        self._running: set[asyncio.Task[None]] = set()

    def watch(self, job: "Job", *, run_id: str) -> None:
        """Call whoever wants to hear of it when a run has ended."""
        wanted = [endpoint for endpoint in self.endpoints.values() if endpoint.account == job.account]
        if wanted:
            task = asyncio.get_running_loop().create_task(self._call_all(job, run_id, wanted))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _call_all(self, job: "Job", run_id: str, wanted: Sequence[Endpoint]) -> None:
        await self._state.jobs.wait(job)
        for endpoint in wanted:
            subject = "parser_run" if endpoint.version == LEGACY else "parse_run"
            outcome = "processed" if job.state is JobState.SUCCEEDED else "failed"
            if f"{subject}.{outcome}" in endpoint.events:
                body = self._body(job, run_id, endpoint, event=f"{subject}.{outcome}")
                for _ in range(self._quirks.webhook_repeats):
                    await self._deliver(endpoint, body)

    async def _deliver(self, endpoint: Endpoint, body: bytes) -> None:
        wait = self._quirks.webhook_retry_seconds
        for attempt in range(self._quirks.webhook_attempts):
            if attempt:
                await self._state.clock.sleep(wait)
                wait *= 2
            self._state.counters.requests["call"] += 1
            if await self._send(endpoint, body):
                return

    async def _send(self, endpoint: Endpoint, body: bytes) -> bool:
        """Send one call, to this machine only; whether it was received."""
        if not is_of_this_machine(endpoint.url):
            return False
        headers = sign(body, secret=endpoint.secret, now=self._state.clock.now())
        try:
            response = await self._client.post(
                endpoint.url,
                content=body,
                headers={"Content-Type": "application/json", **headers},
                timeout=ANSWER_SECONDS,
            )
        except httpx.HTTPError:
            return False
        return response.is_success

    def _body(self, job: "Job", run_id: str, endpoint: Endpoint, *, event: str) -> bytes:
        payload: dict[str, object] = {
            "object": f"{event.partition('.')[0]}_status",
            "id": run_id,
            "status": STATUS_WORDS[job.state],
        }
        if job.failure is not None:
            payload["failureReason"], payload["failureMessage"] = reason_of(job.failure)
        if job.request.metadata is not None:
            payload["metadata"] = job.request.metadata
        if endpoint.has_links:
            payload = self._linked(payload)
        event_id = f"evt_{self._state.jobs.make_id(f'event {event} {run_id} {endpoint.id}')[:22]}"
        return json.dumps({"eventId": event_id, "eventType": event, "payload": payload}).encode()

    def _linked(self, payload: Mapping[str, object]) -> dict[str, object]:
        asset = self._state.assets.put(json.dumps(payload).encode(), file_name="payload.json")
        address = self._state.assets.address(asset, origin=self._state.origins[0])
        kept = {name: payload[name] for name in ("id", "metadata") if name in payload}
        return {"object": "signed_data_url", "data": address, **kept}


def sign(body: bytes, *, secret: str, now: float) -> dict[str, str]:
    """The headers that sign a call."""
    stamp = f"{now:.0f}"
    mac = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    return {"x-extend-request-timestamp": stamp, "x-extend-request-signature": mac.hexdigest()}
