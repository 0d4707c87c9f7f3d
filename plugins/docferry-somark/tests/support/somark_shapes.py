"""A service in a few lines: bodies of its shapes, a payload in memory, and a driver for exchanges."""

import hashlib
import io
import json
from pathlib import Path

from docferry.model import Payload, PayloadPart
from docferry.provider import Keep, PayloadReader, Response, SubmitItem
from docferry.sources import SourceFile
from docferry_somark.options import SomarkOptions
from docferry_somark.result import map_payload

KEY = "sk-1234567890-secret"
FINGERPRINT = "sha256:" + "ab" * 32


class Driver:
    """Drives an exchange as the client does: answers requests in order, collects the parts of a payload.

    Args:
        answers: Responses in order, or a function from a request to a response or an exception.
    """

    def __init__(self, answers=()):
        self.answers = answers
        self.requests = []
        self.parts = {}

    def run(self, exchange):
        try:
            step = next(exchange)
            while True:
                step = self._answer(exchange, step)
        except StopIteration as end:
            return end.value
        finally:
            exchange.close()

    def _answer(self, exchange, step):
        if isinstance(step, Keep):
            self.parts[step.name] = (step.media_type, step.data)
            return exchange.send(Response(status=200, saved_bytes=len(step.data)))
        self.requests.append(step)
        answer = self.answers(step) if callable(self.answers) else self.answers[len(self.requests) - 1]
        if isinstance(answer, Exception):
            return exchange.throw(answer)
        if step.saves_as and answer.is_success:
            media_type = answer.headers.get("content-type", "")
            self.parts[step.saves_as] = (media_type, answer.body)
            answer = Response(status=answer.status, headers=answer.headers, saved_bytes=len(answer.body))
        return exchange.send(answer)

    @property
    def payload(self):
        return reader_of(self.parts)


def reader_of(parts):
    """A payload of named parts, each a pair of media type and bytes."""
    payload = Payload(
        parts=tuple(
            PayloadPart(
                name=name,
                media_type=media_type,
                size_bytes=len(data),
                digest=hashlib.sha256(data).hexdigest(),
            )
            for name, (media_type, data) in parts.items()
        )
    )
    return PayloadReader(payload=payload, opener=lambda name: io.BytesIO(parts[name][1]))


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
