"""What the services say, and what is handed in to them, in a few lines."""

import json

from docferry.provider import Response, SubmitItem
from docferry.sources import SourceFile
from docferry_mineru.api import make_api
from docferry_mineru.options import MineruOptions

TOKEN = "sk-mineru-1234567890"
FINGERPRINT = "sha256:" + "ab" * 32


def answer(data=None, *, code=0, status=200, headers=None, **more):
    """An answer in the service's usual envelope."""
    body = {"code": code, "msg": "ok", "trace_id": "trace-1", "data": data, **more}
    return Response(status=status, headers=headers or {}, body=json.dumps(body).encode())


def plain(body, *, status=200):
    """An answer of a server: its body is what was asked for."""
    return Response(status=status, body=json.dumps(body).encode())


def gateway(code):
    """The other envelope, in which the gateway speaks."""
    body = {"traceId": "trace-2", "msgCode": code, "msg": "user authenticate failed", "success": False}
    return Response(status=401, body=json.dumps(body).encode())


def cloud(**options):
    return make_api(MineruOptions(**{"api_key": TOKEN, **options}), environment={})


def agent(**options):
    return make_api(MineruOptions(**{"mode": "agent", **options}), environment={})


def server(**options):
    return make_api(MineruOptions(**{"server_url": "http://127.0.0.1:8000", **options}), environment={})


def item(name="report.pdf", *, data_id="d1", options=None, pages=None, part="", content=b"%PDF-1.7 made up"):
    """A file to hand in."""
    file = SourceFile(
        name=name,
        file_name=name,
        media_type="application/pdf",
        size_bytes=len(content),
        fingerprint=FINGERPRINT,
        content=content,
        part=part,
    )
    return SubmitItem(file=file, pages=pages, options=options or MineruOptions(), data_id=data_id)


def link(address="https://example.org/papers/tides.pdf", *, data_id="d1", options=None):
    """An address to hand in."""
    file = SourceFile.unseen(
        name=address.partition("?")[0],
        file_name=address.partition("?")[0].rpartition("/")[2],
        fingerprint=FINGERPRINT,
        address=address,
    )
    return SubmitItem(file=file, pages=None, options=options or MineruOptions(), data_id=data_id)
