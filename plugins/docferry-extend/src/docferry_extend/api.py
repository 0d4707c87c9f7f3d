"""Speaks the service's protocol in both its versions: builds requests, reads answers, never awaits.

Of a submission, the request that begins the run is the one that costs money. The upload before it costs
nothing and is repeated freely.
Source: extend-ai 1.20.0 and 0.2.0 on PyPI, watched on the wire (2026-11-22).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pydantic

from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    DocferryError,
    EncryptedSourceError,
    InvalidOptionsError,
    InvalidResponseError,
    MissingCredentialError,
    RateLimitedError,
    SourceError,
)
from docferry.model import AccountStatus, Document, JobStatus, Limits, PageSelection, Receipt
from docferry.provider import (
    Asset,
    Exchange,
    FilePart,
    Keep,
    PayloadReader,
    PollAdvice,
    Request,
    Response,
    ServiceIdentity,
    SubmitItem,
)
from docferry.provider.faults import read_retry_after
from docferry.settings import read_environment
from docferry.sources import count_pages
from docferry_extend.answers import read_answer, read_file_id, read_problem, read_run
from docferry_extend.choices import ApiVersion, ServiceRegion, Target
from docferry_extend.endpoint import REGION_URLS, read_base_url
from docferry_extend.failures import PROVIDER, Step, failure_of, unreadable
from docferry_extend.fetching import fetch_images, fetch_output
from docferry_extend.options import ExtendOptions
from docferry_extend.output import read_output
from docferry_extend.result import RUN_PART, list_assets, map_payload, no_output
from docferry_extend.statuses import STATES, Answer, status_of
from docferry_extend.wire import FileReference, Paths, encode_headers, encode_run, paths_of

__all__ = ["ExtendApi", "make_api"]

POLL_FLOOR_SECONDS = 1.0
"""As the vendor's client asks at first. Source: extend-ai 1.20.0, wrapper/polling.py (read 2026-11-22)."""

POLL_CEILING_SECONDS = 30.0

SENDABLE = re.compile(r"[\x21-\x7e]+")

GOING = frozenset({"CANCELLING", "CANCELLED", "PROCESSING", "PENDING"})
"""What a run may be right after it was asked to stop."""


