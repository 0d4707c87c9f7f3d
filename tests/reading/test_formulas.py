"""Formulas lose the marks around them, and nothing else."""

import pytest

from docferry.reading import bare_formula


@pytest.mark.parametrize("text", ["$$\na+b\n$$", "$a+b$", "\\[a+b\\]", "a+b", "$$ a+b $$"])
def test_formulas_lose_their_marks(text):
    assert bare_formula(text) == "a+b"


def test_two_formulas_keep_their_marks():
    assert bare_formula("$a$ and $b$") == "$a$ and $b$"
