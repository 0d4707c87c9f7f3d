"""The payload cache: paid results as files named by their content, and an index that processes share.

Blobs are files `blobs/ab/abcdef...`, named by the SHA-256 of their bytes; `index.sqlite3` says which payload
has which parts, and so do the manifests in `payloads`, of which a damaged index is made anew. Blobs come and
go only within a transaction of the index, so no process deletes what another one is about to use.
"""

import contextlib
import io
import math
import os
import shutil
import sqlite3
import tempfile
import time
import weakref
from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TypeVar

from docferry.ledger import payload_index
from docferry.ledger.blobs import BlobFolder, BlobMark, BlobWriter, PayloadCorruptError
from docferry.ledger.cache_index import BUSY_SECONDS, CacheIndex, Work
from docferry.ledger.database import MEMORY
from docferry.ledger.manifests import ManifestFolder
from docferry.ledger.trouble import Advice
from docferry.model import Payload, PayloadPart
from docferry.settings import cache_folder, cache_max_bytes

__all__ = ["CacheInfo", "PayloadStore"]

ADVICE = Advice(
    usual="check the folder, or set DOCFERRY_CACHE to another one",
    newer="upgrade docferry, or set DOCFERRY_CACHE to another folder",
    disk="make room, or set DOCFERRY_CACHE to a folder on another disk",
)
# A payload that was used so lately is not evicted: its reader may just be on the way to the next part.
RECENT_SECONDS = 60.0
# Holds end by themselves, for their process may be dead; no reading or fetching takes so long.
HOLD_SECONDS = 6 * 3600.0
# Files that no index knows are left by dead processes once they are this old.
STRAY_SECONDS = 24 * 3600.0

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheInfo:
    """How full a payload cache is.

    Args:
        folder: Where it is.
        payload_count: Payloads in it.
        size_bytes: Bytes of all blobs; a blob that several payloads share counts once.
        max_bytes: Above this the payloads that were not used for longest are evicted.
    """

    folder: Path
    payload_count: int
    size_bytes: int
    max_bytes: int


