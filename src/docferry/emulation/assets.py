"""Files that a service hands out by signed addresses: pictures, archives, large results."""

import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from docferry.emulation.signing import AddressSigner

__all__ = ["Asset", "AssetStore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file to hand out.

    Args:
        id: Part of its address.
        file_name: Last part of its address.
        media_type: Its content type.
        path: Where its bytes are.
    """

    id: str
    file_name: str
    media_type: str
    path: Path = field(repr=False)

    def read_bytes(self) -> bytes:
        """All bytes."""
        return self.path.read_bytes()


class AssetStore:
    """Assets in a folder that somebody else deletes.

    Args:
        folder: Gives the folder to keep them in, when it is first needed.
        signer: Signs their addresses.
        valid_seconds: How long an address is valid.
    """

    def __init__(self, *, folder: Callable[[], Path], signer: AddressSigner, valid_seconds: float) -> None:
        self._folder = folder
        self._signer = signer
        self._valid_seconds = valid_seconds
        self._assets: dict[str, Asset] = {}

    def put(self, data: bytes, *, file_name: str, media_type: str = "") -> Asset:
        """Keep a file. The same bytes under the same name are one asset."""
        digest = hashlib.sha256(file_name.encode() + b"\0" + data).hexdigest()[:32]
        if digest not in self._assets:
            path = self._folder() / f"asset-{digest}"
            path.write_bytes(data)
            guessed = mimetypes.guess_type(file_name)[0] or "application/octet-stream"
            self._assets[digest] = Asset(
                id=digest, file_name=file_name, media_type=media_type or guessed, path=path
            )
        return self._assets[digest]

    def find(self, asset_id: str) -> Asset | None:
        """The asset of that id, or None."""
        return self._assets.get(asset_id)

    def address(self, asset: Asset, *, origin: str) -> str:
        """A signed address, valid from now on.

        Args:
            asset: The file.
            origin: Scheme, host and port of the app that serves assets.
        """
        path = f"/assets/{asset.id}/{asset.file_name}"
        return origin + self._signer.sign(path, valid_seconds=self._valid_seconds)
