"""Speaks the service's protocol in both its versions: builds requests, reads answers, never awaits.

Of a submission, the request that begins the run is the one that costs money. The upload before it costs
nothing and is repeated freely.
Source: extend-ai 1.20.0 and 0.2.0 on PyPI, watched on the wire (2026-11-22).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from docferry.errors import (
    AuthenticationError,
    DocferryError,
    InvalidOptionsError,
    InvalidResponseError,
    RateLimitedError,
)
from docferry.model import AccountStatus, Document, JobStatus, Limits, PageSelection, Receipt
from docferry.provider import Asset, Exchange, Keep, PayloadReader, PollAdvice, ServiceIdentity, SubmitItem
from docferry_extend.choices import Target
from docferry_extend.endpoint import Endpoint, resolve_endpoint
from docferry_extend.failures import PROVIDER, Asked
from docferry_extend.fetching import fetch_images, fetch_output
from docferry_extend.options import ExtendOptions
from docferry_extend.output import read_output
from docferry_extend.pages import count_selectable
from docferry_extend.result import RUN_PART, list_assets, map_payload, no_output
from docferry_extend.statuses import STATES, Answer, status_of
from docferry_extend.uploads import Uploads
from docferry_extend.wire import FileReference, encode_run

__all__ = ["ExtendApi", "make_api"]

POLL_FLOOR_SECONDS = 1.0
"""As the vendor's client asks at first. Source: extend-ai 1.20.0, wrapper/polling.py (read 2026-11-22)."""

POLL_CEILING_SECONDS = 30.0

GOING = frozenset({"CANCELLING", "CANCELLED", "PROCESSING", "PENDING"})
"""What a run may be right after it was asked to stop."""


