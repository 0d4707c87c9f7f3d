"""Office documents with known contents, written by the libraries that the MinerU server itself brings along.

It runs in the server's own environment: `python office_documents.py FOLDER`.
"""

import sys
from pathlib import Path

import docx
import openpyxl
import pptx
from docx.enum.text import WD_BREAK
from pptx.util import Inches

TITLE = "Harbour Survey 2031"
HEADING = "Counts by week"
SENTENCE = "The south basin stayed below its capacity in both weeks."
ITEMS = ("Count people, not tickets.", "Close the gate after the count.")
ROWS = (("Week", "North", "South"), ("1", "120", "88"), ("2", "131", "90"))
SECOND = "Plans for the next year"

PAGE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{TITLE}</title></head><body>
<h1>{TITLE}</h1><h2>{HEADING}</h2><p>{SENTENCE}</p>
<ul>{"".join(f"<li>{item}</li>" for item in ITEMS)}</ul>
<table>{"".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)}</table>
<h2>{SECOND}</h2><p>Nothing is decided yet.</p></body></html>
"""


def main(folder):
    write_docx(folder / "survey.docx")
    write_pptx(folder / "survey.pptx")
    write_xlsx(folder / "survey.xlsx")
    (folder / "survey.html").write_text(PAGE, encoding="utf-8")


def write_docx(path):
    document = docx.Document()
    document.add_heading(TITLE, level=0)
    document.add_heading(HEADING, level=1)
    document.add_paragraph(SENTENCE)
    for item in ITEMS:
        document.add_paragraph(item, style="List Bullet")
    table = document.add_table(rows=len(ROWS), cols=len(ROWS[0]))
    for row, cells in zip(table.rows, ROWS, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    document.add_heading(SECOND, level=1)
    document.add_paragraph("Nothing is decided yet.")
    document.save(path)


def write_pptx(path):
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = TITLE
    first.placeholders[1].text = "\n".join((SENTENCE, *ITEMS))
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = SECOND
    frame = second.shapes.add_table(len(ROWS), len(ROWS[0]), Inches(1), Inches(2), Inches(6), Inches(2))
    for row, cells in enumerate(ROWS):
        for column, text in enumerate(cells):
            frame.table.cell(row, column).text = text
    deck.save(path)


def write_xlsx(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = HEADING
    for row in ROWS:
        sheet.append(row)
    plans = book.create_sheet(SECOND)
    plans.append(("Plan", "Euros"))
    plans.append(("A second gate", 5900))
    book.save(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
