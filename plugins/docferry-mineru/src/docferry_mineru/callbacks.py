"""Callbacks of the cloud: the service says that a file is done, signed with what only it and you know.

The body is {checksum, content}: content is JSON in a string, equal to the data of an answer about the task,
and checksum is SHA-256 over the user's uid, the seed and content. The service repeats a callback up to five
times until it is answered with HTTP 200. What it sends for a file of a batch is documented nowhere.
Source: mineru.net/doc/docs/index_en (read 2026-11-21).
"""

from collections.abc import Mapping

from docferry.errors import ForgedEventError, InvalidResponseError
from docferry.model import WebhookEvent
from docferry.provider import WebhookSettings, verify_digest
from docferry.reading.values import Raw, is_mapping, items_of, mapping_of, parse_json, scalar_text
from docferry_mineru.failures import PROVIDER

__all__ = ["read_events", "verify_callback"]


def verify_callback(content: str, *, checksum: str, uid: str, seed: str) -> bool:
    """Whether a callback was sent by the service, compared in constant time.

    For receivers of your own; `docferry webhook` does this by itself.

    Args:
        content: The field content as received: the string, not what it holds.
        checksum: The field checksum; hexadecimal digits in either case.
        uid: Your uid, from the user centre of mineru.net.
        seed: The seed that the file was handed in with.
    """
    try:
        verify_digest(_signed(content, uid=uid, seed=seed), given=checksum, provider=PROVIDER)
    except ForgedEventError:
        return False
    return True


def read_events(
    headers: Mapping[str, str], body: bytes, settings: WebhookSettings
) -> tuple[WebhookEvent, ...]:
    """What a callback is about.

    Args:
        headers: Headers of the request; the service signs none.
        body: The body as received.
        settings: Where MINERU_UID and MINERU_SEED are read.

    Returns:
        One event for the task or batch. Its id is the checksum, so that a repeated callback is known again.

    Raises:
        MissingCredentialError: MINERU_UID or MINERU_SEED is not set.
        ForgedEventError: The checksum is missing or wrong.
        InvalidResponseError: The callback is genuine and names no task.
    """
    del headers
    uid = settings.secret("MINERU_UID", provider=PROVIDER)
    seed = settings.secret("MINERU_SEED", provider=PROVIDER)
    raw = parse_json(body)
    content = mapping_of(raw).get("content")
    if not is_mapping(raw) or not isinstance(content, str):
        raise ForgedEventError("the callback has no content", provider=PROVIDER)
    checksum = scalar_text(raw.get("checksum")).strip()
    verify_digest(_signed(content, uid=uid, seed=seed), given=checksum, provider=PROVIDER)
    found = parse_json(content)
    if not is_mapping(found):
        raise InvalidResponseError("the callback's content is no JSON object", provider=PROVIDER)
    remote_id = _remote_id(found)
    if not remote_id:
        raise InvalidResponseError("the callback names neither batch_id nor task_id", provider=PROVIDER)
    return (WebhookEvent(remote_id=remote_id, event_id=checksum.lower()),)


def _signed(content: str, *, uid: str, seed: str) -> bytes:
    return f"{uid}{seed}{content}".encode("utf-8", "surrogatepass")


def _remote_id(content: Raw) -> str:
    """The batch where there is one: a file of it may have a task_id besides, which nobody was told."""
    nested = [mapping_of(item) for item in (content.get("data"), *items_of(content.get("extract_result")))]
    for name in ("batch_id", "task_id"):
        for place in (content, *nested):
            if value := scalar_text(place.get(name)).strip():
                return value
    return ""
