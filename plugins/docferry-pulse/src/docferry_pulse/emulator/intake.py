"""Takes in what clients submit: forms with a file, and JSON with the address of one."""

import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import cast
from urllib.parse import unquote, urlsplit

import anyio.to_thread
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from docferry.emulation import Upload, UploadStore, base_name
from docferry_pulse.emulator.calling import is_on_this_machine
from docferry_pulse.emulator.request import BadRequestError, ExtractRequest, read_parameters, read_request

__all__ = ["Contents", "read_json", "unpack"]

MAX_FIELD_BYTES = 4 * 1024 * 1024
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a submission holds.

    Args:
        request: Its parameters.
        file_name: Name of the document.
        address: Where the document is to be downloaded from; empty when it came along.
        part: The document that came along, valid as long as its form is open.
    """

    request: ExtractRequest
    file_name: str
    address: str = ""
    part: UploadFile | None = None

    async def store(self, uploads: UploadStore) -> Upload:
        """Keep the document.

        Raises:
            BadRequestError: It cannot be downloaded.
        """
        if self.part is not None:
            return await uploads.save_form_file(self.part)
        content = await anyio.to_thread.run_sync(_download, self.address)
        return await uploads.save_body(_whole(content), file_name=self.file_name)


async def read_json(request: Request) -> dict[str, object]:
    """The JSON object of a body.

    Raises:
        BadRequestError: It is none.
    """
    try:
        value: object = json.loads(await request.body())
    except ValueError as error:
        raise BadRequestError("REQ_002", "the body is not JSON") from error
    if not isinstance(value, dict):
        raise BadRequestError("REQ_002", "the body is not a JSON object")
    return cast("dict[str, object]", value)


async def unpack(request: Request, form: FormData | None, *, is_async: bool) -> Contents:
    """Read a submission.

    Args:
        request: The request.
        form: Its form, when it is one.
        is_async: Whether the path alone asks for a receipt.

    Raises:
        BadRequestError: It has no document, two, or parameters that are not allowed.
    """
    if form is None:
        fields = list((await read_json(request)).items())
    else:
        fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    given = read_parameters((name, value) for name, value in fields if name != "file")
    address = str(given.pop("file_url", "") or "")
    part = form.get("file") if form is not None else None
    upload = part if isinstance(part, UploadFile) and part.filename else None
    if (upload is None) == (not address):
        raise BadRequestError("REQ_001", "Give exactly one of file and file_url")
    parameters = read_request(given, is_async=is_async)
    if upload is not None:
        name = base_name(upload.filename or "")
    else:
        name = unquote(PurePosixPath(urlsplit(address).path).name)
    return Contents(request=parameters, file_name=name, address=address, part=upload)


def form_errors() -> tuple[type[Exception], ...]:
    """What reading a form may raise."""
    return (MultiPartException, HTTPException)


def _download(address: str) -> bytes:
    if not is_on_this_machine(address):
        raise BadRequestError("FILE_005", "the emulator downloads from this machine only")
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - checked above
            return answer.read()
    except (urllib.error.URLError, OSError, ValueError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it holds the connection
        raise BadRequestError("FILE_005", "File download failed") from error


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
