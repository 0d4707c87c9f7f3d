"""Servers of version 2: the answer to the upload is the result. There are no tasks to ask about.

Source: the package mineru 2.7.6, cli/fast_api.py (read 2026-11-22).
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

from docferry.errors import JobFailedError, JobNotFoundError
from docferry.model import AccountStatus, JobStatus, Receipt
from docferry.provider import Exchange, FilePart, Keep, Request, Response, SubmitItem
from docferry.reading import decode_image
from docferry.reading.values import Raw, mapping_of, scalar_text
from docferry_mineru.endpoint import Endpoint
from docferry_mineru.failures import PROVIDER, Asked
from docferry_mineru.form import form_fields
from docferry_mineru.images import answer_images
from docferry_mineru.items import upload_name
from docferry_mineru.options import MineruOptions
from docferry_mineru.parts import ANSWER_PART, ARCHIVE_PART, IMAGES_FOLDER, About, Dialect
from docferry_mineru.probing import Facts
from docferry_mineru.server_failures import ServerReader
from docferry_mineru.storage import keep_about

__all__ = ["Server2"]

ZIP_START = b"PK\x03\x04"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server2:
    """Speaks with a server of version 2.

    Args:
        endpoint: Where it is; such servers know no keys, but what stands in front of one may.
        options: The options.
    """

    endpoint: Endpoint
    options: MineruOptions

    def submit(self, item: SubmitItem, facts: Facts) -> Exchange[Receipt]:
        """Hand in a file, and save the result that comes with the answer.

        Raises:
            JobFailedError: The server could not parse it.
            DocferryError: Why the server refused it.
        """
        del facts
        name = upload_name(item.file)
        response = yield Request(
            method="POST",
            url=f"{self.endpoint.base_url}/file_parse",
            headers=self.endpoint.headers,
            form=form_fields(self.options, item, dialect=Dialect.SERVER_2),
            files=(FilePart(field="files", file=item.file, file_name=name, media_type=item.file.media_type),),
            commits=True,
            reads_errors=True,
            timeout_seconds=self.options.parse_timeout_seconds,
        )
        yield from self._keep(response, file_name=name)
        return Receipt(remote_id=item.data_id, item_id=Dialect.SERVER_2.value)

    def poll(self, receipt: Receipt) -> Exchange[JobStatus]:
        """Such servers remember nothing.

        Raises:
            JobNotFoundError: Always.
        """
        yield from ()
        raise JobNotFoundError(
            "a server of version 2 remembers no tasks",
            next_step="parse the document again",
            provider=PROVIDER,
            job_id=receipt.remote_id,
        )

    def fetch(self, status: JobStatus) -> Exchange[None]:
        """The result came with the answer to the upload."""
        yield from self.poll(status.receipt)

    def cancel(self, receipt: Receipt) -> Exchange[bool]:
        """Such servers have no way to stop a task."""
        del receipt
        yield from ()
        return False

    def account(self, facts: Facts) -> Exchange[AccountStatus]:
        """Such servers tell nothing."""
        del facts
        yield from ()
        return AccountStatus(is_valid=True, figures=(("limits", "not told by this server"),))

    def _keep(self, response: Response, *, file_name: str) -> Exchange[None]:
        if response.is_success and response.body.startswith(ZIP_START):
            yield Keep(name=ARCHIVE_PART, media_type="application/zip", data=response.body)
            yield keep_about(About(dialect=Dialect.SERVER_2, file_name=file_name))
            return
        answer = ServerReader(secret=self.endpoint.secret).read(response, Asked.SUBMIT)
        if not mapping_of(answer.get("results")):
            raise JobFailedError(
                "the server's answer holds no result", next_step="see its log", provider=PROVIDER
            )
        yield Keep(name=ANSWER_PART, media_type="application/json", data=response.body)
        for image_name, media_type, data in answer_images(answer):
            yield Keep(name=image_name, media_type=media_type, data=data)
        yield from _keep_images(answer)
        yield keep_about(
            About(dialect=Dialect.SERVER_2, version=scalar_text(answer.get("version")), file_name=file_name)
        )


def _keep_images(answer: Raw) -> Exchange[None]:
    """Save the pictures, which stand in the answer as text."""
    seen: set[str] = set()
    for result in mapping_of(answer.get("results")).values():
        for name, value in mapping_of(mapping_of(result).get("images")).items():
            picture = decode_image(scalar_text(value))
            part = f"{IMAGES_FOLDER}{PurePosixPath(name).name}"
            if picture is not None and part not in seen:
                seen.add(part)
                yield Keep(name=part, media_type=picture[0], data=picture[1])