class PayloadStore:
    """Keeps payloads on disk by payload key, within a cap. Safe to use from any thread and process.

    Every method raises ConfigurationError when the folder cannot be read or written.

    Args:
        folder: Where to keep them, made when it is missing; ":memory:" for a temporary folder that ends with
            the object. None for the one in the settings.
        max_bytes: The cap; None for the one in the settings. It may be exceeded for a while by payloads on
            hold, by payloads used within the last minute and by parts being fetched.
        clock: UTC seconds since 1970.
        busy_seconds: How long to wait while another process writes into the index.

    Raises:
        ConfigurationError: The folder cannot be made, read or written, or its index was written by a newer
            docferry or some other program. A damaged index is put aside, with a warning in the log, and made
            anew from what is in the folder.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] | None = None,
        *,
        max_bytes: int | None = None,
        clock: Callable[[], float] = time.time,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        self.folder = cache_folder() if folder is None else Path(folder)
        self.max_bytes = cache_max_bytes() if max_bytes is None else max_bytes
        self._clock = clock
        self._remove_folder: Callable[[], object] | None = None
        if self.folder == MEMORY:
            self.folder = Path(tempfile.mkdtemp(prefix="docferry-"))
            self._remove_folder = weakref.finalize(self, _remove_folder, self.folder, os.getpid())
        self._blobs = BlobFolder(self.folder, advice=ADVICE)
        self._manifests = ManifestFolder(self._blobs)
        with self._blobs.guard():
            self._index = CacheIndex(
                self.folder, manifests=self._manifests, advice=ADVICE, busy_seconds=busy_seconds
            )
            self._blobs.probe()
        # Both change within transactions only, which one thread at a time has.
        self._unsaved: dict[str, list[int]] = {}  # this process's holds on blobs, by digest
        self._verified: set[tuple[str, BlobMark]] = set()
        self._is_swept = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the index; the next use opens it again. A temporary folder is gone."""
        self._index.close()
        if self._remove_folder is not None:
            self._remove_folder()

    def writer(self, name: str, media_type: str) -> BlobWriter:
        """Write a part: `with store.writer(name, media_type) as writer: writer.write(data)`.

        A block that ends finishes the part, which is then `writer.part`; an error or `writer.discard()`
        drops it. The part belongs to no payload until `save`, and is kept for six hours until then.

        Args:
            name: Unique in the payload.
            media_type: Such as application/json.
        """
        return BlobWriter(self._blobs, name=name, media_type=media_type, keeper=self._keep)

    def open(self, part: PayloadPart) -> BinaryIO:
        """Open a part for reading; the caller closes. Once open it can be read to its end, evicted or not.

        The first opening in a process reads the whole part, a piece at a time, to check its hash.

        Raises:
            PayloadCorruptError: Its bytes are missing or are not those that were written. All payloads with
                that part were dropped.
        """
        with self._blobs.guard(), contextlib.ExitStack() as stack:
            try:
                stream = stack.enter_context(self._blobs.open(part.digest))
            except FileNotFoundError:
                self._drop_blob(part.digest, mark=None)
                raise PayloadCorruptError(part.name) from None
            self._verify(stream, part)
            stack.pop_all()
            return stream

    def save(self, payload_key: str, payload: Payload, *, sealed: Sequence[BlobWriter] = ()) -> None:
        """Enter a payload whose parts are there, in place of one with the same key; then keep the cap.

        Args:
            payload_key: Its key.
            payload: Its parts.
            sealed: Parts of it that are sealed: they are finished along with it, in one transaction.

        Raises:
            PayloadCorruptError: A part is not there. Nothing was saved; the bytes of sealed parts may stay as
                stray files.
        """
        now = self._clock()

        def work(connection: sqlite3.Connection) -> None:
            for writer in sealed:
                writer.finish_by(self._move_in)
            for part in payload.parts:
                if self._blobs.size(part.digest) != part.size_bytes:
                    raise PayloadCorruptError(part.name)
            replaced = payload_index.delete_payload(connection, payload_key)
            payload_index.insert_payload(connection, payload_key, payload, now=now)
            payload_index.delete_holds(connection, self._take_unsaved(payload))
            self._manifests.write(payload_key, payload)
            self._delete_unused(connection, replaced, now)
            self._evict(connection, now)

        self._transact(work)
        if not self._is_swept:
            self._is_swept = True
            self.sweep()

    def find(self, payload_key: str) -> Payload | None:
        """The payload, which now counts as just used; None when it is not there in full.

        Only the presence and size of its parts are checked here; `open` checks their bytes.
        """
        now = self._clock()
        return self._transact(
            lambda connection: self._find(connection, payload_key, now=now), is_durable=False
        )

    @contextlib.contextmanager
    def hold(self, payload_key: str, *, is_wanted: bool = True) -> Generator[Payload | None]:
        """Keep a payload from being evicted or cleared by any process while the block runs.

        It need not be there yet: one block may hold it, save it and read it. A hold lasts six hours at most.

        Args:
            payload_key: Its key.
            is_wanted: Whether to look for it.

        Yields:
            What `find` gives; None where it is not wanted.
        """
        now = self._clock()

        def work(connection: sqlite3.Connection) -> tuple[int, Payload | None]:
            hold_id = payload_index.insert_hold(connection, payload_key, held_until=now + HOLD_SECONDS)
            return hold_id, self._find(connection, payload_key, now=now) if is_wanted else None

        hold_id, payload = self._transact(work, is_durable=False)
        try:
            yield payload
        finally:
            self._transact(
                lambda connection: payload_index.delete_holds(connection, (hold_id,)), is_durable=False
            )

    def clear(self) -> int:
        """Remove everything but what is in use: payloads on hold, and parts being fetched.

        Returns:
            How many payloads were removed.
        """
        now = self._clock()

        def work(connection: sqlite3.Connection) -> int:
            keys = payload_index.list_unheld(connection, used_before=math.inf, now=now)
            self._delete_payloads(connection, keys, now)
            return len(keys)

        count = self._transact(work)
        self.sweep()
        return count

    def info(self) -> CacheInfo:
        """How full the cache is."""
        payload_count, size_bytes = self._transact(payload_index.count_payloads, is_durable=False)
        return CacheInfo(
            folder=self.folder, payload_count=payload_count, size_bytes=size_bytes, max_bytes=self.max_bytes
        )

    def sweep(self) -> int:
        """Remove what dead processes left: parts of unsaved payloads, and stray files older than a day.

        The first `save` of a process does this by itself.

        Returns:
            How many files were removed.
        """
        now = self._clock()

        def work(connection: sqlite3.Connection) -> int:
            self._index.adopt(connection)
            payload_index.delete_expired_holds(connection, now=now)
            count = self._delete_unused(connection, None, now)
            known = payload_index.list_digests(connection)
            return count + self._blobs.remove_strays(known, older_than=now - STRAY_SECONDS)

        return self._transact(work, is_durable=False)

    def _find(self, connection: sqlite3.Connection, payload_key: str, *, now: float) -> Payload | None:
        payload = payload_index.read_payload(connection, payload_key)
        if payload is None:
            return None
        if all(self._blobs.size(part.digest) == part.size_bytes for part in payload.parts):
            payload_index.touch_payload(connection, payload_key, now=now)
            return payload
        self._delete_payloads(connection, (payload_key,), now)
        return None

    def _transact(self, work: Work[Result], *, is_durable: bool = True) -> Result:
        with self._blobs.guard():
            return self._index.transact(work, is_durable=is_durable)

    def _keep(self, path: Path, part: PayloadPart) -> None:
        """Make a finished file a blob, held until its payload is saved, which is what must outlive all."""
        held_until = self._clock() + HOLD_SECONDS

        def work(connection: sqlite3.Connection) -> None:
            hold_id = payload_index.insert_blob(
                connection, part.digest, part.size_bytes, held_until=held_until
            )
            self._move_in(path, part)
            self._unsaved.setdefault(part.digest, []).append(hold_id)

        self._transact(work, is_durable=False)

    def _move_in(self, path: Path, part: PayloadPart) -> None:
        mark = self._blobs.move_in(path, part.digest)
        self._verified.add((part.digest, mark))

    def _take_unsaved(self, payload: Payload) -> list[int]:
        digests = dict.fromkeys(part.digest for part in payload.parts)
        return [hold_id for digest in digests for hold_id in self._unsaved.pop(digest, ())]

    def _verify(self, stream: io.BufferedReader, part: PayloadPart) -> None:
        mark = self._blobs.mark_of_open(stream)
        if (part.digest, mark) in self._verified:
            return
        try:
            self._blobs.verify(stream, part)
        except PayloadCorruptError:
            self._drop_blob(part.digest, mark=mark)
            raise
        self._verified.add((part.digest, mark))

    def _drop_blob(self, digest: str, *, mark: BlobMark | None) -> None:
        """Remove a bad blob and all payloads with it, unless a good one has taken its place by now."""

        def work(connection: sqlite3.Connection) -> None:
            if self._blobs.mark(digest) == mark:
                self._blobs.delete((digest,))
                keys = payload_index.list_payloads_with(connection, digest)
                self._delete_payloads(connection, keys, self._clock())

        self._transact(work)

    def _evict(self, connection: sqlite3.Connection, now: float) -> None:
        if payload_index.count_bytes(connection) <= self.max_bytes:
            return
        for payload_key in payload_index.list_unheld(connection, used_before=now - RECENT_SECONDS, now=now):
            self._delete_payloads(connection, (payload_key,), now)
            if payload_index.count_bytes(connection) <= self.max_bytes:
                return

    def _delete_payloads(
        self, connection: sqlite3.Connection, payload_keys: Iterable[str], now: float
    ) -> None:
        for payload_key in payload_keys:
            self._manifests.delete(payload_key)
            self._delete_unused(connection, payload_index.delete_payload(connection, payload_key), now)

    def _delete_unused(
        self, connection: sqlite3.Connection, digests: Collection[str] | None, now: float
    ) -> int:
        if digests is not None and not digests:
            return 0
        unused = payload_index.delete_unused_blobs(connection, digests, now=now)
        self._blobs.delete(unused)
        return len(unused)


def _remove_folder(folder: Path, process_id: int) -> None:
    if os.getpid() == process_id:  # a forked child has a copy of the object, but not of the folder
        shutil.rmtree(folder, ignore_errors=True)
