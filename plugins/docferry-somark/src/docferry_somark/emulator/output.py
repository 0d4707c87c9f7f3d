"""The outputs of a finished task: JSON, Markdown and the zip archive, with pictures as asked for."""

import base64
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from docferry.emulation import Asset, AssetStore, ParsedFile, Picture
from docferry_somark.emulator.pages import Block, BlockPage, block_pages, pages_as_json
from docferry_somark.emulator.quirks import SomarkQuirks
from docferry_somark.emulator.request import ParseRequest

__all__ = ["make_result"]

MAX_LEVEL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pictures:
    """Pictures under the names they have in addresses and in the archive, by element id."""

    names: Mapping[str, str]
    files: Mapping[str, Picture]

    def data_uri(self, element_id: str, *, is_bare: bool) -> str:
        """The picture itself."""
        picture = self.files[element_id]
        encoded = base64.b64encode(picture.data).decode("ascii")
        return encoded if is_bare else f"data:{picture.media_type};base64,{encoded}"


def make_result(  # noqa: PLR0913 - what a result is made of
    parsed: ParsedFile,
    *,
    request: ParseRequest,
    quirks: SomarkQuirks,
    assets: AssetStore,
    origin: str,
    file_name: str,
) -> dict[str, object]:
    """Make the `result` object of a finished task. Blocks: it compresses and writes files.

    Args:
        parsed: What the parse came to.
        request: What was asked for.
        quirks: How the service behaves.
        assets: Keeps pictures and the archive.
        origin: Where assets are handed out.
        file_name: Name of the document.
    """
    pictures = _named(parsed)
    addresses = {
        element_id: assets.address(asset, origin=origin)
        for element_id, asset in (_kept(pictures, assets) if request.image == "url" else ())
    }
    images = _image_fields(pictures, addresses, request=request, quirks=quirks)
    pages = block_pages(parsed.document, request=request, quirks=quirks, images=images)
    raw_pages = pages_as_json(pages, quirks=quirks)
    markdown = _markdown(pages)
    outputs: dict[str, object] = {}
    if "markdown" in request.formats:
        outputs["markdown"] = markdown
    if "json" in request.formats:
        outputs["json"] = (
            raw_pages if quirks.json_as == "object" else json.dumps(raw_pages, ensure_ascii=False)
        )
    if "zip" in request.formats:
        stem = PurePath(file_name).stem or "document"
        archive = _archive(stem, markdown=markdown, pages=raw_pages, pictures=pictures)
        asset = assets.put(archive, file_name=f"{stem}.zip", media_type="application/zip")
        outputs["zip"] = assets.address(asset, origin=origin)
    result: dict[str, object] = {"file_name": file_name, "outputs": outputs}
    if quirks.has_imgs and request.image == "url":
        result["imgs"] = [addresses[element_id] for element_id in sorted(addresses)]
    return result


def _named(parsed: ParsedFile) -> _Pictures:
    names = {
        element_id: f"{element_id}{picture.suffix}".replace("/", "-").replace(":", "-")
        for element_id, picture in parsed.pictures.items()
    }
    return _Pictures(names=names, files=parsed.pictures)


def _kept(pictures: _Pictures, assets: AssetStore) -> Iterator[tuple[str, Asset]]:
    for element_id, picture in pictures.files.items():
        name = pictures.names[element_id]
        yield element_id, assets.put(picture.data, file_name=name, media_type=picture.media_type)


def _image_fields(
    pictures: _Pictures, addresses: Mapping[str, str], *, request: ParseRequest, quirks: SomarkQuirks
) -> Mapping[str, str]:
    """What `img_url` says, by element id."""
    match request.image:
        case "url":
            return addresses
        case "base64":
            is_bare = quirks.base64_form == "bare"
            return {
                element_id: pictures.data_uri(element_id, is_bare=is_bare) for element_id in pictures.files
            }
        case "file":
            return {element_id: f"images/{name}" for element_id, name in pictures.names.items()}
        case _:
            return {}


def _archive(stem: str, *, markdown: str, pages: Mapping[str, object], pictures: _Pictures) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(f"{stem}.md"), markdown)
        archive.writestr(zipfile.ZipInfo(f"{stem}.json"), json.dumps(pages, ensure_ascii=False))
        for element_id, name in pictures.names.items():
            archive.writestr(zipfile.ZipInfo(f"images/{name}"), pictures.files[element_id].data)
    return buffer.getvalue()


def _markdown(pages: Sequence[BlockPage]) -> str:
    """The whole document in the vendor's dialect of Markdown, without any sign of pages."""
    written = (_block_markdown(block) for page in pages for block in page.blocks)
    return "\n\n".join(text for text in written if text)


def _block_markdown(block: Block) -> str:
    content = block.content.strip()
    match block.kind:
        case "title":
            return "#" * min(block.level or 1, MAX_LEVEL) + f" {content}"
        case "figure" | "table" if block.image:
            picture = f"![{_one_line(content) if block.kind == 'figure' else ''}]({block.image})"
            return picture if block.kind == "figure" or not content else f"{content}\n\n{picture}"
        case "figure_caption" | "table_caption":
            return f": {content}"
        case "equation" if block.notation == "latex":
            return f"$$\n{content}\n$$"
        case "code":
            return f"```\n{content}\n```"
        case _:
            return content


def _one_line(text: str) -> str:
    return " ".join(text.replace("[", "(").replace("]", ")").split())
