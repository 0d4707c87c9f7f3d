"""full.md and the formats that can be asked for besides: the text of a document without its margins."""

import html
import io
import zipfile
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from docferry_mineru.emulator.blocks import Block, BlockPage

__all__ = ["docx_file", "html_page", "latex_source", "markdown"]

LATEX_SIGNS = str.maketrans({sign: f"\\{sign}" for sign in "&%$#_{}"})
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
CONTENT_TYPES = (
    f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{OFFICE}"/></Types>'
)
RELATIONS = (
    f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATION}" Target="word/document.xml"/></Relationships>'
)


def markdown(pages: Sequence[BlockPage]) -> str:
    """The whole document in the engine's dialect of Markdown; tables are HTML."""
    return "\n\n".join(text for block in _body(pages) for text in _markdown(block) if text) + "\n"


def html_page(pages: Sequence[BlockPage]) -> str:
    """The document as a web page."""
    return f"<!DOCTYPE html><html><body>{''.join(map(_html, _body(pages)))}</body></html>"


def latex_source(pages: Sequence[BlockPage]) -> str:
    """The document as LaTeX source; tables are one line for each row."""
    lines = [_latex(block) for block in _body(pages)]
    return "\n\n".join(("\\documentclass{article}\n\\begin{document}", *lines, "\\end{document}\n"))


def docx_file(pages: Sequence[BlockPage]) -> bytes:
    """The document as an Office Open XML file of plain paragraphs."""
    texts = (text for block in _body(pages) for text in _plain(block))
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in texts)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("[Content_Types].xml"), CONTENT_TYPES)
        archive.writestr(zipfile.ZipInfo("_rels/.rels"), RELATIONS)
        document = f'<w:document xmlns:w="{WORD}"><w:body>{paragraphs}</w:body></w:document>'
        archive.writestr(zipfile.ZipInfo("word/document.xml"), document)
    return buffer.getvalue()


def _body(pages: Sequence[BlockPage]) -> Iterator[Block]:
    return (block for page in pages for block in page.body if not block.is_tail)


def _markdown(block: Block) -> Iterator[str]:
    """The paragraphs of a block: a table's captions stand above it, a picture's below."""
    captions = [part.text for part in block.captions]
    match block.kind:
        case "title":
            yield f"{'#' * block.level} {block.text}"
        case "table":
            yield from captions
            yield block.html or f"![]({block.image})"
        case "image":
            yield f"![]({block.image})" if block.image else block.text
            yield from captions
        case "equation":
            yield f"$$\n{block.text}\n$$"
        case "code":
            yield f"```\n{block.text}\n```"
            yield from captions
        case _:
            yield "\n".join(item.text for item in block.items) or block.text
    yield from (part.text for part in block.footnotes)


def _html(block: Block) -> str:
    if block.kind == "table":
        return block.html
    tag = f"h{min(block.level, 6)}" if block.kind == "title" else "p"
    return "".join(f"<{tag}>{html.escape(text)}</{tag}>" for text in _plain(block))


def _latex(block: Block) -> str:
    text = "\n".join(_plain(block))
    if block.kind == "equation":
        return f"\\[{text}\\]"
    text = text.translate(LATEX_SIGNS)
    return f"\\section*{{{text}}}" if block.kind == "title" else text


def _plain(block: Block) -> Iterator[str]:
    """The lines of a block without any marks."""
    yield from (part.text for part in block.captions)
    yield from (html.unescape(_cells(row)) for row in block.rows)
    yield from (item.text for item in block.items)
    if block.text:
        yield block.text
    yield from (part.text for part in block.footnotes)


def _cells(row: str) -> str:
    cells = row.removeprefix("<tr>").removesuffix("</tr>").split("</td>")[:-1]
    return " | ".join(cell.partition(">")[2] for cell in cells)
