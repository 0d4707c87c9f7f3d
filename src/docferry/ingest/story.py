"""All that the ledger knows of a job."""

from dataclasses import dataclass

from docferry.ledger import JobRecord, Observation

__all__ = ["JobStory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStory:
    """A job and what its service said about it.

    Args:
        record: The job as it stands.
        observations: What the service said, in the order in which it was first said.
    """

    record: JobRecord
    observations: tuple[Observation, ...]
