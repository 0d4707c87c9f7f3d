"""Writes pictures and recognised words of a payload into a folder of the user's."""

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from docferry.errors import ConfigurationError
from docferry.model import PageSelection
from docferry.provider import PayloadReader
from docferry_extend.images import IMAGE_FOLDER
from docferry_extend.words import RecognisedText, read_lines, read_words

__all__ = ["save_payload"]

DIGEST_LENGTH = 12
UNSAFE = re.compile(r"[^\w.-]+")


def save_payload(
    payload: PayloadReader, save_to: Path, *, document_name: str, selection: PageSelection | None
) -> Path:
    """Write the pictures, words and lines of a payload; saving again overwrites.

    Args:
        payload: What was fetched.
        save_to: The folder of the user's.
        document_name: Path or address of the source, or empty.
        selection: The pages that were asked for, or None for all.

    Returns:
        The folder of this result: by name for people, by digest so that equal names keep apart. It is not
        there when there was nothing to write.

    Raises:
        ConfigurationError: The folder cannot be written.
    """
    stem = PurePosixPath(re.split(r"[/\\]", document_name.partition("?")[0])[-1]).stem
    digest = payload.payload.parts[0].digest[:DIGEST_LENGTH]
    folder = save_to / f"{UNSAFE.sub('_', stem).strip('.') or 'document'}-{digest}"
    try:
        for part in payload.payload.parts:
            if PurePosixPath(part.name).parts[0] == IMAGE_FOLDER:
                _copy(payload, part.name, folder / part.name)
        _write(read_words(payload, pages=selection), folder / "words.jsonl")
        _write(read_lines(payload, pages=selection), folder / "lines.jsonl")
    except OSError as error:
        raise ConfigurationError(
            f"pictures and words cannot be saved ({type(error).__name__})",
            next_step="check the option save_to",
        ) from error
    return folder


def _copy(payload: PayloadReader, name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with payload.open(name) as stream, target.open("wb") as file:
        shutil.copyfileobj(stream, file)


def _write(found: Iterable[RecognisedText], target: Path) -> None:
    lines = [json.dumps(_described(word), ensure_ascii=False) for word in found]
    if lines:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _described(word: RecognisedText) -> dict[str, object]:
    box = word.region.box if word.region else None
    return {
        "text": word.text,
        "page": word.region.page if word.region else None,
        "box": box.as_tuple() if box else None,
        "confidence": word.confidence,
        "block_id": word.block_id,
    }
