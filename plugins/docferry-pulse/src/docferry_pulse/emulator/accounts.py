"""Accounts of the emulated service: keys, pace, places for jobs, and credits."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from docferry.emulation import Account, Accounts, EmulatedJob, RateLimit, RefusalError, ServiceState
from docferry.model import JobState
from docferry_pulse.emulator.quirks import PulseQuirks
from docferry_pulse.emulator.words import Words

__all__ = ["PulseAccounts"]

KEY_HEADER = "x-api-key"
TIER = "growth"


class PulseAccounts:
    """Lets requests in, or refuses them.

    Args:
        state: What the service knows.
        quirks: How it behaves where nobody knows for certain.
        words: How it says so.
        keys: The keys that are accepted.
    """

    def __init__(
        self, state: ServiceState[object], quirks: PulseQuirks, words: Words, *, keys: tuple[str, ...]
    ) -> None:
        self._state = state
        self._quirks = quirks
        self._words = words
        self._accounts = Accounts(keys, make=self._make)
        self._used: dict[str, float] = {}
        self._pages: dict[str, int] = {}
        self._costs: dict[str, float] = {}
        state.listeners.append(self._give_back)

    def admit(self, request: Request) -> Account:
        """The account of a request's key, which the rate limit lets pass.

        Raises:
            RefusalError: The key is missing or not accepted, or it is one request too many.
        """
        account = self.admit_key(request)
        missing = account.rates["all"].take()
        if missing > 0:
            raise self._busy(missing)
        return account

    def admit_key(self, request: Request) -> Account:
        """The account of a request's key, without counting the request.

        Raises:
            RefusalError: The key is missing or not accepted.
        """
        key = request.headers.get(KEY_HEADER, "")
        if not key:
            raise self._words.refuse("AUTH_001")
        account = self._accounts.find(key)
        if account is None:
            raise self._words.refuse("AUTH_002")
        return account

    def check_place(self, account: Account) -> None:
        """See whether a further job may begin.

        Raises:
            RefusalError: The account has as many under way as it may.
        """
        most = self._state.limits.concurrency
        if most is not None and self._state.jobs.count_under_way(account.key) >= most:
            raise self._busy(1.0)

    def charge(self, account: Account, job_id: str, *, pages: int, credits_needed: float) -> None:
        """Take credits for a job.

        Raises:
            RefusalError: There are not enough.
        """
        used = self._used.get(account.key, 0.0)
        if used + credits_needed > self._quirks.credits:
            raise self._words.refuse("BILLING_002")
        self._used[account.key] = used + credits_needed
        self._pages[account.key] = self._pages.get(account.key, 0) + pages
        self._costs[job_id] = credits_needed

    def plan_info(self, key: str) -> dict[str, object]:
        """What the organisation has used up in all: not what one job did."""
        return {
            "tier": TIER,
            "total_credits_used": self._used.get(key, 0.0),
            "pages_used": self._pages.get(key, 0),
        }

    def pages_used(self, key: str) -> int:
        """Pages processed so far."""
        return self._pages.get(key, 0)

    def _give_back(self, job: EmulatedJob[object]) -> None:
        """What failed is not billed here; the documents do not say."""
        if job.state is JobState.FAILED:
            cost = self._costs.pop(job.id, 0.0)
            self._used[job.account] = self._used.get(job.account, 0.0) - cost
            self._pages[job.account] = self._pages.get(job.account, 0) - job.pages

    def _busy(self, seconds: float) -> RefusalError:
        error = self._words.refuse("RATE_001")
        headers = {"Retry-After": f"{max(seconds, 0.01):.2f}"}
        return RefusalError(
            JSONResponse({"error": {"code": "RATE_001", "message": "Rate limit exceeded"}}, 429, headers),
            code=error.code,
        )

    def _make(self, key: str) -> Account:
        rate = RateLimit(
            count=self._state.limits.requests_per_second, period_seconds=1.0, clock=self._state.clock
        )
        return Account(key=key, rates={"all": rate})
