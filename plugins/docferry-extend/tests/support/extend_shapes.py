"""A service in a few lines: bodies of its shapes, and what becomes of them."""

import json

from docferry.provider import Response, SubmitItem
from docferry.sources import SourceFile
from docferry.testing import reader_of
from docferry_extend.options import ExtendOptions
from docferry_extend.result import map_payload

KEY = "sk_1234567890_secret"
FINGERPRINT = "sha256:" + "ab" * 32
WIDTH, HEIGHT = 1000, 2000


def response(body, *, status=200, headers=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status=status, headers=headers or {}, body=data)


def problem(code, *, status, message="no", retryable=False, headers=None, **more):
    body = {"code": code, "message": message, "retryable": retryable, "requestId": "req_1", **more}
    return response(body, status=status, headers=headers)


def block(  # a block of a page of WIDTH x HEIGHT
    kind="text", content="", *, page=1, box=(100, 200, 500, 400), details=None, children=(), **more
):
    metadata = {"page": {"number": page, "width": WIDTH, "height": HEIGHT}} if page else {}
    made = {
        "object": "block",
        "id": more.pop("id", f"block_{page}_{kind}"),
        "type": kind,
        "content": content,
        "details": {} if details is None else details,
        "metadata": metadata | more.pop("metadata", {}),
        "polygon": [],
        "boundingBox": dict(zip(("left", "top", "right", "bottom"), box, strict=True)) if box else None,
        **more,
    }
    return {**made, "children": list(children)} if children else made


def cell(row, column, content, *, kind="table_cell", **more):
    details = {"type": "table_cell_details", "rowIndex": row, "columnIndex": column}
    return block(kind, content, details=details, id=f"cell_{row}_{column}", **more)


def chunk(*blocks, first=1, last=None, content=""):
    span = {} if first is None else {"pageRange": {"start": first, "end": last or first}}
    return {"object": "chunk", "type": "page", "content": content, "metadata": span, "blocks": list(blocks)}


def run(*chunks, status="PROCESSED", page_count=None, **more):
    """A run of 2026-02-09."""
    count = page_count or max((c["metadata"].get("pageRange", {}).get("end", 1) for c in chunks), default=1)
    return {
        "object": "parse_run",
        "id": "pr_1",
        "file": {"object": "file", "id": "file_1", "name": "report.pdf"},
        "status": status,
        "failureReason": None,
        "failureMessage": None,
        "output": {"chunks": list(chunks), **more.pop("output", {})} if status == "PROCESSED" else None,
        "outputUrl": None,
        "metrics": {"processingTimeMs": 10, "pageCount": count} if status == "PROCESSED" else None,
        "usage": {"credits": 4, "totalCredits": 5},
        "config": {"target": "markdown"},
        **more,
    }


def legacy_run(*chunks, **more):
    """A run of 2025-04-21 that has succeeded, in its envelope."""
    inner = {
        "object": "parser_run",
        "id": "parser_run_1",
        "fileId": "file_1",
        "chunks": list(chunks),
        "status": "PROCESSED",
        "failureReason": None,
        "metrics": {"processingTimeMs": 10, "pageCount": 1},
        "config": {"target": "markdown"},
        "usage": {"credits": 4},
        **more,
    }
    return {"success": True, "parserRun": inner}


def mapped(*chunks, selection=None, keeps_images=True, is_spatial=False, parts=None, body=None, **more):
    """The document of a run with these chunks."""
    data = json.dumps(run(*chunks, **more) if body is None else body).encode()
    reader = reader_of({"run.json": ("application/json", data), **(parts or {})})
    return map_payload(
        reader,
        selection=selection,
        fingerprint=FINGERPRINT,
        keeps_images=keeps_images,
        is_spatial=is_spatial,
    )


def make_item(folder, *, file_name="report.pdf", options=None, pages=None, data_id="job-1"):
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
    return SubmitItem(file=file, pages=pages, options=options or ExtendOptions(api_key=KEY), data_id=data_id)
