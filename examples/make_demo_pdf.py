"""Make demo.pdf, which the README's first command parses, and demo_facts.json: what it says on which page.

Run `python examples/make_demo_pdf.py [FOLDER]`; without a folder the files land beside this script. The same
reportlab makes the same bytes every time: dates and ids are fixed and nothing is compressed, because
compressors differ from one machine to the next. No font is embedded.
"""

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import demo_content as content
from demo_chart import BarChart
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    FrameBreak,
    HRFlowable,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.flowables import TopPadder

PAGE_WIDTH, PAGE_HEIGHT = A4
SIDE = 30 * mm
TEXT_WIDTH = PAGE_WIDTH - 2 * SIDE
TEXT_BOTTOM, TEXT_HEIGHT = 28 * mm, PAGE_HEIGHT - 58 * mm
COLUMNS_SIDE, GUTTER, COLUMNS_HEAD = 22 * mm, 9 * mm, 30 * mm
COLUMN_WIDTH = (PAGE_WIDTH - 2 * COLUMNS_SIDE - GUTTER) / 2

SEA, FOAM, SAND, INK, STONE = (
    HexColor(value) for value in (0x1B3F5C, 0x7FA8BF, 0xD9A441, 0x1A1A1A, 0x6B6F73)
)
RUNNING_HEAD = f"{content.TITLE} \N{MIDDLE DOT} {content.SUBTITLE}"

BODY = ParagraphStyle(
    "body",
    fontName="Times-Roman",
    fontSize=11,
    leading=15,
    textColor=INK,
    alignment=TA_JUSTIFY,
    spaceAfter=15,
)
NARROW = ParagraphStyle("narrow", BODY, fontSize=10, leading=13.6, alignment=TA_LEFT, spaceAfter=7)
CHINESE = ParagraphStyle("chinese", BODY, fontName="STSong-Light", leading=19, wordWrap="CJK", spaceBefore=14)
HEADINGS = {
    1: ParagraphStyle("h1", fontName="Helvetica-Bold", fontSize=20, leading=25, textColor=SEA, spaceAfter=10),
    2: ParagraphStyle(
        "h2", fontName="Helvetica-Bold", fontSize=14, leading=18, textColor=SEA, spaceBefore=11, spaceAfter=5
    ),
    3: ParagraphStyle(
        "h3", fontName="Helvetica-Bold", fontSize=11.5, leading=15, textColor=INK, spaceBefore=7, spaceAfter=3
    ),
}
for _style in HEADINGS.values():
    _style.keepWithNext = 1
CAPTION = ParagraphStyle("caption", fontName="Helvetica", fontSize=9, leading=12, textColor=STONE)
TABLE_CAPTION = ParagraphStyle("table caption", CAPTION, spaceBefore=6, spaceAfter=15)
CELL = ParagraphStyle("cell", fontName="Helvetica", fontSize=9, leading=12, textColor=INK)
ITEMS = {
    1: ParagraphStyle(
        "item",
        BODY,
        leftIndent=7 * mm,
        bulletIndent=1.5 * mm,
        spaceAfter=3.5,
        bulletFontName="Times-Roman",
        bulletFontSize=11,
    ),
}
ITEMS[2] = ParagraphStyle("inner item", ITEMS[1], leftIndent=14 * mm, bulletIndent=8.5 * mm)
COVER_TITLE = ParagraphStyle("cover title", fontName="Helvetica-Bold", fontSize=32, leading=38, textColor=SEA)
COVER_SUBTITLE = ParagraphStyle(
    "cover subtitle", fontName="Helvetica", fontSize=11, leading=18, textColor=STONE
)


class Fact:
    """What a flowable shows, for demo_facts.json; `pages` fills up while the document is built."""

    def __init__(self, kind: str, **details: object) -> None:
        self.kind = kind
        self.details = details
        self.pages: list[int] = []

    def as_entry(self) -> dict[str, Any]:
        """The fact with the page or, for tables, the pages on which it stands."""
        return {
            **self.details,
            **({"pages": self.pages} if self.kind == "tables" else {"page": self.pages[0]}),
        }


def note(flowable: Flowable, fact: Fact) -> Flowable:
    """Attach a fact to the flowable that shows it."""
    flowable.fact = fact
    return flowable


class RuledTable(Table):
    """A table that remembers its fact when a page break cuts it."""

    def onSplit(self, T: Table, byRow: int = 1) -> None:  # noqa: N802, N803, ARG002 - reportlab calls it so
        """Hand the fact to one part of a cut table."""
        T.fact = self.fact


