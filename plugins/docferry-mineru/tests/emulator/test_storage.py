"""The hosts beside the API: signed uploads, and downloads."""

import io

import httpx
import pytest


@pytest.fixture
def address(canned):
    return canned.request_uploads("a.pdf")["data"]["file_urls"][0]


def is_refused(response, *, status, code):
    assert response.status_code == status
    assert response.headers["content-type"] == "application/xml"
    return f"<Code>{code}</Code>" in response.text


def test_any_content_type_is_a_wrong_signature(canned, address):
    for value in ("application/pdf", "application/octet-stream", ""):
        response = canned.put(address, headers={"Content-Type": value})
        assert is_refused(response, status=403, code="SignatureDoesNotMatch")
    response = canned.http.put(address, files={"file": b"%PDF"})
    assert is_refused(response, status=403, code="SignatureDoesNotMatch")
    assert not canned.counters.uploads
    assert canned.put(address).status_code == 200


def test_a_token_beside_the_signature_is_refused(shared):
    (address,) = shared.request_uploads("a.pdf")["data"]["file_urls"]
    response = shared.put(address, headers={"Authorization": f"Bearer {shared.key}"})
    assert is_refused(response, status=400, code="InvalidArgument")


def test_a_changed_address_is_a_wrong_signature(shared):
    (address,) = shared.request_uploads("a.pdf")["data"]["file_urls"]
    changed = address[:-4] + "0000"
    assert is_refused(shared.put(changed), status=403, code="SignatureDoesNotMatch")
    other = address.replace(".pdf?", ".png?")
    assert is_refused(shared.put(other), status=403, code="SignatureDoesNotMatch")
    assert is_refused(shared.put(address.partition("?")[0]), status=403, code="SignatureDoesNotMatch")


def test_an_address_expires_after_a_day(canned, clock, address):
    clock.advance(86_401)
    assert is_refused(canned.put(address), status=403, code="AccessDenied")


def test_an_upload_without_its_length_is_refused_or_taken(serve):
    for quirk, status in (("refuse", 411), ("accept", 200)):
        client = serve(settings={"canned_pages": 1}, chunked_put=quirk)
        (address,) = client.request_uploads("a.pdf")["data"]["file_urls"]
        assert client.put(address, iter([b"%PDF", b"-1.4"])).status_code == status


def test_a_stream_with_its_length_is_taken(shared):
    (address,) = shared.request_uploads("a.pdf")["data"]["file_urls"]
    response = shared.http.put(
        address, content=io.BytesIO(b"%PDF-1.4 streamed"), headers={"Content-Length": "17"}
    )
    assert response.status_code == 200
    assert response.headers["etag"]


def test_a_second_upload_to_an_address_makes_no_second_task(canned, address):
    assert [canned.put(address, content).status_code for content in (b"%PDF-1", b"%PDF-2")] == [200, 200]
    assert canned.counters.submissions.total() == 1
    assert canned.counters.uploads.total() == 2


def test_only_put_is_taken(shared):
    (address,) = shared.request_uploads("a.pdf")["data"]["file_urls"]
    assert shared.http.get(address).status_code == 405
    assert shared.http.post(address, content=b"%PDF").status_code == 405


@pytest.mark.parametrize(
    ("moment", "state"), [("arrival", "waiting-file"), ("before", "waiting-file"), ("after", "done")]
)
def test_an_upload_that_breaks_off_is_committed_only_when_all_is_done(serve, moment, state):
    fault = {"kind": "upload", "do": "reset", "when": moment, "times": 1}
    client = serve(settings={"canned_pages": 1}, faults=[fault])
    data = client.request_uploads("a.pdf")["data"]
    with pytest.raises(httpx.TransportError):
        client.put(data["file_urls"][0])
    if state == "done":
        client.wait(data["batch_id"])
    assert client.states(data["batch_id"]) == [state]


def test_an_archive_is_refused_without_referer_where_the_quirk_says(serve):
    client = serve(settings={"canned_pages": 1}, needs_referer=True)
    (result,) = client.wait(client.upload())
    url = result["full_zip_url"]
    assert is_refused(client.http.get(url), status=403, code="AccessDenied")
    assert client.http.get(url, headers={"Referer": "https://mineru.net/"}).status_code == 200


def test_an_unknown_archive_is_404(shared):
    (result,) = shared.wait(shared.upload())
    unknown = result["full_zip_url"].replace(".zip", "0.zip")
    assert is_refused(shared.http.get(unknown), status=404, code="NoSuchKey")


def test_an_archive_is_truncated_when_the_fault_script_says(serve):
    fault = {"kind": "asset", "file": "b.pdf", "do": "truncate_body"}
    client = serve(settings={"canned_pages": 1}, faults=[fault])
    results = client.wait(client.upload(("a.pdf", b"%PDF"), ("b.pdf", b"%PDF")))
    bodies = [client.http.get(result["full_zip_url"]).content for result in results]
    assert len(bodies[1]) == pytest.approx(len(bodies[0]) / 2, abs=50)
