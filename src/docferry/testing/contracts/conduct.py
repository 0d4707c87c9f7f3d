"""Conduct: a parse shares its loop, ends when it is cancelled, and keeps quiet."""

import asyncio
import gc
import logging
import time
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import pytest

from docferry.engine import current_engine
from docferry.provider import ParseContext, read_options
from docferry.sources import Source, SourceFile, check_source_file, open_source
from docferry.testing.contracts.evidence import page_texts
from docferry.testing.contracts.foundation import Contract, MakeTrial
from docferry.testing.sample import Sample
from docferry.testing.steps import OWN_FOLDER, StepTimes
from docferry.testing.trial import Trial

__all__ = ["ConductContract"]

THREADS = 4
PATIENCE_SECONDS = 5.0
TRIES = 5
"""A machine that is busy with something else delays a step now and then; a parse that blocks always does."""

CANCEL_AFTER_TURNS = (1, 5, 25, 125)
CANCEL_AFTER_SHARES = (0.3, 0.6, 0.9)

Tasks = set["asyncio.Task[object]"]


class ConductContract(Contract):
    """A guest on the one loop of the process."""

    longest_step_seconds: float = 0.1
    """How long a parse may keep the loop from everything else at a time."""

    def test_parse_leaves_the_loop_to_others(self, make_trial: MakeTrial) -> None:
        """While a parse runs, other work on the engine loop goes on: blocking work belongs in a thread."""
        engine = current_engine()
        for sample in self.samples:
            measured = (engine.run(_longest_step(make_trial(), sample)) for _ in range(TRIES))
            longest = _best(measured, limit=self.longest_step_seconds)
            assert longest <= self.longest_step_seconds, (
                f"the parse of {sample.name} keeps the loop for {longest:.3f} s at a time; "
                "use context.run_in_thread"
            )

    def test_cancelled_parse_ends_and_leaves_nothing_running(self, make_trial: MakeTrial) -> None:
        """Wherever it is, it ends soon with CancelledError, and so does every task that it started."""
        sample = self.samples[0]
        started = time.monotonic()
        make_trial().document(sample)
        duration = time.monotonic() - started
        seconds = [0.0] * len(CANCEL_AFTER_TURNS) + [share * duration for share in CANCEL_AFTER_SHARES]
        turns = [*CANCEL_AFTER_TURNS, *[0] * len(CANCEL_AFTER_SHARES)]
        for wait_turns, wait_seconds in zip(turns, seconds, strict=True):
            cancelling = _cancelled(make_trial(), sample, turns=wait_turns, seconds=wait_seconds)
            complaint = current_engine().run(cancelling)
            assert not complaint, complaint

    def test_parses_from_several_threads_at_once(self, make_trial: MakeTrial) -> None:
        """Four threads, one provider, the same text in each."""
        expected = [page_texts(make_trial().document(sample)) for sample in self.samples]
        trial = make_trial()

        def parse_all(_number: int) -> list[dict[int, str]]:
            return [page_texts(trial.document(sample)) for sample in self.samples]

        with ThreadPoolExecutor(max_workers=THREADS) as pool:
            for texts in pool.map(parse_all, range(THREADS)):
                assert texts == expected

    def test_parse_prints_nothing_and_leaves_logging_alone(
        self, trial: Trial, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """A library logs; whether and where that is shown is its user's affair."""
        root = logging.getLogger()
        before = (root.level, tuple(root.handlers))
        for sample in self.samples:
            trial.document(sample)
        assert (root.level, tuple(root.handlers)) == before, "the root logger is the user's"
        assert tuple(capfd.readouterr()) == ("", ""), "use logging.getLogger"


def _best(measured: Iterator[float], *, limit: float) -> float:
    """The smallest of the measurements up to the first one within the limit."""
    best = next(measured)
    while best > limit:
        value = next(measured, None)
        if value is None:
            break
        best = min(best, value)
    return best


async def _longest_step(trial: Trial, sample: Sample) -> float:
    """The longest time, in seconds, for which a parse kept everything else from the engine loop."""
    times = StepTimes()
    # Collecting garbage stops every thread, and is nobody's fault.
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        with times.with_tasks():
            await times.measured(_parse(trial, sample))
    finally:
        if was_collecting:
            gc.enable()
    return times.longest


async def _cancelled(trial: Trial, sample: Sample, *, turns: int, seconds: float) -> str:
    """Cancel a parse after so many turns of the loop and so many seconds; what is wrong afterwards."""
    before = _foreign_tasks()
    parse = asyncio.create_task(_parse(trial, sample))
    for _ in range(turns):
        await asyncio.sleep(0)
    await asyncio.wait({parse}, timeout=seconds)
    was_cancelled = parse.cancel()
    await asyncio.wait({parse}, timeout=PATIENCE_SECONDS)
    when = f"cancelled after {turns} turns of the loop and {seconds:.3f} s"
    if not parse.done():
        return f"a parse {when} still runs {PATIENCE_SECONDS:.0f} s later"
    if was_cancelled and not parse.cancelled():
        return f"a parse {when} does not end with CancelledError: let it through"
    left = _foreign_tasks() - before
    if left:
        _, left = await asyncio.wait(left, timeout=PATIENCE_SECONDS)
    return f"a parse {when} leaves tasks running: {sorted(map(_described, left))}" if left else ""


async def _parse(trial: Trial, sample: Sample) -> None:
    """Parse as the ingest room does."""
    info = trial.info

    @asynccontextmanager
    async def opened(source: Source) -> AsyncGenerator[SourceFile]:
        async with open_source(source, max_size_bytes=info.limits.max_size_bytes) as file:
            await asyncio.to_thread(check_source_file, file, info=info)
            yield file

    context = ParseContext(info=info, jobs=trial.jobs, opener=opened, listener=lambda _event: None)
    options = read_options(info.options_type, dict(trial.options), provider=info.name)
    await trial.provider.parse(sample.source(), pages=None, options=options, context=context)


def _foreign_tasks() -> Tasks:
    """The tasks of the running loop that are not docferry's own."""
    return {task for task in asyncio.all_tasks() if not _described(task).startswith(OWN_FOLDER)}


def _described(task: "asyncio.Task[object]") -> str:
    code: object = getattr(task.get_coro(), "cr_code", None)
    return f"{getattr(code, 'co_filename', '')} {getattr(code, 'co_name', task.get_name())}"
