"""Signals wait until what is drawn is whole."""

import signal

import pytest

from docferry.cli.output.interruption import Interruption


def test_ctrl_c_is_raised_at_once_where_nothing_is_drawn():
    with pytest.raises(KeyboardInterrupt), Interruption().handled():
        signal.raise_signal(signal.SIGINT)


def draw(interruption, *, signals):
    """What is drawn when so many signals arrive in the middle, and whether one is raised then or behind."""
    drawn = []
    try:
        with interruption.handled(), interruption.held_back():
            with interruption.held_back():
                for _ in range(signals):
                    signal.raise_signal(signal.SIGINT)
            drawn.append("all")
    except KeyboardInterrupt:
        drawn.append("interrupted")
    return drawn


def test_ctrl_c_waits_for_the_end_of_a_drawing():
    assert draw(Interruption(), signals=1) == ["all", "interrupted"]


def test_a_second_ctrl_c_does_not_wait():
    assert draw(Interruption(), signals=2) == ["interrupted"]


def test_a_signal_is_raised_once():
    interruption = Interruption()
    draw(interruption, signals=1)
    assert draw(interruption, signals=0) == ["all"]


def test_a_request_to_end_becomes_an_exit_with_the_usual_code():
    with pytest.raises(SystemExit) as ending, Interruption().handled():
        signal.raise_signal(signal.SIGTERM)
    assert ending.value.code == 143


@pytest.mark.parametrize("handler", [signal.SIG_IGN, lambda *_: None])
def test_an_ignored_signal_and_the_handlers_of_others_are_left_alone(handler):
    before = signal.signal(signal.SIGINT, handler)
    try:
        with Interruption().handled():
            assert signal.getsignal(signal.SIGINT) is handler
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_handlers_are_put_back():
    with Interruption().handled():
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
