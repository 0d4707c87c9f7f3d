"""Boxes cut out of pages: the same pixels as the whole page has there."""

import io

import pypdfium2
import pytest
from PIL import Image, ImageChops

from docferry.errors import CorruptSourceError, EncryptedSourceError, UnsupportedSourceError
from docferry.model import BoundingBox
from docferry.sources import SourceFile, cut_boxes
from docferry.sources.png import encode_png

WHOLE = BoundingBox(left=0, top=0, right=1, bottom=1)


def pdf(path, **kwargs):
    return SourceFile(
        name=path.name,
        file_name=path.name,
        media_type="application/pdf",
        size_bytes=path.stat().st_size,
        fingerprint="sha256:0",
        content=path,
        **kwargs,
    )


def image_of(png):
    return Image.open(io.BytesIO(png))


def cut(file, *boxes, page=1, dots_per_inch=72, **more):
    return [image_of(png) for png in cut_boxes(file, boxes, page=page, dots_per_inch=dots_per_inch, **more)]


@pytest.mark.parametrize(("width", "stride"), [(2, 6), (2, 8), (1, 4)])
def test_a_png_has_the_pixels_it_was_made_of(width, stride):
    rows = [bytes(range(10 * row, 10 * row + 3 * width)).ljust(stride, b"\xff") for row in range(3)]
    image = image_of(encode_png(b"".join(rows), width=width, height=3, stride=stride))
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", (width, 3))
    assert image.tobytes() == b"".join(row[: 3 * width] for row in rows)


def test_a_box_has_the_pixels_of_the_page(demo_pdf):
    box = BoundingBox(left=0.14, top=0.35, right=0.86, bottom=0.56)
    [found] = cut(pdf(demo_pdf), box, page=2, dots_per_inch=144)
    with pypdfium2.PdfDocument(demo_pdf) as document:
        whole = document[1].render(scale=2).to_pil().convert("RGB")
    left, top = int(0.14 * whole.width), int(0.35 * whole.height)
    expected = whole.crop((left, top, left + found.width, top + found.height))
    assert found.width == pytest.approx(0.72 * whole.width, abs=2)
    assert found.height == pytest.approx(0.21 * whole.height, abs=2)
    assert len(expected.getcolors(1 << 24)) > 20
    # Letters and slanted lines may be smoothed a little differently.
    assert max(band[1] for band in ImageChops.difference(found, expected).getextrema()) < 64


def test_boxes_count_on_the_page_as_it_is_shown(tmp_path, documents):
    path = documents.rotated_pdf(tmp_path, degrees=90)
    with pypdfium2.PdfDocument(path) as document:
        width, height = document[0].get_size()
        whole = document[0].render(scale=1).to_pil().convert("RGB")
    assert width > height
    [found, right_half] = cut(pdf(path), WHOLE, BoundingBox(left=0.5, top=0, right=1, bottom=1))
    assert found.size == whole.size
    assert ImageChops.difference(found, whole).getbbox() is None
    assert right_half.size == (pytest.approx(whole.width / 2, abs=1), whole.height)


def test_the_smallest_box_is_a_pixel(demo_pdf):
    edges = [(0, 0), (1, 1), (0.5, 0.5), (1, 0)]
    boxes = [BoundingBox(left=x, top=y, right=x, bottom=y) for x, y in edges]
    images = cut(pdf(demo_pdf), *boxes, dots_per_inch=10)
    assert len(images) == len(boxes)
    assert all(min(image.size) >= 1 for image in images)


def test_what_would_be_too_large_is_made_coarser(demo_pdf, monkeypatch):
    monkeypatch.setattr("docferry.sources.cutting.LARGEST_PIXELS", 10_000)
    [image] = cut(pdf(demo_pdf), WHOLE, dots_per_inch=1200)
    assert image.width * image.height == pytest.approx(10_000, rel=0.05)


def test_what_cannot_be_cut_is_told(demo_pdf, tmp_path, documents):
    text = SourceFile(
        name="a.txt", file_name="a.txt", media_type="text/plain", size_bytes=1, fingerprint="", content=b"a"
    )
    with pytest.raises(UnsupportedSourceError, match=r"a.txt: images can only be cut from a PDF"):
        cut(text, WHOLE)
    with pytest.raises(CorruptSourceError, match="stands on page 99"):
        cut(pdf(demo_pdf), WHOLE, page=99)
    locked = pdf(documents.encrypted_pdf(tmp_path, "geheim"))
    with pytest.raises(EncryptedSourceError):
        cut(locked, WHOLE)
    assert cut(locked, WHOLE, password="geheim")
