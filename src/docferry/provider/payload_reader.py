"""A payload with access to its bytes, and to the files inside its archives."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

from docferry.model import Payload
from docferry.provider.archive import open_archive

__all__ = ["PayloadReader"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadReader:
    """A payload with access to its bytes.

    Args:
        payload: The parts.
        opener: Opens a part by name; `open` is the way to call it.
    """

    payload: Payload
    opener: Callable[[str], BinaryIO] = field(repr=False)

    def open(self, name: str) -> BinaryIO:
        """Open a part for reading; the caller closes.

        Raises:
            KeyError: There is no such part.
        """
        return self.opener(name)

    def read(self, name: str) -> bytes:
        """All bytes of a part.

        Raises:
            KeyError: There is no such part.
        """
        with self.opener(name) as stream:
            return stream.read()

    def place(self, asset_name: str) -> tuple[str, str]:
        """Where an asset is.

        Args:
            asset_name: As in `Image.asset_name`: the name of a part, or of a part that is a zip archive, a
                slash and the name of the member.

        Returns:
            The name of the part, and that of the member in it; the latter is empty for a part.

        Raises:
            KeyError: No part has such a name.
        """
        if self.payload.part(asset_name) is not None:
            return asset_name, ""
        for part in self.payload.parts:
            if asset_name.startswith(f"{part.name}/"):
                return part.name, asset_name.removeprefix(f"{part.name}/")
        raise KeyError(asset_name)

    def open_asset(self, asset_name: str) -> BinaryIO:
        """Open an asset, such as the picture of an element; the caller closes.

        Args:
            asset_name: As in `Image.asset_name`. A member of an archive is read into memory.

        Raises:
            KeyError: There is no such part or member.
            InvalidResponseError: The archive is damaged.
        """
        part, member = self.place(asset_name)
        if not member:
            return self.open(part)
        with self.open(part) as stream:
            return io.BytesIO(open_archive(stream).read(member))
