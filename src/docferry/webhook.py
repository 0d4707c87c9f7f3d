"""The receiver of webhooks: verified calls of services become rows of the ledger's inbox.

A row is a provider, a job's id at the service and an event's id; nothing else of the call is kept. Whoever
waits for the job, in whatever process, sees the row within a second and asks the service what became of it.
The HTTP app needs the extra `webhook`.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from docferry.errors import (
    ConfigurationError,
    DocferryError,
    ForgedEventError,
    InvalidOptionsError,
    InvalidResponseError,
    MissingCredentialError,
    MissingExtraError,
)
from docferry.ledger import Ledger
from docferry.model import Ability, WebhookEvent
from docferry.plugin import PluginManager
from docferry.provider import WebhookSettings

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request

__all__ = ["MAX_BODY_BYTES", "Verdict", "Verifier", "WebhookReceiver", "find_verifiers"]

MAX_BODY_BYTES = 4 * 1024 * 1024
BODY_SECONDS = 30.0
NOT_FOUND, TIMEOUT, TOO_LARGE, BAD_REQUEST = 404, 408, 413, 400

logger = logging.getLogger("docferry.webhook")

Verifier = Callable[[Mapping[str, str], bytes, WebhookSettings], tuple[WebhookEvent, ...]]
"""Verifies one call of one provider: its plugin's hook."""


class Verdict(StrEnum):
    """What became of a call."""

    ACCEPTED = "accepted"  # at least one of its events is new
    DUPLICATE = "duplicate"  # all its events came before: nobody is woken, and it is not to come again
    IGNORED = "ignored"  # the service sent it, and it is about nothing that docferry waits for
    FORGED = "forged"  # not signed by the service, or too long ago
    UNREADABLE = "unreadable"  # signed, or too large to tell, and not what the service documents
    FAILED = "failed"  # our own trouble; the service is asked to send it again

    @property
    def status(self) -> int:
        """The HTTP status that the service gets."""
        return _STATUSES.get(self, 200)


_STATUSES = {Verdict.FORGED: 401, Verdict.UNREADABLE: BAD_REQUEST, Verdict.FAILED: 503}


