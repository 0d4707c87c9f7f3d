"""Speaks the service's protocol: builds requests, reads answers, never awaits.

POST /extract with `async`, GET /job/ID until it has ended, then the result from that answer or from the
address that it names. The key is the header x-api-key, sent to the service's own origin and nowhere else.
The deprecated /extract_async is never used.
Source: docs.runpulse.com/api-reference (read 2026-11-21).
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import pydantic

from docferry.errors import (
    AuthenticationError,
    InvalidResponseError,
    JobNotFoundError,
    MissingCredentialError,
    UnavailableError,
)
from docferry.model import AccountStatus, Document, JobState, JobStatus, Limits, PageSelection, Receipt
from docferry.provider import (
    Exchange,
    FilePart,
    PayloadReader,
    PollAdvice,
    Request,
    Response,
    ServiceIdentity,
    SubmitItem,
    scrub,
)
from docferry.provider.faults import read_date, read_retry_after
from docferry.reading.values import is_mapping, number_of, parse_json, scalar_text
from docferry.settings import read_environment
from docferry_pulse.endpoint import DEFAULT_BASE_URL, read_base_url
from docferry_pulse.failures import PROVIDER, Step, failure_of, job_failure
from docferry_pulse.fetching import KEY_HEADER, Vault
from docferry_pulse.options import PulseOptions
from docferry_pulse.pages import write_pages
from docferry_pulse.result import map_payload
from docferry_pulse.statuses import state_of, status_of
from docferry_pulse.wire import Answer, encode_form, encode_parameters, read_answer

__all__ = ["PROTOCOL_VERSION", "PulseApi", "make_api"]

logger = logging.getLogger("docferry.pulse")

PROTOCOL_VERSION = "1"
"""The service's paths carry no version; this one begins anew when it changes what it returns."""

POLL_FLOOR_SECONDS = 2.0
"""The vendor's own command line asks every 2 s. Source: pulse-ai-cli 0.1.0 (read 2026-11-22)."""

POLL_CEILING_SECONDS = 30.0

PATIENT_ASKS = 3
"""A job may be unknown for a moment right after it was accepted: so often that is not believed."""

FIGURES = {"total_pages_processed": "pages processed so far"}


