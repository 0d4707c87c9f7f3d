"""Answers of every age and spelling are read alike."""

import json

import pytest

from docferry_pulse.wire import get, read_answer, read_extraction


def answer(body):
    return read_answer(json.dumps(body).encode())


@pytest.mark.parametrize("name", ["plan_info", "planInfo", "plan-info"])
def test_a_field_is_found_in_every_spelling(name):
    assert get({name: 1}, "plan_info") == 1


@pytest.mark.parametrize(
    "body",
    [
        {"markdown": "# A", "page_count": 2},
        {"result": {"markdown": "# A", "pageCount": 2}},
        {"job_id": "1", "status": "completed", "result": {"result": {"markdown": "# A", "page-count": 2}}},
        {"job_id": "1", "status": "completed", "result": json.dumps({"markdown": "# A", "page_count": 2})},
    ],
)
def test_the_result_is_found_wherever_it_is_wrapped(body):
    found = answer(body)

    assert found.result["markdown"] == "# A"
    assert found.page_count == 2


@pytest.mark.parametrize(
    "body",
    [
        {"job_id": "1", "status": "pending"},
        {"job_id": "1", "message": "queued"},
        {"error": {"code": "X"}},
        {},
    ],
)
def test_what_is_no_result_is_not_taken_for_one(body):
    assert answer(body).result == {}


@pytest.mark.parametrize("body", [b"", b"null", b"[1]", b'"x"', b"{", b"\xff"])
def test_what_is_no_object_is_no_answer(body):
    assert read_answer(body) is None


@pytest.mark.parametrize(("flag", "name"), [(True, "is_url"), ("true", "isUrl"), (True, "is-url")])
def test_a_large_result_is_known_by_its_flag_and_address(flag, name):
    assert answer({name: flag, "url": "https://x/1"}).address == "https://x/1"
    assert answer({name: flag, "url": ""}).address == ""
    assert answer({name: False, "url": "https://x/1"}).address == ""


def test_costs_are_read_from_the_result_or_beside_it():
    assert answer({"credits_used": 2, "result": {"markdown": "x"}}).cost == 2
    assert answer({"result": {"markdown": "x", "creditsUsed": "3.5"}}).cost == 3.5


@pytest.mark.parametrize(
    ("result", "markdown"),
    [
        ({"markdown": "# A", "content": "# B"}, "# A"),
        ({"content": "# B", "html": "<p>C</p>"}, "# B"),
        ({"extensions": {"altOutputs": {"html": "<p>C</p>"}}}, "<p>C</p>"),
        ({"extensions": {"alt_outputs": {"html": "<p>C</p>"}}}, "<p>C</p>"),
        ({"markdown": " ", "html": "<p>C</p>"}, "<p>C</p>"),
        ({"markdown": 7}, ""),
    ],
)
def test_the_text_is_markdown_first_and_html_last(result, markdown):
    assert read_extraction(result).markdown == markdown


@pytest.mark.parametrize(
    "result",
    [
        {"extensions": {"chunking": {"page": ["a", "b"]}}},
        {"chunks": {"page": [{"content": "a", "chunk_number": 1}, {"text": "b"}]}},
    ],
)
def test_chunks_by_page_are_read_from_both_places(result):
    assert read_extraction(result).page_texts == ("a", "b")


def test_footnotes_and_warnings_are_read():
    found = read_extraction(
        {
            "extensions": {"footnoteReferences": [{"symbol": "*", "footnoteTextId": "txt-9"}, 7]},
            "warnings": ["a", "a", {"message": "b"}],
            "extraction_id": "e1",
        }
    )

    assert found.footnote_ids == {"txt-9"}
    assert found.warnings == ("a", "b")
    assert found.id == "e1"


def test_every_documented_body_is_read(pulse_samples):
    names = [path.name for path in sorted(pulse_samples.glob("*.json"))]
    found = {name: read_answer((pulse_samples / name).read_bytes()) for name in names}

    assert all(answer is not None for answer in found.values())
    assert found["docs_extract_async_ack.json"].job_id
    assert found["docs_poll_completed.json"].page_count == 15
    assert found["docs_poll_completed_large_old.json"].address.startswith("https://")
    assert found["docs_extract_sync_large_old.json"].address
    assert found["docs_error.json"].error_code == "FILE_001"
    assert found["thirdparty_synthetic_extract_is_url.json"].page_count == 84
    assert read_extraction(found["sdk_large_result_typed.json"].result).id == "extraction_id"
