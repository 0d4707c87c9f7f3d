"""Writes the pictures and the archive of a payload into a folder of the user's."""

import re
import shutil
from pathlib import Path, PurePosixPath

from docferry.errors import ConfigurationError
from docferry.model import Payload
from docferry.provider import PayloadReader
from docferry_somark.images import ARCHIVE_PART, IMAGE_FOLDER

__all__ = ["asset_folder", "save_assets"]

DIGEST_LENGTH = 12
UNSAFE = r"[\x00-\x1f\x7f<>:\"|?*]+"


def asset_folder(save_to: Path, payload: Payload, *, document_name: str) -> Path:
    """The folder for one result: by name for people, by digest so that equal names keep apart.

    Args:
        save_to: The folder of the user's.
        payload: The result; the same one gets the same folder again.
        document_name: Path or address of the source, or empty.
    """
    stem = PurePosixPath(re.split(r"[/\\]", document_name.partition("?")[0])[-1]).stem
    digest = payload.parts[0].digest[:DIGEST_LENGTH] if payload.parts else ""
    return save_to / f"{re.sub(UNSAFE, '_', stem).strip('.') or 'document'}-{digest}"


def save_assets(payload: PayloadReader, folder: Path) -> tuple[Path, ...]:
    """Write the pictures and the zip archive of a payload; saving again overwrites.

    Args:
        payload: What was fetched.
        folder: Where to write; made when there is something to write.

    Returns:
        The files written, in the order of the payload.

    Raises:
        ConfigurationError: The folder cannot be written.
    """
    names = [
        part.name
        for part in payload.payload.parts
        if part.name == ARCHIVE_PART or PurePosixPath(part.name).parts[0] == IMAGE_FOLDER
    ]
    try:
        return tuple(_save(payload, name, folder) for name in names)
    except OSError as error:
        raise ConfigurationError(
            f"pictures cannot be saved ({type(error).__name__})", next_step="check the option save_to"
        ) from error


def _save(payload: PayloadReader, name: str, folder: Path) -> Path:
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.part")
    with payload.open(name) as stream, unfinished.open("wb") as file:
        shutil.copyfileobj(stream, file)
    unfinished.replace(target)
    return target
