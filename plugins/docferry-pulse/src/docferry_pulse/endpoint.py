"""Where requests go: one account of the service at its address.

Asks it and reads what it answers; never awaits. Arguments come before the environment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import pydantic

from docferry.errors import MissingCredentialError
from docferry.model import Receipt
from docferry.provider import (
    Exchange,
    FilePart,
    Request,
    Response,
    ServiceIdentity,
    read_date,
    read_retry_after,
)
from docferry.reading.values import number_of
from docferry.settings import read_environment, read_secret
from docferry_pulse.addresses import DEFAULT_BASE_URL, read_base_url
from docferry_pulse.failures import PROVIDER, Asked, failure_of
from docferry_pulse.options import PulseOptions
from docferry_pulse.wire import Answer, read_answer

__all__ = ["PROTOCOL_VERSION", "Endpoint", "job_path", "resolve_endpoint"]

PROTOCOL_VERSION = "1"
"""The service's paths carry no version; this one begins anew when it changes what it returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The service on one account.

    Args:
        options: The options; their key and address are already resolved into the next two.
        base_url: Address of the service, without a slash at the end.
        api_key: The key.
    """

    options: PulseOptions
    base_url: str
    api_key: pydantic.SecretStr

    @property
    def secret(self) -> str:
        """The key as text."""
        return self.api_key.get_secret_value()

    @property
    def headers(self) -> dict[str, str]:
        """The headers that carry the key."""
        return {"x-api-key": self.secret}

    def identity_of(self, operation: str) -> ServiceIdentity:
        """The service at its address, for one of its operations: parse, split or schema."""
        return ServiceIdentity(
            provider=PROVIDER,
            protocol_version=PROTOCOL_VERSION,
            operation=operation,
            endpoint=self.base_url,
            account=self.secret,
        )

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
            headers=self.headers,
            json_body=json_body,
            form=form,
            files=files,
            commits=commits,
            timeout_seconds=self.options.answer_timeout_seconds,
        )

    def ask(self, receipt: Receipt) -> Exchange[Answer]:
        """Ask about a job, and read the answer.

        Raises:
            DocferryError: Why there is none.
        """
        response = yield self.request("GET", job_path(receipt))
        return self.read(response, Asked.POLL, job_id=receipt.remote_id)

    def read(self, response: Response, asked: Asked, *, job_id: str = "") -> Answer:
        """Read an answer.

        Raises:
            DocferryError: What it says is wrong.
        """
        answer = read_answer(response.body)
        error = failure_of(
            answer,
            status=response.status,
            asked=asked,
            job_id=job_id,
            secret=self.secret,
            retry_after_seconds=_retry_after(response.headers),
        )
        if error is not None or answer is None:
            raise error or AssertionError("an answer that is no JSON object is a failure")
        return answer


def resolve_endpoint(options: PulseOptions, *, environment: Mapping[str, str] | None = None) -> Endpoint:
    """Find out where requests go: arguments first, then the environment.

    Args:
        options: The options.
        environment: Where to look for PULSE_API_KEY and PULSE_BASE_URL; the process's when None.

    Raises:
        MissingCredentialError: There is no key.
        InvalidOptionsError: PULSE_BASE_URL is no address.
    """
    base_url = _base_url(options, environment)
    key = read_secret(options.api_key, "PULSE_API_KEY", environment=environment)
    if key is None:
        raise MissingCredentialError(
            "provider pulse needs an API key",
            next_step="set PULSE_API_KEY or give api_key; keys are made at platform.runpulse.com",
        )
    return Endpoint(options=options, base_url=base_url, api_key=pydantic.SecretStr(key))


def job_path(receipt: Receipt) -> str:
    """Where the service has a job."""
    return f"/job/{quote(receipt.remote_id, safe='')}"


def _base_url(options: PulseOptions, environment: Mapping[str, str] | None) -> str:
    if options.base_url is not None:
        return options.base_url
    set_url = read_environment("PULSE_BASE_URL", environment=environment)
    return DEFAULT_BASE_URL if set_url is None else read_base_url(set_url, name="PULSE_BASE_URL")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds asked for by Retry-After, else by X-RateLimit-Reset; dates are compared to the answer's own."""
    seconds = read_retry_after(headers)
    if seconds is not None:
        return seconds
    resets_at, sent_at = number_of(headers.get("x-ratelimit-reset")), read_date(headers.get("date", ""))
    return None if resets_at is None or sent_at is None else max(0.0, resets_at - sent_at)
