"""What is said of remote jobs that a run left behind."""

import shlex
from dataclasses import dataclass, replace

from docferry.cli.output.wording import plural
from docferry.ledger import JobRecord, JobStep

__all__ = ["NO_JOBS", "LeftJobs", "jobs_command"]

NAMED_JOBS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftJobs:
    """The jobs that a run worked on and did not bring to their end.

    Args:
        records: The jobs as they stand now.
        ledger: What `--ledger` names; empty without it.
        are_unwanted: Whether the services were to stop them. Those that go on all the same could not be
            stopped: not every service knows cancelling.
    """

    records: tuple[JobRecord, ...] = ()
    ledger: str = ""
    are_unwanted: bool = False

    @property
    def parked(self) -> tuple[JobRecord, ...]:
        """Those that go on at their service."""
        return tuple(record for record in self.records if record.step is JobStep.SUBMITTED)

    def besides(self, text: str) -> "LeftJobs":
        """Those whose ids are not told in the text."""
        return replace(self, records=tuple(record for record in self.records if record.id not in text))

    def clauses(self) -> list[str]:
        """What to say of them, with the commands that go on with them."""
        cancelled = [record for record in self.records if record.step is JobStep.CANCELLED]
        unknown = [record for record in self.records if record.step.is_unanswered]
        clauses: list[str] = []
        if cancelled:
            clauses.append(f"{plural(len(cancelled), 'job')} cancelled")
        if self.parked:
            clauses.append(f"{plural(len(self.parked), 'job')} {self._parked_how()}: {self._resume()}")
        if unknown:
            jobs = plural(len(unknown), "job")
            clauses.append(f"{jobs} of unknown outcome: {self._command('list --step intent --step unknown')}")
        return clauses

    def _parked_how(self) -> str:
        if not self.are_unwanted:
            return "parked"
        places = " and ".join(sorted({record.provider for record in self.parked}))
        return f"could not be cancelled at {places}, so parked"

    def _resume(self) -> str:
        if len(self.parked) <= NAMED_JOBS:
            return self._command(f"resume {' '.join(record.id for record in self.parked)}")
        return self._command(f"resume --all --provider {self.parked[0].provider}")

    def _command(self, words: str) -> str:
        return jobs_command(words, ledger=self.ledger)


def jobs_command(words: str, *, ledger: str) -> str:
    """A command of `docferry jobs` for people to type, on the ledger that `--ledger` names."""
    place = f" --ledger {shlex.quote(ledger)}" if ledger else ""
    return f"docferry jobs {words}{place}"


NO_JOBS = LeftJobs()
