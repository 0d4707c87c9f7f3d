"""Provider `depot`: a plugin for the service of depot_service.py, in one file that can be installed."""

import hashlib
import hmac
import io
import json

import pydantic
import pypdfium2

from docferry.errors import (
    AuthenticationError,
    InvalidResponseError,
    JobFailedError,
    JobNotFoundError,
    MissingCredentialError,
    UnavailableError,
)
from docferry.model import (
    Ability,
    AccountStatus,
    Cost,
    Document,
    Element,
    ElementKind,
    FileFormat,
    JobState,
    JobStatus,
    Limits,
    Page,
    ProviderInfo,
    Receipt,
    Region,
    WebhookEvent,
)
from docferry.plugin import hookimpl
from docferry.provider import (
    FilePart,
    PollAdvice,
    ProviderOptions,
    Request,
    ServiceIdentity,
    SignatureForm,
    verify_age,
    verify_hmac,
)
from docferry.settings import read_environment

CARD_BYTES = 16 * 1024 * 1024
"""The largest file, unless the options say otherwise."""

UPLOADING = "waiting for the file"

STATES = {
    UPLOADING: JobState.PENDING,
    "wait": JobState.RUNNING,
    "done": JobState.SUCCEEDED,
    "stopped": JobState.CANCELLED,
    "gone": JobState.EXPIRED,
}


class DepotOptions(ProviderOptions):
    """Options."""

    api_key: pydantic.SecretStr | None = pydantic.Field(default=None, json_schema_extra={"semantic": False})
    """Key."""

    language: str = "en"
    """Language; part of every page's text."""

    max_size_bytes: int | None = pydantic.Field(default=CARD_BYTES, json_schema_extra={"semantic": False})
    """Largest file that the account may send."""

    batch: int = pydantic.Field(default=1, json_schema_extra={"semantic": False})
    """Most files of one submission."""

    concurrency: int | None = pydantic.Field(default=None, json_schema_extra={"semantic": False})
    """Most jobs at once."""


class DepotApi:
    """Speaks with the depot."""

    def __init__(self, options):
        self.options = options
        self.url = read_environment("DEPOT_BASE_URL") or "http://127.0.0.1:9"
        given = options.api_key.get_secret_value() if options.api_key else read_environment("DEPOT_API_KEY")
        if given is None:
            raise MissingCredentialError("provider depot needs a key", next_step="set DEPOT_API_KEY")
        self.key = given
        self.limits = Limits(concurrency=options.concurrency, max_size_bytes=options.max_size_bytes)
        self.poll_advice = PollAdvice(floor_seconds=0.05, ceiling_seconds=0.2)
        self.batch_limit = options.batch

    @property
    def identity(self):
        return ServiceIdentity(
            provider="depot", protocol_version="1", operation="parse", endpoint=self.url, account=self.key
        )

    def batch_key(self, item):
        return item.options.language

    def _request(self, method, path, **more):
        return Request(method=method, url=f"{self.url}{path}", headers={"x-depot-key": self.key}, **more)

    def _read(self, response):
        if response.status == 401:
            raise AuthenticationError("the depot does not know this key", provider="depot")
        if response.status == 404:
            raise JobNotFoundError("the depot has no such job", provider="depot")
        if response.status == 422:
            raise JobFailedError("the depot refuses this file", provider="depot")
        if response.status == 501:
            raise UnavailableError("the depot is out of order", provider="depot")
        return response.json(provider="depot")

    def submit(self, items):
        files = tuple(
            FilePart(
                field="file",
                file=item.file,
                file_name=item.file.file_name,
                media_type=item.file.media_type,
            )
            for item in items
        )
        response = yield self._request("POST", "/jobs", files=files, commits=True)
        batch = self._read(response)["batch"]
        if len(items) == 1:
            return (Receipt(remote_id=batch),)
        return tuple(Receipt(remote_id=batch, item_id=str(number)) for number, _ in enumerate(items))

    def poll(self, receipts):
        response = yield self._request("GET", f"/jobs/{receipts[0].remote_id}")
        states = self._read(response)["states"]
        return tuple(self._status(receipt, states[int(receipt.item_id or 0)]) for receipt in receipts)

    def _status(self, receipt, word):
        state = STATES.get(word, JobState.FAILED)
        error = JobFailedError("the depot gave up", provider="depot") if state is JobState.FAILED else None
        cost = Cost(pages=2) if state is JobState.SUCCEEDED else None
        return JobStatus(
            receipt=receipt,
            state=state,
            raw_state=word,
            has_document=word != UPLOADING,
            error=error,
            cost=cost,
        )

    def fetch(self, status):
        receipt = status.receipt
        path = f"/results/{receipt.remote_id}/{receipt.item_id or 0}"
        response = yield self._request("GET", path, saves_as="result")
        if not response.is_success:
            self._read(response)

    def cancel(self, receipt):
        response = yield self._request("DELETE", f"/jobs/{receipt.remote_id}")
        return self._read(response)["stopped"]

    def account(self):
        response = yield self._request("GET", "/account")
        figures = tuple((name, str(value)) for name, value in self._read(response).items())
        return AccountStatus(is_valid=True, figures=figures)

    def map(self, payload, *, pages, fingerprint):
        del pages
        texts = [f"{text} [{self.options.language}]" for text in _pages(payload.read("result"))]
        return Document(
            source_fingerprint=fingerprint,
            provider="depot",
            pages=tuple(Page(number=number) for number, _ in enumerate(texts, start=1)),
            elements=tuple(
                Element(
                    id=f"e{number}", kind=ElementKind.PARAGRAPH, text=text, regions=(Region(page=number),)
                )
                for number, text in enumerate(texts, start=1)
            ),
        )


