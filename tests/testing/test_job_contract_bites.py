"""The same for services: each broken provider fails exactly the tests of the job contract that are named."""

from pathlib import Path

import broken_mill
import mill
import pytest

from docferry.testing import JobProviderContract, ProviderContract

pytest_plugins = ("pytester",)
pytestmark = pytest.mark.slow

# A specimen is the honest provider with something written below it.
HONEST = (
    Path(mill.__file__).read_text(encoding="utf-8")
    + """
from dataclasses import replace

from docferry.provider import Keep
"""
)
CONTRACT = """
from importlib.metadata import EntryPoint

import pytest
from docferry import errors
from docferry.testing import DocumentedError, ErrorPlace, JobProviderContract, Sample
from mill_service import MillService
from paper_samples import LETTER, NOTE


class TestMill(JobProviderContract):
    provider = "mill"
    samples = (LETTER, NOTE)
    corrupt_samples = (Sample(name="latin.txt", content=b"F\\xe4hre"),)
    documented_errors = (
        DocumentedError(place=ErrorPlace.SUBMIT, code="bad_key", error=errors.AuthenticationError),
        DocumentedError(place=ErrorPlace.SUBMIT, code="no_pages", error=errors.QuotaExceededError),
        DocumentedError(place=ErrorPlace.SUBMIT, code="busy", error=None),
        DocumentedError(place=ErrorPlace.POLL, code="busy", error=None),
        DocumentedError(place=ErrorPlace.POLL, code="unknown", error=errors.JobNotFoundError),
        DocumentedError(place=ErrorPlace.JOB, code="stuck", error=errors.JobFailedError),
        DocumentedError(place=ErrorPlace.JOB, code="damaged", error=errors.CorruptSourceError),
    )

    @pytest.fixture
    def entry_point(self):
        return EntryPoint(name="mill", value="specimen", group="docferry")

    @pytest.fixture
    def service(self):
        return MillService()
"""
# The provider selects no pages and reads no PDFs, so there is nothing to select from. It takes one file at a
# time.
OTHERS = {
    "test_selected_pages_keep_their_numbers",
    "test_pages_behind_the_end_are_refused",
    "test_files_submitted_together_get_their_own_results",
}


def promises(contract):
    return {name for name in dir(contract) if name.startswith("test_")}


# The rest of the contract bites in the tests of broken paper providers.
OWN = promises(JobProviderContract) - promises(ProviderContract)


def test_honest_provider_keeps_the_contract(judge):
    verdict = judge(HONEST, CONTRACT)
    assert verdict.failed == {}
    assert verdict.collection == ""
    assert verdict.passed == promises(JobProviderContract) - OTHERS


@pytest.mark.parametrize("name", broken_mill.BROKEN)
def test_broken_provider_that(judge, name):
    broken = broken_mill.BROKEN[name]
    verdict = judge(HONEST + broken.code, CONTRACT, only=OWN | broken.fails)
    assert verdict.collection == ""
    if broken.is_alone:
        assert set(verdict.failed) == broken.fails
    else:
        assert broken.fails <= set(verdict.failed)
    assert broken.says in "\n".join(verdict.failed[test] for test in broken.fails)


def test_every_promise_is_broken_by_some_specimen():
    noticed = set().union(*(broken.fails for broken in broken_mill.BROKEN.values()))
    assert noticed >= OWN


def test_provider_of_batches_with_one_sample_is_told_to_give_two(judge):
    name = "test_files_submitted_together_get_their_own_results"
    takes_two = broken_mill.spoken("    batch_limit = 2\n")
    one_sample = CONTRACT.replace("(LETTER, NOTE)", "(LETTER,)")
    verdict = judge(HONEST + takes_two, one_sample, only={name})
    assert "needs two samples" in verdict.failed[name]
