"""The plugin that pytest finds: it keeps inherited tests as they are, and explains why they fail."""

from pathlib import Path

import paper
import pytest

from docferry.testing import ProviderContract
from docferry.testing.contracts.overrides import changed_tests
from docferry.testing.import_probe import probe_import

pytest_plugins = ("pytester",)

HONEST = Path(paper.__file__).read_text(encoding="utf-8")
CONTRACT = """
from importlib.metadata import EntryPoint

import pytest
from docferry.testing import ProviderContract, Sample
from paper_samples import LETTER


class Mixin:
    def test_card_is_complete(self):
        pass


class TestPaper({bases}):
    provider = "paper"
    samples = ({samples})

    @pytest.fixture
    def entry_point(self):
        return EntryPoint(name="paper", value="specimen", group="docferry")

{body}
"""


def contract(body="", *, bases="ProviderContract", samples="LETTER,"):
    return CONTRACT.format(body=body, bases=bases, samples=samples)


@pytest.mark.parametrize(
    ("body", "did"),
    [
        ("    def test_card_is_complete(self):\n        pass", "overrides"),
        ("    test_card_is_complete = None", "deletes"),
        ("    @pytest.mark.xfail\n    def test_card_is_complete(self):\n        pass", "overrides"),
        (
            "    @pytest.mark.skip(reason='no')\n    def test_card_is_complete(self):\n        pass",
            "overrides",
        ),
    ],
)
def test_changed_test_is_an_error_before_anything_runs(judge, body, did):
    verdict = judge(HONEST, contract(body))
    assert f"TestPaper: it {did} test_card_is_complete of the contract" in verdict.collection
    assert not verdict.passed


def test_test_hidden_by_a_mixin_is_an_error(judge):
    verdict = judge(HONEST, contract(bases="Mixin, ProviderContract"))
    assert "it overrides test_card_is_complete" in verdict.collection


def test_promise_that_is_not_kept_says_why(judge):
    body = (
        "    @pytest.mark.xfail(reason='paper has no title', strict=True)\n"
        "    def test_card_is_complete(self, trial):\n        super().test_card_is_complete(trial)"
    )
    nameless = f"{HONEST}\n@hookimpl\ndef docferry_provider_info():\n    return card(title='')\n"
    verdict = judge(nameless, contract(body))
    assert (verdict.collection, verdict.failed) == ("", {})
    assert "test_card_is_complete" in verdict.skipped  # where pytest counts the tests expected to fail


def test_own_tests_may_be_added(judge):
    verdict = judge(HONEST, contract("    def test_of_our_own(self, trial):\n        assert trial.info"))
    assert (verdict.collection, verdict.failed) == ("", {})
    assert "test_of_our_own" in verdict.passed


def test_contract_without_samples_is_an_error(judge):
    assert "TestPaper has no samples" in judge(HONEST, contract(samples="")).collection


def test_plugin_that_is_not_installed_is_named(judge):
    tests = contract().replace("    def entry_point(self):", "    def unused(self):")
    verdict = judge(HONEST, tests)
    assert not verdict.passed
    assert "have an entry point 'paper' in the group 'docferry'; install the plugin" in "\n".join(
        verdict.failed.values()
    )


def test_installed_plugin_is_found_and_its_assertions_are_explained(pytester):
    """In a process of its own, with nothing loaded before: as in a stranger's repository."""
    pytester.makepyfile(
        test_specimen="""
        from docferry.testing import ProviderContract, Sample

        class TestEcho(ProviderContract):
            provider = "echo"
            samples = (Sample(name="a.txt", content=b"one page", pages=(("one",), ("two",))),)
        """
    )
    run = pytester.runpytest_subprocess("-q", "-k", "count_from_one")
    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(["E*assert [[]1[]] == [[]1, 2[]]"])


def test_contracts_themselves_change_nothing():
    assert changed_tests(ProviderContract) == ()


def test_plugin_loads_nothing_of_docferry_in_other_peoples_runs():
    loaded = probe_import("docferry.testing.pytest_plugin").modules
    rooms = {name for name in loaded if name.startswith("docferry.")}
    assert rooms == {
        "docferry.testing",
        "docferry.testing.environment",
        "docferry.testing.pytest_plugin",
    }
