"""The output of a finished run: chunks, pages, recognised words."""

from collections.abc import Iterable, Iterator, Sequence

from docferry.emulation import AssetStore, ParsedFile
from docferry_extend.emulator.blocks import CONFIDENCE, MadeBlock, PageSpace, make_blocks
from docferry_extend.emulator.quirks import ExtendQuirks
from docferry_extend.emulator.request import ParseRequest
from docferry_extend.emulator.voice import LEGACY

__all__ = ["make_output"]

HEADINGS = frozenset({"heading", "section_heading"})


def make_output(  # noqa: PLR0913 - what an output is made of
    parsed: ParsedFile,
    *,
    request: ParseRequest,
    quirks: ExtendQuirks,
    assets: AssetStore,
    origin: str,
    media_type: str,
) -> dict[str, object]:
    """Make the object with the chunks. Blocks: it writes files.

    Args:
        parsed: What the parse came to.
        request: What was asked for.
        quirks: How the service behaves.
        assets: Keeps pictures.
        origin: Where assets are handed out.
        media_type: What the file was.
    """
    clips = request.setting("blockOptions.figures.figureImageClippingEnabled", default=True)
    images = {
        element_id: assets.address(
            assets.put(
                picture.data,
                file_name=f"{element_id}{picture.suffix}".replace("/", "-"),
                media_type=picture.media_type,
            ),
            origin=origin,
        )
        for element_id, picture in (parsed.pictures.items() if clips else ())
    }
    spaces, blocks = make_blocks(parsed.document, request=request, quirks=quirks, images=images)
    output: dict[str, object] = {"chunks": _chunks(spaces, blocks, request=request, quirks=quirks)}
    ocr: dict[str, object] = {}
    if request.setting("advancedOptions.returnOcr.words"):
        ocr["words"] = [word for block in blocks for word in _words(block)]
    if request.setting("advancedOptions.returnOcr.lines") and request.version != LEGACY:
        ocr["lines"] = [line for block in blocks for line in _lines(block)]
    if ocr:
        output["ocr"] = ocr
    if request.version != LEGACY:
        is_picture = media_type.startswith("image/")
        output["metadata"] = {
            "originalMimeType": media_type,
            "finalMimeType": media_type,
            "pages": None if is_picture else [_described(space) for space in spaces],
        }
    return output


def _described(space: PageSpace) -> dict[str, object]:
    return {
        "number": space.number,
        "rotationApplied": 0,
        "originalPageWidth": space.original[0],
        "originalPageHeight": space.original[1],
        "dpi": space.dpi,
    }


def _chunks(
    spaces: Sequence[PageSpace],
    blocks: Sequence[MadeBlock],
    *,
    request: ParseRequest,
    quirks: ExtendQuirks,
) -> list[dict[str, object]]:
    kind = str(request.setting("chunkingStrategy.type", "page"))
    groups: Iterable[tuple[Sequence[int], Sequence[MadeBlock]]]
    if kind == "page":
        by_page = {space.number: [b for b in blocks if b.space.number == space.number] for space in spaces}
        groups = [
            ((number,), mine) for number, mine in by_page.items() if mine or quirks.blank_pages == "chunk"
        ]
    elif kind == "document":
        groups = [([space.number for space in spaces], blocks)]
    else:
        groups = [([block.space.number for block in mine], mine) for mine in _sections(blocks)]
    return [_chunk(kind, pages, mine, number=number) for number, (pages, mine) in enumerate(groups, start=1)]


def _chunk(kind: str, pages: Sequence[int], blocks: Sequence[MadeBlock], *, number: int) -> dict[str, object]:
    return {
        "object": "chunk",
        "id": f"chunk_{number}",
        "type": kind,
        "content": "\n\n".join(block.content for block in blocks if block.content),
        "metadata": {"pageRange": {"start": min(pages), "end": max(pages)}},
        "blocks": [block.raw for block in blocks],
    }


def _sections(blocks: Sequence[MadeBlock]) -> Iterator[list[MadeBlock]]:
    section: list[MadeBlock] = []
    for block in blocks:
        if section and block.raw["type"] in HEADINGS:
            yield section
            section = []
        section.append(block)
    if section:
        yield section


def _lines(block: MadeBlock) -> Iterator[dict[str, object]]:
    """The lines of a block, as if they shared its height."""
    texts = [line for line in _text(block).splitlines() if line.strip()]
    for number, text in enumerate(texts):
        yield _placed(
            text, block, top=number / len(texts), bottom=(number + 1) / len(texts), left=0.0, right=1.0
        )


def _words(block: MadeBlock) -> Iterator[dict[str, object]]:
    """The words of a block, as if all letters were of one width."""
    lines = [line for line in _text(block).splitlines() if line.strip()]
    for number, line in enumerate(lines):
        start = 0
        for word in line.split():
            start = line.index(word, start)
            end = start + len(word)
            yield _placed(
                word,
                block,
                top=number / len(lines),
                bottom=(number + 1) / len(lines),
                left=start / len(line),
                right=end / len(line),
            )
            start = end


def _text(block: MadeBlock) -> str:
    parts: list[str] = []
    for element in block.elements:
        if element.table is not None:
            parts += [cell.text for cell in element.table.cells]
        else:
            parts.append(element.text)
    return "\n".join(parts)


def _placed(  # noqa: PLR0913 - four edges
    text: str, block: MadeBlock, *, left: float, top: float, right: float, bottom: float
) -> dict[str, object]:
    box, space = block.box, block.space
    width, height = box.right - box.left, box.bottom - box.top
    return {
        "content": text,
        "boundingBox": {
            "left": (box.left + width * left) * space.width,
            "top": (box.top + height * top) * space.height,
            "right": (box.left + width * right) * space.width,
            "bottom": (box.top + height * bottom) * space.height,
        },
        "confidence": CONFIDENCE,
        "pageNumber": space.number,
        "blockId": block.raw["id"],
    }
