"""Pictures of a result: which there are, what they are called in the payload, and where they are found again.

Fetching and mapping both walk through the same body, so a picture has the same name for both.
"""

from collections.abc import Iterator

from docferry.model import Image, Payload
from docferry.provider import Archive
from docferry.provider.archive_images import ArchiveImages
from docferry.reading import SUFFIXES, image_media_type, take_images
from docferry_somark.wire import Outputs

__all__ = ["ARCHIVE_PART", "IMAGE_FOLDER", "ImageShelf", "image_addresses", "part_name"]

ARCHIVE_PART = "result.zip"
IMAGE_FOLDER = "images"


def image_addresses(outputs: Outputs) -> tuple[str, ...]:
    """Every picture of a result once, as addressed in it: by URL, by path in the archive, or as base64."""
    return tuple(dict.fromkeys(_addresses(outputs)))


def _addresses(outputs: Outputs) -> Iterator[str]:
    for page in outputs.pages or ():
        for block in page.blocks:
            if block.image:
                yield block.image
            yield from take_images(block.content)[1]
    yield from outputs.images
    if outputs.markdown:
        yield from take_images(outputs.markdown)[1]


def part_name(position: int, address: str) -> str:
    """Name of the payload part that holds a picture.

    Args:
        position: Place of the address in `image_addresses`, 0-based.
        address: The address.
    """
    return f"{IMAGE_FOLDER}/{position + 1:04d}{SUFFIXES.get(image_media_type(address), '')}"


class ImageShelf:
    """Finds pictures by the address under which a result mentions them.

    Args:
        outputs: The result.
        payload: The payload it was kept in.
        archive: The payload's zip archive, if it has one.
    """

    def __init__(self, *, outputs: Outputs, payload: Payload, archive: Archive | None) -> None:
        self._images: dict[str, Image] = {}
        self._members = ArchiveImages(archive, part_name=ARCHIVE_PART) if archive else None
        parts = {part.name: part for part in payload.parts}
        for position, address in enumerate(image_addresses(outputs)):
            name = part_name(position, address)
            if name in parts:
                part = parts[name]
                is_named = part.media_type.startswith("image/")
                media_type = part.media_type if is_named else image_media_type(name)
                self._images[address] = Image(
                    asset_name=name, media_type=media_type, size_bytes=part.size_bytes
                )

    def find(self, address: str) -> Image | None:
        """The picture of that address; one without an asset when it was mentioned and is not there."""
        if not address:
            return None
        found = self._images.get(address)
        if found is None and self._members is not None:
            found = self._members.find(address)
        return found or Image(media_type=image_media_type(address))
