"""Jobs of parsing services: what one is doing, and what it left behind."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "AccountStatus",
    "Cost",
    "JobState",
    "JobStatus",
    "Payload",
    "PayloadPart",
    "Receipt",
    "WebhookEvent",
]


class JobState(StrEnum):
    """What a service says about a job, in our words."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # it succeeded, but its result is no longer kept

    @property
    def is_terminal(self) -> bool:
        """Whether the service will say nothing new about the job."""
        return self not in (JobState.PENDING, JobState.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a job cost, as far as the service says.

    Args:
        pages: Pages billed.
        credits: Credits billed, in the service's own unit.
    """

    pages: int | None = None
    credits: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a service gives in return for one file of a submission.

    Args:
        remote_id: The service's id to ask about: of the job, or of the batch the file is in.
        item_id: Which file of the batch; empty for services with one job per file.
    """

    remote_id: str
    item_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """One observation of one job.

    Args:
        receipt: Which job.
        state: In our words. A word of the service that we do not know is RUNNING: unknown is not terminal.
        raw_state: The service's own word.
        is_known: Whether raw_state is a word we know; unknown ones are logged once.
        has_document: Whether the service has what it is to parse. False when it says that it still waits for
            the document: nothing was paid for this job so far.
        pages_done: Pages parsed so far, or None.
        pages_total: Pages to parse, or None.
        error: Why it failed, a DocferryError ready to raise; None unless it ended without success.
        cost: What it cost so far.
        detail: What the service's answer holds that `fetch` needs, such as the result or its address. It is
            never logged, shown or stored.
        retry_after_seconds: The service's advice when to ask again, or None.
    """

    receipt: Receipt
    state: JobState
    raw_state: str
    is_known: bool = True
    has_document: bool = True
    pages_done: int | None = None
    pages_total: int | None = None
    error: Exception | None = None
    cost: Cost | None = None
    detail: object = None
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadPart:
    """One file of a payload.

    Args:
        name: Unique in the payload, such as "result.json" or "images/1.png"; relative, with forward slashes.
        media_type: Such as application/json.
        size_bytes: Its size.
        digest: SHA-256 of its bytes, hexadecimal; the name under which the cache keeps it.
    """

    name: str
    media_type: str
    size_bytes: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """The raw output of a finished job: what was paid for. Everything else is rebuilt from it.

    Args:
        parts: In the order in which they were fetched; names are unique.
    """

    parts: tuple[PayloadPart, ...]

    def part(self, name: str) -> PayloadPart | None:
        """The part of that name, or None."""
        return next((part for part in self.parts if part.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatus:
    """What a service says about an account.

    Args:
        is_valid: Whether the key is accepted; None when the service has no way to tell.
        figures: Names and values in the service's own units, such as ("free pages left today", "480").
    """

    is_valid: bool | None
    figures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """A verified call of a service's webhook about one job: a reason to ask, never the answer.

    Args:
        remote_id: The service's id to ask about, as in the job's `Receipt.remote_id`.
        event_id: The same for a repetition of the call and different for every other one: the service's own
            id, or where it has none what the signature was made over, hashed.
    """

    remote_id: str
    event_id: str
