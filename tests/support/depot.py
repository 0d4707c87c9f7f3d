"""A service of these tests' own, spoken to through a scripted transport, and an engine room around it."""

import json
from dataclasses import dataclass, field
from types import SimpleNamespace

import anyio
import pytest

from docferry.errors import JobFailedError, JobNotFoundError, RateLimitedError, UnavailableError
from docferry.ledger import PayloadStore, SqliteLedger
from docferry.model import (
    AccountStatus,
    Document,
    Element,
    ElementKind,
    JobState,
    JobStatus,
    Limits,
    Page,
    Receipt,
    Region,
)
from docferry.provider import (
    JobSettings,
    Keep,
    PollAdvice,
    ProviderOptions,
    Request,
    Response,
    ServiceIdentity,
)
from docferry.provider.books import Books
from docferry.provider.faults import read_retry_after
from docferry.provider.limits import Limiters
from docferry.provider.runner import JobRunner
from docferry.sources import SourceFile
from docferry.testing import FakeClock, ScriptedTransport


class DepotOptions(ProviderOptions):
    language: str = "en"


@dataclass
class DepotApi:
    """Speaks with the depot: one POST per submission, JSON all over."""

    limits: Limits = field(default_factory=Limits)
    poll_advice: PollAdvice = field(default_factory=PollAdvice)
    batch_limit: int = 1
    account_name: str = "key-1"

    @property
    def identity(self):
        return ServiceIdentity(
            provider="depot",
            protocol_version="1",
            operation="parse",
            endpoint="http://depot",
            account=self.account_name,
        )

    def batch_key(self, item):
        return item.options.language

    def _read(self, response):
        if response.status == 429:
            error = RateLimitedError("slow down", provider="depot")
            error.retry_after_seconds = read_retry_after(response.headers, now=0.0)
            raise error
        if response.status >= 500:
            raise UnavailableError("out of order", provider="depot")
        return response.json(provider="depot")

    def submit(self, items):
        names = [item.file.name for item in items]
        response = yield Request(method="POST", url="http://depot/jobs", json_body=names, commits=True)
        body = self._read(response)
        if body.get("code") == "busy":
            raise RateLimitedError("busy", provider="depot")
        if body.get("code") == "refused":
            raise JobFailedError("refused", provider="depot")
        return tuple(Receipt(remote_id=body["batch"], item_id=str(n)) for n, _ in enumerate(items))

    def poll(self, receipts):
        response = yield Request(method="GET", url=f"http://depot/jobs/{receipts[0].remote_id}")
        if response.status == 404:
            raise JobNotFoundError("no such job", provider="depot")
        states = self._read(response)["states"]
        return tuple(self._status(receipt, states[int(receipt.item_id)]) for receipt in receipts)

    def _status(self, receipt, word):
        states = {"wait": JobState.PENDING, "done": JobState.SUCCEEDED, "bad": JobState.FAILED}
        error = JobFailedError("the depot gave up", provider="depot") if word == "bad" else None
        return JobStatus(
            receipt=receipt,
            state=states.get(word, JobState.RUNNING),
            raw_state=word,
            is_known=word in states,
            error=error,
        )

    def fetch(self, status):
        receipt = status.receipt
        yield Keep(name="status.json", media_type="application/json", data=b"{}")
        response = yield Request(
            method="GET", url=f"http://depot/results/{receipt.remote_id}/{receipt.item_id}", saves_as="text"
        )
        if not response.is_success:
            self._read(response)

    def cancel(self, receipt):
        response = yield Request(method="DELETE", url=f"http://depot/jobs/{receipt.remote_id}")
        return response.is_success

    def account(self):
        response = yield Request(method="GET", url="http://depot/account")
        return AccountStatus(is_valid=response.is_success)

    def map(self, payload, *, pages, fingerprint):  # noqa: ARG002 - the protocol's names
        text = payload.read("text").decode()
        element = Element(id="e1", kind=ElementKind.PARAGRAPH, text=text, regions=(Region(page=1),))
        return Document(
            source_fingerprint=fingerprint, provider="depot", pages=(Page(number=1),), elements=(element,)
        )


