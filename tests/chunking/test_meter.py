"""Sums of counts equal counts of joined texts."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_documents import random_text

from docferry.chunking.meter import Meter, closing_marks, is_clean, last_border
from docferry.chunking.tokens import load_tokenizer

ENCODINGS = ("cl100k_base", "o200k_base")
ALPHABET = st.sampled_from(
    [*"ab Zé中。，.!?/\\'\"-\n\r\t1 \xa0\u3000(｡", "'s", "'LL", "\n\n", "  ", "//", "👍🏽", "한"]
)
TEXTS = st.lists(ALPHABET, max_size=12).map("".join)


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=600)
@given(before=TEXTS, after=TEXTS)
def test_gap_is_the_difference_that_joining_makes(encoding, before, after):
    meter = Meter(load_tokenizer(encoding))

    whole = meter.count_once(before + after)

    assert meter.count(before) + meter.count(after) + meter.gap(before, after) == whole
    assert meter.joined(before, after) == whole


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=600)
@given(text=TEXTS, after=TEXTS)
def test_a_text_may_be_counted_apart_at_its_last_border(encoding, text, after):
    meter = Meter(load_tokenizer(encoding))
    border = last_border(text)
    if border:
        whole = meter.count_once(text + after)
        assert meter.count_once(text[:border]) + meter.count_once(text[border:] + after) == whole


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_prose_of_many_scripts_adds_up(encoding):
    random = Random(3)  # noqa: S311 - tests want the same texts every time
    meter = Meter(load_tokenizer(encoding))
    for _ in range(1500):
        before = random_text(random, random.randint(1, 12)) + random.choice(("\n\n", "\n", " ", ""))
        after = random_text(random, random.randint(1, 12))
        if is_clean(before, after):
            assert meter.gap(before, after) == 0
        assert meter.joined(before, after) == meter.count_once(before + after)


@pytest.mark.parametrize("after", ["/etc", "\nx", " \n", "//", "\u3000x"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_known_exceptions_are_not_clean(encoding, after):
    meter = Meter(load_tokenizer(encoding))
    for before in ("End.\n\n", "end\n\n", "。\n\n", "|\n\n"):
        assert not is_clean(before, after)
        assert meter.joined(before, after) == meter.count_once(before + after)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_closing_marks_may_be_counted_apart(encoding):
    random = Random(5)  # noqa: S311 - tests want the same texts every time
    meter = Meter(load_tokenizer(encoding))
    marks = "!.,:;?'\")]}’”…。，；：！？）》」-/*_`"
    for _ in range(2000):
        word = random.choice(("dog", "Dogs", "3.14", "渡轮", "it's", "U.S", "C++x", "A1", " of", "x'"))
        text = word + "".join(random.choices(marks, k=random.randint(0, 6)))
        end = closing_marks(text)
        if end is None:
            continue
        for after in ("\n\n", "\n", ""):
            rest = text[: len(text) - len(end)]
            assert meter.count(rest) + meter.count(end + after) == meter.count(text + after)
