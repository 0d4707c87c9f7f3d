"""Accounts of the emulated cloud: keys, pace, and files a day."""

from collections import Counter

from docferry.emulation import (
    Account,
    Accounts,
    EmulatedJob,
    Quota,
    RateLimit,
    RefusalError,
    ServiceState,
    Visit,
)
from docferry.model import JobState
from docferry_mineru.emulator.quirks import MineruQuirks
from docferry_mineru.emulator.request import FileRequest
from docferry_mineru.emulator.words import CloudVoice

__all__ = ["MineruAccounts"]

MINUTE_SECONDS = 60.0
DAY_SECONDS = 86_400.0
NOBODY = ""


class MineruAccounts:
    """Lets requests in, or refuses them.

    Args:
        state: What the service knows.
        quirks: How it behaves where nobody knows for certain.
        voice: Writes the refusals.
        keys: The keys that are accepted.
    """

    def __init__(
        self,
        state: ServiceState[FileRequest],
        quirks: MineruQuirks,
        voice: CloudVoice,
        *,
        keys: tuple[str, ...],
    ) -> None:
        self._state = state
        self._quirks = quirks
        self._voice = voice
        self._accounts = Accounts((*keys, NOBODY), make=self._make)
        self._failures: Counter[str] = Counter()
        state.listeners.append(self._count_failure)

    def admit(self, visit: Visit) -> Account:
        """The account of a request's token.

        Raises:
            RefusalError: The token is missing or not accepted.
        """
        scheme, _, token = visit.request.headers.get("authorization", "").partition(" ")
        account = self._accounts.find(token.strip()) if scheme.lower() == "bearer" and token.strip() else None
        if account is None:
            raise self._voice.refuse("A0202")
        return account

    def anybody(self) -> Account:
        """The account of all who come without a token; on this machine all have one address."""
        account = self._accounts.find(NOBODY)
        if account is None:
            raise AssertionError("it was made at the start")
        return account

    def pace(self, account: Account, kind: str, *, count: int = 1) -> None:
        """Count requests, or files, towards a rate limit: submits, queries, files or agent.

        Raises:
            RefusalError: It is one too many.
        """
        for _ in range(count):
            missing = account.rates[kind].take()
            if missing > 0:
                raise self._voice.too_many(missing)

    def charge(self, account: Account, requests: tuple[FileRequest, ...]) -> None:
        """Take files of the day, and places in the queue.

        Raises:
            RefusalError: There are not enough.
        """
        most = self._quirks.queue_length
        if most and self._state.jobs.count_under_way(account.key) + len(requests) > most:
            raise self._voice.refuse("-60009")
        pages = sum(1 for request in requests if request.model == "MinerU-HTML")
        if not account.quotas["html"].take(pages):
            raise self._voice.refuse("-60019")
        if not account.quotas["files"].take(len(requests)):
            raise self._voice.refuse("-60018")

    def has_failed_too_often(self, sha256: str) -> bool:
        """Whether the same file failed so often that the service does not try again."""
        return self._failures[sha256] >= self._quirks.retry_limit

    def refusal_of_stranger(
        self, account: Account, job: EmulatedJob[FileRequest] | None
    ) -> RefusalError | None:
        """Why an account may not see a task, or None when it may."""
        if job is None:
            return self._voice.refuse("-60012")
        return None if job.account == account.key else self._voice.refuse("-60013")

    def _count_failure(self, job: EmulatedJob[FileRequest]) -> None:
        if job.state is JobState.FAILED and job.upload is not None:
            self._failures[job.upload.sha256] += 1

    def _make(self, key: str) -> Account:
        clock, quirks = self._state.clock, self._quirks
        per_second = self._state.settings.requests_per_second
        is_paced = per_second != 0

        def rate(count: int) -> RateLimit:
            return RateLimit(count=count if is_paced else 0, period_seconds=MINUTE_SECONDS, clock=clock)

        def daily(count: int) -> Quota:
            return Quota(pages=count or None, clock=clock, period_seconds=DAY_SECONDS)

        all_requests = RateLimit(count=per_second, period_seconds=1.0, clock=clock)
        return Account(
            key=key,
            rates={
                "submits": all_requests if per_second else rate(quirks.submits_per_minute),
                "queries": all_requests if per_second else rate(quirks.queries_per_minute),
                "agent": rate(quirks.agent_requests_per_minute),
                "files": rate(quirks.files_per_minute),
            },
            quotas={"files": daily(quirks.files_per_day), "html": daily(quirks.html_per_day)},
        )
