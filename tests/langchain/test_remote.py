"""A loader over a remote service: its ledger and cache are the ones given."""

from docferry import JobDesk
from docferry.langchain import DocferryBlobParser, DocferryLoader
from docferry.ledger import JobStep


def test_a_loader_keeps_its_jobs_where_it_is_told_to(depot, depot_manager, jobs, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("one")
    for _ in range(2):
        loader = DocferryLoader(path, provider="depot", jobs=jobs, manager=depot_manager)
        assert [document.page_content for document in loader.load()] == ["one [en]"]
    assert len(depot.submissions) == 1
    (record,) = JobDesk(jobs=jobs, manager=depot_manager).list_jobs()
    assert (record.source_name, record.step) == (str(path), JobStep.FETCHED)


def test_a_blob_parser_does_too(depot, depot_manager, jobs):
    from langchain_core.documents.base import Blob

    parser = DocferryBlobParser(provider="depot", jobs=jobs, manager=depot_manager)
    blob = Blob.from_data("one", path="a.txt")
    assert [document.page_content for document in parser.parse(blob)] == ["one [en]"]
    assert jobs.ledger.exists()
    assert len(depot.submissions) == 1