class WebhookReceiver:
    """Takes the calls of several providers, and counts them.

    Args:
        verifiers: By provider name.
        ledger: Whose inbox gets the events; the one that the waiting runs use. Called from worker threads.
        environment: Where secrets are; None for the process's environment.
        clock: UTC seconds since 1970.
    """

    def __init__(
        self,
        *,
        verifiers: Mapping[str, Verifier],
        ledger: Ledger,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._verifiers = verifiers
        self._ledger = ledger
        self._environment = environment
        self._clock = clock
        self._counts: dict[str, Counter[Verdict]] = {name: Counter() for name in verifiers}
        self._lock = threading.Lock()  # calls are verified side by side

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many calls came to which verdict, by provider; verdicts in a fixed order."""
        return {
            name: {verdict.value: counter[verdict] for verdict in Verdict}
            for name, counter in self._counts.items()
        }

    def receive(self, provider: str, headers: Mapping[str, str], body: bytes) -> Verdict:
        """Verify one call, and enter what it is about; blocks for the ledger.

        Args:
            provider: Name of the provider.
            headers: Of the request; names in lower case.
            body: Of the request, exactly as received.

        Raises:
            KeyError: Calls of that provider are not received.
        """
        verify = self._verifiers[provider]
        now = self._clock()
        try:
            events = verify(headers, body, WebhookSettings(now=now, environment=self._environment))
            verdict = self._entered(provider, events, now)
        except ForgedEventError:
            verdict = Verdict.FORGED
        except InvalidResponseError as error:
            logger.warning("a webhook call of provider %s cannot be read: %s", provider, error)
            verdict = Verdict.UNREADABLE
        except DocferryError as error:
            logger.warning("a webhook call of provider %s cannot be taken: %s", provider, error)
            verdict = Verdict.FAILED
        self._count(provider, verdict)
        return verdict

    def app(self) -> "Starlette":
        """The receiver over HTTP: POST /PROVIDER for calls, GET /status for the counts as JSON.

        Raises:
            MissingExtraError: The extra `webhook` is not installed.
        """
        try:
            from starlette.applications import Starlette  # noqa: PLC0415 - an extra
            from starlette.responses import JSONResponse, Response  # noqa: PLC0415
            from starlette.routing import Route  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                f"webhooks need {error.name}", next_step="run: pip install docferry[webhook]"
            ) from error

        async def take(request: "Request") -> Response:
            return Response(status_code=await self._take(request))

        async def status(_request: "Request") -> Response:
            return JSONResponse(self.counts)

        return Starlette(
            routes=[
                Route("/status", status, methods=["GET"]),
                Route("/{provider}", take, methods=["POST"]),
            ]
        )

    async def _take(self, request: "Request") -> int:
        provider: str = request.path_params["provider"]
        if provider not in self._verifiers:
            return NOT_FOUND
        body = await _read_body(request)
        if isinstance(body, int):
            self._count(provider, Verdict.UNREADABLE)
            return body
        headers = dict(request.headers)
        verdict = await anyio.to_thread.run_sync(self.receive, provider, headers, body)
        return verdict.status

    def _count(self, provider: str, verdict: Verdict) -> None:
        with self._lock:
            self._counts[provider][verdict] += 1

    def _entered(self, provider: str, events: Iterable[WebhookEvent], now: float) -> Verdict:
        verdict = Verdict.IGNORED
        for event in events:
            is_new = self._ledger.add_event(provider, event.remote_id, event_id=event.event_id, now=now)
            if is_new:
                verdict = Verdict.ACCEPTED
            elif verdict is Verdict.IGNORED:
                verdict = Verdict.DUPLICATE
        return verdict


def find_verifiers(
    names: Iterable[str] = (),
    *,
    manager: PluginManager | None = None,
    environment: Mapping[str, str] | None = None,
) -> dict[str, Verifier]:
    """The hooks of the providers wanted, each with its secret there.

    Args:
        names: Provider names; none for every installed provider whose service calls back and whose secret is
            set.
        manager: Where plugins are found; None for those installed.
        environment: Where secrets are; None for the process's environment.

    Returns:
        Verifiers by provider name, in the order of the names.

    Raises:
        UnknownProviderError: There is no such provider.
        PluginLoadError: Its plugin is broken.
        InvalidOptionsError: Its service does not call back.
        MissingCredentialError: A secret is not set.
        ConfigurationError: There is no provider whose calls could be verified.
    """
    plugins = manager or PluginManager()
    settings = WebhookSettings(now=0.0, environment=environment)
    wanted = tuple(dict.fromkeys(names))
    verifiers = {name: plugins.provider(name).webhook_events for name in wanted or _calling_back(plugins)}
    missing: list[MissingCredentialError] = []
    for name, verify in tuple(verifiers.items()):
        try:
            with suppress(
                ForgedEventError, InvalidResponseError
            ):  # an empty call is one: the secret is there
                verify({}, b"", settings)
        except MissingCredentialError as error:
            if wanted:
                raise
            missing.append(error)
            del verifiers[name]
    if not verifiers:
        raise _nobody(missing)
    return verifiers


def _calling_back(plugins: PluginManager) -> list[str]:
    cards = [status.info for status in plugins.statuses()]
    return [card.name for card in cards if card is not None and Ability.WEBHOOK in card.abilities]


def _nobody(missing: list[MissingCredentialError]) -> ConfigurationError:
    if missing:
        return MissingCredentialError(missing[0].message, next_step=missing[0].next_step)
    return InvalidOptionsError(
        "no installed provider has a service that calls back", next_step="install the plugin of one that has"
    )


async def _read_body(request: "Request") -> bytes | int:
    """The body, or the HTTP status that says why there is none."""
    from starlette.requests import ClientDisconnect  # noqa: PLC0415 - an extra

    body = bytearray()
    try:
        with anyio.fail_after(BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > MAX_BODY_BYTES:
                    return TOO_LARGE
    except TimeoutError:
        return TIMEOUT
    except ClientDisconnect:
        return BAD_REQUEST
    return bytes(body)
