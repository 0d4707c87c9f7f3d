"""Fixtures of this plugin's tests."""

import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

# Test folders are no packages; what several of them share is imported from here.
sys.path.append(str(Path(__file__).parent / "support"))

from somark_service import QUICK, reach
from somark_shapes import KEY, make_item

from docferry.testing import EmulatedJobService, Workshop
from docferry_somark.api import make_api
from docferry_somark.options import SomarkOptions


@pytest.fixture
def api():
    return make_api(SomarkOptions(api_key=KEY), environment={})


@pytest.fixture
def item(tmp_path):
    return make_item(tmp_path)


@pytest.fixture(scope="session")
def somark_samples():
    """Bodies from the service's documents, in a folder beside the repository; skipped without it."""
    folder = Path(__file__).resolve().parents[4] / "shared" / "samples" / "somark"
    if not folder.is_dir():
        pytest.skip("the folder shared/samples is not beside the repository")
    return folder


@pytest.fixture
def service():
    """The emulated service, quick and without limits."""
    with EmulatedJobService("somark", options=reach, settings=QUICK) as service:
        yield service


@pytest.fixture
def point():
    """The plugin as it is installed."""
    return entry_points(group="docferry")["somark"]


@pytest.fixture
def workshop(service, point, tmp_path):
    """Makes benches: job engines on a fast clock, which speak to the service over real HTTP."""
    made = Workshop(name="somark", entry_point=point, service=service, folder=tmp_path)
    yield made
    made.close()
