"""Documents without sense, but with everything that makes chunking hard; equal seeds make equal documents."""

from random import Random

from docferry.model import BoundingBox, Document, Element, ElementKind, Image, Page, Region, Table, TableCell

__all__ = ["make_document", "random_document", "random_table", "random_text"]

LATIN = [
    "ferry",
    "harbour",
    "tide",
    "the",
    "of",
    "and",
    "a",
    "in",
    "mooring",
    "buoy",
    "pilot",
    "isn't",
    "we'll",
    "e.g.",
    "Dr.",
    "Fig.",
    "U.S.",
    "3.14",
    "1,000",
    "2024",
    "Überfahrt",
    "façade",
    "naïve",
    "anchors'",
    "x+y=z",
    "/usr/bin/env",
    "https://example.org/a?b=c",
    "C++",
    "ALLCAPS",
    "camelCase",
    "ship's",
    "it's",
    "don't",
    "—",
    "–",
    "…",
    "“quoted”",
    "(aside)",
    "[12]",
    "100%",
    "$5.00",
    "#tag",
    "@name",
    "under_score",
    "a/b",
    "and/or",
]
CHINESE = "渡轮港口潮汐航行安全检查记录应当符合国家标准船舶进入泊位之前必须停机报告值班人员天气能见度不足"
JAPANESE = "フェリーは港を出ますそして海を渡り次の島へ向かいます"
ODD = (
    "👨‍👩‍👧‍👦",
    "🇳🇴🇸🇪🇩🇰",
    "e\u0301\u0302",
    "👍🏽",
    "한국어",
    "각",
    "नमस्ते",
    "ไทย",
    "\u200b",
    "\ufeff",
    "\x1c",
    "\u2028",
    "\u3000",
    "\xa0",
    "<|endoftext|>",
    "|",
    "*",
    "`",
    "```",
    "$$",
    "/",
    "//",
    "\ud83d",
    "ﷺ",
    "𝒜",
)
KINDS = (
    (ElementKind.PARAGRAPH, 40),
    (ElementKind.HEADING, 14),
    (ElementKind.LIST_ITEM, 16),
    (ElementKind.TABLE, 10),
    (ElementKind.CODE, 4),
    (ElementKind.FORMULA, 4),
    (ElementKind.FIGURE, 4),
    (ElementKind.CAPTION, 4),
    (ElementKind.FOOTNOTE, 2),
    (ElementKind.TITLE, 1),
    (ElementKind.TOC, 1),
    (ElementKind.OTHER, 1),
    (ElementKind.HEADER, 2),
    (ElementKind.PAGE_NUMBER, 1),
)
FURNITURE = {ElementKind.HEADER, ElementKind.PAGE_NUMBER}


def random_document(seed: int) -> Document:
    """A document of a few pages; about one in three has something pathological in it."""
    random = Random(seed)  # noqa: S311 - tests want the same documents every time
    n_pages = random.choice((1, 1, 2, 3, 5))
    count = random.choice((0, 1, 3, 8, 8, 15, 25))
    pages = sorted(random.randint(1, n_pages) for _ in range(count))
    elements: list[Element] = []
    for index, page in enumerate(pages):
        elements.append(_element(random, index, page, n_pages, elements))
    return make_document(elements, n_pages=n_pages)


def make_document(elements: list[Element] | tuple[Element, ...], *, n_pages: int = 1) -> Document:
    """A document of these elements."""
    return Document(
        source_fingerprint="sha256:" + "0" * 64,
        provider="random",
        pages=tuple(Page(number=number + 1) for number in range(n_pages)),
        elements=tuple(elements),
    )


def random_text(random: Random, n_words: int) -> str:
    """Prose in one of several scripts, sometimes with an odd word or a long run of one kind."""
    style = random.choice(("latin", "latin", "latin", "chinese", "japanese", "mixed", "odd", "run"))
    if style == "run":
        letter = random.choice(("a", " ", "-", "\n", "的", "=", "0", "ab/", "🇳🇴", "e\u0301"))
        return "x" + letter * (n_words * random.choice((1, 5, 20))) + "y"
    words = [_word(random, style) for _ in range(n_words)]
    glue = "" if style in {"chinese", "japanese"} else " "
    return glue.join(words)