@dataclass(slots=True, kw_only=True, eq=False)
class PulseApi:
    """Pulse's job protocol, on one account.

    Args:
        options: The options; their key and address are already resolved into the next two.
        base_url: Address of the service, without a slash at the end.
        api_key: The key.
        file_url: Address from which the service downloads the document; empty to upload it.
    """

    options: PulseOptions
    base_url: str
    api_key: pydantic.SecretStr
    file_url: str = field(default="", repr=False)
    # An answer to the submission that names an address for the result already. It waits here until `poll`
    # and `fetch` ask for it.
    _held: dict[str, Answer] = field(default_factory=dict[str, Answer], repr=False)
    _unknown: Counter[str] = field(default_factory=Counter[str], repr=False)

    @property
    def identity(self) -> ServiceIdentity:
        """The service at its address, on the account of the key."""
        return self.identity_of("parse")

    @property
    def limits(self) -> Limits:
        """As the options say; the service publishes none."""
        return Limits(
            concurrency=self.options.concurrency, requests_per_second=self.options.requests_per_second
        )

    @property
    def poll_advice(self) -> PollAdvice:
        """Not below 2 s; the service's documents advise to wait longer and longer."""
        return PollAdvice(floor_seconds=POLL_FLOOR_SECONDS, ceiling_seconds=POLL_CEILING_SECONDS)

    @property
    def batch_limit(self) -> int:
        """One file is one job."""
        return 1

    @property
    def secret(self) -> str:
        """The key as text."""
        return self.api_key.get_secret_value()

    def identity_of(self, operation: str) -> ServiceIdentity:
        """The service at its address, for one of its operations: parse, split or schema."""
        return ServiceIdentity(
            provider=PROVIDER,
            protocol_version=PROTOCOL_VERSION,
            operation=operation,
            endpoint=self.base_url,
            account=self.secret,
        )

    def batch_key(self, item: SubmitItem) -> str:
        """Every file is a batch of its own."""
        return item.data_id

    def submit(self, items: Sequence[SubmitItem]) -> Exchange[tuple[Receipt, ...]]:
        """Hand in one file, or the address of one: the request that costs money.

        Raises:
            DocferryError: Why the service refused it.
            InvalidResponseError: The answer does not say whether it was taken.
        """
        (item,) = items
        parameters = encode_parameters(self.options, pages=write_pages(item.pages, file=item.file))
        if self.file_url:
            body: dict[str, pydantic.JsonValue] = {"file_url": self.file_url, **parameters}
            request = self.request("POST", "/extract", json_body=body, commits=True)
        else:
            part = FilePart(
                field="file",
                file=item.file,
                file_name=_upload_name(item.file.file_name),
                media_type=item.file.media_type,
            )
            request = self.request(
                "POST", "/extract", form=encode_form(parameters), files=(part,), commits=True
            )
        response = yield request
        answer = self.read(response, Step.SUBMIT)
        return (yield from self.receive(answer, data_id=item.data_id))

    def receive(self, answer: Answer, *, data_id: str) -> Exchange[tuple[Receipt, ...]]:
        """Make of the answer to a submission a receipt, or, if it is the result already, the payload too.

        Whether to work at once is the service's to decide: HTTP 200 and 202 were both seen for both.

        Raises:
            DocferryError: Why the job failed.
            InvalidResponseError: It is neither a receipt nor a result.
        """
        if state_of(answer) is JobState.FAILED:
            raise job_failure(answer, job_id=answer.job_id, secret=self.secret)
        if answer.address:
            job_id = answer.job_id or _job_of(answer.address) or data_id
            self._held[job_id] = answer
            return (Receipt(remote_id=job_id),)
        if answer.result and state_of(answer) is JobState.SUCCEEDED:
            yield from self._vault.save(answer, job_id=answer.job_id, has_pictures=False)
            return (Receipt(remote_id=answer.job_id or data_id),)
        if not answer.job_id:
            raise InvalidResponseError(
                "the service took the document, but its answer lacks job_id", provider=PROVIDER
            )
        return (Receipt(remote_id=answer.job_id),)

    def poll(self, receipts: Sequence[Receipt]) -> Exchange[tuple[JobStatus, ...]]:
        """Ask about a job.

        Raises:
            RateLimitedError: Asked too often; the job goes on.
            JobNotFoundError: The service does not know the job.
            DocferryError: Why the service does not answer.
        """
        receipt = receipts[0]
        answer = self._held.get(receipt.remote_id)
        if answer is None:
            try:
                answer = yield from self.ask(receipt)
            except JobNotFoundError as error:
                self._unknown[receipt.remote_id] += 1
                if self._unknown[receipt.remote_id] <= PATIENT_ASKS:
                    raise _not_yet_known(error) from error
                raise
        del self._unknown[receipt.remote_id]
        return (status_of(answer, receipt, secret=self.secret),) * len(receipts)

    def fetch(self, status: JobStatus) -> Exchange[None]:
        """Keep the answer as received, a large result from its own address, and pictures.

        A picture that cannot be had is left out: it must not lose the text, which is paid for. The document
        then carries a warning.

        Raises:
            InvalidResponseError: The job succeeded without a result.
            ResultExpiredError: A large result is not handed out any more.
        """
        receipt = status.receipt
        answer = status.detail if isinstance(status.detail, Answer) else (yield from self.ask(receipt))
        yield from self._vault.save(answer, job_id=receipt.remote_id, has_pictures=self._has_pictures)
        self._held.pop(receipt.remote_id, None)

    def cancel(self, receipt: Receipt) -> Exchange[bool]:
        """Ask the service to stop a job, and hear whether it ended all the same.

        Pages that were processed already are charged. Source: docs.runpulse.com/api-reference/endpoint/
        delete-job (read 2026-11-21).

        Returns:
            False when the job had ended before.
        """
        response = yield self.request("DELETE", _job_path(receipt))
        self.read(response, Step.CANCEL, job_id=receipt.remote_id)
        try:
            answer = yield from self.ask(receipt)
        except JobNotFoundError:
            return True
        return state_of(answer) not in {JobState.SUCCEEDED, JobState.FAILED, JobState.EXPIRED}

    def account(self) -> Exchange[AccountStatus]:
        """Ask how many pages were processed so far, which also checks the key.

        Source: pulse-ai-cli 0.1.0, which checks keys so (read 2026-11-22).

        Raises:
            DocferryError: Why the service does not answer.
        """
        response = yield self.request("GET", "/pages")
        try:
            answer = self.read(response, Step.ACCOUNT)
        except AuthenticationError:
            return AccountStatus(is_valid=False)
        return AccountStatus(is_valid=True, figures=tuple(_figures(answer)))

    def map(self, payload: PayloadReader, *, pages: PageSelection | None, fingerprint: str) -> Document:
        """Map a payload.

        Args:
            payload: What `fetch` kept.
            pages: The pages that were asked for: the service counts from the first of them.
            fingerprint: The source's fingerprint.

        Raises:
            InvalidResponseError: It holds no result that can be read.
            InvalidOptionsError: It is the result of another step than a parse.
        """
        return map_payload(payload, pages=pages, fingerprint=fingerprint)

    def ask(self, receipt: Receipt) -> Exchange[Answer]:
        """Ask about a job, and read the answer.

        Raises:
            DocferryError: Why there is none.
        """
        response = yield self.request("GET", _job_path(receipt))
        return self.read(response, Step.POLL, job_id=receipt.remote_id)

    def read(self, response: Response, step: Step, *, job_id: str = "") -> Answer:
        """Read an answer.

        Raises:
            DocferryError: What it says is wrong.
        """
        answer = read_answer(response.body)
        error = failure_of(
            answer,
            status=response.status,
            step=step,
            job_id=job_id,
            secret=self.secret,
            retry_after_seconds=_retry_after(response.headers),
        )
        if error is not None or answer is None:
            raise error or AssertionError("an answer that is no JSON object is a failure")
        return answer

    def request(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        path: str,
        *,
        json_body: Mapping[str, pydantic.JsonValue] | None = None,
        form: tuple[tuple[str, str], ...] = (),
        files: tuple[FilePart, ...] = (),
        commits: bool = False,
    ) -> Request:
        """A request to the service, with the key."""
        return Request(
            method=method,
            url=f"{self.base_url}{path}",
            headers={KEY_HEADER: self.secret},
            json_body=json_body,
            form=form,
            files=files,
            commits=commits,
            timeout_seconds=self.options.answer_timeout_seconds,
        )

    @property
    def _vault(self) -> Vault:
        seconds = self.options.answer_timeout_seconds
        return Vault(base_url=self.base_url, key=self.secret, timeout_seconds=seconds)

    @property
    def _has_pictures(self) -> bool:
        figures = self.options.figure_processing
        return bool(self.options.show_images or (figures is not None and figures.show_images))


