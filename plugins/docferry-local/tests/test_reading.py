import asyncio
import threading

import pytest

from docferry.errors import CorruptSourceError
from docferry.sources import Source, SourceFile
from docferry_local import LocalOptions, docferry_parse
from docferry_local.reading import PdfReader


@pytest.fixture
def read():
    """Read a PDF in this thread."""

    def run(content, *, is_stopped=lambda: False, report=lambda _done, _total: None, **options):
        file = SourceFile(
            name="report.pdf",
            file_name="report.pdf",
            media_type="application/pdf",
            size_bytes=len(content),
            fingerprint="sha256:0",
            content=content,
        )
        reader = PdfReader(file=file, options=LocalOptions(**options), report=report, is_stopped=is_stopped)
        return reader.read(None)

    return run


def test_reading_ends_at_the_batch_after_it_is_stopped(read, make_pdf, lines):
    stopped = threading.Event()
    reports = []

    def report(pages_done, pages_total):
        reports.append((pages_done, pages_total))
        stopped.set()

    found = read(make_pdf(*[lines("words")] * 9), batch_pages=2, report=report, is_stopped=stopped.is_set)
    assert reports == [(2, 9)]
    assert len(found.pages) == 2


def test_an_explained_error_names_the_source_and_the_next_step(read):
    with pytest.raises(CorruptSourceError) as caught:
        read(b"%PDF-1.7 and nothing else")
    assert caught.value.source == "report.pdf"
    assert caught.value.next_step


def test_many_documents_at_once_come_out_each_with_its_own_result(context_for, make_pdf, lines):
    # liteparse's sessions must not leave their thread, whichever worker threads the documents are given.
    good = make_pdf(*[lines("words")] * 30)
    contents = [good, b"%PDF-1.7 damaged", good, good[: len(good) // 2], good, good]

    async def all_of_them():
        return await asyncio.gather(
            *(
                docferry_parse(
                    source=Source(name=f"{number}.pdf", origin=content),
                    pages=None,
                    options=LocalOptions(batch_pages=3),
                    context=context_for(),
                )
                for number, content in enumerate(contents)
            ),
            return_exceptions=True,
        )

    kinds = [type(result).__name__ for result in asyncio.run(all_of_them())]
    assert kinds == [
        "Document",
        "CorruptSourceError",
        "Document",
        "CorruptSourceError",
        "Document",
        "Document",
    ]
