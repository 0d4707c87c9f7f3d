"""The request of an exchange that may cost money: sent once, and what becomes of it is written down."""

from enum import Enum, auto
from http import HTTPStatus
from typing import Protocol

from docferry.errors import (
    DocferryError,
    InvalidResponseError,
    ProviderBugError,
    SubmissionUnknownError,
    UnavailableError,
)
from docferry.model import Receipt
from docferry.provider.exchange import Request, Response
from docferry.provider.faults import Fault, TransportFault
from docferry.provider.sender import Sender, max_tries

__all__ = ["CommitLog", "Commitment", "NotSentError"]

LATE_STATUSES = frozenset({408, 425})
"""Statuses below 500 after which the service may still have worked on the request."""

LOST = {Fault.UNKNOWN: "the connection broke", Fault.UNREADABLE: "its answer cannot be read"}
"""Faults after which nobody knows, and what to say of them."""


class CommitLog(Protocol):
    """Is told, durably and in time, what becomes of the files of one exchange."""

    async def intend(self, receipts: tuple[Receipt, ...]) -> None:
        """The committing request goes out next.

        Args:
            receipts: Those that are known before it, one per file in order; empty when they are not.
        """
        ...

    async def refused(self, error: DocferryError) -> None:
        """Nothing was committed: the service refused, or no byte reached it."""
        ...

    async def unknown(self, error: DocferryError) -> None:
        """Nobody knows whether it was committed."""
        ...


class NotSentError(Exception):
    """No byte reached the service; holds the error to raise when so many tries did not help."""

    def __init__(self, trouble: DocferryError, *, tries: int) -> None:
        super().__init__(trouble.message)
        self.trouble = trouble
        self.tries = tries


class _Stage(Enum):
    NOT_SENT = auto()
    ANSWERED = auto()  # the exchange is about to read the answer
    READ = auto()  # it read the answer, and did not object
    DECIDED = auto()  # it is written down what became of it


class Commitment:
    """Follows the committing request of one exchange, if it has one.

    Args:
        sender: Sends it.
        log: Writes it down.
    """

    def __init__(self, *, sender: Sender, log: CommitLog) -> None:
        self._sender = sender
        self._log = log
        self._stage = _Stage.NOT_SENT

    @property
    def is_sent(self) -> bool:
        """Whether it went out: an exchange has no second one."""
        return self._stage is not _Stage.NOT_SENT

    async def send(self, request: Request) -> Response:
        """Send it.

        Returns:
            An answer that tells something: no sign of a service that is out of order.

        Raises:
            NotSentError: No byte of it was sent.
            SubmissionUnknownError: It went out, and no such answer came.
            DocferryError: It can never be sent as it is.
        """
        self._stage = _Stage.DECIDED
        try:
            response = await self._sender.send_once(
                request, before=lambda: self._log.intend(request.receipts)
            )
        except TransportFault as fault:
            if fault.fault in LOST:
                raise await self._unknown(f"{LOST[fault.fault]} ({fault.reason})") from fault
            trouble = self._sender.trouble(fault)
            await self._log.refused(trouble)
            if fault.fault is Fault.NOT_SENT:
                raise NotSentError(trouble, tries=max_tries(fault)) from fault
            raise trouble from fault
        except DocferryError as error:  # the file was changed, say: the request did not go out whole
            await self._log.refused(error)
            raise
        is_late = response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status in LATE_STATUSES
        if is_late and not request.reads_errors:
            raise await self._unknown(f"the service answered HTTP {response.status}")
        self._stage = _Stage.ANSWERED
        return response

    def go_on(self) -> None:
        """The exchange read the answer and yielded its next step."""
        if self._stage is _Stage.ANSWERED:
            self._stage = _Stage.READ

    async def judge(self, error: DocferryError) -> DocferryError:
        """What an error that ended the exchange says of the request: refused, or nobody knows.

        Returns:
            The error to raise: the same one, or that the outcome is unknown.
        """
        stage, self._stage = self._stage, _Stage.DECIDED
        if stage is _Stage.DECIDED:
            return error
        if stage is _Stage.READ:
            return await self._unknown(f"what followed failed ({error.message})")
        is_unreadable = isinstance(error, InvalidResponseError | UnavailableError | ProviderBugError)
        if stage is _Stage.ANSWERED and is_unreadable:
            return await self._unknown(f"its answer cannot be read ({error.message})")
        await self._log.refused(error)
        return error

    async def _unknown(self, what: str) -> SubmissionUnknownError:
        unknown = SubmissionUnknownError(
            f"the document was sent, but {what}: nobody knows whether a job was started and will be billed",
            provider=self._sender.provider,
        )
        await self._log.unknown(unknown)
        return unknown
