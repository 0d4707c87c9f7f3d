"""Judges a specimen: runs a whole contract over it, in a run of pytest of its own."""

import logging
import sys
import textwrap
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

SPECIMENS = Path(__file__).with_name("specimens")
sys.path.append(str(SPECIMENS))  # test folders are no packages

# Loaded here, so that the runs inside find them loaded and share one engine.
for module in ("docferry.langchain", "docferry.llama_index", "docferry.testing.contracts"):
    import_module(module)


@dataclass(frozen=True)
class Verdict:
    """What a contract said of a specimen.

    Args:
        failed: Names of the tests that failed, without parameters, with what they said.
        passed: Names of tests that passed.
        skipped: Names of tests that were skipped.
        collection: What was wrong before any test ran.
    """

    failed: dict[str, str]
    passed: frozenset[str]
    skipped: frozenset[str]
    collection: str


def test_name(report):
    return report.nodeid.rpartition("::")[2].partition("[")[0]


test_name.__test__ = False


@pytest.fixture
def judge(pytester):
    """Judge the module `specimen` of this source by the tests of the other source, by all or only those."""

    def run(specimen, tests, *, only=()):
        pytester.syspathinsert(SPECIMENS)
        pytester.syspathinsert()
        pytester.makepyfile(specimen=textwrap.dedent(specimen), test_specimen=textwrap.dedent(tests))
        # hypothesis would be imported, and rewritten, at the end of every run.
        without = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
        chosen = ("-k", " or ".join(only)) if only else ()
        record = pytester.inline_run("-q", "-W", "error", *without, *chosen)
        passed, skipped, failed = record.listoutcomes()
        broken = [report for report in failed if isinstance(report, pytest.CollectReport)]
        return Verdict(
            failed={test_name(report): str(report.longrepr) for report in failed if report not in broken},
            passed=frozenset(map(test_name, passed)),
            skipped=frozenset(map(test_name, skipped)),
            collection="\n".join(str(report.longrepr) for report in broken),
        )

    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield run
    root.setLevel(level)
    root.handlers[:] = handlers
