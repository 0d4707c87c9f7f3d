"""The chunker agrees with one that is slow and obvious."""

from random import Random

import pytest
from chunk_documents import document, element, heading, paragraph
from chunk_reference import reference_chunks

from docferry.chunking import ChunkSettings, chunk_document
from docferry.chunking.tokens import load_tokenizer
from docferry.model import ElementKind

WORDS = [
    "ferry",
    "the",
    "tide",
    "isn't",
    "harbour.",
    "Überfahrt,",
    "3.14",
    "/usr/bin",
    "C++",
    "渡轮进港",
    "潮汐。",
    "(aside)",
    "ship's",
]
KINDS = ("heading", "paragraph", "paragraph", "lead", "item", "item", "code")


def made_document(random):
    """Short elements of several kinds on a few pages, below headings without skipped levels."""
    elements = [heading("First", 1), heading("Second", 2)]
    page, depth = 1, 2
    for _ in range(random.randint(1, 30)):
        page += random.choice((0, 0, 0, 0, 1))
        text = " ".join(random.choices(WORDS, k=random.randint(1, 9)))
        kind = random.choice(KINDS)
        if kind == "heading":
            depth = random.randint(1, min(depth + 1, 3))
            elements.append(heading(random.choice(("Tides", "Fares", "渡轮", "A/B")), depth, page=page))
        elif kind == "item":
            elements.append(element(ElementKind.LIST_ITEM, text, level=1, page=page))
        elif kind == "code":
            elements.append(element(ElementKind.CODE, text, page=page))
        else:
            elements.append(paragraph(f"{text}:" if kind == "lead" else text, page=page))
    return document(*elements)


@pytest.mark.parametrize("encoding", ["cl100k_base", "o200k_base"])
def test_chunks_are_those_of_the_obvious_way(encoding):
    random = Random(11)  # noqa: S311 - tests want the same documents every time
    count = load_tokenizer(encoding).count
    for _ in range(250):
        made = made_document(random)
        max_tokens = random.choice((72, 90, 140))
        expected = reference_chunks(made, max_tokens=max_tokens, count=count)

        found = chunk_document(made, settings=ChunkSettings(max_tokens=max_tokens, encoding=encoding))

        assert [chunk.text_to_embed for chunk in found] == expected
        assert [chunk.token_count for chunk in found] == [count(text) for text in expected]
