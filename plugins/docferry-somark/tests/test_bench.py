"""The whole way over real HTTP: limits of the account, and the synchronous mode."""

import pytest
from somark_service import QUICK, reach

from docferry.emulation import SteppedClock
from docferry.engine import current_engine
from docferry.errors import SourceTooLargeError, SubmissionUnknownError
from docferry.model import ElementKind
from docferry.provider.faults import Fault, TransportFault
from docferry.sources import Source
from docferry.testing import EmulatedJobService, RequestKind, Trouble, Workshop


@pytest.fixture
def pdfs(documents, tmp_path):
    """Three documents of two pages."""
    paths = [
        documents.text_pdf(tmp_path, texts=(f"Tide table {name}", "More"), name=f"{name}.pdf")
        for name in "abc"
    ]
    return [Source.from_bytes(path.read_bytes(), name=path.name) for path in paths]


@pytest.fixture
def trial_of(workshop):
    """A bench, and a trial on it with further options."""

    def trial_of(bench=None, **options):
        bench = bench or workshop.bench()
        return bench, workshop.trial(bench, {**workshop.service.options, **options})

    return trial_of


@pytest.mark.parametrize("limit", [{"max_pages": 1}, {"max_size_bytes": 500}])
def test_what_exceeds_a_limit_is_refused_before_anything_is_sent(trial_of, pdfs, limit):
    bench, trial = trial_of(**limit)
    error = trial.error(pdfs[0])

    assert type(error) is SourceTooLargeError
    assert bench.wire.visits == []


def test_requests_and_tasks_keep_to_the_account(trial_of, pdfs, service):
    bench, trial = trial_of()
    assert all(outcome.is_success for outcome in trial.outcomes(*pdfs))

    # Counted from the first one: a request that a busy machine sends late comes closer to the next one.
    first, *others = sorted(visit.at for visit in bench.wire.visits)
    assert all(at - first >= 0.98 * place for place, at in enumerate(others, start=1))
    assert service.counters.most_under_way == 1


class ClockOfThree(SteppedClock):
    """Its time passes once three jobs have been under way."""

    counters = None

    def now(self):
        has_three = self.counters is not None and self.counters.most_under_way >= 3
        return super().now() + (1000 if has_three else 0)


def test_the_account_may_allow_more(pdfs, point, tmp_path):
    clock = ClockOfThree()
    settings = QUICK.model_copy(update={"work_seconds": 100, "clock": clock})
    with EmulatedJobService("somark", options=reach, settings=settings) as service:
        clock.counters = service.counters
        workshop = Workshop(name="somark", entry_point=point, service=service, folder=tmp_path)
        options = {**service.options, "concurrency": 3, "requests_per_second": 100}
        assert all(
            outcome.is_success for outcome in workshop.trial(workshop.bench(), options).outcomes(*pdfs)
        )
        workshop.close()
    assert service.counters.most_under_way == 3


def test_a_synchronous_parse_is_neither_polled_nor_lost(trial_of, demo_pdf, service, workshop):
    first, trial = trial_of(mode="sync")
    document = trial.document(demo_pdf)
    kinds = [visit.kind for visit in first.wire.visits]
    assert kinds[0] is RequestKind.SUBMIT
    assert RequestKind.POLL not in kinds
    assert RequestKind.FETCH not in kinds
    assert any(
        element.kind is ElementKind.FIGURE and element.image.asset_name for element in document.elements
    )

    second, trial = trial_of(workshop.bench(after=first), mode="async")
    assert trial.document(demo_pdf) == document
    assert second.wire.visits == []
    assert sum(service.counters.submissions.values()) == 1


def test_a_synchronous_answer_that_is_lost_is_not_paid_for_again(trial_of, pdfs, service, workshop):
    first, trial = trial_of(mode="sync")
    lost = TransportFault(Fault.UNKNOWN, "ReadError")
    first.wire.plan(RequestKind.SUBMIT, Trouble(answer=lost, reaches=True))
    assert type(trial.error(pdfs[0])) is SubmissionUnknownError

    second, trial = trial_of(workshop.bench(after=first), mode="sync")
    assert type(trial.error(pdfs[0])) is SubmissionUnknownError
    assert second.wire.visits == []
    assert sum(service.counters.submissions.values()) == 1


def test_a_synchronous_parse_is_a_fetched_job_in_the_ledger(trial_of, pdfs):
    bench, trial = trial_of(mode="sync")
    trial.document(pdfs[0])
    (record,) = current_engine().run(bench.runner.books.do(bench.runner.books.ledger.jobs))

    assert record.step.value == "fetched"
    assert record.receipt.remote_id
