"""Whatever a plugin raises by mistake is named as its bug; what it means, and what is not its own, passes."""

import asyncio
import threading

import pytest

from docferry.errors import CorruptSourceError, ProviderBugError
from docferry.ledger import PayloadCorruptError
from docferry.provider.wall import plugin_wall


def behind_the_wall(error):
    with pytest.raises(BaseException) as raised, plugin_wall(ProviderBugError):  # noqa: PT011 - anything may pass
        raise error
    return raised.value


@pytest.mark.parametrize("error", [KeyError("x"), SystemExit(3), GeneratorExit(), MemoryError()])
def test_mistakes_are_bugs_of_the_plugin(error):
    found = behind_the_wall(error)
    assert isinstance(found, ProviderBugError)
    assert f"raised {type(error).__name__}" in str(found)
    assert found.__cause__ is error


@pytest.mark.parametrize(
    "error", [CorruptSourceError("damaged"), PayloadCorruptError("p"), asyncio.CancelledError()]
)
def test_what_is_meant_passes(error):
    assert behind_the_wall(error) is error


def test_ctrl_c_passes_where_it_can_come_and_is_a_bug_elsewhere():
    assert isinstance(behind_the_wall(KeyboardInterrupt()), KeyboardInterrupt)
    found = []
    thread = threading.Thread(target=lambda: found.append(behind_the_wall(KeyboardInterrupt())))
    thread.start()
    thread.join()
    assert isinstance(found[0], ProviderBugError)
