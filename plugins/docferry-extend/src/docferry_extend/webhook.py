"""Calls of the service: their signature, and which runs they are about.

Source: docs.extend.ai/webhooks/best-practices, and extend-ai 1.20.0 on PyPI, wrapper/webhooks.py; checked
against the latter (read 2026-11-22).
"""

from collections.abc import Mapping

from docferry.errors import InvalidResponseError
from docferry.model import WebhookEvent
from docferry.provider import SignatureForm, WebhookSettings, verify_age, verify_hmac
from docferry.reading.values import is_mapping, mapping_of, parse_json, scalar_text

__all__ = ["SECRET_VARIABLE", "read_events", "verify_webhook"]

PROVIDER = "extend"
SECRET_VARIABLE = "EXTEND_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
TIMESTAMP_HEADER = "x-extend-request-timestamp"
SIGNATURE_HEADER = "x-extend-request-signature"
SCHEME = "v0"
MAX_AGE_SECONDS = 300.0
MAX_AHEAD_SECONDS = 60.0

# 2026-02-09 says parse_run, 2025-04-21 parser_run. Batches are about several runs, none of which is ours.
SUBJECTS = frozenset({"parse_run", "parser_run"})


def verify_webhook(headers: Mapping[str, str], body: bytes, *, secret: str, now: float) -> None:
    """Check that a call comes from the service and is not an old one played again.

    The signature is the HMAC-SHA256, in hexadecimal digits, of "v0:", the timestamp, ":" and the raw body.

    Args:
        headers: Names in any case.
        body: Exactly as received.
        secret: The endpoint's signing secret ("wss_...").
        now: Seconds since the epoch.

    Raises:
        ForgedEventError: The signature is missing or wrong, or the call is older than five minutes.
    """
    named = {name.lower(): value for name, value in headers.items()}
    stamp = named.get(TIMESTAMP_HEADER, "")
    message = b":".join((SCHEME.encode(), stamp.encode("utf-8", "replace"), body))
    verify_hmac(
        message,
        secret=secret.encode(),
        given=(named.get(SIGNATURE_HEADER, ""),),
        form=SignatureForm.HEX,
        provider=PROVIDER,
    )
    verify_age(
        stamp,
        now=now,
        provider=PROVIDER,
        max_age_seconds=MAX_AGE_SECONDS,
        max_ahead_seconds=MAX_AHEAD_SECONDS,
    )


def read_events(
    headers: Mapping[str, str], body: bytes, settings: WebhookSettings
) -> tuple[WebhookEvent, ...]:
    """The runs that a verified call is about; none when it is about something else.

    A call may hold the payload or an address of it; the id of the run stands beside either. The address is
    not used: one poll says more.

    Raises:
        MissingCredentialError: EXTEND_WEBHOOK_SECRET is not set.
        ForgedEventError: The call is not from the service.
        InvalidResponseError: It is, and cannot be read.
    """
    secret = settings.secret(SECRET_VARIABLE, provider=PROVIDER)
    verify_webhook(headers, body, secret=secret, now=settings.now)
    event = parse_json(body)
    if not is_mapping(event):
        raise InvalidResponseError("a webhook call is not a JSON object", provider=PROVIDER)
    if scalar_text(event.get("eventType")).partition(".")[0] not in SUBJECTS:
        return ()
    run_id = scalar_text(mapping_of(event.get("payload")).get("id")).strip()
    event_id = scalar_text(event.get("eventId")).strip()
    if not run_id or not event_id:
        raise InvalidResponseError("a webhook call lacks eventId or payload.id", provider=PROVIDER)
    return (WebhookEvent(remote_id=run_id, event_id=event_id),)
