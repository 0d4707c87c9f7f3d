"""Brings files to the service. An upload costs nothing and is repeated freely."""

import re
from dataclasses import dataclass, field

from docferry.errors import InvalidOptionsError, InvalidResponseError
from docferry.provider import Exchange, FilePart, SubmitItem
from docferry_extend.answers import read_file_id
from docferry_extend.choices import ApiVersion
from docferry_extend.endpoint import Endpoint
from docferry_extend.failures import PROVIDER, Asked
from docferry_extend.wire import FileReference

__all__ = ["Uploads"]


@dataclass(slots=True, kw_only=True, eq=False)
class Uploads:
    """Uploads files, and remembers them until their runs are begun.

    A service that is busy begins no run, but it has the file: the next try need not upload it again.
    """

    _file_ids: dict[str, str] = field(default_factory=dict[str, str], repr=False)

    def bring(self, item: SubmitItem, *, endpoint: Endpoint) -> Exchange[FileReference]:
        """Upload a file, unless it was uploaded for a try before.

        Args:
            item: The file.
            endpoint: Where it goes.

        Raises:
            DocferryError: Why the service does not take it.
            InvalidResponseError: The answer does not name the file.
        """
        file_id = self._file_ids.get(item.data_id)
        if file_id is None:
            self._file_ids[item.data_id] = file_id = yield from _upload(item, endpoint)
        return FileReference(file_id=file_id)

    def forget(self, item: SubmitItem) -> None:
        """Upload a file anew the next time."""
        self._file_ids.pop(item.data_id, None)


def _upload(item: SubmitItem, endpoint: Endpoint) -> Exchange[str]:
    options = endpoint.options
    password = options.document_password
    if password and options.api_version is ApiVersion.V2025_04_21:
        raise InvalidOptionsError(
            "API version 2025-04-21 takes no password",
            next_step="save the document without one, or use api_version 2026-02-09",
        )
    response = yield endpoint.request(
        "POST",
        "/files/upload",
        query={"convertToPdf": "true"} if options.convert_to_pdf else None,
        form=(("password", password),) if password else (),
        files=(
            FilePart(
                field="file",
                file=item.file,
                file_name=_upload_name(item.file.file_name),
                media_type=item.file.media_type,
            ),
        ),
        is_repeatable=True,
    )
    endpoint.check(response, Asked.UPLOAD)
    file_id = read_file_id(response.body)
    if not file_id:
        raise InvalidResponseError("the service's answer to the upload lacks id", provider=PROVIDER)
    return file_id


def _upload_name(file_name: str) -> str:
    """A base name without what a header of a form cannot hold."""
    name = re.split(r"[/\\]", file_name)[-1]
    return re.sub(r"[\"\x00-\x1f\x7f]+", "_", name).strip() or "document"
