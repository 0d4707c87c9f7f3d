import threading

import pytest

from docferry.emulation import JobBook, JobFailure, JobPlan, JobTimes, Upload
from docferry.emulation.results import CannedParser
from docferry.errors import CorruptSourceError
from docferry.model import JobState

pytestmark = pytest.mark.anyio

TIMES = JobTimes(queue_seconds=1, work_seconds=10, seconds_per_page=0.5, retention_seconds=100)


@pytest.fixture
def ended():
    return []


@pytest.fixture
async def open_book(clock, ended):
    books = []

    def open_book(*, concurrency=None):
        books.append(
            JobBook(service="harbour", times=TIMES, concurrency=concurrency, clock=clock, on_end=ended.append)
        )
        return books[-1]

    yield open_book
    for book in books:
        await book.close()


@pytest.fixture
def start(tmp_path):
    """Starts a job whose parse is done when this returns; without `work` it succeeds."""

    async def start(book, *, account="a", plan=None, work=None, is_done=True, **more):
        path = tmp_path / "upload.pdf"
        path.touch()
        upload = Upload(
            path=path, file_name="x.pdf", size_bytes=0, sha256="0" * 64, media_type="application/pdf"
        )
        job = book.create(None, account=account, file_name="x.pdf", plan=plan or JobPlan(), **more)
        parse = work or (lambda: CannedParser(pages=3).parse(upload, has_table_pictures=False))
        book.start(job, upload, pages=4, work=parse)
        if is_done:
            await job.work
        return job

    return start


async def test_a_job_is_pending_then_running_then_succeeded(open_book, start, clock):
    book = open_book()
    job = await start(book)
    states = []
    for _ in range(15):
        book.settle()
        states.append(job.state)
        clock.advance(1)
    assert states == [JobState.PENDING, *[JobState.RUNNING] * 12, *[JobState.SUCCEEDED] * 2]
    assert (job.started_at - job.queued_at, job.ended_at - job.started_at) == (1, 12)
    assert len(job.result.document.pages) == 3


async def test_a_job_does_not_end_before_its_parse(open_book, start, clock):
    book, gate = open_book(), threading.Event()

    def work():
        gate.wait(60)
        raise CorruptSourceError("it is damaged")

    job = await start(book, work=work, is_done=False)
    clock.advance(1000)
    book.settle()
    assert job.state is JobState.RUNNING
    gate.set()
    await job.work
    book.settle()
    assert job.state is JobState.FAILED
    assert job.failure.message == "it is damaged"


async def test_an_account_has_so_many_jobs_at_work_and_the_others_wait_their_turn(open_book, start, clock):
    book = open_book(concurrency=1)
    jobs = [await start(book) for _ in range(3)]
    other = await start(book, account="b")
    clock.advance(13)
    book.settle()
    assert [job.state for job in jobs] == [JobState.SUCCEEDED, JobState.RUNNING, JobState.PENDING]
    assert other.state is JobState.SUCCEEDED
    assert book.count_under_way("a") == 2
    clock.advance(24)
    book.settle()
    begin = jobs[0].queued_at
    assert [job.ended_at - begin for job in jobs] == [13, 25, 37]


async def test_a_batch_is_found_by_its_group(open_book, start):
    book = open_book()
    jobs = [await start(book, group=group) for group in ("one", "two", "one", "")]
    assert book.group("one") == (jobs[0], jobs[2])
    assert book.group("") == ()


async def test_a_lost_job_is_unknown_but_was_there(open_book, start):
    book = open_book()
    job = await start(book, plan=JobPlan(is_lost=True))
    assert book.find(job.id) is None
    assert book.all() == (job,)


async def test_a_stalled_job_never_ends(open_book, start, clock):
    book = open_book()
    job = await start(book, plan=JobPlan(is_stalled=True))
    clock.advance(10**6)
    assert book.find(job.id).state is JobState.RUNNING
    assert not await book.wait(job, timeout_seconds=5)


async def test_a_job_fails_as_planned(open_book, start, clock, ended):
    book = open_book()
    job = await start(book, plan=JobPlan(failure=JobFailure(code="1137")))
    clock.advance(13)
    assert book.find(job.id).state is JobState.FAILED
    assert (job.failure.code, job.result, ended) == ("1137", None, [job])


async def test_pages_are_dropped_as_planned(open_book, start, clock):
    book = open_book()
    job = await start(book, plan=JobPlan(dropped_pages=2))
    clock.advance(13)
    assert [page.number for page in book.find(job.id).result.document.pages] == [1]


async def test_a_job_is_forgotten_after_the_retention(open_book, start, clock):
    book = open_book()
    job = await start(book)
    clock.advance(13)
    book.settle()
    clock.advance(101)
    assert book.find(job.id) is None
    assert (job.state, job.result) == (JobState.EXPIRED, None)


async def test_a_cancelled_job_frees_its_place(open_book, start, clock):
    book = open_book(concurrency=1)
    first, second = await start(book), await start(book)
    clock.advance(2)
    assert book.cancel(first)
    assert not book.cancel(first)
    book.settle()
    assert (first.state, second.state) == (JobState.CANCELLED, JobState.RUNNING)


async def test_a_job_waits_for_its_file(open_book, clock):
    book = open_book()
    job = book.create(None, account="a", file_name="later.pdf")
    clock.advance(1000)
    assert book.find(job.id).is_waiting_for_file
    assert book.cancel(job)
    assert not job.is_waiting_for_file


async def test_waiting_for_a_job_lets_its_time_pass(open_book, start):
    book = open_book()
    job = await start(book, is_done=False)
    assert await book.wait(job)
    assert job.state is JobState.SUCCEEDED


async def test_a_file_is_deleted_after_its_job(open_book, start):
    job = await start(open_book())
    assert not job.upload.path.exists()


async def test_ids_differ_between_starts_of_a_service(open_book, clock):
    one = open_book().create(None, account="a", file_name="x").id
    clock.advance(1)
    two = open_book().create(None, account="a", file_name="x").id
    assert one != two
    assert len(one) == 32
