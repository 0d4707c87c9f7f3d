"""A file on its way into a submission, and who waits for its receipt."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from docferry.ledger import JobRecord
from docferry.model import Receipt
from docferry.provider.client import ServiceClient
from docferry.provider.custody import Custody
from docferry.provider.intake import Arrival
from docferry.provider.job_api import SubmitItem

__all__ = ["Ticket"]


@dataclass(slots=True, kw_only=True, eq=False)
class Ticket:
    """A job that is ours and open, and the file to submit for it. Lives from its entry to its answer.

    Args:
        record: The job.
        item: What to submit.
        client: Speaks with the service.
        custody: Keeps the file open until it was submitted; None when it needs no keeping.
        arrival: The source among those of its run; None when it has no company.
        answer: The receipt, which is then in the ledger; or why there is none.
        waiters: How many wait for the answer. Without any, what was not sent yet is not sent any more.
        gone: Set while nobody waits, once somebody did.
        is_unwanted: Whether the last waiter left with the word that the job shall be stopped.
    """

    record: JobRecord
    item: SubmitItem = field(repr=False)
    client: ServiceClient = field(repr=False)
    custody: Custody | None = field(default=None, repr=False)
    arrival: Arrival | None = field(default=None, repr=False)
    answer: "asyncio.Future[Receipt]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future(), repr=False
    )
    waiters: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    is_unwanted: bool = False
    _has_begun: bool = field(default=False, init=False)
    _listeners: list[Callable[[], None]] = field(
        default_factory=list[Callable[[], None]], init=False, repr=False
    )

    @property
    def job_id(self) -> str:
        """The job in the ledger."""
        return self.record.id

    def join(self, on_begun: Callable[[], None]) -> None:
        """Wait for the answer.

        Args:
            on_begun: Called when the service is first spoken to about it; at once when it was already.
        """
        self.waiters += 1
        self.gone.clear()
        if self._has_begun:
            on_begun()
        else:
            self._listeners.append(on_begun)

    def leave(self) -> None:
        """Wait no longer."""
        self.waiters -= 1
        if not self.waiters:
            self.gone.set()

    def begin(self) -> None:
        """Tell everybody who waits that the service is spoken to. Saying so again does no harm."""
        self._has_begun = True
        while self._listeners:
            self._listeners.pop()()

    def accept(self, receipt: Receipt) -> None:
        """Tell everybody who waits that it was submitted."""
        if not self.answer.done():
            self.answer.set_result(receipt)

    def fail(self, error: BaseException) -> None:
        """Tell everybody who waits why it was not."""
        if self.answer.done():
            return
        if isinstance(error, asyncio.CancelledError):
            self.answer.cancel()
            return
        self.answer.set_exception(error)
        self.answer.exception()  # when all waiters have gone, it must not be reported as forgotten
