"""Results as files: the archive of the precision API, and the folder of the agent API.

Source: archives of August 2026 as listed in public repositories; opendatalab/MinerU 3.4.4 (read 2026-11-21).
"""

import base64
import json
import mimetypes
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from docferry.emulation import ParsedFile
from docferry_mineru.emulator.blocks import BlockPage, block_pages, image_names
from docferry_mineru.emulator.content_list import content_list, content_list_v2
from docferry_mineru.emulator.layout import layout, model_output
from docferry_mineru.emulator.markdown import docx_file, html_page, latex_source, markdown
from docferry_mineru.emulator.quirks import MineruQuirks
from docferry_mineru.emulator.request import FileRequest

__all__ = ["Bundle", "as_data_uri", "as_json", "make_bundle", "write_archive", "write_folder"]

PART_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What a parse came to, in the engine's words.

    Args:
        pages: The document.
        pictures: Files of pictures by their paths.
    """

    pages: tuple[BlockPage, ...]
    pictures: Mapping[str, bytes] = field(repr=False)


def make_bundle(parsed: ParsedFile, quirks: MineruQuirks) -> Bundle:
    """Put a parse into the engine's words."""
    names = image_names(parsed)
    return Bundle(
        pages=block_pages(parsed.document, images=names, merges_tables=quirks.merges_tables),
        pictures={name: parsed.pictures[element_id].data for element_id, name in names.items()},
    )


def write_archive(  # noqa: PLR0913 - what an archive is made of
    target: Path, bundle: Bundle, *, request: FileRequest, origin: Path, prefix: str, quirks: MineruQuirks
) -> None:
    """Write the archive of a finished task. Blocks.

    Args:
        target: The file to write.
        bundle: What the parse came to.
        request: What was asked for.
        origin: The file that was parsed.
        prefix: A uuid that begins the names of some members.
        quirks: How the service behaves.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _texts(bundle, request=request, prefix=prefix, quirks=quirks):
            archive.writestr(_member(name), content)
        for name, picture in bundle.pictures.items():
            archive.writestr(_member(name), picture, compress_type=zipfile.ZIP_STORED)
        suffix = ".pdf" if quirks.origin_suffix == "pdf" else request.suffix or ".html"
        info = _member(f"{prefix}_origin{suffix}")
        info.compress_type = zipfile.ZIP_STORED
        info.file_size = origin.stat().st_size
        with origin.open("rb") as source, archive.open(info, "w") as member:
            shutil.copyfileobj(source, member, PART_BYTES)


def write_folder(target: Path, bundle: Bundle) -> None:
    """Write the folder of a finished agent task: the Markdown, and pictures relative to it. Blocks."""
    target.mkdir(parents=True, exist_ok=True)
    (target / "full.md").write_text(markdown(bundle.pages), encoding="utf-8")
    for name, picture in bundle.pictures.items():
        (target / name).parent.mkdir(exist_ok=True)
        (target / name).write_bytes(picture)


def _texts(
    bundle: Bundle, *, request: FileRequest, prefix: str, quirks: MineruQuirks
) -> Iterator[tuple[str, str | bytes]]:
    pages = bundle.pages
    yield "full.md", markdown(pages)
    if request.is_web_page:
        yield "main.html", html_page(pages)
        return
    backend = request.model
    yield f"{prefix}_content_list.json", as_json(content_list(pages, backend=backend))
    if quirks.has_content_list_v2:
        yield f"{prefix}_content_list_v2.json", as_json(content_list_v2(pages))
    yield "layout.json", as_json(layout(pages, backend=backend))
    yield f"{prefix}_model.json", as_json(model_output(pages, backend=backend))
    if "docx" in request.extra_formats:
        yield f"{prefix}.docx", docx_file(pages)
    if "html" in request.extra_formats:
        yield f"{prefix}.html", html_page(pages)
    if "latex" in request.extra_formats:
        yield f"{prefix}.tex", latex_source(pages)


def as_json(value: object) -> str:
    """JSON as the engine writes it into its files."""
    return json.dumps(value, ensure_ascii=False, indent=4)


def as_data_uri(name: str, data: bytes) -> str:
    """A picture as the servers write it into JSON."""
    media_type = mimetypes.guess_type(name)[0] or "image/png"
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def _member(name: str) -> zipfile.ZipInfo:
    """A member with the time that an archive has when nobody says."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
