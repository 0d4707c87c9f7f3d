"""Speaks the service's protocol: builds requests, reads answers, never awaits.

POST /extract with `async`, GET /job/ID until it has ended, then the result from that answer or from the
address that it names. The key is the header x-api-key, sent to the service's own origin and nowhere else.
The deprecated /extract_async is never used.
Source: docs.runpulse.com/api-reference (read 2026-11-21).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from docferry.errors import AuthenticationError, InvalidResponseError, JobNotFoundError, UnavailableError
from docferry.model import AccountStatus, Document, JobState, JobStatus, Limits, PageSelection, Receipt
from docferry.provider import (
    Exchange,
    FilePart,
    PayloadReader,
    PollAdvice,
    ServiceIdentity,
    SubmitItem,
    scrub,
)
from docferry.reading.values import is_mapping, parse_json, scalar_text
from docferry_pulse.endpoint import Endpoint, job_path, resolve_endpoint
from docferry_pulse.failures import PROVIDER, Asked, job_failure
from docferry_pulse.fetching import Vault
from docferry_pulse.options import PulseOptions
from docferry_pulse.pages import write_pages
from docferry_pulse.result import map_payload
from docferry_pulse.statuses import state_of, status_of
from docferry_pulse.wire import Answer, encode_form, encode_parameters

__all__ = ["PulseApi", "make_api"]

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
        endpoint: Where the service is, its key, and the options.
    """

    endpoint: Endpoint
    # An answer to the submission that names an address for the result already. It waits here until `poll`
    # and `fetch` ask for it.
    _held: dict[str, Answer] = field(default_factory=dict[str, Answer], repr=False)
    _unknown: Counter[str] = field(default_factory=Counter[str], repr=False)

    @property
    def options(self) -> PulseOptions:
        """The options."""
        return self.endpoint.options

    @property
    def identity(self) -> ServiceIdentity:
        """The service at its address, on the account of the key."""
        return self.endpoint.identity_of("parse")

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
        if item.file.address:
            request = self.endpoint.request(
                "POST", "/extract", json_body={"file_url": item.file.address, **parameters}, commits=True
            )
        else:
            part = FilePart(
                field="file",
                file=item.file,
                file_name=_upload_name(item.file.file_name),
                media_type=item.file.media_type,
            )
            request = self.endpoint.request(
                "POST", "/extract", form=encode_form(parameters), files=(part,), commits=True
            )
        response = yield request
        answer = self.endpoint.read(response, Asked.SUBMIT)
        return (yield from self.receive(answer, data_id=item.data_id))

    def receive(self, answer: Answer, *, data_id: str) -> Exchange[tuple[Receipt, ...]]:
        """Make of the answer to a submission a receipt, or, if it is the result already, the payload too.

        Whether to work at once is the service's to decide: HTTP 200 and 202 were both seen for both.

        Raises:
            DocferryError: Why the job failed.
            InvalidResponseError: It is neither a receipt nor a result.
        """
        if state_of(answer) is JobState.FAILED:
            raise job_failure(answer, job_id=answer.job_id, secret=self.endpoint.secret)
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
                answer = yield from self.endpoint.ask(receipt)
            except JobNotFoundError as error:
                self._unknown[receipt.remote_id] += 1
                if self._unknown[receipt.remote_id] <= PATIENT_ASKS:
                    raise _not_yet_known(error) from error
                raise
        del self._unknown[receipt.remote_id]
        return (status_of(answer, receipt, secret=self.endpoint.secret),) * len(receipts)

    def fetch(self, status: JobStatus) -> Exchange[None]:
        """Keep the answer as received, a large result from its own address, and pictures.

        A picture that cannot be had is left out: it must not lose the text, which is paid for. The document
        then carries a warning.

        Raises:
            InvalidResponseError: The job succeeded without a result.
            ResultExpiredError: A large result is not handed out any more.
        """
        receipt = status.receipt
        answer = (
            status.detail if isinstance(status.detail, Answer) else (yield from self.endpoint.ask(receipt))
        )
        yield from self._vault.save(answer, job_id=receipt.remote_id, has_pictures=self._has_pictures)
        self._held.pop(receipt.remote_id, None)

    def cancel(self, receipt: Receipt) -> Exchange[bool]:
        """Ask the service to stop a job, and hear whether it ended all the same.

        Pages that were processed already are charged. Source: docs.runpulse.com/api-reference/endpoint/
        delete-job (read 2026-11-21).

        Returns:
            False when the job had ended before.
        """
        response = yield self.endpoint.request("DELETE", job_path(receipt))
        self.endpoint.read(response, Asked.CANCEL, job_id=receipt.remote_id)
        try:
            answer = yield from self.endpoint.ask(receipt)
        except JobNotFoundError:
            return True
        return state_of(answer) not in {JobState.SUCCEEDED, JobState.FAILED, JobState.EXPIRED}

    def account(self) -> Exchange[AccountStatus]:
        """Ask how many pages were processed so far, which also checks the key.

        Source: pulse-ai-cli 0.1.0, which checks keys so (read 2026-11-22).

        Raises:
            DocferryError: Why the service does not answer.
        """
        response = yield self.endpoint.request("GET", "/pages")
        try:
            answer = self.endpoint.read(response, Asked.ACCOUNT)
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
            InvalidOptionsError: It is the result of another operation than a parse.
        """
        return map_payload(payload, pages=pages, fingerprint=fingerprint)

    @property
    def _vault(self) -> Vault:
        return Vault(endpoint=self.endpoint)

    @property
    def _has_pictures(self) -> bool:
        figures = self.options.figure_processing
        return bool(self.options.show_images or (figures is not None and figures.show_images))


def make_api(options: PulseOptions, *, environment: Mapping[str, str] | None = None) -> PulseApi:
    """Make the protocol's side for these options: arguments first, then the environment.

    Args:
        options: The options.
        environment: Where to look for PULSE_API_KEY and PULSE_BASE_URL; the process's when None.

    Raises:
        MissingCredentialError: There is no key.
        InvalidOptionsError: PULSE_BASE_URL is no address.
    """
    return PulseApi(endpoint=resolve_endpoint(options, environment=environment))


def _job_of(address: str) -> str:
    """The job whose large result is handed out at an address of the service."""
    found = re.search(r"/large_results/([\w-]{1,100})(?:[/?#]|$)", address)
    return found.group(1) if found else ""


def _not_yet_known(error: JobNotFoundError) -> UnavailableError:
    return UnavailableError(error.message, next_step=error.next_step, provider=PROVIDER, job_id=error.job_id)


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
