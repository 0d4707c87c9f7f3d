"""The bar chart of demo.pdf: a picture in four colours with its lettering on top.

The picture is run-length encoded here, because reportlab compresses pictures with zlib, whose output differs
from one machine to the next.
"""

from itertools import groupby

import demo_content as content
from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfdoc import PDFArray, PDFName, PDFStream
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

PALETTE = (0xFFFFFF, 0x1B3F5C, 0x7FA8BF, 0xD9A441, 0xC9D3DA)
GRID = 4
PIXELS_PER_POINT = 3
HEIGHT, BASE, LEFT, RIGHT = 172, 18, 24, 4
POINTS_PER_THOUSAND = 1.5
GRID_THOUSANDS = (0, 20, 40, 60, 80)
LEGEND_STEP, LEGEND_BOTTOM, LEGEND_SIDE = 80, 161, 7
LONGEST_RUN = 128
END_OF_DATA = 128


class BarChart(Flowable):
    """Passengers by month, one colour per line, across the whole text width."""

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Take the whole width."""
        self.width, self.height = width, HEIGHT
        return width, HEIGHT

    def draw(self) -> None:
        """Draw the picture, then the lettering."""
        _draw_picture(self.canv, _paint(self.width), self.width)
        self.canv.setFillColor(HexColor(0x55595D))
        self.canv.setFont("Helvetica", 7.5)
        for thousands in GRID_THOUSANDS:
            self.canv.drawRightString(LEFT - 5, BASE + thousands * POINTS_PER_THOUSAND - 2.5, str(thousands))
        for index, month in enumerate(content.PASSENGERS):
            left, right = _bar(index, self.width)
            self.canv.drawCentredString((left + right) / 2, 6, month[:3])
        for index, line in enumerate(content.LINES):
            self.canv.drawString(LEFT + index * LEGEND_STEP + 11, LEGEND_BOTTOM + 1, line)


def _bar(index: int, width: float) -> tuple[float, float]:
    """Left and right edge of a month's bar in points."""
    step = (width - LEFT - RIGHT) / len(content.PASSENGERS)
    return LEFT + (index + 0.28) * step, LEFT + (index + 0.72) * step


def _paint(width: float) -> list[bytearray]:
    """The picture as rows from the top, one palette index per pixel."""
    rows = [bytearray(round(width * PIXELS_PER_POINT)) for _ in range(HEIGHT * PIXELS_PER_POINT)]
    for thousands in GRID_THOUSANDS:
        bottom = BASE + thousands * POINTS_PER_THOUSAND
        _fill(rows, (LEFT, bottom, width - RIGHT, bottom + 1 / PIXELS_PER_POINT), GRID)
    for index, counts in enumerate(content.PASSENGERS.values()):
        left, right = _bar(index, width)
        bottom = float(BASE)
        for colour, count in enumerate(counts, start=1):
            top = bottom + count / 1000 * POINTS_PER_THOUSAND
            _fill(rows, (left, bottom, right, top), colour)
            bottom = top
    for index in range(len(content.LINES)):
        left = LEFT + index * LEGEND_STEP
        _fill(rows, (left, LEGEND_BOTTOM, left + LEGEND_SIDE, LEGEND_BOTTOM + LEGEND_SIDE), index + 1)
    return rows


def _fill(rows: list[bytearray], box: tuple[float, float, float, float], colour: int) -> None:
    """Fill a box, given in points as left, bottom, right, top from the lower left corner."""
    start, first, stop, last = (round(edge * PIXELS_PER_POINT) for edge in box)
    for row in rows[len(rows) - last : len(rows) - first]:
        row[start:stop] = bytes([colour]) * (stop - start)


def _encode_runs(row: bytearray) -> bytes:
    encoded = bytearray()
    for colour, pixels in groupby(row):
        count = len(list(pixels))
        while count:
            run = min(count, LONGEST_RUN)
            encoded += bytes([257 - run if run > 1 else 0, colour])
            count -= run
    return bytes(encoded)


def _draw_picture(canvas: Canvas, rows: list[bytearray], width: float) -> None:
    picture = PDFStream(content=b"".join(_encode_runs(row) for row in rows) + bytes([END_OF_DATA]))
    palette = "<" + "".join(f"{colour:06X}" for colour in PALETTE) + ">"
    for key, value in {
        "Type": PDFName("XObject"),
        "Subtype": PDFName("Image"),
        "Width": len(rows[0]),
        "Height": len(rows),
        "BitsPerComponent": 8,
        "ColorSpace": PDFArray([PDFName("Indexed"), PDFName("DeviceRGB"), len(PALETTE) - 1, palette]),
        "Filter": PDFArray([PDFName("RunLengthDecode")]),
    }.items():
        picture.dictionary[key] = value
    canvas._doc.addForm("chart", picture)  # noqa: SLF001 - no public way to place an encoded picture
    canvas.saveState()
    canvas.scale(width, HEIGHT)
    canvas.doForm("chart")
    canvas.restoreState()
