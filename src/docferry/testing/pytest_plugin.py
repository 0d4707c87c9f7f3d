"""The plugin that pytest finds with docferry installed: for subclasses of the contracts.

It has pytest explain the contracts' assertions, and refuses a subclass that overrides or deletes an inherited
test without `pytest.mark.xfail(reason=...)`: a contract that each provider cuts to its size says nothing. It
is imported in every run of pytest, so it imports no room of docferry.
"""

import sys

import pytest

__all__ = ["pytest_pycollect_makeitem"]

pytest.register_assert_rewrite("docferry.testing.contracts")


def pytest_pycollect_makeitem(collector: pytest.Collector, obj: object) -> None:
    """Look at every class before its tests are collected.

    Raises:
        CollectError: The class changes a test that it inherits from a contract.
    """
    foundation = sys.modules.get("docferry.testing.contracts.foundation")
    if foundation is None or not isinstance(obj, type) or not issubclass(obj, foundation.Contract):
        return
    from docferry.testing.contracts.overrides import changed_tests  # noqa: PLC0415 - loaded with the contracts

    complaints = changed_tests(obj)
    if complaints:
        raise collector.CollectError(f"{obj.__name__}: {'; '.join(complaints)}")
