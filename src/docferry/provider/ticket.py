"""A file on its way into a submission, and who waits for its receipt."""

import asyncio
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
    is_unwanted: bool = False

    @property
    def job_id(self) -> str:
        """The job in the ledger."""
        return self.record.id

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
