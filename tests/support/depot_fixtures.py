"""Fixtures around the depot: a remote service on loopback, and what its provider needs to find it."""

from importlib.metadata import EntryPoint

import pytest
from depot_service import running_depot

from docferry.plugin import PluginManager
from docferry.provider import JobSettings


@pytest.fixture
def depot(monkeypatch):
    """The service, whose address and key are in the environment."""
    with running_depot() as service:
        monkeypatch.setenv("DEPOT_BASE_URL", service.base_url)
        monkeypatch.setenv("DEPOT_API_KEY", "key-1")
        yield service


@pytest.fixture
def depot_manager():
    """A plugin manager that knows the provider `depot` only."""
    return PluginManager(points=[EntryPoint(name="depot", value="depot_plugin", group="docferry")])


@pytest.fixture
def jobs(tmp_path):
    """Settings with a ledger and a cache of the test's own."""
    return JobSettings(ledger=tmp_path / "books" / "ledger.sqlite3", cache=tmp_path / "books" / "cache")
