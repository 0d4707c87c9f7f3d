"""Pictures of a result: where in the payload they are found by the address that the result gives them."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from docferry.model import Image, Payload
from docferry.provider import Archive
from docferry.provider.archive_images import ArchiveImages
from docferry.reading import decode_image, image_media_type
from docferry.reading.values import Raw, mapping_of, scalar_text
from docferry_mineru.parts import ARCHIVE_PART, IMAGES_FOLDER

__all__ = ["ImageShelf", "answer_images"]


def answer_images(answer: Raw) -> Iterator[tuple[str, str, bytes]]:
    """The pictures that stand inside an answer of `/file_parse`, to be kept as parts of the payload.

    Args:
        answer: The answer: results{STEM{images{NAME: data URI}}}.

    Yields:
        Name of the part, media type and bytes of each; what is no picture is left out.
    """
    for output in mapping_of(answer.get("results")).values():
        for name, data in mapping_of(mapping_of(output).get("images")).items():
            picture = decode_image(scalar_text(data))
            base = PurePosixPath(name).name
            if picture is not None and base.strip("."):
                media_type, content = picture
                yield f"{IMAGES_FOLDER}{base}", media_type or image_media_type(base), content


class ImageShelf:
    """Finds pictures by the address under which a result mentions them.

    Args:
        payload: The payload.
        archive: Its zip archive, if it has one.
    """

    def __init__(self, *, payload: Payload, archive: Archive | None) -> None:
        self._members = ArchiveImages(archive, part_name=ARCHIVE_PART) if archive is not None else None
        self._parts = {part.name: part for part in payload.parts}

    def find(self, address: str) -> Image | None:
        """The picture of that address; one without an asset when it was mentioned and is not there."""
        if not address:
            return None
        for name in (address, f"{IMAGES_FOLDER}{address}"):
            part = self._parts.get(name)
            if part is not None:
                is_named = part.media_type.startswith("image/")
                media_type = part.media_type if is_named else image_media_type(name)
                return Image(asset_name=name, media_type=media_type, size_bytes=part.size_bytes)
        if self._members is None:
            return Image(media_type=image_media_type(address))
        return self._members.find(address)
