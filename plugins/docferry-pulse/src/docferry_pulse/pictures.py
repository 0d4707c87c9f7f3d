"""Pictures of a result: what they are called in the payload, and where they are found again.

Fetching and mapping both walk through the same boxes, so a picture has the same name for both.
"""

from collections.abc import Sequence

from docferry.model import Image, Payload
from docferry.reading import SUFFIXES, image_media_type
from docferry_pulse.parts import IMAGE_FOLDER

__all__ = ["PictureShelf", "part_name"]


def part_name(position: int, address: str) -> str:
    """Name of the payload part that holds a picture.

    Args:
        position: Place of the address among all of the result, 0-based.
        address: Where the picture is, or the picture itself as a data URI.
    """
    return f"{IMAGE_FOLDER}/{position + 1:04d}{SUFFIXES.get(image_media_type(address), '')}"


class PictureShelf:
    """Finds pictures by the address under which a result mentions them.

    Args:
        addresses: All addresses of the result, in order.
        payload: The payload it was kept in.
    """

    def __init__(self, *, addresses: Sequence[str], payload: Payload) -> None:
        self._images: dict[str, Image] = {}
        for position, address in enumerate(addresses):
            name = part_name(position, address)
            part = payload.part(name)
            if part is not None:
                is_told = part.media_type.startswith("image/")
                self._images[address] = Image(
                    asset_name=name,
                    media_type=part.media_type if is_told else image_media_type(name),
                    size_bytes=part.size_bytes,
                )

    def find(self, address: str) -> Image | None:
        """The picture of that address; one without an asset when it was mentioned and is not there."""
        if not address:
            return None
        return self._images.get(address) or Image(media_type=image_media_type(address))
