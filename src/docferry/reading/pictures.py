"""Pictures that a result mentions: by links in its text, by address, or as base64 inside it. Pure."""

import base64
import binascii
import re
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

__all__ = ["MEDIA_TYPES", "SUFFIXES", "decode_image", "image_media_type", "is_remote", "take_images"]

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


def image_media_type(address: str) -> str:
    """Media type of a picture, by its data URI, first bytes in base64 or suffix; empty when unknown."""
    if address[:5].lower() == "data:":
        return address[5:].partition(",")[0].partition(";")[0].lower()
    if len(address) >= MIN_BARE_LENGTH and not is_remote(address):
        inside = next((kind for beginning, kind in BARE_BASE64.items() if address.startswith(beginning)), "")
        if inside:
            return inside
    return MEDIA_TYPES.get(_suffix(address), "")


def _decode(media_type: str, content: str) -> tuple[str, bytes] | None:
    try:
        # Line breaks are common inside, padding is often missing.
        packed = re.sub(r"\s", "", unquote(content) if "%" in content else content)
        return media_type, base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _suffix(address: str) -> str:
    try:
        path = urlsplit(address).path if is_remote(address) else address[-200:]
    except ValueError:
        return ""
    return PurePosixPath(path).suffix.lower()
