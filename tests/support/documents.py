"""Factories of the documents that tests feed to docferry.

Each writes one file (or folder) into the folder given, under the name given, and returns its path. The bytes
of PDFs are the same at every call with the same arguments. Page numbers count from 1, lengths are points.
"""

import zipfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

__all__ = [
    "ODD_NAME",
    "blank_pdf",
    "empty_file",
    "empty_folder",
    "encrypted_pdf",
    "many_pages_pdf",
    "markdown_file",
    "mixed_pdf",
    "oddly_named_pdf",
    "page_text",
    "png_named_pdf",
    "rotated_pdf",
    "scan_pdf",
    "text_file",
    "text_pdf",
    "truncated_pdf",
    "unsupported_file",
]

PAGE_WIDTH, PAGE_HEIGHT = A4
ODD_NAME = "年度 报告 no. 7.pdf"
SCAN_PIXELS_PER_POINT = 1.5

MARKDOWN = """# Tide tables

High water is at **06:12** and 18:40.

## Moorings

* Buoy 4 is closed.
* Buoy 7 is free.

| Buoy | Depth in m |
|---|---|
| 4 | 3.5 |
| 7 | 6.0 |
"""
TEXT = "The harbour master lives above the office.\n\nHe answers the telephone at night.\n"


def page_text(number: int) -> str:
    """What a page says by default, so that tests can tell the pages apart."""
    return f"Page {number} tells how ferry number {number} crossed the sound in {number + 10} minutes."


def text_pdf(
    folder: Path, *, pages: int | None = None, texts: Sequence[str] = (), name: str = "text.pdf"
) -> Path:
    """A PDF with a text layer.

    Args:
        folder: Where to write.
        pages: Number of pages; as many as there are texts when None, and at least one.
        texts: What the first pages say, lines split at newlines; the others say `page_text(number)`.
        name: File name.
    """
    return _write_pdf(folder / name, _contents(pages, texts))


def encrypted_pdf(folder: Path, password: str, *, pages: int = 1, name: str = "encrypted.pdf") -> Path:
    """A PDF with a text layer that only opens with the password."""
    encryption = StandardEncryption(userPassword=password, ownerPassword=f"owner of {password}", strength=128)
    return _write_pdf(folder / name, _contents(pages, ()), encryption=encryption)


def truncated_pdf(folder: Path, *, name: str = "truncated.pdf") -> Path:
    """The first half of a PDF: it starts like one and cannot be opened."""
    path = text_pdf(folder, pages=5, name=name)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def png_named_pdf(folder: Path, *, name: str = "picture.pdf") -> Path:
    """A PNG picture whose name claims to be a PDF."""
    path = folder / name
    _scan(1).save(path, format="PNG")
    return path


def scan_pdf(folder: Path, *, pages: int = 1, name: str = "scan.pdf") -> Path:
    """A PDF of pictures of text, without any text layer."""
    return mixed_pdf(folder, pages=pages, scanned=range(1, pages + 1), name=name)


def mixed_pdf(
    folder: Path, *, pages: int = 10, scanned: Collection[int] = (4,), name: str = "mixed.pdf"
) -> Path:
    """A PDF with a text layer on every page but the scanned ones."""
    numbers = range(1, pages + 1)
    return _write_pdf(folder / name, (_scan(n) if n in scanned else page_text(n) for n in numbers))


def many_pages_pdf(folder: Path, *, pages: int = 1001, name: str = "many.pdf") -> Path:
    """A PDF beyond the page limits of services, in well under a second and a few hundred kilobytes."""
    return text_pdf(folder, pages=pages, name=name)


def blank_pdf(folder: Path, *, pages: int = 1, name: str = "blank.pdf") -> Path:
    """A PDF with nothing on its pages: neither text nor a picture."""
    return _write_pdf(folder / name, [""] * pages)


def rotated_pdf(folder: Path, *, degrees: int = 90, pages: int = 1, name: str = "rotated.pdf") -> Path:
    """A PDF with a text layer whose pages a viewer turns clockwise by a multiple of 90 degrees."""
    return _write_pdf(folder / name, _contents(pages, ()), degrees=degrees)


def oddly_named_pdf(folder: Path) -> Path:
    """A PDF with a text layer and spaces, Chinese characters and a second dot in its name."""
    return text_pdf(folder, name=ODD_NAME)


def empty_file(folder: Path, *, name: str = "empty.pdf") -> Path:
    """A file of zero bytes."""
    path = folder / name
    path.write_bytes(b"")
    return path


def empty_folder(folder: Path, *, name: str = "empty") -> Path:
    """A folder without anything in it."""
    path = folder / name
    path.mkdir()
    return path


def markdown_file(folder: Path, *, text: str = MARKDOWN, name: str = "tides.md") -> Path:
    """A Markdown file with two headings, a list and a table."""
    return _write_text(folder / name, text)


def text_file(folder: Path, *, text: str = TEXT, name: str = "harbour.txt") -> Path:
    """A plain text file of two paragraphs, UTF-8."""
    return _write_text(folder / name, text)


def unsupported_file(folder: Path, *, name: str = "charts.zip") -> Path:
    """A real ZIP archive, which no provider takes for a document."""
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("chart.txt"), "Depths in metres.")
    return path


def _contents(pages: int | None, texts: Sequence[str]) -> list[str]:
    count = max(len(texts), 1) if pages is None else pages
    return [texts[n - 1] if n <= len(texts) else page_text(n) for n in range(1, count + 1)]


def _write_text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _write_pdf(
    path: Path,
    contents: Iterable[str | Image.Image],
    *,
    encryption: StandardEncryption | None = None,
    degrees: int = 0,
) -> Path:
    # reportlab wants the size as a viewer shows it and swaps the sides of turned pages itself.
    shown_size = A4 if degrees % 180 == 0 else landscape(A4)
    canvas = Canvas(str(path), pagesize=shown_size, invariant=1, encrypt=encryption)
    for content in contents:
        canvas.setPageRotation(degrees)
        if isinstance(content, str):
            canvas.setFont("Helvetica", 12)
            for index, line in enumerate(content.splitlines()):
                canvas.drawString(72, PAGE_HEIGHT - 90 - 18 * index, line)
        else:
            canvas.drawImage(ImageReader(content), 0, 0, PAGE_WIDTH, PAGE_HEIGHT)
        canvas.showPage()
    canvas.save()
    return path


def _scan(number: int) -> Image.Image:
    """A page as a scanner sees it: grey paper with black lettering."""
    size = round(PAGE_WIDTH * SCAN_PIXELS_PER_POINT), round(PAGE_HEIGHT * SCAN_PIXELS_PER_POINT)
    picture = Image.new("L", size, 244)
    lettering = ImageFont.load_default(20)
    ImageDraw.Draw(picture).text((100, 130), page_text(number), fill=20, font=lettering)
    return picture
