"""Trouble: every fault of the connection or the service ends in the right place, and costs nothing twice."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from docferry.errors import (
    DocferryError,
    JobNotFoundError,
    ProviderBugError,
    ProviderError,
    SubmissionUnknownError,
)
from docferry.provider import Response
from docferry.provider.faults import Fault, TransportFault
from docferry.provider.setbacks import MAX_DENIALS
from docferry.testing.contracts.evidence import check_error, secrets_in
from docferry.testing.contracts.job_foundation import JobContract, Workshop
from docferry.testing.jobs import DocumentedError, ErrorPlace, JobService, RequestKind, Trouble

__all__ = ["TroubleContract"]

LOST = TransportFault(Fault.UNKNOWN, "ReadError")
UNSENT = TransportFault(Fault.NOT_SENT, "ConnectError")
ASKED_SECONDS = 7.0
SLACK_SECONDS = 0.01

BUSY = Response(status=429, headers={"content-type": "text/plain"}, body=b"slow down")
BUSY_FOR_A_WHILE = Response(status=429, headers={"retry-after": f"{ASKED_SECONDS:g}"}, body=b"slow down")
OUT_OF_ORDER = Response(status=503, headers={"content-type": "text/html"}, body=b"<html>sorry</html>")
UNREADABLE = Response(status=200, headers={"content-type": "text/html"}, body=b"<html>welcome</html>")

UNKNOWN_OUTCOMES = {
    "lost": Trouble(answer=LOST, reaches=True),
    "gateway": Trouble(answer=OUT_OF_ORDER, reaches=True),
    "unreadable": Trouble(answer=UNREADABLE, reaches=True),
}
PASSING_TROUBLES = {
    "unsent": Trouble(answer=UNSENT),
    "lost": Trouble(answer=LOST, reaches=True),
    "gateway": Trouble(answer=OUT_OF_ORDER),
    "busy": Trouble(answer=BUSY),
}


class TroubleContract(JobContract):
    """Retry what is free, never repeat what may cost, and say what the user can do."""

    def test_documented_error_has_its_remedy(
        self, workshop: Workshop, service: JobService, documented_error: DocumentedError
    ) -> None:
        """Each error that the service documents is the class whose remedy fits, with nothing secret in it."""
        bench = workshop.bench()
        # A job that a service does not know is only given up when it says so again and again.
        is_denied = documented_error.place is ErrorPlace.POLL and documented_error.error is JobNotFoundError
        service.fail(documented_error.place, documented_error.code, times=MAX_DENIALS if is_denied else 1)
        (outcome,) = workshop.trial(bench).outcomes(self.samples[0])
        kind = type(outcome.error) if outcome.error is not None else None
        assert kind is documented_error.error
        if outcome.error is not None:
            self._check_error(outcome.error, workshop)
        if documented_error.place is ErrorPlace.SUBMIT:
            workshop.trial(workshop.bench(after=bench)).document(self.samples[0])
            assert service.submission_count == 1, "what was refused is not a job, and may be submitted again"

    def test_unknown_status_word_is_waited_for(self, workshop: Workshop, service: JobService) -> None:
        """A state nobody has heard of is not an end."""
        service.use_unknown_word()
        workshop.trial(workshop.bench()).document(self.samples[0])
        assert service.submission_count == 1

    def test_polls_keep_to_the_services_pace(self, workshop: Workshop, service: JobService) -> None:
        """Never sooner than the floor of `poll_advice`."""
        service.use_unknown_word()  # so that a job is asked about twice at least
        bench = workshop.bench()
        advice = workshop.api(bench).poll_advice
        assert 0 < advice.floor_seconds <= advice.ceiling_seconds
        workshop.trial(bench).document(self.samples[0])
        times = bench.wire.times(RequestKind.POLL)
        assert len(times) != 1, "a state that nobody knows is asked about again"
        for earlier, later in pairwise(times):
            assert later - earlier >= advice.floor_seconds - SLACK_SECONDS

    @pytest.mark.parametrize("name", UNKNOWN_OUTCOMES)
    def test_submission_without_a_readable_answer_is_not_repeated(
        self, workshop: Workshop, service: JobService, name: str
    ) -> None:
        """It may have been taken: it is asked about or called unknown, and not sent again."""
        first = workshop.bench()
        first.wire.plan(RequestKind.SUBMIT, UNKNOWN_OUTCOMES[name])
        for bench in (first, workshop.bench(after=first)):
            (outcome,) = workshop.trial(bench).outcomes(self.samples[0])
            assert outcome.error is None or type(outcome.error) is SubmissionUnknownError
            if outcome.error is not None:
                self._check_error(outcome.error, workshop)
                bugs = [cause for cause in _causes(outcome.error) if isinstance(cause, ProviderBugError)]
                assert bugs == [], "an answer that cannot be read is an InvalidResponseError"
        assert service.submission_count == 1

    def test_submission_that_was_not_sent_is_repeated(self, workshop: Workshop, service: JobService) -> None:
        """Nothing reached the service: sending again costs nothing."""
        bench = workshop.bench()
        bench.wire.plan(RequestKind.SUBMIT, Trouble(answer=UNSENT))
        workshop.trial(bench).document(self.samples[0])
        assert not bench.wire.has_plans(RequestKind.SUBMIT)
        assert service.submission_count == 1

    def test_busy_service_gets_the_submission_later(self, workshop: Workshop, service: JobService) -> None:
        """HTTP 429 is a RateLimitedError: the document waits."""
        bench = workshop.bench()
        bench.wire.plan(RequestKind.SUBMIT, Trouble(answer=BUSY), Trouble(answer=BUSY))
        workshop.trial(bench).document(self.samples[0])
        assert service.submission_count == 1

    def test_retry_after_of_a_busy_service_is_obeyed(self, workshop: Workshop) -> None:
        """`retry_after_seconds` of the RateLimitedError has what the header asks for."""
        bench = workshop.bench()
        bench.wire.plan(RequestKind.SUBMIT, Trouble(answer=BUSY_FOR_A_WHILE))
        workshop.trial(bench).document(self.samples[0])
        refused, sent = bench.wire.times(RequestKind.SUBMIT)
        assert sent - refused >= ASKED_SECONDS - SLACK_SECONDS

    @pytest.mark.parametrize("name", [*PASSING_TROUBLES, "unreadable"])
    def test_trouble_while_polling_passes(self, workshop: Workshop, service: JobService, name: str) -> None:
        """A poll that fails says nothing about the job."""
        bench = workshop.bench()
        bench.wire.plan(RequestKind.POLL, PASSING_TROUBLES.get(name, Trouble(answer=UNREADABLE)))
        workshop.trial(bench).document(self.samples[0])
        assert not bench.wire.has_plans(RequestKind.POLL)
        assert service.submission_count == 1

    @pytest.mark.parametrize("name", PASSING_TROUBLES)
    def test_trouble_while_fetching_passes(self, workshop: Workshop, service: JobService, name: str) -> None:
        """A result that was paid for is fetched again, whole."""
        bench = workshop.bench()
        bench.wire.plan(RequestKind.FETCH, PASSING_TROUBLES[name])
        document = workshop.trial(bench).document(self.samples[0])
        if bench.wire.has_plans(RequestKind.FETCH):
            pytest.skip("the provider sends no fetch request for this sample")
        assert document == workshop.trial(workshop.bench(after=bench)).document(self.samples[0])
        assert len(document.pages) == len(self.samples[0].pages)
        assert service.submission_count == 1

    def _check_error(self, error: DocferryError, workshop: Workshop) -> None:
        passages = [passage for page in self.samples[0].pages for passage in page]
        check_error(error, source=self.samples[0].name, passages=passages)
        assert secrets_in(error, workshop.secrets()) == []
        if isinstance(error, ProviderError):
            assert error.provider == self.provider, "an error of a service names its provider"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
