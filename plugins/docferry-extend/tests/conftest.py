"""Fixtures of this plugin's tests."""

import sys
from pathlib import Path

import pytest

# Test folders are no packages; what several of them share is imported from here.
sys.path.append(str(Path(__file__).parent / "support"))

from extend_house import House
from extend_shapes import KEY, make_item

from docferry_extend.api import make_api
from docferry_extend.options import ExtendOptions


@pytest.fixture
def api():
    return make_api(ExtendOptions(api_key=KEY), environment={})


@pytest.fixture
def legacy_api():
    return make_api(ExtendOptions(api_key=KEY, api_version="2025-04-21"), environment={})


@pytest.fixture
def item(tmp_path):
    return make_item(tmp_path)


@pytest.fixture
def serve(tmp_path):
    """Opens the emulated service, with an engine that parses with it."""
    houses = []

    def serve(**more):
        houses.append(House(tmp_path / f"house-{len(houses)}", **more))
        return houses[-1]

    yield serve
    for house in houses:
        house.close()


@pytest.fixture
def house(serve):
    """The service with made-up results of two pages."""
    return serve(settings={"canned_pages": 2})


@pytest.fixture(scope="session")
def extend_samples():
    """Bodies of the service, in a folder beside the repository; skipped without it."""
    folder = Path(__file__).resolve().parents[4] / "shared" / "samples" / "extend"
    if not folder.is_dir():
        pytest.skip("the folder shared/samples is not beside the repository")
    return folder


@pytest.fixture(scope="session")
def demo_path():
    return Path(__file__).resolve().parents[3] / "examples" / "demo.pdf"
