"""The depot with lots: a request asks for a slot per file, each is put into its slot, one poll tells all.

Asking for slots costs nothing. Whatever lies in a slot is worked on, and paid.
"""

from functools import partial

from depot import Depot, DepotApi, reply

from docferry.errors import InvalidOptionsError, JobFailedError, JobNotFoundError
from docferry.model import JobState, JobStatus, Receipt
from docferry.provider import Leg, Request, Response

STATES = {
    "waiting": JobState.PENDING,
    "running": JobState.RUNNING,
    "done": JobState.SUCCEEDED,
    "bad": JobState.FAILED,
    "gone": JobState.FAILED,
}


class LotApi(DepotApi):
    """Speaks with the depot in lots."""

    def submit(self, items):
        names = [item.file.name for item in items]
        response = yield Request(method="POST", url="http://depot/lots", json_body=names, is_repeatable=True)
        lot = self._read(response)
        return tuple(
            self._answer(item, lot["lot"], slot) for item, slot in zip(items, lot["slots"], strict=True)
        )

    def _answer(self, item, lot, slot):
        if item.file.name.startswith("forbidden"):
            return InvalidOptionsError("such names are not taken", next_step="rename it")
        receipt = Receipt(remote_id=lot, item_id=item.file.name)
        return Leg(exchange=partial(self._put, item, slot, receipt))

    def _put(self, item, slot, receipt):
        response = yield Request(
            method="PUT", url=slot, upload=item.file, is_foreign=True, commits=True, receipts=(receipt,)
        )
        if response.status == 429:
            self._read(response)
        if not response.is_success:
            raise JobFailedError(f"the slot takes nothing (HTTP {response.status})", provider="depot")
        return receipt

    def poll(self, receipts):
        response = yield Request(method="GET", url=f"http://depot/lots/{receipts[0].remote_id}")
        if response.status == 404:
            raise JobNotFoundError("no such lot", provider="depot")
        words = self._read(response)["states"]
        return tuple(self._status(receipt, words[receipt.item_id]) for receipt in receipts)

    def _status(self, receipt, word):
        state = STATES[word]
        error = JobFailedError(f"the depot says {word}", provider="depot")
        return JobStatus(
            receipt=receipt,
            state=state,
            raw_state=word,
            has_document=word not in ("waiting", "gone"),
            error=error if state is JobState.FAILED else None,
        )


class LotDepot(Depot):
    """The service. `submissions` are the files that were put, which is what costs, in order."""

    def __init__(self, clock):
        super().__init__(clock)
        self.lots = []
        self.lag = 0.0  # how long it takes to see what lies in a slot
        self.words = {}  # by name, instead of "done"
        self.unput = "waiting"

    def _kind(self, request):
        if request.method == "POST":
            return "lot"
        if request.method == "PUT":
            return "submit"
        return "poll" if request.url.split("/")[3] == "lots" else super()._kind(request)

    def _lot(self, request):
        lot = f"L{len(self.lots)}"
        self.lots.append(tuple(request.json_body))
        return reply({"lot": lot, "slots": [f"http://store/{lot}/{name}" for name in request.json_body]})

    def _submit(self, request):
        _, lot, name = request.url.rsplit("/", 2)
        self.submissions.append(name)
        self.born.setdefault((lot, name), self.clock.monotonic())
        return Response(status=200)

    def _poll(self, request):
        lot = request.url.rpartition("/")[2]
        self.polls.append((lot, self.clock.monotonic()))
        return reply({"states": {name: self._word(lot, name) for name in self.lots[int(lot[1:])]}})

    def _word(self, lot, name):
        age = self.clock.monotonic() - self.born.get((lot, name), float("inf"))
        if age < self.lag:
            return self.unput
        return self.words.get(name, "done") if age >= self.seconds else "running"
