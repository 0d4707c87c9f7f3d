"""What chunking counts, in characters: a little more than the text, whatever the text is."""

from collections import Counter

import pytest
from chunk_documents import document, paragraph
from hypothesis import given
from hypothesis import strategies as st

from docferry.chunking import ChunkSettings, chunk_document, sentences
from docferry.chunking.tokens import load_tokenizer


class Counting:
    """cl100k_base as a tokenizer that the chunker knows nothing of, with a list of what was counted."""

    name = "counting"

    def __init__(self):
        self._tokenizer = load_tokenizer("cl100k_base")
        self.counted = Counter()

    def count(self, text):
        self.counted[text] += 1
        return self._tokenizer.count(text)

    def encode(self, text):
        return self._tokenizer.encode(text)

    def decode(self, tokens):
        return self._tokenizer.decode(tokens)


@pytest.mark.parametrize("n_words", [90, 100, 105])
def test_a_pause_before_a_long_run_is_not_tried_again_and_again(n_words):
    """A guess that grows into a run without a pause falls back to the same place each time."""
    tokenizer = Counting()
    text = "ferry " * n_words + "".join(map(str, range(1000)))

    chunk_document(document(paragraph(text)), settings=ChunkSettings(max_tokens=128, encoding=tokenizer))

    assert max(tokenizer.counted.values()) <= 2


def test_a_run_of_one_letter_is_counted_a_few_times():
    """Pieces of equal length are equal there; it was counted once for every chunk."""
    tokenizer = Counting()

    found = chunk_document(
        document(paragraph("a" * 60_000)), settings=ChunkSettings(max_tokens=64, encoding=tokenizer)
    )

    assert len(found) > 100
    assert sum(tokenizer.counted.values()) < 40


@given(st.text(st.sampled_from("ab .!?…。！？”)] \n\t。۔1A"), max_size=40))
def test_ends_of_sentences_are_those_of_the_pattern(text):
    """They are looked for in two steps, which is quicker."""
    slow = [found.span() for found in sentences._SENTENCE_END.finditer(text)]

    assert [found.span() for found in sentences._sentence_ends(text)] == slow