class DisplayFormula(Flowable):
    """A centred formula, variables in italics, with its number at the right margin."""

    def __init__(self, formula: content.Formula) -> None:
        super().__init__()
        self.formula = formula

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Take the whole width."""
        self.width = width
        return width, 32

    def draw(self) -> None:
        """Draw the formula and its number."""
        markup = re.sub(r"([a-zA-Z])", r"<i>\1</i>", self.formula.text)
        paragraph = Paragraph(markup, ParagraphStyle("formula", BODY, alignment=TA_CENTER))
        paragraph.wrapOn(self.canv, self.width, 20)
        paragraph.drawOn(self.canv, 0, 11)
        self.canv.setFillColor(INK)
        self.canv.setFont("Times-Roman", 11)
        self.canv.drawRightString(self.width, 14, self.formula.label)


class Report(BaseDocTemplate):
    """The page layouts, and the bookkeeping of headings and facts while pages fill."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            str(path),
            pagesize=A4,
            title=f"{content.TITLE}: {content.SUBTITLE}",
            author=content.AUTHOR,
            subject=content.SUBJECT,
            creator="make_demo_pdf.py",
            lang="en-GB",
            invariant=1,
            pageCompression=0,
        )
        self.facts: list[Fact] = []
        body = _frame(SIDE, TEXT_BOTTOM, TEXT_WIDTH, TEXT_HEIGHT)
        columns_height = TEXT_HEIGHT - COLUMNS_HEAD
        right = COLUMNS_SIDE + COLUMN_WIDTH + GUTTER
        columns = [
            _frame(COLUMNS_SIDE, TEXT_BOTTOM + columns_height, PAGE_WIDTH - 2 * COLUMNS_SIDE, COLUMNS_HEAD),
            _frame(COLUMNS_SIDE, TEXT_BOTTOM, COLUMN_WIDTH, columns_height),
            _frame(right, TEXT_BOTTOM, COLUMN_WIDTH, columns_height),
        ]
        self.addPageTemplates(
            [
                PageTemplate("cover", [body], onPage=_draw_cover),
                PageTemplate("one", [body], onPage=_draw_furniture(SIDE)),
                PageTemplate("two", columns, onPage=_draw_furniture(COLUMNS_SIDE)),
            ]
        )

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - reportlab calls it so
        """Note on which page a fact stands; headings also enter the outline."""
        fact = getattr(flowable, "fact", None)
        if fact is None:
            return
        if not fact.pages:
            self.facts.append(fact)
        fact.pages.append(self.page)
        if fact.kind == "headings":
            level, text = fact.details["level"], fact.details["text"]
            key = f"section-{text.split()[0]}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(text, key, level - 1, closed=level > 1)


def _frame(left: float, bottom: float, width: float, height: float) -> Frame:
    return Frame(left, bottom, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)


def _draw_cover(canvas: Canvas, _report: Report) -> None:
    canvas.setFillColor(SEA)
    canvas.rect(0, PAGE_HEIGHT - 16 * mm, PAGE_WIDTH, 16 * mm, stroke=0, fill=1)
    canvas.setFillColor(SAND)
    canvas.rect(0, PAGE_HEIGHT - 17.5 * mm, PAGE_WIDTH, 1.5 * mm, stroke=0, fill=1)
    canvas.showOutline()


def _draw_furniture(side: float) -> Callable[[Canvas, Report], None]:
    def draw(canvas: Canvas, report: Report) -> None:
        canvas.setFillColor(STONE)
        canvas.setFont("Helvetica", 8)
        canvas.drawString(side, PAGE_HEIGHT - 18 * mm, RUNNING_HEAD)
        canvas.drawCentredString(PAGE_WIDTH / 2, 15 * mm, str(report.page))
        canvas.setStrokeColor(FOAM)
        canvas.setLineWidth(0.4)
        canvas.line(side, PAGE_HEIGHT - 20 * mm, PAGE_WIDTH - side, PAGE_HEIGHT - 20 * mm)

    return draw


def _plain(markup: str) -> str:
    return re.sub(r"</?\w+>", "", markup)


def make_table(grid: content.Grid) -> list[Flowable]:
    """A caption and a table with three rules, whose header is repeated after a page break."""
    rows = [
        [
            Paragraph(cell, CELL) if column == "Work" else cell
            for column, cell in zip(grid.header, row, strict=True)
        ]
        for row in grid.rows
    ]
    commands: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), "Helvetica", 9, 12),
        ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 9, 12),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LINEABOVE", (0, 0), (-1, 0), 1, SEA),
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, SEA),
        ("LINEBELOW", (0, 1), (-1, -2), 0.25, HexColor(0xC9D3DA)),
        ("LINEBELOW", (0, -1), (-1, -1), 1, SEA),
    ]
    commands += [("ALIGN", (i, 0), (i, -1), "RIGHT") for i, side in enumerate(grid.alignments) if side == "r"]
    if grid.has_total_row:
        commands += [
            ("FONT", (0, -1), (-1, -1), "Helvetica-Bold", 9, 12),
            ("LINEABOVE", (0, -1), (-1, -1), 0.6, SEA),
        ]
    table = RuledTable(
        [grid.header, *rows], colWidths=[width * mm for width in grid.widths_mm], repeatRows=1, spaceAfter=18,
        style=TableStyle(commands),
    )  # fmt: skip
    fact = Fact("tables", caption=grid.caption, header=grid.header, rows=grid.rows)
    return [CondPageBreak(60 * mm), Paragraph(grid.caption, TABLE_CAPTION), note(table, fact)]