class InlineBooks(Books):
    """Works on the loop's own thread: a clock that jumps waits for other threads too, but that is slow."""

    async def do(self, work, *args, **kwargs):
        return work(*args, **kwargs)

    handle = do


class Depot:
    """The service: counts what it is asked, and does as the test tells it."""

    def __init__(self, clock):
        self.clock = clock
        self.seconds = 10.0
        self.submissions = []
        self.polls = []
        self.fetches = []
        self.cancelled = []
        self.born = {}
        self.words = {}
        self.plan = []  # answers or exceptions that come before the true answer, as (kind, answer) pairs

    def __call__(self, request):
        kind = self._kind(request)
        if self.plan and self.plan[0][0] == kind:
            _, answer, *after = self.plan.pop(0)
            if after:
                self._answer(kind, request)  # the service worked, but its answer is lost
            return answer
        return self._answer(kind, request)

    @staticmethod
    def _kind(request):
        if request.commits:
            return "submit"
        if request.method == "DELETE":
            return "cancel"
        return {"jobs": "poll", "results": "fetch", "account": "account"}[request.url.split("/")[3]]

    def _answer(self, kind, request):
        return getattr(self, f"_{kind}")(request)

    def _submit(self, request):
        batch = f"b{len(self.submissions)}"
        self.submissions.append(tuple(request.json_body))
        self.born[batch] = self.clock.monotonic()
        return reply({"batch": batch})

    def _poll(self, request):
        batch = request.url.rpartition("/")[2]
        self.polls.append((batch, self.clock.monotonic()))
        if batch not in self.born:
            return Response(status=404)
        is_done = self.clock.monotonic() - self.born[batch] >= self.seconds
        size = len(self.submissions[int(batch[1:])])
        return reply({"states": [self.words.get(n, "done") if is_done else "wait" for n in range(size)]})

    def _fetch(self, request):
        self.fetches.append(request.url)
        return Response(status=200, headers={"content-type": "text/plain; charset=utf-8"}, body=b"the text")

    def _cancel(self, request):
        self.cancelled.append(request.url)
        return Response(status=200)

    def _account(self, _request):
        return Response(status=200)


class SlowTransport(ScriptedTransport):
    """Answers a committing request after so many seconds; the service has it at once."""

    def __init__(self, depot, clock, *, seconds):
        super().__init__(depot)
        self.clock = clock
        self.seconds = seconds

    async def send(self, request, *, sink=None, before=None):
        response = await super().send(request, sink=sink, before=before)
        if request.commits:
            await self.clock.sleep(self.seconds)
        return response


def reply(value, status=200):
    return Response(status=status, body=json.dumps(value).encode())


@pytest.fixture
def room(tmp_path):
    """Makes runners on one ledger and cache; each stands for a process."""

    def runner(depot, clock, *, cache=tmp_path / "cache", transport=None):
        books = InlineBooks(ledger=SqliteLedger(tmp_path / "ledger.sqlite3"), store=PayloadStore(cache))
        transport = transport or ScriptedTransport(depot)
        return JobRunner(
            books=books, transports=lambda _network: transport, limiters=Limiters(clock=clock), clock=clock
        )

    def run(scenario, *, service=Depot, **depot_fields):
        """Run a scenario with a clock that jumps; it gets a namespace of everything."""

        async def main():
            clock = FakeClock()
            depot = service(clock)
            for name, value in depot_fields.items():
                setattr(depot, name, value)
            here = SimpleNamespace(
                clock=clock,
                depot=depot,
                runner=runner(depot, clock),
                new_runner=lambda **kwargs: runner(depot, clock, **kwargs),
            )
            await scenario(here)

        anyio.run(main)

    return run


def file_of(name="a.txt", content=b"content"):
    return SourceFile(
        name=name,
        file_name=name,
        media_type="text/plain",
        size_bytes=len(content),
        fingerprint=f"sha256:{name}",
        content=content,
    )


async def obtain(runner, *, name="a.txt", api=None, settings=None, options=None):
    """What parsing does, without the source room around it."""
    api = api or DepotApi()
    settings = settings or JobSettings()
    errand = await runner.errand(
        api, file_of(name), pages=None, options=options or DepotOptions(), settings=settings
    )
    payload = await runner.obtain(errand)
    return runner.books.reader(payload).read("text")
