"""Fixtures of the adapters' tests: the slips provider and files for it."""

from importlib.metadata import EntryPoint

import pytest
import slips as slips_plugin

from docferry.plugin import PluginManager

REPORT = (
    "# Harbour\n\nThe north pier was rebuilt.\n\nThe south pier is closed."
    "\f# Ferries\n\nFour ferries cross the sound.\n\nOne of them is new."
)


@pytest.fixture
def slips():
    """What the slips plugin saw; its gate opens at the end, so that nothing waits for ever."""
    slips_plugin.ledger.clear()
    yield slips_plugin.ledger
    slips_plugin.ledger.gate.set()


@pytest.fixture
def manager(slips):  # noqa: ARG001 - the plugin starts empty
    """A plugin manager that knows the slips provider only."""
    return PluginManager(points=[EntryPoint(name="slips", value="slips", group="docferry")])


@pytest.fixture
def folder(tmp_path):
    """Three slips: two good ones and a broken one in the middle."""
    (tmp_path / "a.txt").write_text(REPORT)
    (tmp_path / "b.txt").write_text("This one is broken.")
    (tmp_path / "c.txt").write_text("# Notes\n\nA note.")
    return tmp_path


@pytest.fixture
def good_folder(folder):
    """The two good slips."""
    (folder / "b.txt").unlink()
    return folder
