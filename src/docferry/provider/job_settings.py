"""Our settings for remote jobs; a provider's own knobs are its options."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from docferry.provider.transport import NetworkSettings
from docferry.settings import webhook_providers

__all__ = ["JobSettings", "OnInterrupt", "OnUnknown"]


class OnUnknown(StrEnum):
    """What to do with a job of which nobody knows whether it was started."""

    ERROR = "error"  # say so, and let a person decide
    RESUBMIT = "resubmit"  # submit again, at the risk of paying twice


class OnInterrupt(StrEnum):
    """What becomes of jobs under way when nobody waits for them any more."""

    PARK = "park"  # they go on at the service; the next run collects them
    CANCEL = "cancel"  # the service is asked to stop them


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings:
    """Settings of the job engine.

    Args:
        ledger: Path of the ledger, or ":memory:"; None for DOCFERRY_LEDGER or the user's data folder.
        cache: Folder of the payload cache; None for DOCFERRY_CACHE or the user's cache folder.
        uses_cache: Whether payloads found in the cache are used, and new ones kept there after the run.
        refreshes: Whether to submit anew, once in each run, although a payload or a job exists. A refresh
            that was interrupted or killed before its payload came is gone on with, and not paid for again.
        deadline_seconds: How long to wait for a job, from the first word to the service about its document,
            or from when a later run takes it up; None for as long as it takes. A job that was submitted goes
            on at the service; one that was not is not submitted any more. Waiting for a turn among the jobs
            of the account does not count.
        on_unknown: What to do with a job of which nobody knows whether it was started.
        on_interrupt: What becomes of jobs under way when nobody waits for them any more.
        webhooks: Names of the providers whose events `docferry webhook` enters into this ledger. Their jobs
            are asked about once in five minutes, and at once when an event comes. None for DOCFERRY_WEBHOOKS.
        network: How requests leave this machine.
    """

    ledger: str | Path | None = None
    cache: str | Path | None = None
    uses_cache: bool = True
    refreshes: bool = False
    deadline_seconds: float | None = 3600.0
    on_unknown: OnUnknown = OnUnknown.ERROR
    on_interrupt: OnInterrupt = OnInterrupt.PARK
    webhooks: tuple[str, ...] | None = None
    network: NetworkSettings = field(default_factory=NetworkSettings)

    def has_webhook(self, provider: str) -> bool:
        """Whether events of that provider are received."""
        return provider in (webhook_providers() if self.webhooks is None else self.webhooks)
