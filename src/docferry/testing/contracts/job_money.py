"""Money: each document is submitted once, whatever happens to the process."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from docferry.engine import current_engine
from docferry.errors import SubmissionUnknownError
from docferry.ingest import Outcome
from docferry.ledger import JobRecord
from docferry.model import Document, encode_document
from docferry.provider import JobSettings, read_options
from docferry.sources import open_source
from docferry.testing.contracts.evidence import SHORTEST_PASSAGE
from docferry.testing.contracts.job_foundation import PATIENCE_SECONDS, JobContract, Workshop
from docferry.testing.jobs import JobBench, JobService, RequestKind
from docferry.testing.sample import Sample

__all__ = ["MoneyContract"]


class MoneyContract(JobContract):
    """Never pay twice."""

    def test_each_document_is_submitted_once(self, workshop: Workshop, service: JobService) -> None:
        """Equal files of one run share one job, and the request that costs money is marked."""
        bench = workshop.bench()
        outcomes = workshop.trial(bench).outcomes(self.samples[0], self.samples[0])
        assert [outcome.error for outcome in outcomes] == [None, None]
        assert bench.wire.count(RequestKind.SUBMIT) == 1, (
            "mark the one request that costs money: commits=True"
        )
        assert service.submission_count == 1

    def test_files_submitted_together_get_their_own_results(
        self, workshop: Workshop, service: JobService
    ) -> None:
        """Of a provider that takes several files at once; it needs two samples."""
        bench = workshop.bench()
        if workshop.api(bench).batch_limit == 1:
            pytest.skip("the provider takes one file at a time")
        together = self.samples[:2]
        assert len(together) > 1, "a provider that takes several files at once needs two samples"
        outcomes = _parsed_together(bench, workshop, together)
        assert [outcome.error for outcome in outcomes] == [None] * len(together)
        assert service.submission_count == len(together)
        for sample, outcome in zip(together, outcomes, strict=True):
            alone = workshop.trial(workshop.bench()).document(sample)
            assert outcome.document == alone, f"{sample.name} got the result of another file"

    def test_cached_result_is_the_same_document_and_sends_nothing(
        self, workshop: Workshop, service: JobService
    ) -> None:
        """A later process finds the paid payload, and maps it to the same document."""
        first = workshop.bench()
        fresh = workshop.trial(first).document(self.samples[0])
        second = workshop.bench(after=first)
        cached = workshop.trial(second).document(self.samples[0])
        assert second.wire.visits == []
        assert service.submission_count == 1
        assert encode_document(cached) == encode_document(fresh)

    def test_options_that_reach_the_service_change_no_result(
        self, workshop: Workshop, service: JobService
    ) -> None:
        """A new key or address finds what was paid for: mark such options as not semantic."""
        assert set(workshop.options().semantic) & set(service.options) == set()

    @pytest.mark.parametrize("kind", [RequestKind.POLL, RequestKind.FETCH])
    def test_killed_process_is_followed_by_one_that_attaches(
        self, workshop: Workshop, service: JobService, kind: RequestKind
    ) -> None:
        """Killed while waiting or fetching: the next process goes on with the job."""
        first = workshop.bench()
        with self._killed_at(kind, bench=first, workshop=workshop, reaches=False) as was_killed:
            if not was_killed:
                pytest.skip(f"the provider sends no {kind} request for this sample")
            second = workshop.bench(after=first)
            workshop.trial(second).document(self.samples[0])
            assert second.wire.count(RequestKind.SUBMIT) == 0
        assert service.submission_count == 1

    def test_killed_process_that_heard_no_answer_is_not_repeated(
        self, workshop: Workshop, service: JobService
    ) -> None:
        """Killed between sending and hearing: the next one asks what became of it, or says it is unknown."""
        first = workshop.bench()
        with self._killed_at(RequestKind.SUBMIT, bench=first, workshop=workshop, reaches=True):
            second = workshop.bench(after=first)
            (outcome,) = workshop.trial(second).outcomes(self.samples[0])
            assert outcome.error is None or isinstance(outcome.error, SubmissionUnknownError)
            assert second.wire.count(RequestKind.SUBMIT) == 0
        assert service.submission_count == 1

    def test_job_submitted_now_is_collected_later_without_its_source(
        self, workshop: Workshop, service: JobService
    ) -> None:
        """`docferry submit` and `docferry jobs resume`."""
        first = workshop.bench()
        record = current_engine().run(self._submit(workshop, first))
        second = workshop.bench(after=first)
        collected = current_engine().run(_collect(workshop, second, record))
        assert workshop.trial(second).document(self.samples[0]) == collected
        assert service.submission_count == 1

    def test_ledger_and_cache_hold_no_secrets(self, workshop: Workshop) -> None:
        """No key in either; no text of the document in the ledger."""
        bench = workshop.bench()
        workshop.trial(bench).document(self.samples[0])
        current_engine().run(bench.aclose())
        passages = [text for page in self.samples[0].pages for text in page if len(text) >= SHORTEST_PASSAGE]
        for path in sorted(bench.folder.rglob("*")):
            if path.is_file():
                assert _found(path, workshop.secrets()) == [], f"{path.name} holds a key"
                if path.name.startswith("ledger"):
                    assert _found(path, passages) == [], f"{path.name} holds text of the document"

    async def _submit(self, workshop: Workshop, bench: JobBench) -> JobRecord:
        info = workshop.trial(bench).info
        options = read_options(info.options_type, workshop.service.options, provider=self.provider)
        runner, api = bench.runner, workshop.api(bench)
        async with open_source(self.samples[0].source()) as file:
            return await runner.submit(
                await runner.errand(api, file, pages=None, options=options, settings=JobSettings())
            )


def _parsed_together(bench: JobBench, workshop: Workshop, samples: Sequence[Sample]) -> tuple[Outcome, ...]:
    """Parse samples on a clock that stands still until something is sent, so that none goes alone."""
    bench.clock.stop()
    with ThreadPoolExecutor(max_workers=1) as pool:
        reading = pool.submit(workshop.trial(bench).outcomes, *samples)
        try:
            for _ in range(int(PATIENCE_SECONDS / 0.01)):
                if bench.wire.visits or wait({reading}, timeout=0.01).done:
                    break
        finally:
            bench.clock.go_on()
        return reading.result()


async def _collect(workshop: Workshop, bench: JobBench, record: JobRecord) -> Document:
    return await bench.runner.document(workshop.api(bench), record, is_sliced=False, settings=JobSettings())


def _found(path: Path, texts: list[str]) -> list[str]:
    content = path.read_bytes()
    return [text for text in texts if text.encode() in content]