def make_api(
    options: PulseOptions, *, file_url: str = "", environment: Mapping[str, str] | None = None
) -> PulseApi:
    """Make the protocol's side for these options: arguments first, then the environment.

    Args:
        options: The options.
        file_url: Address from which the service downloads the document; empty to upload it.
        environment: Where to look for PULSE_API_KEY and PULSE_BASE_URL; the process's when None.

    Raises:
        MissingCredentialError: There is no key.
        InvalidOptionsError: PULSE_BASE_URL is no address.
    """
    base_url = options.base_url
    if base_url is None:
        set_url = read_environment("PULSE_BASE_URL", environment=environment)
        base_url = DEFAULT_BASE_URL if set_url is None else read_base_url(set_url, name="PULSE_BASE_URL")
    given = options.api_key.get_secret_value().strip() if options.api_key is not None else ""
    key = given or read_environment("PULSE_API_KEY", environment=environment)
    if key is None:
        raise MissingCredentialError(
            "provider pulse needs an API key",
            next_step="set PULSE_API_KEY or give api_key; keys are made at platform.runpulse.com",
        )
    return PulseApi(options=options, base_url=base_url, api_key=pydantic.SecretStr(key), file_url=file_url)


def _job_path(receipt: Receipt) -> str:
    return f"/job/{quote(receipt.remote_id, safe='')}"


def _job_of(address: str) -> str:
    """The job whose large result is handed out at an address of the service."""
    found = re.search(r"/large_results/([\w-]{1,100})(?:[/?#]|$)", address)
    return found.group(1) if found else ""


def _not_yet_known(error: JobNotFoundError) -> UnavailableError:
    return UnavailableError(error.message, next_step=error.next_step, provider=PROVIDER, job_id=error.job_id)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds asked for by Retry-After, else by X-RateLimit-Reset; dates are compared to the answer's own."""
    seconds = read_retry_after(headers)
    if seconds is not None:
        return seconds
    resets_at, sent_at = number_of(headers.get("x-ratelimit-reset")), read_date(headers.get("date", ""))
    return None if resets_at is None or sent_at is None else max(0.0, resets_at - sent_at)


def _upload_name(file_name: str) -> str:
    """A base name without what a header cannot hold; its suffix counts, and spaces stay."""
    name = re.split(r"[/\\]", file_name)[-1]
    return re.sub(r"[\"\x00-\x1f\x7f]+", "_", name).strip(" .") or "document"


def _figures(answer: Answer) -> Iterator[tuple[str, str]]:
    raw = parse_json(answer.body)
    for name, value in raw.items() if is_mapping(raw) else ():
        text = scrub(scalar_text(value))
        if text:
            yield FIGURES.get(name, name.replace("_", " ")), text
