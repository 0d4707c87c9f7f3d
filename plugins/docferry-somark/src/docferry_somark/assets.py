"""Which files of a result are worth saving: its pictures and its archive."""

from pathlib import PurePosixPath

from docferry.model import Payload
from docferry.provider import Asset
from docferry_somark.images import ARCHIVE_PART, IMAGE_FOLDER

__all__ = ["list_assets"]


def list_assets(payload: Payload) -> tuple[Asset, ...]:
    """The pictures and the zip archive of a payload, in its order, under their own names."""
    return tuple(
        Asset(name=part.name, path=part.name)
        for part in payload.parts
        if part.name == ARCHIVE_PART or PurePosixPath(part.name).parts[0] == IMAGE_FOLDER
    )
