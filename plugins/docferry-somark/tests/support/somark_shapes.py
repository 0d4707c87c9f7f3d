"""A service in a few lines: bodies of its shapes, and what becomes of them."""

import json
from pathlib import Path

from docferry.provider import Response, SubmitItem
from docferry.sources import SourceFile
from docferry.testing import reader_of
from docferry_somark.options import SomarkOptions
from docferry_somark.result import map_payload

KEY = "sk-1234567890-secret"
FINGERPRINT = "sha256:" + "ab" * 32


def envelope(data, *, code=0, message="ok", **more):
    """The bytes of an answer."""
    return json.dumps({"code": code, "message": message, "data": data, **more}).encode()


def response(data=None, *, status=200, headers=None, **more):
    return Response(status=status, headers=headers or {}, body=envelope(data, **more))


def block(kind="text", content="", *, box=(100, 100, 500, 200), idx=1, **more):
    return {
        "idx": idx,
        "type": kind,
        "bbox": list(box),
        "content": content,
        "format": "text",
        "captions": [],
        "img_url": "",
        **more,
    }


def page(*blocks, number=0, width=1000, height=2000, continues=False):
    return {
        "page_num": number,
        "page_size": {"w": width, "h": height},
        "merge_content_from_pre_page": continues,
        "blocks": list(blocks),
    }


def finished(*pages, status="SUCCESS", page_count=None, **outputs):
    """The data of a finished task."""
    if pages:
        outputs["json"] = {"pages": list(pages)}
    return {
        "record_id": 7,
        "task_id": "t1",
        "status": status,
        "file_name": "renamed-by-the-server.pdf",
        "metadata": {"page_num": page_count or len(pages) or 1, "file_type": ".pdf"},
        "result": {"file_name": "renamed-by-the-server.pdf", "outputs": outputs},
    }


def mapped(*pages, parts=None, **more):
    """The document of a result with these pages."""
    body = envelope(finished(*pages, **more))
    reader = reader_of({"result.json": ("application/json", body), **(parts or {})})
    return map_payload(reader, fingerprint=FINGERPRINT)


def make_item(folder: Path, *, file_name="report.pdf", options=None):
    path = folder / "whatever.bin"
    path.write_bytes(b"%PDF-1.7 made up")
    file = SourceFile(
        name=str(folder / file_name),
        file_name=file_name,
        media_type="application/pdf",
        size_bytes=path.stat().st_size,
        fingerprint=FINGERPRINT,
        content=path,
    )
    return SubmitItem(file=file, pages=None, options=options or SomarkOptions(api_key=KEY), data_id="job-1")
