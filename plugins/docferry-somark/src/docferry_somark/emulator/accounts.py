"""Accounts of the emulated service: keys, pace, places for tasks, and pages left."""

from docferry.emulation import Account, Accounts, EmulatedJob, Quota, RateLimit, ServiceState
from docferry.model import JobState
from docferry_somark.emulator.quirks import SomarkQuirks
from docferry_somark.emulator.request import ParseRequest
from docferry_somark.emulator.words import refuse

__all__ = ["SomarkAccounts"]

DAY_SECONDS = 86_400.0
MONTH_SECONDS = 30 * DAY_SECONDS


class SomarkAccounts:
    """Lets requests in, or refuses them.

    Args:
        state: What the service knows.
        quirks: How it behaves where nobody knows for certain.
        keys: The keys that are accepted.
    """

    def __init__(
        self, state: ServiceState[ParseRequest], quirks: SomarkQuirks, *, keys: tuple[str, ...]
    ) -> None:
        self._state = state
        self._quirks = quirks
        self._accounts = Accounts(("",) if quirks.is_private else keys, make=self._make)
        state.listeners.append(self._give_back)

    def admit(self, key: str) -> Account:
        """The account of a key.

        Raises:
            RefusalError: The key is not accepted, or the account has no plan.
        """
        account = self._accounts.find("" if self._quirks.is_private else key)
        if account is None:
            raise refuse("1107")
        if not self._quirks.has_plan:
            raise refuse("1108")
        return account

    def pace(self, account: Account, *, is_submission: bool) -> None:
        """Count a request towards the rate limit.

        Raises:
            RefusalError: It is one too many.
        """
        if not is_submission and self._quirks.rate_covers == "submit":
            return
        if account.rates["all"].take() > 0:
            raise refuse("1101" if is_submission else "1124")

    def check_place(self, account: Account) -> None:
        """See whether a further task may begin.

        Raises:
            RefusalError: The account has as many tasks under way as it may.
        """
        most = self._state.limits.concurrency
        if most is None or self._quirks.when_busy == "queue":
            return
        if self._state.jobs.count_under_way(account.key) >= most:
            raise refuse("1124", "all slots of the account are taken")

    def charge(self, account: Account, pages: int) -> None:
        """Take pages: free ones first, as far as both day and month have them, then paid ones.

        Raises:
            RefusalError: There are not enough.
        """
        if not account.quotas:
            return
        today, month, paid = (account.quotas[name] for name in ("today", "month", "paid"))
        free = min(today.left or 0, month.left or 0, pages)
        if not paid.take(pages - free):
            raise refuse("1123")
        today.take(free)
        month.take(free)

    def _give_back(self, job: EmulatedJob[ParseRequest]) -> None:
        """What failed is not billed: paid pages come back first."""
        account = self._accounts.find(job.account)
        if job.state is not JobState.FAILED or account is None or not account.quotas:
            return
        free = job.pages - account.quotas["paid"].give_back(job.pages)
        account.quotas["today"].give_back(free)
        account.quotas["month"].give_back(free)

    def _make(self, key: str) -> Account:
        clock, quirks = self._state.clock, self._quirks
        rate = RateLimit(count=self._state.limits.requests_per_second, period_seconds=1.0, clock=clock)
        quotas = {
            "today": Quota(pages=quirks.free_pages_today, clock=clock, period_seconds=DAY_SECONDS),
            "month": Quota(pages=quirks.free_pages_this_month, clock=clock, period_seconds=MONTH_SECONDS),
            "paid": Quota(pages=quirks.paid_pages, clock=clock),
        }
        return Account(key=key, rates={"all": rate}, quotas={} if quirks.is_private else quotas)
