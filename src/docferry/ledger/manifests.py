"""What each payload of a cache folder consists of, as small files beside its bytes.

The index of the cache is what is asked; the manifests are what it is made anew from when it is lost or
damaged, and what a folder that cannot be written is read by. They hold names and digests, no content.
"""

import hashlib
import json
import os
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from docferry.ledger.blobs import BlobFolder, delete_file
from docferry.ledger.rows import payload_to_json, read_payload_json
from docferry.model import Payload

__all__ = ["Manifest", "ManifestFolder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One payload of a cache folder.

    Args:
        payload_key: Its key.
        payload: Its parts.
        saved_at: When it was saved, UTC seconds since 1970.
    """

    payload_key: str
    payload: Payload
    saved_at: float


class ManifestFolder:
    """The folder `payloads` within a cache folder: one file for each payload key.

    Args:
        blobs: The files of that cache folder.
    """

    def __init__(self, blobs: BlobFolder) -> None:
        self._blobs = blobs
        self._folder = blobs.folder / "payloads"

    def write(self, payload_key: str, payload: Payload) -> None:
        """Keep a manifest, in place of one with the same key.

        It need not outlive a power cut: a manifest that cannot be read counts as none.
        """
        text = json.dumps({"payload_key": payload_key, "parts": payload_to_json(payload)})
        stream, path = self._blobs.open_temporary()
        with ExitStack() as stack:
            stack.callback(delete_file, path)
            with stream:
                stream.write(text.encode("ascii"))
            self._blobs.put_in(path, self._path(payload_key))
            stack.pop_all()

    def find(self, payload_key: str) -> Manifest | None:
        """The manifest of that key, when it is there and all of its parts are, by their sizes."""
        return self._read(self._path(payload_key))

    def delete(self, payload_key: str) -> None:
        """Delete the manifest of that key, if it is there."""
        delete_file(self._path(payload_key))

    def others(self, known: Collection[str]) -> Iterator[Manifest]:
        """Those of all other keys, in no order; one whose parts are not all there is deleted."""
        names = {self._path(payload_key).name for payload_key in known}
        for path in self._folder.glob("*/*.json"):
            if path.name not in names:
                manifest = self._read(path)
                if manifest is None:
                    delete_file(path)
                else:
                    yield manifest

    def _read(self, path: Path) -> Manifest | None:
        try:
            with path.open("rb") as stream:
                saved_at = os.fstat(stream.fileno()).st_mtime
                raw = json.load(stream)
            manifest = Manifest(
                payload_key=str(raw["payload_key"]),
                payload=read_payload_json(raw["parts"]),
                saved_at=saved_at,
            )
            is_whole = all(
                self._blobs.size(part.digest) == part.size_bytes for part in manifest.payload.parts
            )
        except (OSError, ValueError, TypeError, KeyError):  # not there, cut short, or not written by us
            return None
        return manifest if is_whole and self._path(manifest.payload_key) == path else None

    def _path(self, payload_key: str) -> Path:
        name = hashlib.sha256(payload_key.encode("utf-8")).hexdigest()
        return self._folder / name[:2] / f"{name}.json"
