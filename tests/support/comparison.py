"""The same document through several providers, side by side: what each brought back, in figures.

`compare` gives a row for each; `table_of` writes them as Markdown. Coverage is the share of the words of a
reference that a document has, in any order, furniture included.
"""

from collections import Counter
from dataclasses import dataclass

from docferry.model import ElementKind

__all__ = ["Figures", "compare", "figures_of", "table_of"]

HEADINGS = (ElementKind.TITLE, ElementKind.HEADING)
TITLES = ("provider", "pages", "headings", "tables", "cells", "figures", "words", "coverage", "boxes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a document has.

    Args:
        pages: Numbers of its pages.
        headings: Texts of its headings, in order, each with its level.
        tables: Cells of its tables, in order: row, column, spans and text of each.
        figures: How many figures.
        words: How often each word occurs.
        boxes: Share of the elements that have a box on their page.
    """

    pages: tuple
    headings: tuple
    tables: tuple
    figures: int
    words: Counter
    boxes: float


def figures_of(document):
    """The figures of a document."""
    elements = document.elements
    return Figures(
        pages=tuple(page.number for page in document.pages),
        headings=tuple((element.text, element.level) for element in elements if element.kind in HEADINGS),
        tables=tuple(_cells(element.table) for element in elements if element.table is not None),
        figures=sum(element.kind is ElementKind.FIGURE for element in elements),
        words=Counter(word for element in elements for word in _words(element)),
        boxes=_share(sum(_has_box(element) for element in elements), len(elements)),
    )


def coverage(figures, reference):
    """The share of the reference's words that are there, 0 to 1."""
    return _share((figures.words & reference.words).total(), reference.words.total())


def compare(documents, *, reference):
    """A row of figures for each document.

    Args:
        documents: Documents by the name to show.
        reference: The name of the one that coverage is measured against.
    """
    known = {name: figures_of(document) for name, document in documents.items()}
    return [
        {
            "provider": name,
            "pages": len(found.pages),
            "headings": len(found.headings),
            "tables": len(found.tables),
            "cells": sum(map(len, found.tables)),
            "figures": found.figures,
            "words": found.words.total(),
            "coverage": f"{coverage(found, known[reference]):.1%}",
            "boxes": f"{found.boxes:.0%}",
        }
        for name, found in known.items()
    ]


def table_of(rows):
    """The rows as a Markdown table."""
    lines = [
        TITLES,
        tuple("---" for _ in TITLES),
        *(tuple(str(row[name]) for name in TITLES) for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(table):
    return tuple((each.row, each.column, each.row_span, each.column_span, each.text) for each in table.cells)


def _words(element):
    texts = [element.text] if element.table is None else [cell.text for cell in element.table.cells]
    return [word for text in texts for word in text.split()]


def _has_box(element):
    return any(region.box is not None for region in element.regions)


def _share(part, whole):
    return part / whole if whole else 1.0
