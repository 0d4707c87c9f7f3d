"""An honest provider with a service: the mill takes text and gives it back, after a while."""

import json
from dataclasses import dataclass, field
from importlib import import_module
from typing import Annotated

import pydantic
from paper import TEXT, document_of, pages_of

from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    InvalidResponseError,
    JobFailedError,
    JobNotFoundError,
    MissingCredentialError,
    QuotaExceededError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)
from docferry.model import Ability, AccountStatus, JobState, JobStatus, Limits, ProviderInfo, Receipt
from docferry.plugin import hookimpl
from docferry.provider import PollAdvice, ProviderOptions, Request, ServiceIdentity
from docferry.provider.faults import read_retry_after
from docferry.settings import read_environment

LAZY = {"MillLoader": "mill_langchain", "MillReader": "mill_llama_index"}
NOT_SEMANTIC = {"semantic": False}
BY_CODE = {
    "bad_key": AuthenticationError,
    "no_pages": QuotaExceededError,
    "busy": RateLimitedError,
    "damaged": CorruptSourceError,
    "unknown": JobNotFoundError,
    "stuck": JobFailedError,
}
STATES = {"waiting": JobState.PENDING, "grinding": JobState.RUNNING, "done": JobState.SUCCEEDED}


class MillOptions(ProviderOptions):
    """Options of the mill provider."""

    api_key: Annotated[pydantic.SecretStr | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Key of the mill; MILL_API_KEY when not given."""

    base_url: Annotated[str | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Address of the mill; MILL_BASE_URL when not given."""

    coarse: bool = False
    """Whether to grind coarsely."""


def error_of(code, **details):
    """The error that a code of the mill stands for."""
    kind = BY_CODE.get(code, RejectedError)
    if issubclass(kind, CorruptSourceError):
        return kind(f"the mill says {code}", next_step="mend the file")
    return kind(f"the mill says {code}", provider="mill", **details)


@dataclass
class MillApi:
    base_url: str
    key: str = field(repr=False)

    limits = Limits(concurrency=4)
    poll_advice = PollAdvice(floor_seconds=1.0, ceiling_seconds=20.0)
    batch_limit = 1

    @property
    def identity(self):
        return ServiceIdentity(
            provider="mill",
            protocol_version="1",
            operation="parse",
            endpoint=self.base_url,
            account=self.key,
        )

    @property
    def headers(self):
        return {"x-key": self.key}

    def batch_key(self, item):
        return item.data_id

    def read(self, response):
        """The body, or the error that it tells of."""
        if response.status == 429:
            error = RateLimitedError("the mill is busy", provider="mill")
            error.retry_after_seconds = read_retry_after(response.headers, now=0)
            raise error
        if response.status >= 500:
            raise UnavailableError("the mill stands still", provider="mill")
        body = self.decoded(response)
        if "code" in body:
            raise error_of(body["code"])
        return body

    def decoded(self, response):
        return response.json(provider="mill")

    def submit(self, items):
        (item,) = items
        response = yield Request(
            method="POST",
            url=f"{self.base_url}/jobs",
            headers=self.headers,
            upload=item.file,
            commits=True,
        )
        return (Receipt(remote_id=self.remote_id(self.read(response))),)

    def remote_id(self, body):
        try:
            return body["job"]
        except KeyError as error:
            raise InvalidResponseError("the answer lacks the field job", provider="mill") from error

    def poll(self, receipts):
        url = f"{self.base_url}/jobs/{receipts[0].remote_id}"
        response = yield Request(method="GET", url=url, headers=self.headers)
        return (self.status_of(receipts[0], self.read(response)["state"]),)

    def status_of(self, receipt, word):
        if word.startswith("failed:"):
            error = error_of(word.removeprefix("failed:"))
            return JobStatus(receipt=receipt, state=JobState.FAILED, raw_state=word, error=error)
        state = STATES.get(word, JobState.RUNNING)
        return JobStatus(receipt=receipt, state=state, raw_state=word, is_known=word in STATES)

    def fetch(self, status):
        url = f"{self.base_url}/results/{status.receipt.remote_id}"
        yield Request(method="GET", url=url, headers=self.headers, saves_as="text")

    def cancel(self, receipt):
        yield from ()
        return False

    def account(self):
        response = yield Request(method="GET", url=f"{self.base_url}/account", headers=self.headers)
        return AccountStatus(is_valid=json.loads(response.body)["is_valid"])

    def map(self, payload, *, pages, fingerprint):
        return document_of(pages_of(payload.read("text"), "text/plain"), fingerprint, provider="mill")


def key_of(options):
    given = options.api_key.get_secret_value() if options.api_key else None
    key = given or read_environment("MILL_API_KEY")
    if key is None:
        raise MissingCredentialError("the mill needs a key", next_step="set MILL_API_KEY")
    return key


def url_of(options):
    return options.base_url or read_environment("MILL_BASE_URL") or "https://mill.invalid"


def card(**changes):
    fields = {
        "name": "mill",
        "title": "Mill",
        "formats": (TEXT,),
        "options_type": MillOptions,
        "abilities": frozenset({Ability.BOXES, Ability.REMOTE, Ability.JOBS, Ability.ACCOUNT}),
        "environment": ("MILL_API_KEY", "MILL_BASE_URL"),
    }
    return ProviderInfo(**{**fields, **changes})


def make_api(options):
    return MillApi(base_url=url_of(options), key=key_of(options))


@hookimpl
def docferry_provider_info():
    return card()


@hookimpl
def docferry_job_api(options):
    return make_api(options)


@hookimpl
async def docferry_parse(source, pages, options, context):
    return await context.run_job(make_api(options), source, pages=pages, options=options)


def __getattr__(name):
    if name not in LAZY:
        raise AttributeError(name)
    return getattr(import_module(LAZY[name]), name)
