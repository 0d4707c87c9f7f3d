"""Documents go through JSON and come back equal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docferry.model import (
    BoundingBox,
    Document,
    DocumentWarning,
    Element,
    ElementKind,
    Image,
    LengthUnit,
    Page,
    Region,
    Table,
    TableCell,
    decode_document,
    encode_document,
)

fractions = st.floats(0, 1, allow_nan=False)
texts = st.text(max_size=20)


@st.composite
def boxes(draw):
    left, right = sorted((draw(fractions), draw(fractions)))
    top, bottom = sorted((draw(fractions), draw(fractions)))
    return BoundingBox(left=left, top=top, right=right, bottom=bottom)


@st.composite
def tables(draw):
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    cells = tuple(
        TableCell(row=row, column=column, text=draw(texts), is_header=row == 0, box=draw(st.none() | boxes()))
        for row in range(rows)
        for column in range(columns)
    )
    return Table(n_rows=rows, n_columns=columns, cells=cells, continues_previous=draw(st.booleans()))


@st.composite
def documents(draw):
    count = draw(st.integers(1, 4))
    pages = tuple(
        Page(
            number=number,
            width=draw(st.none() | st.floats(1, 1e4)),
            height=draw(st.none() | st.floats(1, 1e4)),
            unit=draw(st.sampled_from(LengthUnit)),
            label=draw(texts),
        )
        for number in range(1, count + 1)
    )
    regions = st.builds(Region, page=st.integers(1, count), box=st.none() | boxes())
    elements = tuple(
        draw(
            st.builds(
                Element,
                id=st.just(f"e{number}"),
                kind=st.sampled_from(ElementKind),
                text=texts,
                level=st.none() | st.integers(1, 6),
                regions=st.lists(regions, max_size=2).map(tuple),
                raw_kind=texts,
                is_furniture=st.booleans(),
                table=st.none() | tables(),
                image=st.none() | st.builds(Image, asset_name=texts, size_bytes=st.none() | st.integers(0)),
                confidence=st.none() | fractions,
            )
        )
        for number in range(draw(st.integers(0, 4)))
    )
    warnings = st.builds(DocumentWarning, code=texts, message=texts, pages=st.just((1,)))
    return Document(
        source_fingerprint=draw(texts),
        provider=draw(texts),
        pages=pages,
        elements=elements,
        warnings=draw(st.lists(warnings, max_size=2).map(tuple)),
    )


@given(documents())
def test_document_round_trips(document):
    encoded = encode_document(document)
    assert decode_document(encoded) == document
    assert encode_document(decode_document(encoded)) == encoded
    assert "\n" not in encoded


def small():
    return Document(source_fingerprint="sha256:0", provider="p", pages=(Page(number=1),), elements=())


def test_version_is_always_written():
    assert json.loads(encode_document(small()))["schema_version"] == "1.0"


def test_newer_minor_version_and_unknown_fields_are_read():
    raw = json.loads(encode_document(small()))
    raw |= {"schema_version": "1.7", "colour": "blue"}
    assert decode_document(json.dumps(raw)).schema_version == "1.7"


def test_other_major_version_is_refused():
    raw = json.loads(encode_document(small())) | {"schema_version": "2.0"}
    with pytest.raises(ValueError, match="schema 2.0"):
        decode_document(json.dumps(raw))


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", '{"schema_version":"1.0"}', '{"schema_version":"1.0","pages":7}']
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="not an encoded docferry document"):
        decode_document(text)
