"""Documents made on the spot, and a way to parse them without the rest of docferry."""

import asyncio
import hashlib
import io
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from liteparse.types import AnnotationRect, LayoutBlock, LayoutCell, ParsedPage, TextItem
from reportlab.pdfgen.canvas import Canvas

import docferry_local
from docferry.model import PageSelection
from docferry.provider import ParseContext
from docferry.sources import Source, SourceFile

MEDIA_TYPES = {".pdf": "application/pdf", ".md": "text/markdown", ".txt": "text/plain", ".csv": "text/csv"}
PAGE_WIDTH, PAGE_HEIGHT = 600, 800


def _source_file(source):
    data = source.origin if isinstance(source.origin, bytes) else source.origin.read_bytes()
    return SourceFile(
        name=source.name,
        file_name=Path(source.name).name,
        media_type=MEDIA_TYPES[Path(source.name).suffix],
        size_bytes=len(data),
        fingerprint="sha256:" + hashlib.sha256(data).hexdigest(),
        content=source.origin,
    )


@pytest.fixture
def context_for():
    """Make a ParseContext whose opener opens paths and bytes by the suffix of their name."""

    def make(listener=lambda _event: None):
        @asynccontextmanager
        async def opener(source):
            yield _source_file(source)

        info = docferry_local.docferry_provider_info()
        return ParseContext(info=info, opener=opener, listener=listener)

    return make


@pytest.fixture
def parse(context_for):
    """Parse bytes or a path through the hook and return the Document."""

    def run(content, *, name="report.pdf", pages=None, listener=lambda _event: None, **options):
        work = docferry_local.docferry_parse(
            source=Source(name=name, origin=content),
            pages=None if pages is None else PageSelection.parse(pages),
            options=docferry_local.LocalOptions(**options),
            context=context_for(listener),
        )
        return asyncio.run(work)

    return run


@pytest.fixture
def make_pdf():
    """Make a PDF of 600 x 800 points; each page is drawn by a function that takes the canvas."""

    def make(*pages, **settings):
        buffer = io.BytesIO()
        canvas = Canvas(
            buffer, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), invariant=1, pageCompression=0, **settings
        )
        for draw in pages:
            draw(canvas)
            canvas.showPage()
        canvas.save()
        return buffer.getvalue()

    return make


@pytest.fixture
def lines():
    """Make a drawing function that writes lines of text, the first one `top` points below the upper edge."""

    def make(*texts, left=72, top=100, size=11, leading=None, font="Helvetica"):
        def draw(canvas):
            canvas.setFont(font, size)
            for number, text in enumerate(texts):
                canvas.drawString(left, PAGE_HEIGHT - top - number * (leading or 1.25 * size), text)

        return draw

    return make


@pytest.fixture
def together():
    """Make one drawing function of several."""

    def make(*drawings):
        def draw(canvas):
            for drawing in drawings:
                drawing(canvas)

        return draw

    return make


@pytest.fixture
def item():
    """Make a text item as liteparse gives it."""

    def make(text, x=50, y=100, *, width=None, height=10, size=10, rotation=0.0):
        return TextItem(
            text=text,
            x=x,
            y=y,
            width=5 * len(text) if width is None else width,
            height=height,
            font_size=size,
            rotation=rotation,
        )

    return make


@pytest.fixture
def block():
    """Make a layout block as liteparse gives it; `box` is x, y, width, height in points."""

    def make(kind, text=None, *, box=(50, 100, 500, 10), header=None, rows=None, **fields):
        def cells(texts):
            return None if texts is None else [LayoutCell(text=cell) for cell in texts]

        return LayoutBlock(
            kind=kind,
            text=text,
            bbox=None if box is None else AnnotationRect(*box),
            header=cells(header),
            rows=None if rows is None else [cells(row) for row in rows],
            **fields,
        )

    return make


@pytest.fixture
def parsed_page():
    """Make a page of 600 x 800 points as liteparse gives it."""

    def make(blocks=(), items=(), *, number=1, text=None, label=None, bounds=(0, 0, 1, 1)):
        return ParsedPage(
            page_num=number,
            width=PAGE_WIDTH,
            height=PAGE_HEIGHT,
            text="\n".join(item.text for item in items) if text is None else text,
            page_label=label,
            text_items=list(items),
            blocks=list(blocks),
            content_bounds=bounds,
        )

    return make
