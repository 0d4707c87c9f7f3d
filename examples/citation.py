"""Draws where a passage stands onto its page: what the two RAG examples show as the proof of an answer."""

from collections.abc import Mapping
from pathlib import Path

import pypdfium2
from PIL import ImageDraw

from docferry.metadata import read_regions

SCALE = 1.5  # pixels per point


def draw(metadata: Mapping[str, object], folder: Path, *, name: str) -> Path | None:
    """Write the first page of a passage with boxes around it as a PNG.

    Args:
        metadata: What docferry gave the passage's Document or node.
        folder: Where to write.
        name: Name of the image, without suffix.

    Returns:
        The image, or None when the source is no PDF or the passage has no boxes.
    """
    page_number = int(str(metadata["page"]))
    boxes = [
        region.box
        for region in read_regions(metadata)
        if region.page == page_number and region.box is not None
    ]
    source = Path(str(metadata["source"]))
    if not boxes or source.suffix.lower() != ".pdf":
        return None
    with pypdfium2.PdfDocument(source) as document:
        image = document[page_number - 1].render(scale=SCALE).to_pil().convert("RGB")
    pen = ImageDraw.Draw(image)
    for box in boxes:
        left, right = box.left * image.width, box.right * image.width
        top, bottom = box.top * image.height, box.bottom * image.height
        pen.rectangle((left - 3, top - 3, right + 3, bottom + 3), outline=(200, 30, 30), width=3)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    image.save(path)
    return path
