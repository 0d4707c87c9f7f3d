"""A cache folder that can be read and not written: what is in it is used, and nothing is added."""

import contextlib
from pathlib import Path
from typing import BinaryIO

from docferry.ledger.blobs import BlobFolder, PayloadCorruptError
from docferry.ledger.manifests import ManifestFolder
from docferry.ledger.trouble import Advice
from docferry.model import Payload, PayloadPart

__all__ = ["UnwritableCache"]


class UnwritableCache:
    """The payloads of a folder, by their manifests. Use it from any thread.

    Args:
        folder: The cache folder; it need not be there.
        advice: The next steps for a person when it cannot be read.
    """

    def __init__(self, folder: Path, *, advice: Advice) -> None:
        self._blobs = BlobFolder(folder, advice=advice)
        self._manifests = ManifestFolder(self._blobs)
        self._damaged: set[str] = set()

    def find(self, payload_key: str) -> Payload | None:
        """The payload, when it is there in full and none of its parts was found damaged."""
        with contextlib.suppress(OSError):  # no folder, or no right to read it
            manifest = self._manifests.find(payload_key)
            if manifest is not None and self._is_sound(manifest.payload):
                return manifest.payload
        return None

    def _is_sound(self, payload: Payload) -> bool:
        return not any(part.digest in self._damaged for part in payload.parts)

    def open(self, part: PayloadPart) -> BinaryIO:
        """Open a part for reading, its bytes checked; the caller closes.

        Raises:
            PayloadCorruptError: Its bytes are missing or are not those that were written.
        """
        try:
            stream = self._blobs.open(part.digest)
        except OSError:
            raise PayloadCorruptError(part.name) from None
        try:
            self._blobs.verify(stream, part)
        except PayloadCorruptError:
            stream.close()
            self._damaged.add(part.digest)
            raise
        return stream
