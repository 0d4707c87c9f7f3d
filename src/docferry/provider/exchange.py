"""Conversations with a service as generators: they yield requests and receive responses, and never await.

A plugin writes the logic of its protocol once in this form; `docferry.provider.client` drives it. A request
or a response never shows its content in a repr, because form fields and addresses may hold keys.
"""

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, TypeVar

from docferry.errors import InvalidResponseError
from docferry.model import Receipt
from docferry.sources import SourceFile

__all__ = ["Exchange", "FilePart", "Keep", "PartCheck", "Request", "Response"]

PartCheck = Callable[[BinaryIO], None]
"""Looks at a part of a payload, whole and seekable, before it counts as there.

Raises InvalidResponseError when the part is not what it should be.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """A file to send in a multipart form.

    Args:
        field: Name of the form field.
        file: The file; it is streamed.
        file_name: Name to send; a base name with a suffix, without any folder.
        media_type: Content type to send.
    """

    field: str
    file: SourceFile
    file_name: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request.

    At most one of `json_body`, `form` (with or without `files`) and `upload` is set.

    Args:
        method: GET, POST, PUT or DELETE.
        url: Absolute address; may hold a signature.
        headers: Headers to send besides the client's own; secrets belong here or in the form.
        query: Query parameters.
        json_body: A value to send as JSON.
        form: Form fields in order, a name may repeat; urlencoded, or multipart when there are files.
        files: Files of a multipart form.
        upload: A file to send as the whole body, streamed with Content-Length and without Content-Type.
        commits: Whether this is the request that may cost money: it is sent once, and when its outcome is
            unknown it is not sent again. An exchange has at most one, and only exchanges that submit have it.
        receipts: Of a committing request: the receipts of all items that the exchange is about, in order,
            when they are known before it is sent. They are written down first; when the outcome is unknown, a
            poll tells what became of it.
        is_repeatable: Whether sending it twice does no harm. None: GET and DELETE are, others are not.
        saves_as: Name of the payload part to stream the body into; empty to read the body into memory.
        checks: Looks at what was saved before it is kept; what does not pass is fetched again where the
            request may be repeated, and then an InvalidResponseError. None to take it as it comes.
        is_foreign: Whether the address is not the service's own, such as a signed address of a storage host:
            the service's default headers are then not sent.
        timeout_seconds: How long to wait for an answer; None for the client's default.
        weight: How many requests it counts for in the account's `requests_per_second`, where a service counts
            files; 0 when it does not count.
        reads_errors: Whether the exchange of a committing request reads answers of 5xx, 408 and 425 as well,
            because the service says in their body that it did nothing. What it then raises decides.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    query: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    json_body: Any = field(default=None, repr=False)
    form: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    files: tuple[FilePart, ...] = field(default=(), repr=False)
    upload: SourceFile | None = field(default=None, repr=False)
    commits: bool = False
    receipts: tuple[Receipt, ...] = ()
    is_repeatable: bool | None = None
    saves_as: str = ""
    checks: PartCheck | None = field(default=None, repr=False)
    is_foreign: bool = False
    timeout_seconds: float | None = None
    weight: int = 1
    reads_errors: bool = False

    @property
    def has_body(self) -> bool:
        """Whether anything is sent besides the head."""
        return self.upload is not None or self.json_body is not None or bool(self.form or self.files)

    @property
    def may_repeat(self) -> bool:
        """Whether it may be sent again after a transport error or a 5xx."""
        if self.commits:
            return False
        return self.method in ("GET", "DELETE") if self.is_repeatable is None else self.is_repeatable


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An HTTP response, whatever its status.

    Args:
        status: HTTP status code.
        headers: Names in lower case.
        body: The bytes; empty when they were streamed into a payload part.
        saved_bytes: Size of what was streamed into the part.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes = field(default=b"", repr=False)
    saved_bytes: int = 0

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the 2xx range

    def json(self, *, provider: str) -> Any:  # noqa: ANN401 - JSON is any value
        """The body as JSON.

        Raises:
            InvalidResponseError: It is not JSON; the message holds the status and size, never the body.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise InvalidResponseError(
                f"the service answered HTTP {self.status} with {len(self.body)} bytes that are not JSON",
                next_step="try again later",
                provider=provider,
            ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """Save bytes that are at hand as a part of the payload. Answered with an empty response.

    Args:
        name: Name of the part.
        media_type: Such as application/json.
        data: The bytes, as received.
    """

    name: str
    media_type: str
    data: bytes = field(repr=False)


Result = TypeVar("Result")
Exchange = Generator[Request | Keep, Response, Result]
"""Yields requests (and, while fetching, parts to keep), receives responses, returns what they amount to."""