@dataclass(slots=True, kw_only=True, eq=False)
class ExtendApi:
    """Extend's job protocol, on one account, in one version.

    Args:
        endpoint: Where the service is, its key, and the options.
        reference: A file that the service has or downloads itself; None to upload.
    """

    endpoint: Endpoint
    reference: FileReference | None = None
    _uploads: Uploads = field(default_factory=Uploads, repr=False)

    @property
    def options(self) -> ExtendOptions:
        """The options."""
        return self.endpoint.options

    @property
    def identity(self) -> ServiceIdentity:
        """The service at its address, in that version, on the account of the key and workspace."""
        return self.endpoint.identity

    @property
    def limits(self) -> Limits:
        """As the options say."""
        return Limits(
            max_size_bytes=self.options.max_size_bytes,
            max_pages=self.options.max_pages,
            concurrency=self.options.concurrency,
            requests_per_second=self.options.requests_per_second,
        )

    @property
    def poll_advice(self) -> PollAdvice:
        """As the vendor's own client asks."""
        return PollAdvice(floor_seconds=POLL_FLOOR_SECONDS, ceiling_seconds=POLL_CEILING_SECONDS)

    @property
    def batch_limit(self) -> int:
        """One file is one run: the service's batches wait longer, and would be polled run by run."""
        return 1

    def batch_key(self, item: SubmitItem) -> str:
        """Every file is a batch of its own."""
        return item.data_id

    def submit(self, items: Sequence[SubmitItem]) -> Exchange[tuple[Receipt, ...]]:
        """Upload one file, unless the service has it, and begin a run, which costs money.

        Raises:
            DocferryError: Why the service refused.
            InvalidResponseError: The answer does not say whether a run was begun.
        """
        (item,) = items
        page_count = count_selectable(item, password=self.options.document_password)
        reference = self.reference or (yield from self._uploads.bring(item, endpoint=self.endpoint))
        response = yield self.endpoint.request(
            "POST",
            self.endpoint.paths.create,
            json_body=encode_run(self.options, reference, pages=item.pages, page_count=page_count),
            commits=True,
        )
        try:
            answer = self.endpoint.read(response, Asked.SUBMIT)
        except RateLimitedError:
            raise
        except DocferryError:
            self._uploads.forget(item)  # the service may have forgotten the file
            raise
        if not answer.run.id:
            raise InvalidResponseError("the service's answer to the submission lacks id", provider=PROVIDER)
        self._uploads.forget(item)
        return (Receipt(remote_id=answer.run.id),)

    def poll(self, receipts: Sequence[Receipt]) -> Exchange[tuple[JobStatus, ...]]:
        """Ask about a run.

        Raises:
            RateLimitedError: Asked too often; the run goes on.
            JobNotFoundError: The service does not know the run.
            InvalidOptionsError: The service does not serve this version of its API any more.
            DocferryError: Why the service does not answer.
        """
        receipt = receipts[0]
        answer = yield from self.endpoint.ask(receipt, has_url=self.options.asks_for_url)
        return (status_of(answer, receipt, secrets=self.endpoint.secrets),) * len(receipts)

    def fetch(self, status: JobStatus) -> Exchange[None]:
        """Keep the answer as received, the output if it has an address of its own, and the pictures.

        A picture that cannot be had is left out: it must not lose the text, which is paid for. The document
        then carries a warning.

        Raises:
            InvalidResponseError: The run succeeded without any output.
            UnavailableError: The output cannot be had now.
        """
        receipt = status.receipt
        answer = status.detail
        if not isinstance(answer, Answer):
            answer = yield from self.endpoint.ask(receipt, has_url=self.options.asks_for_url)
        output = answer.run.output
        if output is None and answer.run.output_url:
            output = yield from fetch_output(answer.run.output_url, job_id=receipt.remote_id)
            if output is None:  # its address is out of reach or has run out: the run itself has it, too
                answer = yield from self.endpoint.ask(receipt, has_url=False)
                output = answer.run.output
        if output is None:
            raise no_output(receipt.remote_id)
        yield Keep(name=RUN_PART, media_type="application/json", data=answer.body)
        if self.options.keep_images:
            yield from fetch_images(read_output(output), job_id=receipt.remote_id)

    def cancel(self, receipt: Receipt) -> Exchange[bool]:
        """Ask the service to stop a run; version 2025-04-21 has no way.

        Raises:
            DocferryError: Why the service does not answer.
        """
        if not self.endpoint.paths.has_cancel:
            yield from ()
            return False
        response = yield self.endpoint.request(
            "POST", f"{self.endpoint.paths.runs}/{receipt.remote_id}/cancel"
        )
        try:
            answer = self.endpoint.read(response, Asked.POLL, job_id=receipt.remote_id)
        except InvalidOptionsError:
            return False  # the service stops only runs that it is at work on
        return answer.run.status.upper() in GOING or answer.run.status.upper() not in STATES

    def account(self) -> Exchange[AccountStatus]:
        """Check the key. The service tells neither credits nor pages that are left.

        Raises:
            DocferryError: Why the service does not answer.
        """
        response = yield self.endpoint.request("GET", "/files", query={"maxPageSize": "1"})
        try:
            self.endpoint.check(response, Asked.ACCOUNT)
        except AuthenticationError:
            return AccountStatus(is_valid=False)
        return AccountStatus(is_valid=True, figures=(("credits left", "not told by the service"),))

    @property
    def save_to(self) -> Path | None:
        """Where the user wants pictures and the service's JSON."""
        return self.options.save_to

    def assets(self, payload: PayloadReader) -> Sequence[Asset]:
        """The pictures of a payload, and with words or lines the JSON that holds them."""
        has_words = bool(self.options.return_ocr_words or self.options.return_ocr_lines)
        return list_assets(payload.payload, has_words=has_words)

    def map(self, payload: PayloadReader, *, pages: PageSelection | None, fingerprint: str) -> Document:
        """Map a payload.

        Args:
            payload: What `fetch` kept.
            pages: The pages that were asked for, to put page numbers back; None for all.
            fingerprint: The source's fingerprint.

        Raises:
            InvalidResponseError: It holds no output that can be read.
        """
        return map_payload(
            payload,
            selection=pages,
            fingerprint=fingerprint,
            keeps_images=self.options.keep_images,
            is_spatial=self.options.target is Target.SPATIAL,
        )


def make_api(
    options: ExtendOptions,
    *,
    reference: FileReference | None = None,
    environment: Mapping[str, str] | None = None,
) -> ExtendApi:
    """Make the protocol's side for these options: arguments first, then the environment, then region us.

    Args:
        options: The options.
        reference: A file that the service has or downloads itself; None to upload.
        environment: Where to look for EXTEND_API_KEY and EXTEND_BASE_URL; the process's when None.

    Raises:
        MissingCredentialError: There is no key.
        InvalidOptionsError: EXTEND_BASE_URL is no address, or the key cannot be sent.
    """
    return ExtendApi(endpoint=resolve_endpoint(options, environment=environment), reference=reference)
