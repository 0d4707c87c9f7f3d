"""Gives every test tree, ours and the plugins', the fixtures of tests/support/docferry_fixtures.py."""

import contextlib

pytest_plugins = ("docferry_fixtures",)

MEMORY_BYTES = 8 * 2**30


def pytest_configure() -> None:
    """Have a test that eats memory end as a failure with a name, and not as a machine without memory."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - Windows has none

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, most))
