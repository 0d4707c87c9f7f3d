"""The error tree is what its docstring draws, and each error crosses a process pool."""

import pickle

import pytest

from docferry import errors

ALL = [getattr(errors, name) for name in errors.__all__]


def drawn_tree():
    """(class name, name of its parent) for each line of the drawing."""
    drawing = errors.__doc__.split("```")[1].strip("\n")
    stack = []
    for line in drawing.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        name = line.split()[0]
        stack = [*stack[:depth], name]
        yield name, stack[-2] if depth else "Exception"


def test_tree_is_as_drawn():
    drawn = dict(drawn_tree())
    assert set(drawn) == set(errors.__all__)
    for name, parent in drawn.items():
        assert getattr(errors, name).__mro__[1].__name__ == parent


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_error_survives_pickling_with_all_its_fields(kind):
    error = kind("it failed", next_step="try again", source="a.pdf")
    error.note = 7
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert str(copy) == "a.pdf: it failed; try again"
    assert (copy.message, copy.next_step, copy.source, copy.note) == ("it failed", "try again", "a.pdf", 7)
    assert hash(error)


def test_provider_error_keeps_its_ids():
    error = errors.JobFailedError("it failed", provider="p", job_id="j", request_id="r")
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.provider, copy.job_id, copy.request_id) == ("p", "j", "r")


def test_errors_are_also_what_python_would_call_them():
    assert issubclass(errors.MissingExtraError, ImportError)
    assert issubclass(errors.JobTimeoutError, TimeoutError)


def test_message_stands_alone_without_source_and_next_step():
    assert str(errors.DocferryError("it failed")) == "it failed"


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_says_what_it_means(kind):
    assert kind.__doc__
