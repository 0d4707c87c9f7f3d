"""Text without a parsed document: read as Markdown, with what its metadata knows."""

import json

import docferry
from docferry.chunking import ChunkSettings
from docferry.delivery import cut_text
from docferry.metadata import METADATA_KEYS, MetadataProfile

NAMES = [key.name for key in METADATA_KEYS]
TEXT = "# Harbour\n\nThe north pier.\n\n## Ferries\n\n| boat | seats |\n|---|---|\n| Ada | 80 |\n"


def passages(text=TEXT, given=None, *, max_tokens=512, **more):
    return list(cut_text(text, given=given or {}, chunking=ChunkSettings(max_tokens=max_tokens), **more))


def test_passages_are_the_chunks_of_the_text_with_the_whole_contract():
    found = passages(given={"source": "a.pdf"})
    chunks = docferry.chunk(TEXT, source_name="a.pdf")
    assert [passage.chunk for passage in found] == list(chunks)
    assert [passage.chunk.headings for passage in found] == [("Harbour",), ("Harbour", "Ferries")]
    for passage in found:
        assert list(passage.metadata) == NAMES
        assert json.loads(json.dumps(passage.metadata)) == passage.metadata
        assert passage.metadata["chunk_id"] == passage.chunk.id
        assert passage.metadata["provider"] == "markdown"
        assert passage.chunk.pages == ()


def test_what_the_metadata_says_of_the_place_is_kept():
    given = {"page": 7, "page_end": 8, "pages": "[7,8]", "provider": "somark", "regions": "[]", "tenant": "n"}
    [passage] = passages("Text.", given)
    assert {name: passage.metadata[name] for name in given} == given
    assert list(passage.metadata) == [*NAMES, "tenant"]


def test_a_page_alone_is_the_first_and_the_last():
    [flat] = passages("Text.", {"page": 7})
    [rich] = passages("Text.", {"page": 7}, profile=MetadataProfile.RICH)
    assert [flat.metadata[name] for name in ("page", "page_end", "pages")] == [7, 7, "[7]"]
    assert rich.metadata["pages"] == [7]


def test_headings_given_stand_in_for_missing_ones_only():
    given = {"headings": "Annual report"}
    assert passages("Text.", given)[0].metadata["headings"] == "Annual report"
    assert passages("# Own\n\nText.", given)[0].metadata["headings"] == "Own"


def test_the_source_is_found_under_the_names_that_loaders_use():
    for given, expected in (
        ({"source": "a", "file_path": "b"}, "a"),
        ({"file_path": "b", "file_name": "c"}, "b"),
        ({"url": "u"}, "u"),
        ({"file_name": "c"}, "c"),
        ({}, "node-1"),
    ):
        assert passages("Text.", given, name="node-1")[0].metadata["source"] == expected


def test_equal_texts_of_two_pages_have_two_ids_and_each_the_same_in_every_run():
    ids = [
        passages("The same.", {"source": "a.pdf", "page_label": label})[0].chunk.id
        for label in ("1", "2", "1")
    ]
    assert ids[0] == ids[2] != ids[1]


def test_no_passage_is_over_the_budget():
    found = passages("word " * 400, max_tokens=32)
    assert len(found) > 10
    assert max(passage.chunk.token_count for passage in found) <= 32


def test_an_empty_text_has_no_passages():
    assert passages("") == passages(" \n ") == []
    assert docferry.chunk("") == ()


def test_a_lone_surrogate_is_no_obstacle():
    assert passages("half \ud800 pair", {"source": "x\ud800"})
