"""The nouns of the ledger: what is known of a job in our own books. Frozen; no I/O and no clock."""

from dataclasses import dataclass
from enum import StrEnum

from docferry.model import Cost, JobState, Payload, Receipt

__all__ = ["Claim", "JobRecord", "JobStep", "NewJob", "Observation"]


class JobStep(StrEnum):
    """Where a job stands in our books, as opposed to what the service says about it."""

    OPEN = "open"  # claimed; nothing was sent that may cost money
    INTENT = "intent"  # the request that may cost money is about to go out, or is out
    SUBMITTED = "submitted"  # the service's receipt is known
    FETCHED = "fetched"  # the payload is in the cache
    FAILED = "failed"  # the service gave up
    CANCELLED = "cancelled"  # the service was told to stop
    EXPIRED = "expired"  # the service no longer keeps the result
    UNKNOWN = "unknown"  # an intent without an answer: a job may exist; never repeated blindly

    @property
    def is_closed(self) -> bool:
        """Whether it ended without a payload, so that the next claim makes a new attempt."""
        return self in (JobStep.FAILED, JobStep.CANCELLED, JobStep.EXPIRED)

    @property
    def is_unanswered(self) -> bool:
        """Whether a request that may cost money went out, or was about to, and its answer is not known."""
        return self in (JobStep.INTENT, JobStep.UNKNOWN)

    @property
    def is_accepted(self) -> bool:
        """Whether the service took it and has not given up on it, so that its payload is there or can be.

        A receipt that the job has then is sure; one that was paid for on another account has none.
        """
        return self in (JobStep.SUBMITTED, JobStep.FETCHED)

    @property
    def is_under_way(self) -> bool:
        """Whether the service has, or may have, a job whose payload was not fetched yet."""
        return self.is_unanswered or self is JobStep.SUBMITTED


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """What is known of a job before anything is sent. Nothing in it is secret.

    Args:
        payload_key: What the service is asked for, whoever asks; see `make_payload_key`.
        job_key: The same on one endpoint and account; see `make_job_key`.
        provider: Provider name.
        protocol_version: Version of the service's protocol.
        operation: Such as "parse".
        endpoint: Base URL; credentials, query and fragment are cut off when it is stored.
        account_hash: From `Ledger.account_hash`.
        source_name: Name of the source; of a URL the query is cut off when it is stored.
        file_name: Last part of the name with a suffix that fits the content, such as "report.pdf".
        fingerprint: Of the whole source.
        size_bytes: Size of what is submitted.
        pages: Canonical text of the page selection; empty for all pages.
        expected_pages: How many pages the result must have, or None when that is not known.
        options_json: The provider's options as JSON, without secrets.
        is_refresh: Whether it is asked for anew although a result may be there. Of a record: whether such a
            refresh is still under way; it ends when its payload has come.
    """

    payload_key: str
    job_key: str
    provider: str
    protocol_version: str
    operation: str
    endpoint: str
    account_hash: str
    source_name: str
    file_name: str
    fingerprint: str
    size_bytes: int
    pages: str = ""
    expected_pages: int | None = None
    options_json: str = "{}"
    is_refresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord(NewJob):
    """A job as the ledger holds it. Times are UTC seconds since 1970, as given by the callers.

    A record is also a NewJob: claiming it again asks for the same job.

    Args:
        id: 12 hexadecimal digits made from the job key and the attempt; the id that people type.
        attempt: 1 for the first time the job key was claimed, larger for each attempt after a failure or a
            refresh; numbers may be left out.
        is_current: Whether it is the newest attempt of its job key; older ones are history.
        step: Where it stands in our books.
        created_at: When it was first claimed.
        updated_at: When anything but its lease last changed.
        submitted_at: When it was submitted: its receipt came, or the request went out of which nobody knows
            what became; None before.
        state: What the service last said, in our words; None before the first observation.
        raw_state: What the service last said, in its own word.
        receipt: The service's receipt; None while it is not known. At INTENT and UNKNOWN it is a receipt that
            was known beforehand and proves nothing.
        submission_id: Our id of the submission it is in, shared by the files of a batch; empty before.
        cost: What the service says it cost, or None.
        error_class: Name of the class of its last error; empty without one.
        error_message: Text of that error without secrets; empty for errors that are not docferry's own.
        lease_owner: Which process works on it; empty for none.
        lease_until: When that lease ends; 0 without one.
        payload: What the cache keeps of it; None before FETCHED.
    """

    id: str
    attempt: int
    is_current: bool
    step: JobStep
    created_at: float
    updated_at: float
    submitted_at: float | None = None
    state: JobState | None = None
    raw_state: str = ""
    receipt: Receipt | None = None
    submission_id: str = ""
    cost: Cost | None = None
    error_class: str = ""
    error_message: str = ""
    lease_owner: str = ""
    lease_until: float = 0.0
    payload: Payload | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What came of asking for a job.

    Args:
        record: The job as it stands after the claim.
        is_ours: Whether the caller now holds its lease and has to work on it. False while another process
            does, and for a job that is FETCHED or closed, on which there is nothing to do.
    """

    record: JobRecord
    is_ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One distinct thing that a service said about a job, however often it said it.

    Args:
        state: In our words.
        raw_state: In the service's own word.
        pages_done: Pages parsed, or None.
        pages_total: Pages to parse, or None.
        first_seen_at: When it was first said, UTC seconds since 1970.
        last_seen_at: When it was last said.
        count: How often.
    """

    state: JobState
    raw_state: str
    pages_done: int | None
    pages_total: int | None
    first_seen_at: float
    last_seen_at: float
    count: int
