"""Writes the pictures and other files of a result into a folder of the user's: the option `save_to`."""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, cast

from docferry.errors import ConfigurationError
from docferry.model import Document, PageSelection, Payload
from docferry.provider.archive import Archive, open_archive
from docferry.provider.job_api import JobApi
from docferry.provider.payload_reader import PayloadReader

__all__ = ["Asset", "SavesAssets", "asset_folder", "map_and_save", "save_assets"]

DIGEST_LENGTH = 12
UNSAFE = re.compile(r"[\x00-\x1f\x7f<>:\"|?*\\]+")
MAX_NAME_BYTES = 200
"""Most file systems take names of 255 bytes; the folder gets a digest behind its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file to save.

    Args:
        name: Where it is in the payload, as for `PayloadReader.open_asset`.
        path: Where to write it below the document's folder, with forward slashes. It may come from a service:
            what would lead out of the folder is left out of it.
    """

    name: str
    path: str


class SavesAssets(Protocol):
    """What a `JobApi` has besides, when its users can have the files of a result saved.

    docferry saves before it maps, whether the payload is fresh, from the cache or of a resumed job.
    """

    @property
    def save_to(self) -> Path | None:
        """The user's folder; None to save nothing."""
        ...

    def assets(self, payload: PayloadReader) -> Sequence[Asset]:
        """The files to save; called in a worker thread.

        Raises:
            InvalidResponseError: The payload cannot be read.
        """
        ...


def map_and_save(
    api: JobApi, payload: PayloadReader, *, source_name: str, pages: PageSelection | None, fingerprint: str
) -> Document:
    """Map a payload, with its files saved before where that is wanted; blocks.

    Raises:
        DocferryError: Why there is no document, or its files cannot be saved.
    """
    # Not isinstance: an api may be wrapped.
    saving = cast("SavesAssets", api) if hasattr(api, "assets") else None
    if saving is not None and saving.save_to is not None:
        folder = asset_folder(saving.save_to, payload.payload, source_name=source_name)
        save_assets(payload, saving.assets(payload), folder)
    return api.map(payload, pages=pages, fingerprint=fingerprint)


def asset_folder(save_to: Path, payload: Payload, *, source_name: str) -> Path:
    """The folder for one result: by name for people, by digest so that equal names keep apart.

    Args:
        save_to: The folder of the user's.
        payload: The result; the same one gets the same folder again.
        source_name: Path or address of the source, or empty.
    """
    stem = PurePosixPath(re.split(r"[/\\]", source_name.partition("?")[0])[-1]).stem
    digest = payload.parts[0].digest[:DIGEST_LENGTH] if payload.parts else ""
    return save_to / f"{_tidy(stem) or 'document'}-{digest}"


def save_assets(payload: PayloadReader, assets: Sequence[Asset], folder: Path) -> tuple[Path, ...]:
    """Write files; saving the same again overwrites it. Two files of one path keep apart.

    Args:
        payload: What was fetched.
        assets: Which files.
        folder: Where to write; made when there is something to write.

    Returns:
        The files written, in order.

    Raises:
        ConfigurationError: The folder cannot be written.
        KeyError: There is no such asset.
        InvalidResponseError: An archive is damaged.
    """
    targets = [folder / path for path in _distinct(assets)]
    with ExitStack() as stack:
        sources = _Sources(payload, stack)
        for asset, target in zip(assets, targets, strict=True):
            with sources.open(asset.name) as stream:
                _write(stream, target)
    return tuple(targets)


class _Sources:
    """Opens assets, and each archive once."""

    def __init__(self, payload: PayloadReader, stack: ExitStack) -> None:
        self._payload = payload
        self._stack = stack
        self._archives: dict[str, Archive] = {}

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        part, member = self._payload.place(name)
        if not member:
            return self._payload.open(part)
        if part not in self._archives:
            self._archives[part] = open_archive(self._stack.enter_context(self._payload.open(part)))
        return self._archives[part].open(member)


def _write(stream: BinaryIO, target: Path) -> None:
    unfinished = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            shutil.copyfileobj(stream, file)
        unfinished.replace(target)
    except OSError as error:
        raise ConfigurationError(
            f"files of the result cannot be saved ({type(error).__name__})",
            next_step="check the option save_to",
        ) from error


def _distinct(assets: Sequence[Asset]) -> Iterator[PurePosixPath]:
    """The paths, made safe, and numbered where one would take another's place on any file system."""
    taken: set[str] = set()
    for asset in assets:
        path = wanted = _safe_path(asset.path)
        number = 1
        while str(path).casefold() in taken:
            number += 1
            path = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        taken.add(str(path).casefold())
        yield path


def _safe_path(path: str) -> PurePosixPath:
    names = [_tidy(name) for name in path.split("/")]
    return PurePosixPath(*[name for name in names if name] or ["file"])


def _tidy(name: str) -> str:
    """A name that every file system takes; empty for one made of dots."""
    whole = UNSAFE.sub("_", name).strip(". ").encode("utf-8", "replace")
    return whole[-MAX_NAME_BYTES:].decode("utf-8", "ignore")
