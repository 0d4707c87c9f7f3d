"""Images of elements as LangChain Blobs."""

import json

import pytest
from langchain_core.documents.base import Blob
from PIL import Image

from docferry.errors import InvalidOptionsError
from docferry.langchain import DocferryLoader
from docferry.metadata import PICTURE_KEYS, read_regions

NAMES = [key.name for key in PICTURE_KEYS]
pytestmark = pytest.mark.anyio


async def test_a_figure_is_a_blob_in_memory(demo_pdf):
    loader = DocferryLoader(demo_pdf)
    [blob] = loader.lazy_load_images()
    assert isinstance(blob, Blob)
    assert blob.mimetype == "image/png"
    assert list(blob.metadata) == NAMES
    assert json.loads(json.dumps(blob.metadata)) == blob.metadata
    assert blob.source == blob.metadata["source"] == str(demo_pdf)
    assert blob.metadata["caption"].startswith("Figure 1.")
    assert read_regions(blob.metadata)[0].page == blob.metadata["page"] == 2
    with blob.as_bytes_io() as stream, Image.open(stream) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
    assert blob.metadata["chunk_id"] in {document.id for document in loader.load()}
    assert [again async for again in loader.alazy_load_images()] == [blob]
    assert not loader.incomplete


async def test_closing_either_face_ends_the_run(demo_pdf):
    loader = DocferryLoader([demo_pdf, demo_pdf, demo_pdf])
    images = loader.lazy_load_images(dots_per_inch=20)
    next(images)
    images.close()
    assert loader.incomplete
    images = loader.alazy_load_images(dots_per_inch=20)
    await anext(images)
    await images.aclose()
    assert loader.incomplete


async def test_wrong_arguments_are_refused_at_once(demo_pdf):
    loader = DocferryLoader(demo_pdf)
    with pytest.raises(InvalidOptionsError, match="dots_per_inch"):
        loader.lazy_load_images(dots_per_inch=0)
    with pytest.raises(InvalidOptionsError, match="kinds"):
        await anext(loader.alazy_load_images(kinds=["figures"]))
