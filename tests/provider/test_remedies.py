"""What the errors of every service come down to."""

import pytest

from docferry.errors import InvalidResponseError, TransientError
from docferry.provider import remedies


@pytest.mark.parametrize("remedy", [remedies.BUSY, remedies.UNAVAILABLE])
def test_what_passes_may_be_tried_again(remedy):
    assert issubclass(remedy.kind, TransientError)
    assert "try again later" in str(remedy.error(provider="depot"))


@pytest.mark.parametrize(("wanted", "told"), [({}, "a JSON object"), ({"wanted": "a list"}, "a list")])
def test_an_answer_that_nobody_can_read_tells_its_status_and_what_it_should_have_been(wanted, told):
    error = remedies.unreadable(502, provider="depot", job_id="j1", **wanted)

    assert isinstance(error, InvalidResponseError)
    assert f"HTTP 502 with something else than {told}; " in str(error)
    assert (error.provider, error.job_id) == ("depot", "j1")
