import os
import types

import pytest

from docferry.settings import read_environment
from docferry.testing.environment import EnvironmentRecorder


@pytest.fixture
def recorder(monkeypatch):
    found = EnvironmentRecorder({"HOME": "/nowhere", "KEY": "k"}, package="stranger")
    monkeypatch.setattr(os, "environ", found)
    return found


def run_in(module, code, **names):
    space = types.ModuleType(module)
    vars(space).update(names, os=os)
    exec(code, vars(space))  # noqa: S102 - a module of another name


@pytest.mark.parametrize(
    "code",
    [
        "os.environ['KEY']",
        "os.environ.get('KEY')",
        "'KEY' in os.environ",
        "os.getenv('KEY')",
        "read_environment('KEY')",
    ],
)
def test_every_way_of_reading_is_noted(recorder, code):
    run_in("stranger.inside", code, read_environment=read_environment)
    assert recorder.names == {"KEY"}


def test_variable_that_is_not_set_is_noted(recorder):
    run_in("stranger", "os.getenv('OTHER')")
    assert recorder.names == {"OTHER"}


def test_what_libraries_and_others_read_is_not_noted(recorder):
    run_in("stranger", "os.path.expanduser('~/x')")
    run_in("strangers_neighbour", "os.getenv('KEY')")
    assert recorder.names == set()


def test_it_is_the_environment_in_everything_else():
    recorder = EnvironmentRecorder({"HOME": "/nowhere", "KEY": "k"}, package="stranger")
    recorder["NEW"] = "1"
    del recorder["KEY"]
    assert dict(recorder) == recorder.copy() == {"HOME": "/nowhere", "NEW": "1"}
    assert len(recorder) == 2
