"""The demo through every provider: the same pages, headings, tables and words, as far as its wire goes.

The services are their emulators, which answer with the local provider's parse in the vendor's shape, over
real HTTP. To write the table of the README anew:

    PYTHONPATH=tests/support python tests/contracts/test_provider_comparison.py
"""

import re
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from comparison import compare, figures_of, table_of

import docferry
from docferry.engine import current_engine
from docferry.ingest import Ingestor
from docferry.model import ElementKind
from docferry.testing import EmulatedJobService
from docferry.testing.jobs import JobBench

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
DEMO = ROOT / "examples" / "demo.pdf"
SERVICES = {
    "somark": ("somark", {}),
    "mineru": ("mineru", {}),
    "extend 2026-02-09": ("extend", {}),
    "extend 2025-04-21": ("extend", {"api_version": "2025-04-21"}),
    "pulse": ("pulse", {}),
}


@contextmanager
def serving(provider, folder):
    """An ingestor's options and manager for a provider whose service is emulated."""
    prefix = provider.upper()

    def options(environment):
        return {"base_url": environment[f"{prefix}_BASE_URL"], "api_key": environment[f"{prefix}_API_KEY"]}

    (point,) = entry_points(group="docferry", name=provider)
    with EmulatedJobService(provider, options=options) as service:
        bench = JobBench(folder=folder, service=service)
        current_engine().run(bench.open())
        try:
            yield service.options, bench.manager([point])
        finally:
            current_engine().run(bench.aclose())


def parsed_by(provider, options, folder):
    with serving(provider, folder) as (reaching, manager):
        ingestor = Ingestor(
            provider=provider, options={**reaching, **options}, chunking=None, manager=manager
        )
        with ingestor.run(str(DEMO)) as run:
            (outcome,) = run
    assert outcome.error is None, outcome.error
    return outcome.document


def parsed_by_all(folder):
    documents = {"local": docferry.parse(str(DEMO))}
    for number, (name, (provider, options)) in enumerate(SERVICES.items()):
        if entry_points(group="docferry", name=provider):
            documents[name] = parsed_by(provider, options, folder / str(number))
    return documents


def part():
    """The README's table of figures, between its marks."""
    return re.search(
        r"(<!-- comparison -->\n)(.*?)(<!-- end -->)", README.read_text(encoding="utf-8"), re.DOTALL
    )


def words_of_the_body(document):
    """All but what some services do not tell: running heads, text in pictures, repeated table headers."""
    kept = []
    for element in document.elements:
        if element.is_furniture or element.kind is ElementKind.FIGURE:
            continue
        table = element.table
        if table is not None and table.continues_previous:
            rows = tuple(cell for cell in table.cells if cell.row >= table.n_header_rows)
            element = replace(element, table=replace(table, cells=rows))  # noqa: PLW2901 - the same element, less
        kept.append(element)
    return figures_of(replace(document, elements=tuple(kept))).words


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    return parsed_by_all(tmp_path_factory.mktemp("jobs"))


@pytest.mark.parametrize("name", SERVICES)
def test_a_provider_brings_back_what_the_local_one_reads(documents, name):
    if name not in documents:
        pytest.skip(f"{name} is not installed")
    here, there = figures_of(documents["local"]), figures_of(documents[name])

    assert there.pages == here.pages
    assert [text for text, _ in there.headings] == [text for text, _ in here.headings]
    assert not words_of_the_body(documents["local"]) - there.words, "no word is lost"


def test_the_table_of_the_readme_is_what_was_counted(documents):
    assert part().group(2) == table_of(compare(documents, reference="local")) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        written = table_of(compare(parsed_by_all(Path(name)), reference="local"))
    text = README.read_text(encoding="utf-8")
    found = part()
    README.write_text(text[: found.start(2)] + written + "\n" + text[found.end(2) :], encoding="utf-8")
