"""Recognised words, for those who asked for them."""

import json

import pytest
from extend_shapes import block, chunk, legacy_run, run

from docferry.errors import InvalidResponseError
from docferry.model import PageSelection
from docferry_extend import RecognisedText, read_lines, read_words

WORD = {
    "content": "Tides",
    "boundingBox": {"left": 100, "top": 200, "right": 500, "bottom": 400},
    "confidence": 0.9,
    "pageNumber": 1,
    "blockId": "block_1_text",
}


def encoded(**ocr):
    return json.dumps(run(chunk(block(content="Tides")), output={"ocr": ocr})).encode()


def test_words_have_their_place_certainty_and_block():
    (word,) = read_words(encoded(words=[WORD]))

    assert (word.text, word.confidence, word.block_id) == ("Tides", 0.9, "block_1_text")
    assert (word.region.page, word.region.box.as_tuple()) == (1, (0.1, 0.1, 0.5, 0.2))


def test_lines_are_apart_from_words():
    result = encoded(words=[], lines=[{**WORD, "confidence": None}])

    assert read_words(result) == ()
    assert [line.confidence for line in read_lines(result)] == [None]


def test_what_is_not_said_is_not_invented():
    found = read_words(
        encoded(words=[{"content": "Tides"}, {"content": " "}, "odd", {**WORD, "pageNumber": 9}])
    )

    assert found[0] == RecognisedText(text="Tides")
    assert len(found) == 2
    assert found[1].region is None


def test_words_of_the_earlier_version_and_of_an_output_alone_are_read():
    chunks = [chunk(block(content="Tides"))]
    legacy = json.dumps(legacy_run(*chunks, ocr={"words": [WORD]})).encode()
    alone = json.dumps({"chunks": chunks, "ocr": {"words": [WORD]}}).encode()

    assert read_words(legacy) == read_words(alone) == read_words(encoded(words=[WORD]))


def test_words_of_selected_pages_stand_on_pages_of_the_document():
    (word,) = read_words(encoded(words=[WORD]), pages=PageSelection.parse("4"))

    assert word.region.page == 4


def test_something_else_is_no_result():
    with pytest.raises(InvalidResponseError):
        read_words(b"{}")
