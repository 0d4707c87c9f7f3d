"""Pixels to PNG, with the standard library: one format, no choices."""

import struct
import zlib

__all__ = ["encode_png"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_RGB = 2


def encode_png(pixels: bytes, *, width: int, height: int, stride: int) -> bytes:
    """Encode an image as PNG.

    Args:
        pixels: Rows from the top, three bytes a pixel: red, green, blue.
        width: Pixels of a row.
        height: Rows.
        stride: Bytes from the start of one row to that of the next, at least 3 * width.
    """
    no_filter = b"\0"
    rows = b"".join(
        no_filter + pixels[start : start + 3 * width] for start in range(0, stride * height, stride)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, COLOUR_RGB, 0, 0, 0)
    return SIGNATURE + b"".join(
        (_part(b"IHDR", header), _part(b"IDAT", zlib.compress(rows, 6)), _part(b"IEND", b""))
    )


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