@dataclass(slots=True, kw_only=True, eq=False)
class ExtendApi:
    """Extend's job protocol, on one account, in one version.

    Args:
        options: The options; their key and address are already resolved into the next two.
        base_url: Address of the service, without a slash at the end.
        api_key: The key.
        reference: A file that the service has or downloads itself; None to upload.
    """

    options: ExtendOptions
    base_url: str
    api_key: pydantic.SecretStr
    reference: FileReference | None = None
    # A service that is busy begins no run, but it has the file: the next try need not upload it again.
    _uploaded: dict[str, str] = field(default_factory=dict[str, str], repr=False)

    @property
    def identity(self) -> ServiceIdentity:
        """The service at its address, in that version, on the account of the key and workspace."""
        return ServiceIdentity(
            provider=PROVIDER,
            protocol_version=self.options.api_version.value,
            operation="parse",
            endpoint=self.base_url,
            account=" ".join(filter(None, (self.api_key.get_secret_value(), self.options.workspace_id))),
        )

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
        page_count = self._page_count(item)
        reference = self.reference or (yield from self._upload(item))
        response = yield self._request(
            "POST",
            self._paths.create,
            json_body=encode_run(self.options, reference, pages=item.pages, page_count=page_count),
            commits=True,
        )
        try:
            answer = self._read(response, Step.SUBMIT)
        except RateLimitedError:
            raise
        except DocferryError:
            self._uploaded.pop(item.data_id, None)  # the service may have forgotten the file
            raise
        if not answer.run.id:
            raise InvalidResponseError("the service's answer to the submission lacks id", provider=PROVIDER)
        self._uploaded.pop(item.data_id, None)
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
        answer = yield from self._ask(receipt, has_url=self.options.asks_for_url)
        return (status_of(answer, receipt, secrets=self._secrets),) * len(receipts)

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
            answer = yield from self._ask(receipt, has_url=self.options.asks_for_url)
        output = answer.run.output
        if output is None and answer.run.output_url:
            output = yield from fetch_output(answer.run.output_url, job_id=receipt.remote_id)
            if output is None:  # its address is out of reach or has run out: the run itself has it, too
                answer = yield from self._ask(receipt, has_url=False)
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
        if not self._paths.has_cancel:
            yield from ()
            return False
        path = f"{self._paths.runs}/{receipt.remote_id}/cancel"
        try:
            answer = self._read((yield self._request("POST", path)), Step.POLL, job_id=receipt.remote_id)
        except InvalidOptionsError:
            return False  # the service stops only runs that it is at work on
        return answer.run.status.upper() in GOING or answer.run.status.upper() not in STATES

    def delete(self, receipt: Receipt) -> Exchange[bool]:
        """Have the service delete a run and all that it keeps of it, for good.

        Returns:
            False when the service does not know the run, or no longer.

        Raises:
            DocferryError: Why the service does not answer.
        """
        response = yield self._request("DELETE", f"{self._paths.runs}/{receipt.remote_id}")
        problem = read_problem(response.body)
        if response.status == 404 and problem is not None:  # noqa: PLR2004 - not found
            return False
        self._check(response, Step.POLL, job_id=receipt.remote_id)
        return True

    def account(self) -> Exchange[AccountStatus]:
        """Check the key. The service tells neither credits nor pages that are left.

        Raises:
            DocferryError: Why the service does not answer.
        """
        response = yield self._request("GET", "/files", query={"maxPageSize": "1"})
        try:
            self._check(response, Step.ACCOUNT)
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

    @property
    def _paths(self) -> Paths:
        return paths_of(self.options.api_version)

    @property
    def _secrets(self) -> tuple[str, ...]:
        password = self.options.document_password
        return tuple(filter(None, (self.api_key.get_secret_value(), password)))

    def _request(  # noqa: PLR0913 - a request
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        json_body: object = None,
        form: tuple[tuple[str, str], ...] = (),
        files: tuple[FilePart, ...] = (),
        commits: bool = False,
        is_repeatable: bool | None = None,
    ) -> Request:
        return Request(
            method=method,
            url=f"{self.base_url}{path}",
            headers=encode_headers(self.options, api_key=self.api_key),
            query=query or {},
            json_body=json_body,
            form=form,
            files=files,
            commits=commits,
            is_repeatable=is_repeatable,
            timeout_seconds=self.options.answer_timeout_seconds,
        )

    def _upload(self, item: SubmitItem) -> Exchange[FileReference]:
        file_id = self._uploaded.get(item.data_id)
        if file_id is None:
            password = self.options.document_password
            if password and self.options.api_version is ApiVersion.V2025_04_21:
                raise InvalidOptionsError(
                    "API version 2025-04-21 takes no password",
                    next_step="save the document without one, or use api_version 2026-02-09",
                )
            response = yield self._request(
                "POST",
                "/files/upload",
                query={"convertToPdf": "true"} if self.options.convert_to_pdf else None,
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
            self._check(response, Step.UPLOAD)
            file_id = read_file_id(response.body)
            if not file_id:
                raise InvalidResponseError("the service's answer to the upload lacks id", provider=PROVIDER)
            self._uploaded[item.data_id] = file_id
        return FileReference(file_id=file_id)

    def _page_count(self, item: SubmitItem) -> int | None:
        """How many pages a file has, where some are selected and that can be told here.

        Raises:
            SourceError: None of the pages selected is there.
        """
        if item.pages is None:
            return None
        try:
            count = count_pages(item.file, password=self.options.document_password)
        except (CorruptSourceError, EncryptedSourceError):
            return None  # the service will tell
        if count is not None and not any(item.pages.within(count)):
            raise SourceError(
                f"has {count} pages, and the selection {item.pages} is behind them",
                next_step=f"select from 1-{count}",
            )
        return count

    def _ask(self, receipt: Receipt, *, has_url: bool) -> Exchange[Answer]:
        response = yield self._request(
            "GET",
            f"{self._paths.runs}/{receipt.remote_id}",
            query={"responseType": "url"} if has_url else None,
        )
        answer = self._read(response, Step.POLL, job_id=receipt.remote_id)
        if not answer.run.status:
            raise unreadable(response.status, receipt.remote_id)
        return answer

    def _read(self, response: Response, step: Step, *, job_id: str = "") -> Answer:
        self._check(response, step, job_id=job_id)
        answer = read_answer(response.body)
        if answer is None:
            raise unreadable(response.status, job_id)
        return Answer(body=response.body, run=read_run(answer))

    def _check(self, response: Response, step: Step, *, job_id: str = "") -> None:
        """Raise the error that an answer tells of.

        Raises:
            DocferryError: The one that fits.
        """
        error = failure_of(
            read_problem(response.body),
            status=response.status,
            step=step,
            job_id=job_id,
            secrets=self._secrets,
            # A date is compared to the service's own clock in the same answer; without that clock it is no
            # advice.
            retry_after_seconds=read_retry_after(response.headers),
        )
        if error is not None:
            raise error


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
    base_url = _base_url(options, environment)
    given = options.api_key.get_secret_value().strip() if options.api_key is not None else ""
    key = given or read_environment("EXTEND_API_KEY", environment=environment)
    if key is None:
        raise MissingCredentialError(
            "provider extend needs an API key",
            next_step="set EXTEND_API_KEY or give api_key; keys are made in the dashboard of each region",
        )
    if not SENDABLE.fullmatch(key + (options.workspace_id or "")):
        raise InvalidOptionsError(
            "the API key or workspace_id of provider extend holds characters that no header can hold",
            next_step="copy it again from the dashboard",
        )
    return ExtendApi(
        options=options,
        base_url=base_url,
        api_key=pydantic.SecretStr(key),
        reference=reference,
    )


def _base_url(options: ExtendOptions, environment: Mapping[str, str] | None) -> str:
    if options.base_url is not None:
        return options.base_url
    if options.region is not None:
        return REGION_URLS[options.region]
    set_url = read_environment("EXTEND_BASE_URL", environment=environment)
    if set_url is not None:
        return read_base_url(set_url, name="EXTEND_BASE_URL")
    return REGION_URLS[ServiceRegion.US]


def _upload_name(file_name: str) -> str:
    """A base name without what a header of a form cannot hold."""
    name = re.split(r"[/\\]", file_name)[-1]
    return re.sub(r"[\"\x00-\x1f\x7f]+", "_", name).strip() or "document"
