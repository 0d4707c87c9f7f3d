"""A service in a few lines: bodies of its shapes, and what becomes of them."""

import json
from pathlib import Path

from docferry.model import PageSelection
from docferry.provider import Response, SubmitItem
from docferry.sources import SourceFile
from docferry.testing import reader_of
from docferry_pulse.options import PulseOptions
from docferry_pulse.result import map_payload

KEY = "pk-1234567890-secret"
FINGERPRINT = "sha256:" + "ab" * 32


def response(body=None, *, status=200, headers=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status=status, headers=headers or {}, body=data)


def refusal(code, message="no", *, status=400, details=None, headers=None):
    """An error as documented."""
    error = {"code": code, "message": message, "details": details or {}}
    return response({"error": error}, status=status, headers=headers)


def status(word, *, job_id="j1", **more):
    """The body of an answer about a job."""
    return {"job_id": job_id, "status": word, "created_at": "2026-01-01T00:00:00Z", **more}


def polygon(left=0.1, top=0.1, right=0.5, bottom=0.2):
    return [left, top, right, top, right, bottom, left, bottom]


def text(content, *, page=1, place=0.1, **more):
    """An entry of text at a height of its page."""
    return {
        "content": content,
        "page_number": page,
        "bounding_box": polygon(top=place, bottom=place + 0.05),
        **more,
    }


def page_marks(*pages):
    """Markdown of pages with the marks behind them."""
    return "\n\n".join(f"{page}\n\n<!-- PageBreak [{n}] -->" for n, page in enumerate(pages, start=1))


def extraction(markdown="", **more):
    """The result of a parse."""
    return {"markdown": markdown, **more}


def mapped(result, *, pages=None, parts=None):
    """The document of a result."""
    body = json.dumps(status("completed", result=result)).encode()
    reader = reader_of({"job.json": ("application/json", body), **(parts or {})})
    selection = PageSelection.parse(pages) if pages else None
    return map_payload(reader, pages=selection, fingerprint=FINGERPRINT)


def lines_of(document):
    """What a document says, an element a line: kind, text, pages."""
    return [
        (element.kind.value, element.text, tuple(region.page for region in element.regions))
        for element in document.elements
    ]


def make_item(folder: Path, *, file_name="report.pdf", pages=None, media_type="application/pdf", content=b""):
    path = folder / "whatever.bin"
    path.write_bytes(content or b"%PDF-1.7 made up")
    file = SourceFile(
        name=str(folder / file_name),
        file_name=file_name,
        media_type=media_type,
        size_bytes=path.stat().st_size,
        fingerprint=FINGERPRINT,
        content=path,
    )
    selection = PageSelection.parse(pages) if pages else None
    return SubmitItem(file=file, pages=selection, options=PulseOptions(api_key=KEY), data_id="job-1")


def code_of(answer):
    """HTTP status and code of an error."""
    return answer.status_code, answer.json()["error"]["code"]