def make_chart(chart: content.Chart) -> list[Flowable]:
    """The chart with its caption below, on one page."""
    caption = note(Paragraph(chart.caption, CAPTION), Fact("figures", caption=chart.caption))
    return [KeepTogether([Spacer(0, 6), BarChart(), Spacer(0, 8), caption, Spacer(0, 10)])]


def make_list(items: content.Items) -> list[Flowable]:
    """One paragraph per item with a hanging number, bullet or dash."""
    signs = [f"{number}." if items.is_numbered else ("", "\N{BULLET}", "\N{EN DASH}")[item.depth]
             for number, item in enumerate(items.items, start=1)]  # fmt: skip
    entries = [{"text": item.text, "depth": item.depth} for item in items.items]
    paragraphs = [Paragraph(item.text, ITEMS[item.depth], bulletText=sign)
                  for item, sign in zip(items.items, signs, strict=True)]  # fmt: skip
    note(paragraphs[0], Fact("lists", is_numbered=items.is_numbered, items=entries))
    return paragraphs


def make_text(block: content.Heading | content.Prose, *, narrow: bool) -> Flowable:
    """A heading or a paragraph."""
    if isinstance(block, content.Heading):
        fact = Fact("headings", level=block.level, text=block.text)
        return note(Paragraph(block.text, HEADINGS[block.level]), fact)
    if block.is_chinese:
        return note(Paragraph(block.text, CHINESE), Fact("chinese", text=block.text))
    fact = Fact("paragraphs", text=_plain(block.text), columns=2 if narrow else 1)
    return note(Paragraph(block.text, NARROW if narrow else BODY), fact)


def make_flowables(block: content.Block, *, narrow: bool) -> list[Flowable]:
    """What stands on the page for one block of the story."""
    match block:
        case content.Turn():
            flowables = [NextPageTemplate("two" if block.columns > 1 else "one"), PageBreak()]
        case content.NextColumn():
            flowables = [FrameBreak()]
        case content.Formula():
            flowables = [note(DisplayFormula(block), Fact("formulas", text=block.text, label=block.label))]
        case content.Items():
            flowables = make_list(block)
        case content.Chart():
            flowables = make_chart(block)
        case content.Grid():
            flowables = make_table(block)
        case _:
            flowables = [make_text(block, narrow=narrow)]
    return flowables


def make_cover() -> list[Flowable]:
    """Title, subtitle, summary and imprint."""
    summary = ParagraphStyle("summary", BODY, fontSize=12.5, leading=18, alignment=TA_LEFT, spaceAfter=12)
    flowables: list[Flowable] = [
        Spacer(0, 45 * mm),
        note(Paragraph(content.TITLE, COVER_TITLE), Fact("titles", text=content.TITLE)),
        Paragraph(content.SUBTITLE, COVER_SUBTITLE),
        Spacer(0, 9 * mm),
        HRFlowable(width=40 * mm, thickness=1.5, color=SAND, hAlign="LEFT", spaceAfter=12 * mm),
    ]
    flowables += [
        note(Paragraph(text, summary), Fact("paragraphs", text=text, columns=1)) for text in content.SUMMARY
    ]
    imprint = Paragraph(content.IMPRINT, ParagraphStyle("imprint", CAPTION, leading=13))
    fact = Fact("paragraphs", text=content.IMPRINT, columns=1)
    return [*flowables, TopPadder(note(imprint, fact))]


def make_story() -> list[Flowable]:
    """The whole report as flowables."""
    story, narrow = make_cover(), False
    for block in content.STORY:
        if isinstance(block, content.Turn):
            narrow = block.columns > 1
        story += make_flowables(block, narrow=narrow)
    return story


def collect_facts(report: Report) -> dict[str, Any]:
    """What the document says where, in reading order, for tests and for anyone who measures a parser."""
    facts: dict[str, Any] = {
        "title": content.TITLE,
        "subtitle": content.SUBTITLE,
        "author": content.AUTHOR,
        "pages": report.page,
        "running_head": RUNNING_HEAD,
    }
    for kind in ("titles", "headings", "paragraphs", "tables", "lists", "figures", "formulas", "chinese"):
        facts[kind] = [fact.as_entry() for fact in report.facts if fact.kind == kind]
    facts["questions"] = [{"question": question, "answer": answer} for question, answer in content.QUESTIONS]
    return facts


def make_demo(folder: Path) -> None:
    """Write demo.pdf and demo_facts.json into a folder."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    report = Report(folder / "demo.pdf")
    report.build(make_story())
    facts = json.dumps(collect_facts(report), ensure_ascii=False, indent=1)
    (folder / "demo_facts.json").write_text(facts + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    make_demo(parser.parse_args().folder)
