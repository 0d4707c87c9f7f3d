"""SoMark's own marks in Markdown."""

from docferry_somark.dialect import read_dialect


def test_captions_and_contents_of_the_dialect():
    pieces = read_dialect("[[TOC]]\n\n: **Figure 1:** Ferries")

    assert [(piece.kind.value, piece.text) for piece in pieces] == [
        ("toc", "[[TOC]]"),
        ("caption", "Figure 1: Ferries"),
    ]


def test_other_paragraphs_stay_paragraphs():
    (piece,) = read_dialect("Ferries: a list")

    assert piece.kind.value == "paragraph"
