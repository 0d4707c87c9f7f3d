"""A contract that cannot fail is a defect: each broken provider fails exactly the test that is named."""

from pathlib import Path

import broken_paper
import paper
import pytest

from docferry.testing import ProviderContract

pytest_plugins = ("pytester",)
pytestmark = pytest.mark.slow

# A specimen is the honest provider with something written below it.
HONEST = (
    Path(paper.__file__).read_text(encoding="utf-8")
    + """
from dataclasses import replace

from docferry.errors import RejectedError, SourceError, UnsupportedSourceError
from docferry.model import Table, TableCell
from docferry.settings import read_environment
"""
)
CONTRACT = """
from importlib.metadata import EntryPoint

import pytest
from docferry.testing import ProviderContract, Sample
from paper_samples import LEAFLET, LETTER


class TestPaper(ProviderContract):
    provider = "paper"
    samples = (LETTER, LEAFLET)

    @pytest.fixture
    def entry_point(self):
        return EntryPoint(name="paper", value="specimen", group="docferry")

{tests}
"""


def promises(contract):
    return {name for name in dir(contract) if name.startswith("test_")}


def test_honest_provider_keeps_the_contract(judge):
    verdict = judge(HONEST, CONTRACT.format(tests=""))
    assert verdict.failed == {}
    assert verdict.collection == ""
    assert verdict.passed == promises(ProviderContract)


@pytest.mark.parametrize("name", broken_paper.BROKEN)
def test_broken_provider_that(judge, name):
    broken = broken_paper.BROKEN[name]
    verdict = judge(HONEST + broken.code, CONTRACT.format(tests=broken.tests))
    assert verdict.collection == ""
    if broken.is_alone:
        assert set(verdict.failed) == broken.fails
    else:
        assert broken.fails <= set(verdict.failed)
    assert broken.says in "\n".join(verdict.failed[test] for test in broken.fails)


def test_every_promise_is_broken_by_some_specimen():
    noticed = set().union(*(broken.fails for broken in broken_paper.BROKEN.values()))
    assert noticed == promises(ProviderContract)
