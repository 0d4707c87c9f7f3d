"""Results in a few lines: files of the service's shapes, archives of them, and payloads in memory."""

import hashlib
import io
import json
import re
import zipfile
from pathlib import Path

from docferry.model import Payload, PayloadPart
from docferry.provider import PayloadReader
from docferry_mineru.parts import About, Dialect
from docferry_mineru.result import map_payload

FINGERPRINT = "sha256:" + "ab" * 32
STEM = "0f2c"
STRIP = re.compile(r"<[^>]*>|\\")


def payload_of(**parts):
    """A payload of parts; underscores in the names of arguments are dots."""
    named = {name.replace("_", "."): data for name, data in parts.items()}
    payload = Payload(
        parts=tuple(
            PayloadPart(
                name=name, media_type="", size_bytes=len(data), digest=hashlib.sha256(data).hexdigest()
            )
            for name, data in named.items()
        )
    )
    return PayloadReader(payload=payload, opener=lambda name: io.BytesIO(named[name]))


def archive_of(members):
    """The bytes of an archive; members that are no bytes or text become JSON."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data if isinstance(data, (bytes, str)) else json.dumps(data))
    return stream.getvalue()


def about(pages_total=None, dialect=Dialect.CLOUD):
    return About(dialect=dialect, pages_total=pages_total).encode()


def mapped(members, *, pages=None, pages_total=None):
    """The document of an archive with these members."""
    payload = payload_of(result_zip=archive_of(members), about_json=about(pages_total))
    return map_payload(payload, fingerprint=FINGERPRINT, pages=pages)


def cloud(*, v1=None, v2=None, middle=None, markdown=None, **more):
    """The members of an archive of the cloud."""
    given = {
        f"{STEM}_content_list.json": v1,
        f"{STEM}_content_list_v2.json": v2,
        "layout.json": middle,
        "full.md": markdown,
    }
    return {name: value for name, value in given.items() if value is not None} | more


def text(content, *, page=0, box=(100, 100, 900, 200), **more):
    """A block of content_list.json."""
    return {"type": "text", "text": content, "bbox": list(box), "page_idx": page, **more}


def span(content, kind="text", **more):
    return {"type": kind, "content": content, **more}


def paragraph(*spans, box=(100, 100, 900, 200), kind="paragraph"):
    """A block of content_list_v2.json."""
    return {"type": kind, "content": {f"{kind}_content": list(map(as_span, spans))}, "bbox": list(box)}


def as_span(value):
    return span(value) if isinstance(value, str) else value


def line(*contents, box=(100, 100, 500, 110), **more):
    """A line of middle.json."""
    spans = [{"bbox": list(box), **as_span(content)} for content in contents]
    return {"bbox": list(box), "spans": spans, **more}


def para(*lines, kind="text", box=(100, 100, 500, 200), **more):
    """A block of middle.json."""
    given = [item if isinstance(item, dict) else line(item) for item in lines]
    return {"type": kind, "bbox": list(box), "lines": given, **more}


def legacy(*pages, size=(1000, 1000)):
    """middle.json of 2.x and 3.x; each page is a list of blocks, or of running and discarded blocks."""
    infos = []
    for index, page in enumerate(pages):
        running, apart = page if isinstance(page, tuple) else (page, [])
        infos.append(
            {
                "para_blocks": running,
                "discarded_blocks": apart,
                "page_idx": index,
                "page_size": list(size),
            }
        )
    return {"pdf_info": infos, "_backend": "pipeline", "_version_name": "3.4.4"}


def middle_v4(*pages, sizes=True):
    """middle_json of 4.0; each page is a list of blocks."""
    layout = [{"page_idx": index, "width_pt": 600, "height_pt": 800} for index in range(len(pages))]
    return {
        "schema": "docvortex.middle",
        "schema_version": "2.0",
        "extensions": {"docvortex_layout": {"version": 1, "pages": layout}} if sizes else {},
        "pages": [{"page_idx": index, "blocks": blocks} for index, blocks in enumerate(pages)],
        "is_full_document": True,
    }


def block_v4(kind, *spans, box=(0.1, 0.1, 0.9, 0.2), **more):
    return {"type": kind, "bbox": list(box), "content": list(map(as_span, spans)), **more}


def structured(*pages):
    """structured_content of 4.0; each page is a list of blocks."""
    return {"pages": [{"page_idx": index, "blocks": blocks} for index, blocks in enumerate(pages)]}


def outline(document):
    """What a document says, in short."""
    return [(element.id, element.kind.value, element.text) for element in document.elements]


def boxes(element):
    """Places of an element: page and box."""
    return [(region.page, region.box.as_tuple() if region.box else None) for region in element.regions]


def letters(value):
    """Letters and digits only, to compare texts."""
    return re.sub(r"[\W_]+", "", value)


def words_of(document):
    """Every text of a document with its page, in order; tables cell by cell."""
    for element in document.elements:
        page = element.regions[0].page if element.regions else None
        cells = [cell.text for cell in element.table.cells] if element.table else []
        yield from ((text, page) for text in (element.text, *cells) if text)


def members_of(folder):
    """The files of a folder by their paths in it."""
    files = (path for path in Path(folder).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def texts_of(content_list):
    """Every text of a content_list.json with its page, in order."""
    for item in content_list:
        texts = [*item.get("table_caption", []), item.get("text", ""), *item.get("list_items", [])]
        texts += re.findall(r"<td[^>]*>(.*?)</td>", item.get("table_body", ""))
        yield from ((STRIP.sub("", text), item["page_idx"] + 1) for text in texts if text)
