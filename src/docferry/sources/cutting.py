"""Cut what stands in boxes out of a file's pages, as images. This blocks: call it from worker threads."""

import math
from collections.abc import Sequence
from typing import Protocol, cast

from docferry.errors import CorruptSourceError, UnsupportedSourceError
from docferry.model import BoundingBox
from docferry.sources.pdfium import open_pdf
from docferry.sources.png import encode_png
from docferry.sources.source_file import SourceFile

__all__ = ["cut_boxes"]

PDF = "application/pdf"
POINTS_PER_INCH = 72
LITTLE = 0.01
LARGEST_PIXELS = 64_000_000
"""Of one image; what would be larger is made with fewer dots per inch."""


class _Bitmap(Protocol):
    """The part of pypdfium2's PdfBitmap that this room uses."""

    width: int
    height: int
    stride: int
    buffer: "Sequence[int]"

    def close(self) -> None: ...


class _Page(Protocol):
    """The part of pypdfium2's PdfPage that this room uses."""

    def get_size(self) -> tuple[float, float]: ...

    def render(
        self, *, scale: float, crop: tuple[float, float, float, float], rev_byteorder: bool
    ) -> _Bitmap: ...

    def close(self) -> None: ...


class _Pages(Protocol):
    """A PDF's pages, counted from 0."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> _Page: ...


def cut_boxes(
    file: SourceFile,
    boxes: Sequence[BoundingBox],
    *,
    page: int,
    dots_per_inch: int,
    password: str | None = None,
) -> list[bytes]:
    """Cut boxes out of a page.

    Args:
        file: A PDF.
        boxes: The boxes, as fractions of the page as it is shown.
        page: Number of the page, 1-based.
        dots_per_inch: How fine.
        password: The PDF's password, if it needs one.

    Returns:
        One PNG for each box, in the same order, at least one pixel wide and high.

    Raises:
        UnsupportedSourceError: The file is no PDF.
        EncryptedSourceError: It needs a password, or another one.
        CorruptSourceError: It is damaged, or has no such page.
    """
    if file.media_type != PDF:
        raise UnsupportedSourceError(
            f"images can only be cut from a PDF, and this is {file.media_type}",
            next_step="convert it to PDF",
            source=file.name,
        )
    with open_pdf(file, password=password) as document:
        pages = cast("_Pages", document)
        if page > len(pages):
            raise CorruptSourceError(
                f"has {len(pages)} pages, and an element stands on page {page}", source=file.name
            )
        opened = pages[page - 1]
        try:
            bitmaps = [_pixels(opened, box, scale=dots_per_inch / POINTS_PER_INCH) for box in boxes]
        finally:
            opened.close()
    return [
        encode_png(pixels, width=width, height=height, stride=stride)
        for pixels, width, height, stride in bitmaps
    ]


def _pixels(page: _Page, box: BoundingBox, *, scale: float) -> tuple[bytes, int, int, int]:
    width, height = page.get_size()
    area = max((box.right - box.left) * width * (box.bottom - box.top) * height, 1.0)
    scale = min(scale, math.sqrt(LARGEST_PIXELS / area))
    margins = (
        _margin(box.left * width, scale),
        _margin((1 - box.bottom) * height, scale),
        _margin((1 - box.right) * width, scale),
        _margin(box.top * height, scale),
    )
    bitmap = page.render(scale=scale, crop=margins, rev_byteorder=True)
    try:
        return bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride
    finally:
        bitmap.close()


def _margin(points: float, scale: float) -> float:
    """What to cut off, in points: whole pixels, so that a pixel the box only touches stays in.

    PDFium's margins are rounded up to the next pixel, which a little less than a whole number comes out of.
    """
    return max(math.floor(points * scale) - LITTLE, 0.0) / scale
