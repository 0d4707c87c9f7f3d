"""Every way httpx can fail has a meaning."""

import errno
import socket

import httpx
import pytest

from docferry.provider.faults import (
    IMPOSSIBLE,
    NOT_SENT,
    UNKNOWN,
    Fault,
    Outlook,
    fault_of,
    is_transient_status,
    read_retry_after,
)


def leaves(kind):
    below = kind.__subclasses__()
    return {kind.__name__} if not below else set().union(*(leaves(child) for child in below))


def test_every_leaf_of_httpx_errors_is_mapped():
    mapped = NOT_SENT | IMPOSSIBLE | UNKNOWN
    unmapped = (leaves(httpx.TransportError) | leaves(httpx.StreamError)) - mapped
    assert not unmapped
    assert httpx.TooManyRedirects.__name__ in mapped
    assert httpx.InvalidURL.__name__ in mapped
    assert NOT_SENT.isdisjoint(UNKNOWN)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (httpx.ConnectError("x"), Fault.NOT_SENT),
        (httpx.ConnectTimeout("x"), Fault.NOT_SENT),
        (httpx.ReadTimeout("x"), Fault.UNKNOWN),
        (httpx.WriteError("x"), Fault.UNKNOWN),
        (httpx.RemoteProtocolError("x"), Fault.UNKNOWN),
        (httpx.UnsupportedProtocol("x"), Fault.IMPOSSIBLE),
    ],
)
def test_fault_says_how_far_the_request_got(error, fault):
    assert fault_of(error).fault is fault


@pytest.mark.parametrize(
    ("cause", "outlook"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), Outlook.LASTING),
        (socket.gaierror(socket.EAI_AGAIN, "x"), Outlook.PASSING),
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), Outlook.DOUBTFUL),
        (ExceptionGroup("x", [TimeoutError("x"), ConnectionRefusedError("x")]), Outlook.DOUBTFUL),
        (OSError("x"), Outlook.PASSING),
    ],
)
def test_how_likely_waiting_is_to_help_is_told_by_the_cause(cause, outlook):
    error = httpx.ConnectError("x")
    error.__cause__ = cause
    fault = fault_of(error)
    assert (fault.fault, fault.outlook) == (Fault.NOT_SENT, outlook)


def test_fault_holds_no_address():
    request = httpx.Request("GET", "http://host/?sig=secret")
    assert "secret" not in str(fault_of(httpx.ReadTimeout("http://host/?sig=secret", request=request)))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_busy_and_broken_services_are_transient(status):
    assert is_transient_status(status)


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 409, 410, 422, 501])
def test_other_statuses_are_not(status):
    assert not is_transient_status(status)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        ("0.5", 0.5),
        ("-3", 0),
        ("Tue, 14 Nov 2023 22:14:20 GMT", 60),
        ("Tue, 14 Nov 2023 22:12:20 GMT", 0),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(text, seconds):
    assert read_retry_after({"retry-after": text}, now=1_700_000_000.0) == seconds


def test_no_header_is_no_advice():
    assert read_retry_after({}, now=0) is None


def test_a_date_is_compared_with_the_services_own_clock():
    headers = {"retry-after": "Tue, 14 Nov 2023 22:14:20 GMT", "date": "Tue, 14 Nov 2023 22:14:00 GMT"}
    assert read_retry_after(headers, now=2e9) == 20


def test_without_any_clock_a_date_is_no_advice_and_seconds_are():
    assert read_retry_after({"retry-after": "Tue, 14 Nov 2023 22:14:20 GMT"}) is None
    assert read_retry_after({"retry-after": "7"}) == 7