def random_table(random: Random, *, has_boxes: bool = False) -> Table:
    """A table, sometimes with spans, a header or long cells."""
    n_rows, n_columns = random.choice((1, 2, 3, 5, 12, 30)), random.choice((1, 2, 3, 4, 7))
    n_header = random.choice((0, 1, 1, 1, 2)) if n_rows > 2 else random.choice((0, 1))
    long_cell = random.random() < 0.1
    taken: set[tuple[int, int]] = set()
    cells: list[TableCell] = []
    for row in range(n_rows):
        for column in range(n_columns):
            if (row, column) in taken or random.random() < 0.05:
                continue
            row_span, column_span = _spans(random, row, column, n_rows, n_columns, n_header, taken)
            taken |= {(row + r, column + c) for r in range(row_span) for c in range(column_span)}
            n_words = random.choice((0, 1, 1, 2, 4)) if not long_cell else random.choice((1, 2, 60, 200))
            cells.append(
                TableCell(
                    row=row,
                    column=column,
                    row_span=row_span,
                    column_span=column_span,
                    is_header=row < n_header,
                    text=random_text(random, n_words) if n_words else "",
                    box=_box(row / n_rows, (row + row_span) / n_rows) if has_boxes else None,
                )
            )
    return Table(n_rows=n_rows, n_columns=n_columns, cells=tuple(cells))


def _next_part(random: Random, table: Table) -> Table:
    """A table with the same header, which the provider may call the next part of the one before."""
    n_header = table.n_header_rows
    n_rows = n_header + random.choice((1, 3, 20))
    body = [
        TableCell(row=row, column=column, text=random_text(random, random.choice((1, 2, 4))))
        for row in range(n_header, n_rows)
        for column in range(table.n_columns)
    ]
    head = [cell for cell in table.cells if cell.row < n_header]
    return Table(
        n_rows=n_rows,
        n_columns=table.n_columns,
        cells=(*head, *body),
        continues_previous=random.random() < 0.5,
    )


def _spans(random, row, column, n_rows, n_columns, n_header, taken) -> tuple[int, int]:
    if random.random() > 0.1:
        return 1, 1
    last_row = n_header if row < n_header else n_rows
    row_span = random.randint(1, min(last_row - row, 6))
    column_span = random.randint(1, n_columns - column)
    covered = {(row + r, column + c) for r in range(row_span) for c in range(column_span)}
    return (row_span, column_span) if not covered & taken else (1, 1)


def _box(top: float, bottom: float) -> BoundingBox:
    return BoundingBox(left=0.1, top=round(top, 6), right=0.9, bottom=round(bottom, 6))


def _word(random: Random, style: str) -> str:
    choice = random.choice(("latin", "chinese", "odd")) if style == "mixed" else style
    if choice == "chinese":
        return "".join(random.choices(CHINESE, k=random.randint(2, 9))) + random.choice("，，。；！” ")
    if choice == "japanese":
        return "".join(random.choices(JAPANESE, k=random.randint(2, 9))) + random.choice("、。 ")
    if choice == "odd" and random.random() < 0.5:
        return random.choice(ODD)
    word = random.choice(LATIN)
    return word + random.choice(("", "", "", "", "", ",", ".", ".", "?", ":", ".)", "\n"))


def _element(random: Random, index: int, page: int, n_pages: int, before: list[Element]) -> Element:
    kind = random.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS])[0]
    regions = _regions(random, page, n_pages)
    name = f"e{index}"
    if kind is ElementKind.TABLE and random.random() < 0.9:
        table = random_table(random, has_boxes=random.random() < 0.5)
        last = before[-1].table if before else None
        if last is not None and last.n_header_rows and random.random() < 0.5:
            table = _next_part(random, last)
        return Element(id=name, kind=kind, table=table, regions=regions)
    n_words = (
        random.choice((0, 1, 3, 10, 10, 30, 80, 300)) if random.random() < 0.5 else random.randint(1, 20)
    )
    if kind in {ElementKind.HEADING, ElementKind.TITLE}:
        n_words = min(n_words, random.choice((6, 6, 6, 6, 100)))
    text = random_text(random, n_words) if n_words else ""
    if random.random() < 0.1:
        text = random.choice((" ", "\n", "\n\n", "/", "\t ")) + text + random.choice((" ", "\n", ""))
    return Element(
        id=name,
        kind=kind,
        text=text,
        level=random.choice((None, 1, 1, 2, 3, 6)) if kind in LEVELLED else None,
        regions=regions,
        is_furniture=kind in FURNITURE,
        caption_of=_captioned(random, before) if kind is ElementKind.CAPTION else "",
        image=Image(asset_name="a.png") if kind is ElementKind.FIGURE else None,
    )


LEVELLED = {ElementKind.HEADING, ElementKind.TITLE, ElementKind.LIST_ITEM}


def _regions(random: Random, page: int, n_pages: int) -> tuple[Region, ...]:
    if random.random() < 0.03:
        return ()
    regions = [Region(page=page, box=_box(0.1, 0.5) if random.random() < 0.8 else None)]
    if page < n_pages and random.random() < 0.05:
        regions.append(Region(page=page + 1, box=_box(0.1, 0.2)))
    return tuple(regions)


def _captioned(random: Random, before: list[Element]) -> str:
    nearby = [e.id for e in before[-5:] if e.kind in {ElementKind.FIGURE, ElementKind.TABLE}]
    return random.choice(nearby) if nearby and random.random() < 0.7 else ""
