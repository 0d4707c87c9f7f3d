"""Whatever JSON comes, mapping gives a document or a DocferryError, and drops no text."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from mineru_results import (
    FINGERPRINT,
    about,
    archive_of,
    block_v4,
    cloud,
    legacy,
    letters,
    mapped,
    middle_v4,
    para,
    paragraph,
    payload_of,
    span,
    structured,
    text,
    words_of,
)

from docferry.errors import DocferryError
from docferry.model import PageSelection, decode_document, encode_document
from docferry_mineru.result import map_payload
from docferry_mineru.words import KINDS

FIELDS = [
    "type",
    "text",
    "text_level",
    "bbox",
    "page_idx",
    "list_items",
    "sub_type",
    "table_body",
    "table_caption",
    "img_path",
    "image_caption",
    "code_body",
    "content",
    "title_content",
    "paragraph_content",
    "item_content",
    "image_source",
    "path",
    "html",
    "level",
    "pdf_info",
    "para_blocks",
    "discarded_blocks",
    "page_size",
    "lines",
    "spans",
    "blocks",
    "pages",
    "schema",
    "schema_version",
    "extensions",
    "docvortex_layout",
    "width_pt",
    "height_pt",
    "continues_prev",
    "captions",
    "results",
    "files",
    "md_content",
    "images",
]
WORDS = (
    *KINDS,
    "docvortex.middle",
    "2.0",
    "<table><tr><td>x",
    "![a](images/a.png)",
    "$$x$$",
    "```\nx",
    "data:,x",
)
NAMES = (
    "x_content_list.json",
    "x_content_list_v2.json",
    "layout.json",
    "middle_json.json",
    "structured_content.json",
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(WORDS)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=20,
)
blocks = st.lists(st.dictionaries(st.sampled_from(FIELDS), values, max_size=6), max_size=4)
kinds = st.sampled_from([*KINDS, "unheard-of", "", "Page-Header"])
word = st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=8)
sentences = st.lists(word, min_size=1, max_size=6).map(" ".join)
places = st.lists(st.integers(-50, 1100), min_size=4, max_size=4)
given_blocks = st.lists(st.tuples(kinds, sentences, places, st.integers(0, 3)), min_size=1, max_size=10)


def map_or_fail(payload, pages=None):
    try:
        document = map_payload(payload, fingerprint=FINGERPRINT, pages=pages)
    except DocferryError:
        return
    assert decode_document(encode_document(document)) == document


def missing(document, wanted):
    held = letters(" ".join(text for text, _ in words_of(document)))
    return [sentence for sentence in wanted if letters(sentence) not in held]


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), values, min_size=1), st.booleans())
def test_any_files_map_or_fail_in_our_words(members, has_text):
    extra = {"full.md": "x"} if has_text else {}
    map_or_fail(payload_of(result_zip=archive_of(members | extra)))


@settings(max_examples=60, deadline=None)
@given(blocks, blocks, blocks, st.none() | st.just(PageSelection.parse("2-3,7-")))
def test_any_blocks_map_or_fail_in_our_words(first, second, third, pages):
    members = cloud(v1=first, v2=[second, third], middle=legacy((first, second), third), markdown="x")
    more = {"middle_json.json": middle_v4(second), "structured_content.json": structured(third)}
    map_or_fail(payload_of(result_zip=archive_of(members)), pages)
    map_or_fail(payload_of(result_zip=archive_of(more)), pages)


@settings(max_examples=50, deadline=None)
@given(values)
def test_any_answer_maps_or_fails_in_our_words(value):
    body = json.dumps(value).encode()
    map_or_fail(payload_of(result_json=body, about_json=about(2)))
    inside = {"results": {"x": {"content_list": json.dumps(value), "middle_json": value, "images": value}}}
    map_or_fail(payload_of(result_json=json.dumps(inside).encode()))


@settings(max_examples=50, deadline=None)
@given(given_blocks)
def test_no_text_of_the_flat_list_is_dropped(given):
    items = [
        {"type": kind, "text": sentence, "bbox": box, "page_idx": page} for kind, sentence, box, page in given
    ]

    assert missing(mapped(cloud(v1=items)), [sentence for _, sentence, _, _ in given]) == []


@settings(max_examples=50, deadline=None)
@given(given_blocks)
def test_no_text_of_the_list_of_pages_is_dropped(given):
    pages = [
        [paragraph(sentence, kind=kind, box=box) for kind, sentence, box, place in given if place == page]
        for page in range(4)
    ]

    assert missing(mapped(cloud(v2=pages)), [sentence for _, sentence, _, _ in given]) == []


@settings(max_examples=50, deadline=None)
@given(given_blocks, st.booleans())
def test_no_text_of_middle_is_dropped(given, has_list):
    pages = [
        (
            [para(sentence, kind=kind, box=box) for kind, sentence, box, place in given if place == page],
            [para(sentence, kind=kind, box=box) for kind, sentence, box, place in given if place == page + 2],
        )
        for page in range(2)
    ]
    extra = [text(sentence, box=box) for _, sentence, box, page in given if page == 1]
    found = mapped(cloud(middle=legacy(*pages), v1=extra if has_list else None))

    assert missing(found, [sentence for _, sentence, _, _ in given]) == []


@settings(max_examples=50, deadline=None)
@given(given_blocks, st.booleans())
def test_no_text_of_4_0_is_dropped(given, is_structured):
    pages = [
        [
            {"type": kind, "content": sentence} if is_structured else block_v4(kind, span(sentence), box=box)
            for kind, sentence, box, place in given
            if place == page
        ]
        for page in range(4)
    ]
    name = "structured_content.json" if is_structured else "middle_json.json"
    found = mapped({name: (structured if is_structured else middle_v4)(*pages)})

    assert missing(found, [sentence for _, sentence, _, _ in given]) == []


@settings(max_examples=50, deadline=None)
@given(given_blocks)
def test_two_files_of_one_result_say_nothing_twice(given):
    """Sentences are made unlike each other, so that each can be counted."""
    sentences = [f"q{place}q {sentence}" for place, (_, sentence, _, _) in enumerate(given)]
    flat = [
        text(sentence, box=box, page=page)
        for sentence, (_, _, box, page) in zip(sentences, given, strict=True)
    ]
    paged = [
        [paragraph(item["text"], box=item["bbox"]) for item in flat if item["page_idx"] == page]
        for page in range(4)
    ]
    lined = [
        [para(item["text"], box=item["bbox"]) for item in flat if item["page_idx"] == page]
        for page in range(4)
    ]
    found = mapped(cloud(v1=flat, v2=paged, middle=legacy(*lined)))

    held = [text for text, _ in words_of(found)]
    assert sorted(map(letters, held)) == sorted(map(letters, sentences))
