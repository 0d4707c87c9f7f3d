"""The job protocol of an operation on a parsed document: another submission, then the same questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pydantic

from docferry.model import AccountStatus, Document, JobStatus, Limits, PageSelection, Receipt
from docferry.provider import Exchange, PayloadReader, PollAdvice, ServiceIdentity, SubmitItem
from docferry_pulse.api import PulseApi
from docferry_pulse.failures import Asked

__all__ = ["OperationApi"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationApi:
    """Pulse's job protocol for one operation.

    Args:
        api: The protocol of parses, on the same account.
        operation: What is asked for, split or schema: part of the payload key, and the path.
        body: What is sent; `async` is added.
    """

    api: PulseApi
    operation: str
    body: Mapping[str, pydantic.JsonValue] = field(repr=False)

    @property
    def identity(self) -> ServiceIdentity:
        """The service at its address, for this operation."""
        return self.api.endpoint.identity_of(self.operation)

    @property
    def limits(self) -> Limits:
        """Those of the account."""
        return self.api.limits

    @property
    def poll_advice(self) -> PollAdvice:
        """As for parses."""
        return self.api.poll_advice

    @property
    def batch_limit(self) -> int:
        """One operation is one job."""
        return 1

    def batch_key(self, item: SubmitItem) -> str:
        """Every operation is a batch of its own."""
        return item.data_id

    def submit(self, items: Sequence[SubmitItem]) -> Exchange[tuple[Receipt, ...]]:
        """Ask for the operation: the request that costs money.

        Raises:
            DocferryError: Why the service refused it.
            InvalidResponseError: The answer does not say whether it was taken.
        """
        (item,) = items
        body: dict[str, pydantic.JsonValue] = {**self.body, "async": True}
        response = yield self.api.endpoint.request("POST", f"/{self.operation}", json_body=body, commits=True)
        answer = self.api.endpoint.read(response, Asked.FOLLOW_UP)
        return (yield from self.api.receive(answer, data_id=item.data_id))

    def poll(self, receipts: Sequence[Receipt]) -> Exchange[tuple[JobStatus, ...]]:
        """As for parses."""
        return self.api.poll(receipts)

    def fetch(self, status: JobStatus) -> Exchange[None]:
        """As for parses."""
        return self.api.fetch(status)

    def cancel(self, receipt: Receipt) -> Exchange[bool]:
        """As for parses."""
        return self.api.cancel(receipt)

    def account(self) -> Exchange[AccountStatus]:
        """As for parses."""
        return self.api.account()

    def map(self, payload: PayloadReader, *, pages: PageSelection | None, fingerprint: str) -> Document:
        """An operation has no document.

        Raises:
            InvalidOptionsError: Always; the function of the operation reads its result.
        """
        return self.api.map(payload, pages=pages, fingerprint=fingerprint)
