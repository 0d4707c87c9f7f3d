"""The metadata contract: order, types, stability, and the way back to regions."""

import json

import pytest

from docferry.chunking import Chunk
from docferry.metadata import (
    METADATA_KEYS,
    MetadataProfile,
    chunk_metadata,
    keys_hidden_from_llm,
    merge_metadata,
    read_regions,
)
from docferry.model import BoundingBox, ElementKind, Provenance

NAMES = [key.name for key in METADATA_KEYS]
REGIONS = (
    Provenance(page=2, box=BoundingBox(left=0.1, top=0.2, right=0.5, bottom=0.75), element_id="e1"),
    Provenance(page=4, box=None, element_id='e"2'),
)


def chunk(**changes):
    values = {
        "id": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "text": "The pier.",
        "text_to_embed": "Harbour > Piers\n\nThe pier.",
        "token_count": 9,
        "headings": ("Harbour", "Piers"),
        "pages": (2, 4),
        "regions": REGIONS,
        "kinds": (ElementKind.HEADING, ElementKind.PARAGRAPH),
        "chunk_on_page": 3,
    }
    return Chunk(**{**values, **changes})


def metadata(profile=MetadataProfile.FLAT, is_whole_document=False, **changes):
    return chunk_metadata(
        chunk(**changes),
        source="report.pdf",
        provider="slips",
        profile=profile,
        is_whole_document=is_whole_document,
    )


def test_flat_metadata_is_exactly_this():
    assert metadata() == {
        "source": "report.pdf",
        "page": 2,
        "page_end": 4,
        "pages": "[2,4]",
        "headings": "Harbour > Piers",
        "kinds": "heading,paragraph",
        "chunk_on_page": 3,
        "token_count": 9,
        "provider": "slips",
        "chunk_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "regions": '[[2,[0.1,0.2,0.5,0.75],"e1"],[4,null,"e\\"2"]]',
    }


def test_rich_metadata_has_lists_where_flat_has_joined_text():
    rich = metadata(MetadataProfile.RICH)
    assert rich["pages"] == [2, 4]
    assert rich["headings"] == ["Harbour", "Piers"]
    assert rich["kinds"] == ["heading", "paragraph"]
    assert rich["regions"] == [[2, [0.1, 0.2, 0.5, 0.75], "e1"], [4, None, 'e"2']]


@pytest.mark.parametrize("profile", MetadataProfile)
def test_keys_stand_in_the_order_of_the_table(profile):
    assert list(metadata(profile)) == NAMES


@pytest.mark.parametrize("profile", MetadataProfile)
def test_types_are_those_of_the_table(profile):
    values = metadata(profile)
    for key in METADATA_KEYS:
        said = (key.flat_type if profile is MetadataProfile.FLAT else key.rich_type).split(":")[0].split()[0]
        assert type(values[key.name]).__name__ == said, key.name


@pytest.mark.parametrize("profile", MetadataProfile)
def test_metadata_is_json(profile):
    assert json.loads(json.dumps(metadata(profile))) == metadata(profile)


def test_flat_metadata_holds_scalars_only_also_when_there_is_nothing_to_say():
    values = metadata(headings=(), kinds=(), regions=(), pages=())
    assert all(type(value) in (str, int) for value in values.values())
    assert values["page"] == values["page_end"] == 1
    assert values["pages"] == "[1]"


@pytest.mark.parametrize("profile", MetadataProfile)
def test_a_whole_document_does_not_list_its_elements(profile):
    values = metadata(profile, is_whole_document=True)
    assert list(values) == [key.name for key in METADATA_KEYS if not key.is_of_passages]
    assert {"source", "page"} <= set(values)


def test_text_beyond_ascii_stays_readable():
    values = metadata(regions=(Provenance(page=1, box=None, element_id="表1"),))
    assert "表1" in values["regions"]


@pytest.mark.parametrize("profile", MetadataProfile)
def test_regions_come_back_from_metadata(profile):
    assert read_regions(metadata(profile)) == REGIONS


def test_metadata_without_regions_has_none():
    assert read_regions({"source": "a"}) == ()


@pytest.mark.parametrize("value", ["[1]", "{", [3], [[1, 2]], 7])
def test_foreign_regions_are_refused(value):
    with pytest.raises(ValueError, match="not the regions of a chunk"):
        read_regions({"regions": value})


def test_merging_keeps_our_keys_first_and_ours():
    own = {"source": "a.pdf", "page": 1}
    extra = {"page": 7, "file_name": "a.pdf"}
    merged = merge_metadata(own, extra)
    assert list(merged.items()) == [("source", "a.pdf"), ("page", 1), ("file_name", "a.pdf")]
    assert merged is not own
    assert own == {"source": "a.pdf", "page": 1}


def test_the_llm_sees_where_a_passage_stands_and_nothing_technical():
    assert [name for name in NAMES if name not in keys_hidden_from_llm()] == [
        "source",
        "page",
        "page_end",
        "headings",
    ]
