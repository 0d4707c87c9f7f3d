"""What a plugin for a submit, poll and fetch service implements."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from docferry.errors import DocferryError
from docferry.model import (
    AccountStatus,
    Document,
    JobStatus,
    Limits,
    PageSelection,
    Receipt,
)
from docferry.provider.exchange import Exchange
from docferry.provider.options import ProviderOptions
from docferry.provider.payload_reader import PayloadReader
from docferry.sources import SourceFile

__all__ = ["ItemAnswer", "JobApi", "Leg", "PollAdvice", "ServiceIdentity", "SubmitItem"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceIdentity:
    """Which service, by what protocol, on whose account.

    Args:
        provider: Provider name.
        protocol_version: Version of the service's protocol; part of the payload key.
        operation: What is asked for, such as "parse"; part of the payload key.
        endpoint: Base URL without credentials; part of the job key only.
        account: What tells accounts apart, usually the API key. Only a keyed hash of it is ever stored.
    """

    provider: str
    protocol_version: str
    operation: str
    endpoint: str
    account: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollAdvice:
    """How often a service wants to be asked about a job, in seconds.

    Args:
        floor_seconds: Never ask about the same submission again sooner than this.
        ceiling_seconds: Never wait longer than this, unless so many submissions are under way that the next
            figure asks for it.
        account_seconds: Ask no more often than this about all submissions of an account together: of several
            under way each is asked about less often.
        settle_seconds: After a committing request whose outcome is unknown: how long the service may still
            answer `JobStatus.has_document` False although the document reached it. Then its word counts.
    """

    floor_seconds: float = 1.0
    ceiling_seconds: float = 30.0
    account_seconds: float = 0.0
    settle_seconds: float = 30.0

    def for_one_of(self, n_submissions: int) -> "PollAdvice":
        """The advice for each of so many submissions of one account that are under way."""
        return replace(self, floor_seconds=max(self.floor_seconds, n_submissions * self.account_seconds))


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitItem:
    """One file to submit.

    Args:
        file: The opened file.
        pages: The pages wanted, or None for all.
        options: The provider's options.
        data_id: An id of our own, stable for the job, made of letters, digits and dashes, for services that
            hand such an id back.
    """

    file: SourceFile
    pages: PageSelection | None
    options: ProviderOptions
    data_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The rest of the way of one file of a submission, apart from the other files.

    For services that take a list of files in one request and each file in one of its own. The legs of a
    submission are held side by side. What goes wrong on one is that file's trouble alone, and each has a step
    of its own in the ledger.

    Args:
        exchange: Begins the conversation; called again when the service was too busy to take the file. It
            holds the committing request of this file, with `receipts=(receipt,)` when the receipt is known
            from what went before, and returns the receipt.
    """

    exchange: Callable[[], Exchange[Receipt]] = field(repr=False)


ItemAnswer = Receipt | DocferryError | Leg
"""What a submission says of one file: the receipt, why the file is refused, or what is left to do for it."""


class JobApi(Protocol):
    """How to speak with one service. Builds requests and reads responses; never awaits, never sleeps.

    One whose results hold pictures and other files may also be a `docferry.provider.SavesAssets`.

    Every method that converses is an exchange. An exchange raises the DocferryError that fits when a response
    tells of a failure; a RateLimitedError means "nothing happened, ask again later", anything else is final
    for that exchange.
    """

    @property
    def identity(self) -> ServiceIdentity:
        """Which service, by what protocol, on whose account."""
        ...

    @property
    def limits(self) -> Limits:
        """Bounds of this account, settings of the user included."""
        ...

    @property
    def poll_advice(self) -> PollAdvice:
        """How often to ask."""
        ...

    @property
    def batch_limit(self) -> int:
        """Most files of one submission; 1 for services without batches."""
        ...

    def batch_key(self, item: SubmitItem) -> str:
        """Files with equal keys may share a submission."""
        ...

    def submit(self, items: Sequence[SubmitItem]) -> Exchange[tuple[ItemAnswer, ...]]:
        """Hand in files.

        What it raises is every file's error. A file that alone is refused is answered with its error: it was
        not committed, and the others go on. When each file is committed by a request of its own, this
        exchange commits nothing, and answers with a `Leg` for each file.

        A service that answers with the result itself (one file, no job to wait for) may have it saved here:
        yielding `Keep` and requests with `saves_as` after the committing request makes the payload, and the
        job is then neither polled nor fetched.

        Returns:
            One answer per item, in order: a receipt, an error or a leg.
        """
        ...

    def poll(self, receipts: Sequence[Receipt]) -> Exchange[tuple[JobStatus, ...]]:
        """Ask about jobs of one submission: all receipts have the same remote id.

        Also asked about files of which nobody knows whether they arrived, when their receipts were known
        before (`Request.receipts`): `JobStatus.has_document` False then says that they did not.

        Returns:
            One status per receipt, in order. A terminal failure is a status with an error, not a raise.
        """
        ...

    def fetch(self, status: JobStatus) -> Exchange[None]:
        """Save the payload of a job that succeeded, right after the poll that said so.

        Requests with `saves_as` stream a body into a payload part. What the poll itself brought is in
        `status.detail`, and is saved by yielding `Keep`.
        """
        ...

    def cancel(self, receipt: Receipt) -> Exchange[bool]:
        """Ask the service to stop a job.

        Returns:
            Whether the service can and did; False where it knows no cancelling.
        """
        ...

    def account(self) -> Exchange[AccountStatus]:
        """Ask what is left of the account's quota, which also checks the key."""
        ...

    def map(self, payload: PayloadReader, *, pages: PageSelection | None, fingerprint: str) -> Document:
        """Turn a payload into a document. Pure but for reading the payload; called in a worker thread.

        Args:
            payload: What `fetch` saved.
            pages: The pages that the service was asked for, to put its page numbers back; None for all, and
                for providers without `Ability.PAGE_SELECTION`, whose page numbers docferry puts back.
            fingerprint: The source's fingerprint, for the document.
        """
        ...
