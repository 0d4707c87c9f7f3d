"""Pictures cut out of documents, and the sizes of picture files."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from docferry.model import BoundingBox
from docferry.sources import SourceFile
from docferry.sources.pdfium import open_pdf

__all__ = ["Crop", "encode_png", "page_sizes", "picture_size", "render_crops"]

POINTS_PER_INCH = 72
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8"
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class Bitmap(Protocol):
    """The part of pypdfium2's PdfBitmap that is used here."""

    @property
    def width(self) -> int:
        """Pixels in a row."""
        ...

    @property
    def height(self) -> int:
        """Rows."""
        ...

    @property
    def stride(self) -> int:
        """Bytes from one row to the next."""
        ...

    @property
    def n_channels(self) -> int:
        """Bytes of a pixel."""
        ...

    @property
    def buffer(self) -> bytes:
        """The pixels: a ctypes array, of which `bytes` makes a copy."""
        ...

    def close(self) -> bool:
        """Give the memory back."""
        ...


class DrawnPage(Protocol):
    """The part of pypdfium2's PdfPage that is used here."""

    def get_size(self) -> tuple[float, float]:
        """Width and height in points, as shown."""
        ...

    def render(self, *, scale: float, crop: tuple[float, float, float, float], rev_byteorder: bool) -> Bitmap:
        """Draw it; `crop` is what to cut off left, below, right and above, in points."""
        ...

    def close(self) -> bool:
        """Give the memory back."""
        ...


class DrawnPdf(Protocol):
    """The part of pypdfium2's PdfDocument that is used here."""

    def __getitem__(self, index: int) -> DrawnPage: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """What to cut out.

    Args:
        name: What to call it.
        page: Number of the page, 1-based.
        box: Where on the page.
    """

    name: str
    page: int
    box: BoundingBox


def render_crops(file: SourceFile, crops: Sequence[Crop], *, dots_per_inch: float) -> dict[str, bytes]:
    """Draw parts of pages of a PDF. Blocks.

    Returns:
        PNG files by the names of the crops; crops without any pixel are left out.

    Raises:
        CorruptSourceError: PDFium cannot read the file.
        EncryptedSourceError: It needs a password.
    """
    pictures: dict[str, bytes] = {}
    if not crops:
        return pictures
    with open_pdf(file) as document:
        pages = cast("DrawnPdf", document)
        for crop in crops:
            page = pages[crop.page - 1]
            try:
                pictures[crop.name] = _draw(page, crop.box, scale=dots_per_inch / POINTS_PER_INCH)
            finally:
                page.close()
    return {name: picture for name, picture in pictures.items() if picture}


def page_sizes(file: SourceFile) -> tuple[tuple[float, float], ...]:
    """Width and height of each page of a PDF in points, as shown. Blocks.

    Raises:
        CorruptSourceError: PDFium cannot read the file.
        EncryptedSourceError: It needs a password.
    """
    with open_pdf(file) as document:
        return tuple(document.get_page_size(index) for index in range(len(document)))


def encode_png(rows: Sequence[bytes], *, width: int) -> bytes:
    """Write a PNG file of 8-bit RGB.

    Args:
        rows: Top to bottom, each of 3 * width bytes.
        width: Pixels in a row.
    """
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return PNG_SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG file in pixels; None for anything else."""
    if data.startswith(PNG_SIGNATURE) and len(data) >= 24:  # noqa: PLR2004 - signature and two numbers of IHDR
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    return _jpeg_size(data) if data.startswith(JPEG_SIGNATURE) else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    position = len(JPEG_SIGNATURE)
    while position + 9 <= len(data):
        marker = data[position + 1]
        if marker in JPEG_FRAMES:
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return width, height
        (length,) = struct.unpack(">H", data[position + 2 : position + 4])
        position += 2 + length
    return None


def _draw(page: DrawnPage, box: BoundingBox, *, scale: float) -> bytes:
    width, height = page.get_size()
    cut = (box.left * width, (1 - box.bottom) * height, (1 - box.right) * width, box.top * height)
    if (box.right - box.left) * width * scale < 1 or (box.bottom - box.top) * height * scale < 1:
        return b""
    bitmap = page.render(scale=scale, crop=cut, rev_byteorder=True)
    try:
        pixels = bytes(bitmap.buffer)
        rows = [
            pixels[row * bitmap.stride : row * bitmap.stride + bitmap.width * bitmap.n_channels]
            for row in range(bitmap.height)
        ]
        return encode_png(rows, width=bitmap.width)
    finally:
        bitmap.close()
