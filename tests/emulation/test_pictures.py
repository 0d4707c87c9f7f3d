import hashlib
import io

import pytest
from PIL import Image

from docferry.emulation.pictures import Crop, encode_png, page_sizes, picture_size, render_crops
from docferry.model import BoundingBox
from docferry.sources import SourceFile


def opened(path):
    data = path.read_bytes()
    return SourceFile(
        name=path.name,
        file_name=path.name,
        media_type="application/pdf",
        size_bytes=len(data),
        fingerprint=f"sha256:{hashlib.sha256(data).hexdigest()}",
        content=path,
    )


def test_a_png_reads_back_as_the_pixels_given():
    rows = [bytes([255, 0, 0, 0, 255, 0]), bytes([0, 0, 255, 9, 9, 9])]
    picture = Image.open(io.BytesIO(encode_png(rows, width=2)))
    assert [picture.getpixel(place) for place in ((0, 0), (1, 0), (0, 1), (1, 1))] == [
        (255, 0, 0),
        (0, 255, 0),
        (0, 0, 255),
        (9, 9, 9),
    ]


def test_a_crop_shows_that_part_of_the_page(demo_pdf):
    figure = BoundingBox(left=0.14, top=0.355, right=0.86, bottom=0.56)
    empty = BoundingBox(left=0, top=0, right=0.1, bottom=0.04)
    crops = [Crop(name="figure", page=2, box=figure), Crop(name="margin", page=2, box=empty)]
    drawn = render_crops(opened(demo_pdf), crops, dots_per_inch=72)
    pictures = {name: Image.open(io.BytesIO(data)) for name, data in drawn.items()}
    width, height = pictures["figure"].size
    assert (width, height) == (pytest.approx(0.72 * 595, abs=2), pytest.approx(0.205 * 842, abs=2))
    assert len(pictures["figure"].getcolors(10**6)) > 10
    assert [colour for _, colour in pictures["margin"].getcolors()] == [(255, 255, 255)]


def test_a_crop_without_pixels_is_left_out(demo_pdf):
    line = BoundingBox(left=0.1, top=0.1, right=0.9, bottom=0.1)
    assert render_crops(opened(demo_pdf), [Crop(name="x", page=1, box=line)], dots_per_inch=72) == {}


def test_crops_follow_the_page_as_shown(documents, tmp_path):
    path = documents.rotated_pdf(tmp_path)
    (size,) = page_sizes(opened(path))
    whole = BoundingBox(left=0, top=0, right=1, bottom=1)
    drawn = render_crops(opened(path), [Crop(name="x", page=1, box=whole)], dots_per_inch=72)
    picture = Image.open(io.BytesIO(drawn["x"]))
    assert picture.size == tuple(pytest.approx(length, abs=1) for length in size)
    assert size[0] > size[1]


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_the_size_of_a_picture_is_read_from_its_head(form):
    buffer = io.BytesIO()
    Image.new("RGB", (321, 123)).save(buffer, format=form)
    assert picture_size(buffer.getvalue()) == (321, 123)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\xff\xd8", b"\x89PNG\r\n\x1a\n"])
def test_other_bytes_have_no_size(data):
    assert picture_size(data) is None
