"""Pictures of a result: which there are, what they are called in the payload, and where they are found again.

Fetching and mapping both walk through the same body, so a picture has the same name for both.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from docferry.model import Image, Payload
from docferry.provider import Archive
from docferry_somark.wire import Outputs

__all__ = [
    "ARCHIVE_PART",
    "IMAGE_FOLDER",
    "ImageShelf",
    "decode_image",
    "image_addresses",
    "is_remote",
    "part_name",
    "take_images",
]

ARCHIVE_PART = "result.zip"
IMAGE_FOLDER = "images"

MEDIA_TYPES = {
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
}
SUFFIXES = {
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/tiff": ".tiff",
    "image/webp": ".webp",
}
# How the first bytes of a picture look in base64.
BARE_BASE64 = {
    "/9j/": "image/jpeg",
    "iVBORw0KGgo": "image/png",
    "R0lGOD": "image/gif",
    "UklGR": "image/webp",
    "Qk": "image/bmp",
}
MIN_BARE_LENGTH = 64  # shorter ones are names

MARKDOWN_IMAGE = re.compile(
    r"!\[((?:[^\[\]\\]++|\\.|\[[^\[\]]*+\])*+)\]"
    r"\(\s*+<?((?:[^\s()<>]++|\([^\s()<>]*+\))*+)>?(?:\s++(?:\"[^\"]*\"|'[^']*'))?\s*+\)"
)
HTML_IMAGE = re.compile(r"<img\b([^<>]*)>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"\b(src|alt)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
DATA_URI = re.compile(
    r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w=.+-]+)*?)(;base64)?,(.*)", re.IGNORECASE | re.DOTALL
)


def take_images(text: str) -> tuple[str, tuple[str, ...]]:
    """Put the description of each picture in the place of its link.

    Args:
        text: Markdown or HTML of any length.

    Returns:
        The text, and the addresses of the pictures in order. Addresses are volatile and often long: they have
        no place in the text of an element.
    """
    if "![" not in text and ("<" not in text or "<img" not in text.lower()):
        return text, ()
    addresses: list[str] = []

    def from_markdown(match: "re.Match[str]") -> str:
        addresses.append(match.group(2))
        return match.group(1).strip()

    def from_html(match: "re.Match[str]") -> str:
        given = {
            name.lower(): double or single or bare
            for name, double, single, bare in ATTRIBUTE.findall(match.group(1))
        }
        addresses.append(given.get("src", ""))
        return given.get("alt", "").strip()

    text = HTML_IMAGE.sub(from_html, MARKDOWN_IMAGE.sub(from_markdown, text))
    return text, tuple(address for address in addresses if address)


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


def is_remote(address: str) -> bool:
    """Whether a picture has to be downloaded."""
    return address[:8].lower().startswith(("http://", "https://"))


def decode_image(address: str) -> tuple[str, bytes] | None:
    """Media type and bytes of a picture that stands inside the result; None when it does not."""
    match = DATA_URI.fullmatch(address)
    if match is not None:
        media_type, _, is_base64, content = match.groups()
        if not is_base64:
            return media_type or "", unquote(content).encode()
        return _decode(media_type or "", content)
    if len(address) < MIN_BARE_LENGTH:
        return None
    for beginning, media_type in BARE_BASE64.items():
        if address.startswith(beginning):
            return _decode(media_type, address)
    return None


def part_name(position: int, address: str) -> str:
    """Name of the payload part that holds a picture.

    Args:
        position: Place of the address in `image_addresses`, 0-based.
        address: The address.
    """
    media_type = _media_type_inside(address)
    suffix = SUFFIXES.get(media_type, "") if media_type else _suffix(address)
    return f"{IMAGE_FOLDER}/{position + 1:04d}{suffix if suffix in MEDIA_TYPES else ''}"


class ImageShelf:
    """Finds pictures by the address under which a result mentions them.

    Args:
        outputs: The result.
        payload: The payload it was kept in.
        archive: The payload's zip archive, if it has one.
    """

    def __init__(self, *, outputs: Outputs, payload: Payload, archive: Archive | None) -> None:
        self._images: dict[str, Image] = {}
        self._members: dict[str, str] = {}
        self._archive = archive
        parts = {part.name: part for part in payload.parts}
        for position, address in enumerate(image_addresses(outputs)):
            name = part_name(position, address)
            if name in parts:
                part = parts[name]
                media_type = part.media_type if part.media_type.startswith("image/") else _media_type(name)
                self._images[address] = Image(
                    asset_name=name, media_type=media_type, size_bytes=part.size_bytes
                )
        for name in archive.names if archive else ():
            if _suffix(name) in MEDIA_TYPES:
                self._members[name] = name
                self._members.setdefault(PurePosixPath(name).name, name)

    def find(self, address: str) -> Image | None:
        """The picture of that address; one without an asset when it was mentioned and is not there."""
        if not address:
            return None
        found = self._images.get(address)
        if found is None and self._archive is not None:
            found = self._images[address] = self._find_member(address, self._archive)
        return found or Image(media_type=_media_type_inside(address) or _media_type(address))

    def _find_member(self, address: str, archive: Archive) -> Image:
        path = unquote(urlsplit(address).path if is_remote(address) else address).lstrip("./")
        name = self._members.get(path) or self._members.get(PurePosixPath(path).name)
        if name is None:
            return Image(media_type=_media_type(path))
        return Image(
            asset_name=f"{ARCHIVE_PART}/{name}", media_type=_media_type(name), size_bytes=archive.size(name)
        )


def _decode(media_type: str, content: str) -> tuple[str, bytes] | None:
    try:
        # Line breaks are common inside, padding is often missing.
        packed = re.sub(r"\s", "", unquote(content) if "%" in content else content)
        return media_type, base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _media_type_inside(address: str) -> str:
    if address[:5].lower() == "data:":
        return address[5:].partition(",")[0].partition(";")[0].lower()
    if len(address) < MIN_BARE_LENGTH or is_remote(address):
        return ""
    return next((kind for beginning, kind in BARE_BASE64.items() if address.startswith(beginning)), "")


def _suffix(address: str) -> str:
    try:
        path = urlsplit(address).path if is_remote(address) else address[-200:]
    except ValueError:
        return ""
    return PurePosixPath(path).suffix.lower()


def _media_type(name: str) -> str:
    return MEDIA_TYPES.get(_suffix(name), "")
