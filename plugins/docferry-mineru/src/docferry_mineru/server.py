"""A server of your own: finds out what it speaks, and speaks it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from docferry.errors import JobNotFoundError, RateLimitedError, UnavailableError
from docferry.model import AccountStatus, JobStatus, Limits, Receipt
from docferry.provider import Exchange, ItemAnswer, PollAdvice, SubmitItem
from docferry_mineru.checking import refusal
from docferry_mineru.endpoint import Endpoint
from docferry_mineru.failures import PROVIDER
from docferry_mineru.formats import SERVER_2_SUFFIXES, SERVER_3_SUFFIXES, SERVER_4_SUFFIXES
from docferry_mineru.options import MineruOptions
from docferry_mineru.parts import Dialect
from docferry_mineru.probing import Facts, Memory, probe
from docferry_mineru.server_2 import Server2
from docferry_mineru.server_3 import Server3
from docferry_mineru.server_4 import Server4
from docferry_mineru.server_failures import OtherServerError

__all__ = ["ServerService"]

DOCUMENTS_AT_ONCE = 4
MAX_MISSES = 3

READABLE = {
    Dialect.SERVER_4: SERVER_4_SUFFIXES,
    Dialect.SERVER_3: SERVER_3_SUFFIXES,
    Dialect.SERVER_2: SERVER_2_SUFFIXES,
}

MEMORY = Memory()
"""The servers that this process has met: every parse makes its own service, and asks a server only once."""

Speaker = Server2 | Server3 | Server4


@dataclass(slots=True, kw_only=True, eq=False)
class ServerService:
    """A server of your own. A receipt's item id is the dialect that the task was handed in with.

    Results are kept under one protocol version, whatever the server's own version is: that is known only by
    asking the server, and what is in the cache is found without asking, also while the server is down.

    Args:
        endpoint: Where it is, and its key, if it has one.
        options: The options.
        memory: What is known of servers.
    """

    endpoint: Endpoint
    options: MineruOptions
    memory: Memory = field(default_factory=lambda: MEMORY, repr=False)
    _misses: dict[str, int] = field(default_factory=dict[str, int], repr=False)

    protocol_version = "server"

    @property
    def limits(self) -> Limits:
        """What the options say: a server has its own, and queues what is too much at once."""
        options = self.options
        return Limits(
            max_size_bytes=options.max_size_bytes,
            max_pages=options.max_pages,
            concurrency=options.concurrency or DOCUMENTS_AT_ONCE,
            requests_per_second=options.files_per_minute / 60 if options.files_per_minute else None,
        )

    @property
    def poll_advice(self) -> PollAdvice:
        """It is yours."""
        return PollAdvice(floor_seconds=0.5, ceiling_seconds=15.0)

    @property
    def batch_limit(self) -> int:
        """One file is one task, so that one bad file fails alone."""
        return 1

    def batch_key(self, item: SubmitItem) -> str:
        """Every file is a batch of its own."""
        return item.data_id

    def submit(self, items: Sequence[SubmitItem]) -> Exchange[tuple[ItemAnswer, ...]]:
        """Hand in one file.

        Raises:
            InvalidOptionsError: There is no server, or it cannot do what the options ask for.
            DocferryError: Why the server refused it.
        """
        (item,) = items
        facts = self.memory.recall(self.endpoint)
        is_sure = facts is None
        facts = facts or (yield from self._probe())
        error = refusal(item, READABLE[facts.dialect], service=f"MinerU {facts.version}".strip())
        if error is not None:
            return (error,)
        try:
            return ((yield from self._speaker(facts.dialect).submit(item, facts)),)
        except OtherServerError as other:
            self.memory.forget(self.endpoint)
            if is_sure:
                raise other.error from other
            # Another server has taken the place of the one that was met: meet it, and begin again.
            raise RateLimitedError(other.error.message, provider=PROVIDER) from other

    def poll(self, receipts: Sequence[Receipt]) -> Exchange[tuple[JobStatus, ...]]:
        """Ask about a task.

        Raises:
            JobNotFoundError: The server does not know the task.
            DocferryError: Why the server does not answer.
        """
        receipt = receipts[0]
        speaker = yield from self._speaker_of(receipt)
        try:
            status = yield from speaker.poll(receipt)
        except JobNotFoundError as error:
            # Several processes behind one address do not know each other's tasks: another one may know it.
            # Source: github.com/opendatalab/MinerU, issue 5038 (read 2026-11-21)
            self._misses[receipt.remote_id] = misses = self._misses.get(receipt.remote_id, 0) + 1
            if misses > MAX_MISSES:
                raise
            raise UnavailableError(error.message, provider=PROVIDER, job_id=receipt.remote_id) from error
        self._misses.pop(receipt.remote_id, None)
        return (status,) * len(receipts)

    def fetch(self, status: JobStatus) -> Exchange[None]:
        """Save the result.

        Raises:
            DocferryError: Why there is none.
        """
        speaker = yield from self._speaker_of(status.receipt)
        yield from speaker.fetch(status)

    def cancel(self, receipt: Receipt) -> Exchange[bool]:
        """Stop a task, where the server can.

        Raises:
            DocferryError: The server does not answer, or does not know the task.
        """
        speaker = yield from self._speaker_of(receipt)
        return (yield from speaker.cancel(receipt))

    def account(self) -> Exchange[AccountStatus]:
        """Ask what the server allows and has under way.

        Raises:
            DocferryError: The server does not answer.
        """
        facts = yield from self._facts()
        return (yield from self._speaker(facts.dialect).account(facts))

    def _facts(self) -> Exchange[Facts]:
        return self.memory.recall(self.endpoint) or (yield from self._probe())

    def _probe(self) -> Exchange[Facts]:
        facts = yield from probe(self.endpoint, timeout_seconds=self.options.answer_timeout_seconds)
        self.memory.remember(self.endpoint, facts)
        return facts

    def _speaker_of(self, receipt: Receipt) -> Exchange[Speaker]:
        """The speaker of the dialect that a task was handed in with; of a foreign task, the server's."""
        if receipt.item_id in (dialect.value for dialect in READABLE):
            return self._speaker(Dialect(receipt.item_id))
        facts = yield from self._facts()
        return self._speaker(facts.dialect)

    def _speaker(self, dialect: Dialect) -> Speaker:
        speakers = {Dialect.SERVER_4: Server4, Dialect.SERVER_3: Server3, Dialect.SERVER_2: Server2}
        return speakers[dialect](endpoint=self.endpoint, options=self.options)
