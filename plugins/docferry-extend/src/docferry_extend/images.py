"""Pictures of a result: which there are, what they are called in the payload, and where they are found again.

Fetching and mapping both walk through the same output, so a picture has the same name for both.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from docferry.model import Image, Payload
from docferry_extend.output import Block, Output

__all__ = ["IMAGE_FOLDER", "ImageShelf", "image_parts"]

IMAGE_FOLDER = "images"
SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")
USABLE = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ImageShelf:
    """The pictures that were kept.

    Args:
        payload: The payload that holds them.
        parts: The part of the payload for each address in the result; empty when pictures were not wanted.
    """

    payload: Payload
    parts: dict[str, str] = field(default_factory=dict[str, str], repr=False)

    def find(self, address: str) -> Image | None:
        """The picture at that address; one without a name when it could not be had; None for no picture."""
        if not address or not self.parts:
            return None
        part = self.payload.part(self.parts.get(address, ""))
        if part is None:
            return Image()
        return Image(asset_name=part.name, media_type=part.media_type, size_bytes=part.size_bytes)


def image_parts(output: Output) -> dict[str, str]:
    """The name of the payload part for every picture's address, in the order of the result."""
    addresses = dict.fromkeys(
        block.details.image_url
        for chunk in output.chunks
        for block in _all(chunk.blocks)
        if USABLE.fullmatch(block.details.image_url) and block.details.image_url.isprintable()
    )
    return {
        address: f"{IMAGE_FOLDER}/{number}{_suffix(address)}"
        for number, address in enumerate(addresses, start=1)
    }


def _all(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        yield from _all(block.children)


def _suffix(address: str) -> str:
    try:
        suffix = PurePosixPath(unquote(urlsplit(address).path)).suffix.lower()
    except ValueError:
        return ""
    return suffix if SUFFIX.fullmatch(suffix) else ""
