"""What stands in for a payload cache that cannot be written, so that no parse is stopped by it."""

import contextlib
import copy
import logging
import os
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO, NoReturn

from docferry.errors import ConfigurationError
from docferry.ledger.blobs import BlobFolder, PayloadCorruptError
from docferry.ledger.cache_index import BUSY_SECONDS
from docferry.ledger.database import MEMORY
from docferry.ledger.manifests import ManifestFolder
from docferry.ledger.payloads import ADVICE, PayloadStore
from docferry.ledger.trouble import Trouble, trouble_of
from docferry.model import Payload, PayloadPart
from docferry.settings import cache_folder

__all__ = ["StandInStore", "open_store"]

logger = logging.getLogger("docferry.ledger")


def open_store(
    folder: str | os.PathLike[str] | None = None, *, busy_seconds: float = BUSY_SECONDS
) -> PayloadStore:
    """The payload store of a folder, or what stands in for it when that cannot be written.

    Args:
        folder: As for `PayloadStore`.
        busy_seconds: As for `PayloadStore`.

    Raises:
        ConfigurationError: Another process has it locked. Trying again helps, and going on without it could
            mean to pay twice.
    """
    place = cache_folder() if folder is None else Path(folder)
    try:
        return PayloadStore(place, busy_seconds=busy_seconds)
    except ConfigurationError as error:
        if place == MEMORY or trouble_of(error) is Trouble.LOCKED:
            raise
        return StandInStore(place, trouble=error)


class StandInStore(PayloadStore):
    """Keeps payloads until the process ends, and finds those of a cache folder, which is left as it is.

    When the first payload is asked for, a warning in the log tells of the trouble.

    Args:
        wanted: The cache folder; it need not be there.
        trouble: Why it cannot be used; raised by what is about the folder itself.
    """

    def __init__(self, wanted: Path, *, trouble: ConfigurationError) -> None:
        super().__init__(MEMORY)
        self._trouble = trouble
        self._is_told = False
        self._beneath = BlobFolder(wanted, advice=ADVICE)
        self._damaged: set[str] = set()

    def find(self, payload_key: str) -> Payload | None:
        """See `PayloadStore.find`."""
        self._tell()
        return super().find(payload_key) or self._find_beneath(payload_key)

    @contextlib.contextmanager
    def hold(self, payload_key: str, *, is_wanted: bool = True) -> Generator[Payload | None]:
        """See `PayloadStore.hold`."""
        self._tell()
        with super().hold(payload_key, is_wanted=is_wanted) as payload:
            yield payload or (self._find_beneath(payload_key) if is_wanted else None)

    def open(self, part: PayloadPart) -> BinaryIO:
        """See `PayloadStore.open`; a damaged part of the folder is left there, and not found again."""
        try:
            return super().open(part)
        except PayloadCorruptError:
            return self._open_beneath(part)

    def clear(self) -> NoReturn:
        """Raise the trouble."""
        raise copy.copy(self._trouble)

    def info(self) -> NoReturn:
        """Raise the trouble."""
        raise copy.copy(self._trouble)

    def _tell(self) -> None:
        if not self._is_told:
            self._is_told = True
            told = self._trouble
            logger.warning("%s; this run's results are not kept there: %s", told.message, told.next_step)

    def _find_beneath(self, payload_key: str) -> Payload | None:
        with contextlib.suppress(OSError):  # no folder, or no right to read it
            manifest = ManifestFolder(self._beneath).find(payload_key)
            if manifest is not None and not any(
                part.digest in self._damaged for part in manifest.payload.parts
            ):
                return manifest.payload
        return None

    def _open_beneath(self, part: PayloadPart) -> BinaryIO:
        try:
            stream = self._beneath.open(part.digest)
        except OSError:
            raise PayloadCorruptError(part.name) from None
        try:
            self._beneath.verify(stream, part)
        except PayloadCorruptError:
            stream.close()
            self._damaged.add(part.digest)
            raise
        return stream
