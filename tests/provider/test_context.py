"""What a plugin is handed for one parse."""

from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import pytest

from docferry.provider import JobSettings, ParseContext
from docferry.sources import Source, SourceFile

FILE = SourceFile.unseen(name="https://h/a.pdf", file_name="a.pdf", fingerprint="url:1")


@asynccontextmanager
async def opened(source):
    raise AssertionError(f"{source} is opened")
    yield


def context_with(*, refreshes):
    jobs = JobSettings(refreshes=refreshes)
    return ParseContext(info=None, jobs=jobs, opener=opened, listener=print)


def test_a_source_that_the_service_fetches_is_not_opened():
    async def bring():
        context = context_with(refreshes=False).with_unseen(FILE, is_trusted=True)
        async with context.open(Source.from_url("https://h/a.pdf")) as file:
            return file

    assert anyio.run(bring) is FILE


@pytest.mark.parametrize(
    ("refreshes", "is_trusted", "submits_anew"),
    [(False, True, False), (False, False, True), (True, True, True), (True, False, True)],
)
def test_what_a_place_stood_for_is_submitted_anew_unless_it_is_trusted(refreshes, is_trusted, submits_anew):
    before = context_with(refreshes=refreshes)
    after = before.with_unseen(FILE, is_trusted=is_trusted)

    assert after.jobs.refreshes is submits_anew
    assert before.jobs.refreshes is refreshes
    assert (after.info, after.listener, after.arrival) == (before.info, before.listener, before.arrival)


def test_a_source_of_which_docferry_cuts_pages_out_is_not_left_to_the_service():
    cut = replace(context_with(refreshes=False), is_cut=True)

    assert cut.with_unseen(FILE, is_trusted=True) is cut
