"""A source stays open until the last task has let go of it."""

from contextlib import asynccontextmanager

import pytest
from depot import file_of

from docferry.errors import SourceNotFoundError
from docferry.provider.custody import Custody

pytestmark = pytest.mark.anyio


class Door:
    def __init__(self, error=None):
        self.events = []
        self.error = error

    @asynccontextmanager
    async def open(self):
        if self.error:
            raise self.error
        self.events.append("opened")
        yield file_of()
        self.events.append("closed")


async def test_it_is_closed_when_the_block_ends():
    door = Door()
    async with Custody(door.open()).open() as file:
        assert file.name == "a.txt"
        assert door.events == ["opened"]
    assert door.events == ["opened", "closed"]


async def test_whoever_took_it_keeps_it_open():
    door = Door()
    custody = Custody(door.open())
    async with custody.open():
        custody.take()
        custody.take()
    await custody.release()
    assert door.events == ["opened"]
    await custody.release()
    assert door.events == ["opened", "closed"]


async def test_it_is_closed_after_an_error_too():
    door = Door()
    with pytest.raises(ZeroDivisionError):
        async with Custody(door.open()).open():
            raise ZeroDivisionError
    assert door.events == ["opened", "closed"]


async def test_what_cannot_be_opened_says_why():
    with pytest.raises(SourceNotFoundError):
        async with Custody(Door(SourceNotFoundError("is not there")).open()).open():
            raise AssertionError
