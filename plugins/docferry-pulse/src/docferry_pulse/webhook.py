"""Calls of the service's webhook, which comes from Svix and follows Standard Webhooks.

Each call has the headers webhook-id, webhook-timestamp and webhook-signature, one or several "v1,BASE64"
with spaces: HMAC-SHA256 over "id.timestamp.body", by the secret's base64 part behind "whsec_"; five minutes
old at most. The copies of the service's page that could be read name the headers and the five minutes; the
signed text is that of Standard Webhooks. The events' names and bodies are documented nowhere: an event is
taken to be about the job whose id is in it.
Source: docs.runpulse.com/api-reference/endpoint/webhook (read 2026-11-21); github.com/standard-webhooks/
standard-webhooks, spec/standard-webhooks.md (read 2026-11-22).
"""

import base64
import binascii
from collections.abc import Mapping

from docferry.errors import ConfigurationError, InvalidResponseError
from docferry.model import WebhookEvent
from docferry.provider import SignatureForm, WebhookSettings, verify_age, verify_hmac
from docferry.reading.values import Raw, is_mapping, mapping_of, parse_json, scalar_text
from docferry_pulse.failures import PROVIDER
from docferry_pulse.wire import get

__all__ = ["SECRET_VARIABLE", "read_events", "verify_webhook"]

SECRET_VARIABLE = "PULSE_WEBHOOK_SECRET"  # noqa: S105 - the name of the variable, not the secret
PREFIX = "whsec_"
VERSION = "v1,"


def verify_webhook(headers: Mapping[str, str], body: bytes, *, secret: str, now: float) -> None:
    """Check that a call of the webhook comes from the service and was sent lately.

    Args:
        headers: Headers of the request; the case of their names does not matter.
        body: The body, exactly as received: bytes, before anything reads it as JSON.
        secret: The endpoint's secret, "whsec_..." as the portal shows it.
        now: The time, in seconds since the epoch.

    Raises:
        ForgedEventError: The signature is missing or wrong, or the call is older than five minutes.
        ConfigurationError: The secret is none.
    """
    given = {name.lower(): value for name, value in headers.items()}
    key = _key(secret)
    stamp = given.get("webhook-timestamp", "")
    signed = f"{given.get('webhook-id', '')}.{stamp}.".encode("utf-8", "replace") + body
    signatures = [
        text.removeprefix(VERSION)
        for text in given.get("webhook-signature", "").split()
        if text.startswith(VERSION)
    ]
    verify_hmac(signed, secret=key, given=signatures, form=SignatureForm.BASE64, provider=PROVIDER)
    verify_age(stamp, now=now, provider=PROVIDER)


def read_events(
    headers: Mapping[str, str], body: bytes, settings: WebhookSettings
) -> tuple[WebhookEvent, ...]:
    """Verify a call, and tell which job it is about; () for a call without a job.

    Args:
        headers: Headers of the request, names in lower case.
        body: The body as received.
        settings: The secret and the time.

    Raises:
        MissingCredentialError: PULSE_WEBHOOK_SECRET is not set.
        ForgedEventError: The call is not from the service, or too old.
        InvalidResponseError: It is signed, and no JSON object.
    """
    secret = settings.secret(SECRET_VARIABLE, provider=PROVIDER)
    verify_webhook(headers, body, secret=secret, now=settings.now)
    event = parse_json(body)
    if not is_mapping(event):
        raise InvalidResponseError("a signed webhook call is no JSON object", provider=PROVIDER)
    job_id = _job_id(event)
    if not job_id:
        return ()
    return (WebhookEvent(remote_id=job_id, event_id=headers.get("webhook-id", "")),)


def _key(secret: str) -> bytes:
    text = secret.strip().removeprefix(PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ConfigurationError(
            "the webhook secret of provider pulse is no base64 text",
            next_step=f"copy it from the portal into {SECRET_VARIABLE}, with or without {PREFIX}",
        )
    return key


def _job_id(event: Raw) -> str:
    """The job that an event is about, wherever it names it."""
    places = (event, mapping_of(event.get("data")), mapping_of(event.get("payload")))
    named = (scalar_text(get(place, name)).strip() for place in places for name in ("job_id", "batch_job_id"))
    return next((job_id for job_id in named if job_id), "")
