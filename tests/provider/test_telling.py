"""What stops a piece of work is heard by those who wait for it."""

import asyncio

import pytest

from docferry.errors import UnavailableError
from docferry.provider.telling import telling_waiters


def test_an_error_is_told_and_ends_there():
    told, error = [], UnavailableError("out of order")
    with telling_waiters(told.append):
        raise error
    assert told == [error]


@pytest.mark.parametrize("kind", [asyncio.CancelledError, KeyboardInterrupt, SystemExit])
def test_an_end_from_outside_is_told_and_goes_on(kind):
    told, end = [], kind()
    with pytest.raises(kind), telling_waiters(told.append):
        raise end
    assert told == [end]


def test_of_work_that_ends_well_nothing_is_told():
    told = []
    with telling_waiters(told.append):
        pass
    assert told == []
