"""Images of elements as LlamaIndex ImageDocuments."""

import base64
import io

import fsspec
import pytest
from llama_index.core.schema import ImageDocument, MetadataMode
from PIL import Image

from docferry.errors import InvalidOptionsError, UnsupportedSourceError
from docferry.llama_index import DocferryReader
from docferry.metadata import PICTURE_KEYS, read_regions

NAMES = [key.name for key in PICTURE_KEYS]
pytestmark = pytest.mark.anyio


async def test_a_figure_is_an_image_document(demo_pdf):
    reader = DocferryReader()
    [image] = reader.load_images(demo_pdf, {"tenant": "north", "page": 99})
    assert isinstance(image, ImageDocument)
    assert list(image.metadata) == [*NAMES, "tenant"]
    assert image.metadata["page"] == 2
    assert read_regions(image.metadata)[0].box is not None
    assert image.image_mimetype == "image/png"
    with Image.open(image.resolve_image()) as opened:
        assert opened.format == "PNG"
        assert opened.width > 800
    assert image.text.startswith(image.metadata["caption"])
    assert image.get_content(MetadataMode.EMBED) == image.text
    assert not reader.incomplete
    [again] = await reader.aload_images(demo_pdf, {"tenant": "north", "page": 99})
    assert (again.id_, again.image, again.metadata) == (image.id_, image.image, image.metadata)


async def test_its_chunk_is_among_the_readers_documents(demo_pdf):
    reader = DocferryReader()
    images = reader.load_images(demo_pdf, kinds=["figure", "table", "formula"], dots_per_inch=40)
    assert len(images) == 6
    assert {image.metadata["chunk_id"] for image in images} <= {d.id_ for d in reader.load_data(demo_pdf)}


async def test_a_file_system_and_changes_are_taken_as_load_data_takes_them(demo_pdf):
    memory = fsspec.filesystem("memory")
    memory.pipe("/images/demo.pdf", demo_pdf.read_bytes())
    reader = DocferryReader(metadata_profile="rich")
    [image] = reader.load_images("/images/demo.pdf", fs=memory, pages="2", dots_per_inch=20)
    assert image.metadata["source"] == "/images/demo.pdf"
    assert image.metadata["kinds"] == ["figure"]
    with Image.open(io.BytesIO(base64.b64decode(image.image))) as opened:
        assert opened.width < 200
    assert await reader.aload_images("/images/demo.pdf", fs=memory, pages="1") == []


async def test_wrong_arguments_and_failures_are_told(good_folder, manager):
    reader = DocferryReader(provider="slips", manager=manager)
    with pytest.raises(InvalidOptionsError, match="kinds is"):
        reader.load_images(good_folder, kinds=["figures"])
    with pytest.raises(UnsupportedSourceError):
        await reader.aload_images(good_folder, kinds=["heading"])
    with pytest.raises(ExceptionGroup):
        reader.load_images(good_folder, kinds=["heading"], on_error="collect")
    assert reader.incomplete
    assert reader.load_images(good_folder) == []
