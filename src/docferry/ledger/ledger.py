"""What the engine asks of a ledger, whatever keeps it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from docferry.ledger.record import Claim, JobRecord, JobStep, NewJob, Observation
from docferry.model import JobStatus, Payload, Receipt

__all__ = ["LeaseLostError", "Ledger"]


class LeaseLostError(RuntimeError):
    """Jobs are no longer the caller's: taken over after a lapsed lease, moved on, replaced or forgotten.

    Internal to the engine, which claims the jobs again and goes on from what it then finds.

    Args:
        job_ids: The jobs concerned.
    """

    def __init__(self, job_ids: Sequence[str]) -> None:
        super().__init__(f"another process has these jobs now: {', '.join(job_ids)}")
        self.job_ids = tuple(job_ids)

    def __reduce__(self) -> tuple[type["LeaseLostError"], tuple[tuple[str, ...]]]:
        return LeaseLostError, (self.job_ids,)


class Ledger(Protocol):
    """Durable books of all remote jobs. Synchronous, and safe to call from any thread and process.

    Times are UTC seconds since 1970 and come from the caller, and so does the length of leases. An owner is a
    string that names one run of one process: it must differ after a restart, so it holds something random.
    All threads and tasks of a process are one owner: keeping two of them from working on one job is the
    caller's business, though `record_intent` lets only one of them through.

    A method that changes several jobs changes all or none, unless it says otherwise. Every method raises
    ConfigurationError when the ledger cannot be read or written.
    """

    def account_hash(self, account: str) -> str:
        """A keyed hash of what tells accounts apart, the same for this ledger and useless for any other.

        Args:
            account: Usually the API key. It is not stored.
        """
        ...

    def claim(self, new: NewJob, *, owner: str, now: float, lease_seconds: float) -> Claim:
        """Find the job of this job key or make it, and take its lease when nobody else holds it.

        Without a job, or when the newest attempt failed, was cancelled or expired, a new attempt is made:
        OPEN, and the caller's. A FETCHED job is returned as it is. Any other job is the caller's when its
        lease is free, lapsed or the caller's already. A job that is taken over from another owner at INTENT
        becomes UNKNOWN, because that owner can no longer tell whether its request went out.

        Two processes that claim the same job key at once get the same job, and one of them the lease.
        """
        ...

    def take(self, job_id: str, *, owner: str, now: float, lease_seconds: float) -> Claim:
        """As `claim`, for one known job: never makes an attempt, so it needs no source.

        Raises:
            JobNotFoundError: The ledger has no such job.
        """
        ...

    def start_over(self, job_id: str, *, owner: str, now: float, lease_seconds: float) -> Claim:
        """Make a new attempt, a refresh, whatever the old one came to, unless a process is at work on it.

        When the job was already replaced by a newer attempt this is a claim of that one, so that two
        refreshing runs share one job.

        Raises:
            JobNotFoundError: The ledger has no such job.
        """
        ...

    def attach(self, new: NewJob, receipt: Receipt, *, now: float) -> JobRecord:
        """Enter a job that was started elsewhere: SUBMITTED, with nobody's lease.

        When the current job of that job key is SUBMITTED or FETCHED with this very receipt it is returned as
        it is; any other is replaced by a new attempt, but for one that is SUBMITTED.

        Raises:
            ConfigurationError: The current job is SUBMITTED with another receipt: its result would be lost.
        """
        ...

    def record_intent(
        self,
        job_ids: Collection[str],
        *,
        submission_id: str,
        receipts: Mapping[str, Receipt],
        owner: str,
        now: float,
    ) -> None:
        """OPEN to INTENT. It is on the disk when this returns, and the first paid byte may go out.

        Args:
            job_ids: The jobs that the request commits.
            submission_id: Our id of the submission.
            receipts: By job id, receipts that are known before the request; may be empty.
            owner: Who holds the leases.
            now: The time.

        Raises:
            LeaseLostError: Some job is not the caller's, not OPEN or not current; nothing was changed and
                nothing may be sent.
        """
        ...

    def record_receipts(self, receipts: Mapping[str, Receipt], *, owner: str, now: float) -> None:
        """The service's answer: to SUBMITTED, by job id, on the disk when this returns.

        Raises:
            LeaseLostError: Some jobs are another's by now. The receipts of all others were recorded, and also
                those of lost jobs that are UNKNOWN, for which this is the missing answer.
        """
        ...

    def record_not_committed(
        self, job_ids: Collection[str], *, owner: str, now: float, error: Exception | None = None
    ) -> None:
        """INTENT or UNKNOWN back to OPEN, without receipts: the service refused, or nothing was sent.

        Args:
            job_ids: The jobs.
            owner: Who holds the leases.
            now: The time.
            error: Why, for people who list jobs.

        Raises:
            LeaseLostError: Some jobs are another's by now; all others were recorded.
        """
        ...

    def record_unknown(
        self, job_ids: Collection[str], *, owner: str, now: float, error: Exception | None = None
    ) -> None:
        """INTENT to UNKNOWN: the request went out and no answer came.

        Raises:
            LeaseLostError: Some jobs are another's by now; all others were recorded.
        """
        ...

    def observe(self, job_id: str, status: JobStatus, *, now: float) -> JobRecord:
        """Enter what the service says. Anybody may; no lease is needed.

        A state that ended without success closes a job that is INTENT, SUBMITTED or UNKNOWN; a FETCHED job
        stays FETCHED whatever becomes of it at the service. `status.detail` is not stored.

        Raises:
            LeaseLostError: The job was forgotten.
        """
        ...

    def observe_all(self, statuses: Sequence[tuple[str, JobStatus]], *, now: float) -> None:
        """`observe` for several jobs at once: what a service said in one answer.

        Args:
            statuses: Pairs of job id and status, each job once.
            now: UTC seconds since 1970.

        Raises:
            LeaseLostError: Some of the jobs were forgotten; what was said about the others is entered.
        """
        ...

    def record_payload(self, job_id: str, payload: Payload, *, now: float) -> None:
        """To FETCHED: the cache has the payload, whoever paid for it.

        Raises:
            LeaseLostError: The job was forgotten.
        """
        ...

    def payload_lost(self, job_id: str, *, owner: str, now: float, lease_seconds: float) -> Claim:
        """FETCHED back to SUBMITTED, because the cache no longer has it, and the lease as in `take`.

        A job without a receipt, which was paid for on another account, goes back to OPEN.

        Raises:
            JobNotFoundError: The ledger has no such job.
        """
        ...

    def heartbeat(
        self, owner: str, job_ids: Collection[str], *, now: float, lease_seconds: float
    ) -> tuple[str, ...]:
        """Prolong leases.

        Returns:
            The ids that are still the owner's, in the order given.
        """
        ...

    def release(self, owner: str, job_ids: Collection[str]) -> None:
        """Give leases back, so that any process may go on at once. Leases of others are left alone."""
        ...

    def find(self, job_id: str) -> JobRecord:
        """The job with that id, or the only one whose id begins so.

        Raises:
            JobNotFoundError: None does, or several do.
        """
        ...

    def current(self, job_key: str) -> JobRecord | None:
        """The newest attempt of a job key, which nobody claims by this; None when there is none."""
        ...

    def jobs(
        self,
        *,
        provider: str = "",
        steps: Collection[JobStep] = (),
        source: str = "",
        include_replaced: bool = False,
        limit: int | None = None,
    ) -> tuple[JobRecord, ...]:
        """Jobs, newest first.

        Args:
            provider: Only of this provider; empty for all.
            steps: Only at these steps; empty for all.
            source: Only of the source with exactly this name; empty for all.
            include_replaced: Whether to list attempts that a newer one has replaced.
            limit: At most so many.
        """
        ...

    def observations(self, job_id: str) -> tuple[Observation, ...]:
        """What the service said about a job, in the order in which it was first said."""
        ...

    def resolve(self, job_id: str, receipt: Receipt | None, *, now: float) -> JobRecord:
        """A person's word on an unknown outcome: SUBMITTED with the receipt, or OPEN when there is none.

        Args:
            job_id: A job that is UNKNOWN, or at INTENT with a lapsed lease.
            receipt: The receipt found at the service; None when the service has no such job.
            now: The time.

        Raises:
            JobNotFoundError: The ledger has no such job.
            ConfigurationError: The outcome of the job is not unknown, a process is at work on it, or a newer
                attempt has replaced it.
        """
        ...

    def forget(self, job_ids: Collection[str]) -> int:
        """Delete jobs and their observations. The next run on the same source may pay again.

        Returns:
            How many there were.
        """
        ...

    def add_event(self, provider: str, remote_id: str, *, event_id: str, now: float) -> bool:
        """Enter a verified event of a webhook.

        Returns:
            False when the same event was entered before.
        """
        ...

    def take_events(self, provider: str, remote_ids: Iterable[str]) -> tuple[str, ...]:
        """Those of the remote ids, in the order given, with events that nobody took before; takes them."""
        ...

    def close(self) -> None:
        """Close the files. The ledger may be used again afterwards, unless it is in memory."""
        ...