def _pages(content):
    if not content.startswith(b"%PDF"):
        return content.decode().split("\f")
    with pypdfium2.PdfDocument(io.BytesIO(content)) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


@hookimpl
def docferry_provider_info():
    return ProviderInfo(
        name="depot",
        title="The depot",
        formats=(
            FileFormat(name="Text", media_types=("text/plain",), suffixes=(".txt",)),
            FileFormat(name="PDF", media_types=("application/pdf",), suffixes=(".pdf",)),
        ),
        options_type=DepotOptions,
        limits=Limits(max_size_bytes=CARD_BYTES),
        abilities=frozenset({Ability.REMOTE, Ability.JOBS, Ability.ACCOUNT, Ability.WEBHOOK}),
        environment=("DEPOT_API_KEY", "DEPOT_BASE_URL"),
    )


@hookimpl
async def docferry_parse(source, pages, options, context):
    return await context.run_job(DepotApi(options), source, pages=pages, options=options)


@hookimpl
def docferry_job_api(options):
    return DepotApi(options)


@hookimpl
def docferry_webhook(headers, body, settings):
    secret = settings.secret("DEPOT_WEBHOOK_SECRET", provider="depot")
    stamp = headers.get("x-depot-time", "")
    verify_hmac(
        stamp.encode() + b"." + body,
        secret=secret.encode(),
        given=(headers.get("x-depot-signature", ""),),
        form=SignatureForm.HEX,
        provider="depot",
    )
    verify_age(stamp, now=settings.now, provider="depot")
    try:
        call = json.loads(body)
    except ValueError as error:
        raise InvalidResponseError("the call is not JSON", provider="depot") from error
    return tuple(WebhookEvent(remote_id=job, event_id=call["event"]) for job in call["jobs"])


def sign_call(call, *, secret, at):
    """The headers and the body with which the depot calls."""
    body = call if isinstance(call, bytes) else json.dumps(call).encode()
    mac = hmac.new(secret.encode(), f"{at:.0f}.".encode() + body, hashlib.sha256)
    return {"x-depot-time": f"{at:.0f}", "x-depot-signature": mac.hexdigest()}, body
