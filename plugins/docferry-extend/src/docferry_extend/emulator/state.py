"""What the emulated service knows: files, runs, accounts, and who wants to be called."""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field

import httpx

from docferry.emulation import (
    Account,
    Accounts,
    EmulatedJob,
    EmulatorSettings,
    Quota,
    RateLimit,
    RefusalError,
    ServiceState,
    Upload,
    limits_of,
)
from docferry.model import JobState
from docferry_extend.emulator.quirks import PUBLISHED_LIMITS, ExtendQuirks
from docferry_extend.emulator.request import ParseRequest
from docferry_extend.emulator.voice import Voice
from docferry_extend.emulator.webhooks import Caller

__all__ = ["ExtendState", "Job", "StoredFile", "credits_of"]

MINUTE_SECONDS = 60.0
BUCKETS = ("get", "write", "run")
CENTS = 100
"""Quotas count whole numbers: hundredths of a credit."""

CREDITS_PER_PAGE = {"parse_performance": 2.0, "parse_light": 0.5, "parse_auto": 1.0}
"""Source: docs.extend.ai/model-versioning/parse and the vendor's price list (read 2026-11-22)."""

Job = EmulatedJob[ParseRequest]


@dataclass(slots=True, kw_only=True)
class StoredFile:
    """A file at the service.

    Args:
        id: Its id.
        account: Key of its account.
        upload: The file.
        password: What it needs to be opened, or empty.
        created_at: When it came, in seconds since the epoch.
        pages: Its number of pages, once it was parsed.
    """

    id: str
    account: str = field(repr=False)
    upload: Upload
    password: str = field(default="", repr=False)
    created_at: float
    pages: int | None = None


class ExtendState(ServiceState[ParseRequest]):
    """The state of the emulated service.

    Args:
        settings: How it is set up.
        quirks: How it behaves where nobody knows for certain.
        kinds: The kinds of requests it has.
    """

    def __init__(self, settings: EmulatorSettings, quirks: ExtendQuirks, *, kinds: Iterable[str]) -> None:
        self.voice = Voice(quirks)
        self.quirks = quirks
        super().__init__(
            name="extend",
            settings=settings,
            limits=limits_of(settings, published=PUBLISHED_LIMITS),
            kinds=kinds,
            refuse=self.voice.refuse,
        )
        self.files: dict[str, StoredFile] = {}
        self.batches: dict[str, float] = {}
        # An empty context: nothing on this machine is encrypted, and reading all certificates takes long.
        # Proxies of the environment must not get between two processes of one machine.
        self.http = httpx.AsyncClient(
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), trust_env=False, follow_redirects=True
        )
        self.caller = Caller(self, quirks, client=self.http)
        self._accounts = Accounts(settings.keys_for("extend"), make=self._make_account)
        self.listeners.append(self._give_back)

    def account(self, authorization: str) -> Account | None:
        """The account of a header Authorization, or None."""
        scheme, _, key = authorization.partition(" ")
        return self._accounts.find(key.strip()) if scheme.lower() == "bearer" else None

    def pace(self, account: Account, bucket: str, *, version: str) -> None:
        """Count a request towards the rate limits.

        Raises:
            RefusalError: It is one too many.
        """
        names = (bucket, "files") if bucket == "run" else (bucket,)
        for name in names:
            wait = account.rates[name].take()
            if wait > 0:
                raise self.refusal("RATE_LIMIT_EXCEEDED", version=version, retry_after_seconds=wait)

    def charge(self, account: Account, request: ParseRequest, pages: int) -> bool:
        """Take the credits of a run; False when there are not enough."""
        return account.quotas["credits"].take(round(credits_of(request, pages) * CENTS))

    def refusal(
        self, code: str, message: str = "", *, version: str, retry_after_seconds: float | None = None
    ) -> RefusalError:
        """The error of that code, to be raised."""
        return self.voice.refusal(code, message, version=version, retry_after_seconds=retry_after_seconds)

    async def close(self) -> None:
        """Give up the work under way, and delete all files."""
        await self.caller.close()
        await self.http.aclose()
        await super().close()

    def _make_account(self, key: str) -> Account:
        per_second = self.limits.requests_per_second
        # Whoever turns the pace off wants none of it.
        per_minute = self.quirks.files_per_minute if per_second else None
        rates = {
            bucket: RateLimit(count=per_second, period_seconds=1.0, clock=self.clock) for bucket in BUCKETS
        }
        rates["files"] = RateLimit(count=per_minute, period_seconds=MINUTE_SECONDS, clock=self.clock)
        quota = Quota(pages=round(self.quirks.credits * CENTS), clock=self.clock)
        return Account(key=key, rates=rates, quotas={"credits": quota})

    def _give_back(self, job: Job) -> None:
        """What did not succeed is not billed."""
        account = self._accounts.find(job.account)
        if account is not None and job.state is not JobState.SUCCEEDED:
            account.quotas["credits"].give_back(round(credits_of(job.request, job.pages) * CENTS))


def credits_of(request: ParseRequest, pages: int) -> float:
    """What a run over so many pages costs."""
    return CREDITS_PER_PAGE[request.engine] * pages
