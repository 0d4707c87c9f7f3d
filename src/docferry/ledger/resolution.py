"""Whether a person may say what became of a job."""

from docferry.errors import ConfigurationError
from docferry.ledger.record import JobRecord

__all__ = ["check_resolvable"]


def check_resolvable(record: JobRecord, *, now: float) -> None:
    """Refuse a person's word on a job that needs none.

    Args:
        record: The job.
        now: UTC seconds since 1970.

    Raises:
        ConfigurationError: Its outcome is known, a newer attempt has replaced it, or a process is at work on
            it.
    """
    if not record.step.is_unanswered:
        raise ConfigurationError(
            f"the outcome of job {record.id} is not unknown: it is {record.step}",
            next_step=f"see `docferry jobs show {record.id}`",
        )
    if not record.is_current:
        raise ConfigurationError(
            f"job {record.id} was replaced by a newer attempt", next_step="see `docferry jobs list`"
        )
    if record.lease_owner and record.lease_until > now:
        raise ConfigurationError(
            f"another process is at work on job {record.id}",
            next_step=f"stop it, or try again in {record.lease_until - now:.0f} seconds",
        )
