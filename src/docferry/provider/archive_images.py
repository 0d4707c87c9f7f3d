"""Finds the pictures of an archive by the addresses under which a result mentions them.

Not among the names of `docferry.provider`: reading results needs a parser that listing providers does not.
"""

from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from docferry.model import Image
from docferry.provider.archive import Archive
from docferry.reading import image_media_type, is_remote

__all__ = ["ArchiveImages"]


class ArchiveImages:
    """The pictures of an archive. Only its index is used, so that they are found after its stream is closed.

    Args:
        archive: The archive.
        part_name: Name of the payload part that holds it; it begins the names of the assets.
    """

    def __init__(self, archive: Archive, *, part_name: str) -> None:
        self._part_name = part_name
        self._sizes: dict[str, int] = {}
        self._members: dict[str, str] = {}
        for name in archive.names:
            if image_media_type(name):
                self._sizes[name] = archive.size(name)
                self._members[name] = name
        for name in self._sizes:
            self._members.setdefault(PurePosixPath(name).name, name)

    def find(self, address: str) -> Image:
        """The picture of that address, by path or else by file name; without an asset if there is none."""
        path = unquote(_path(address)).lstrip("./")
        name = self._members.get(path) or self._members.get(PurePosixPath(path).name)
        if name is None:
            return Image(media_type=image_media_type(path))
        return Image(
            asset_name=f"{self._part_name}/{name}",
            media_type=image_media_type(name),
            size_bytes=self._sizes[name],
        )


def _path(address: str) -> str:
    try:
        return urlsplit(address).path if is_remote(address) else address[-1000:]
    except ValueError:
        return ""
