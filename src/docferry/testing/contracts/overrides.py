"""Which inherited tests of a contract a subclass overrides or deletes."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["changed_tests"]

CONTRACTS = "docferry.testing.contracts."


def changed_tests(contract: type) -> tuple[str, ...]:
    """One complaint for each inherited test that the class changed without a reason.

    A test may be overridden when the new one is marked `pytest.mark.xfail(reason=...)`: the provider does not
    keep this promise, and says why. The new one then calls the old one, so that it tells when that changes.

    Args:
        contract: A subclass of a contract.
    """
    return tuple(
        complaint
        for name, own in _promised(contract).items()
        if (complaint := _complaint(contract, name, own))
    )


def _promised(contract: type) -> dict[str, object]:
    promised: dict[str, object] = {}
    for parent in reversed(contract.__mro__):
        if parent.__module__.startswith(CONTRACTS):
            promised |= {name: test for name, test in vars(parent).items() if name.startswith("test_")}
    return promised


def _complaint(contract: type, name: str, promised: object) -> str:
    found: object = getattr(contract, name, None)
    if found is promised or _is_expected_to_fail(found):
        return ""
    did = "overrides" if callable(found) else "deletes"
    return f"it {did} {name} of the contract; keep it, or override it with pytest.mark.xfail(reason=...)"


def _is_expected_to_fail(test: object) -> bool:
    marks: Iterable[object] = getattr(test, "pytestmark", ())
    return any(
        isinstance(mark, pytest.Mark) and mark.name == "xfail" and bool(mark.kwargs.get("reason"))
        for mark in marks
    )
