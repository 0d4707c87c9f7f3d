"""Where requests go: one account of the service at its address, or a deployment of your own.

Asks it and reads what it answers; never awaits. Arguments come before the environment.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pydantic

from docferry.errors import MissingCredentialError
from docferry.model import Receipt
from docferry.provider import Exchange, Request, Response, ServiceIdentity, read_retry_after
from docferry.settings import read_environment, read_secret
from docferry_somark.addresses import REGION_URLS, is_hosted, read_base_url
from docferry_somark.failures import PROVIDER, Asked, failure_of
from docferry_somark.options import ServiceRegion, SomarkOptions
from docferry_somark.statuses import Answer
from docferry_somark.wire import encode_key, read_envelope

__all__ = ["Endpoint", "resolve_endpoint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The service on one account.

    Args:
        options: The options; their key and address are already resolved into the next two.
        base_url: Address of the service, without a slash at the end.
        api_key: The key, or None for a deployment without keys.
    """

    options: SomarkOptions
    base_url: str
    api_key: pydantic.SecretStr | None

    @property
    def secret(self) -> str:
        """The key as text; empty when there is none."""
        return self.api_key.get_secret_value() if self.api_key is not None else ""

    @property
    def identity(self) -> ServiceIdentity:
        """The service at its address, on the account of the key."""
        return ServiceIdentity(
            provider=PROVIDER,
            protocol_version="1",
            operation="parse",
            endpoint=self.base_url,
            account=self.secret,
        )

    def question(self, path: str, *fields: tuple[str, str]) -> Request:
        """A request that costs nothing and may be repeated, with the key behind the fields of its form."""
        return Request(
            method="POST",
            url=f"{self.base_url}{path}",
            form=(*fields, *encode_key(self.api_key)),
            is_repeatable=True,
            timeout_seconds=self.options.answer_timeout_seconds,
        )

    def ask(self, receipt: Receipt) -> Exchange[Answer]:
        """Ask about a task, and read the answer.

        Raises:
            DocferryError: Why there is none.
        """
        response = yield self.question("/parse/async_check", ("task_id", receipt.remote_id))
        return self.read(response, Asked.POLL, job_id=receipt.remote_id)

    def read(self, response: Response, asked: Asked, *, job_id: str = "") -> Answer:
        """Read an answer.

        Raises:
            DocferryError: What it says is wrong.
        """
        envelope = read_envelope(response.body)
        error = failure_of(
            envelope,
            status=response.status,
            asked=asked,
            job_id=job_id,
            secret=self.secret,
            retry_after_seconds=read_retry_after(response.headers),
        )
        if error is not None or envelope is None:
            raise error or AssertionError("an answer without an envelope is a failure")
        return Answer(body=response.body, envelope=envelope)


def resolve_endpoint(options: SomarkOptions, *, environment: Mapping[str, str] | None = None) -> Endpoint:
    """Find out where requests go: arguments first, then the environment, then cn.

    Args:
        options: The options.
        environment: Where to look for SOMARK_API_KEY and SOMARK_BASE_URL; the process's when None.

    Raises:
        MissingCredentialError: One of the vendor's own hosts is meant, and there is no key.
        InvalidOptionsError: SOMARK_BASE_URL is no address.
    """
    base_url = _base_url(options, environment)
    key = read_secret(options.api_key, "SOMARK_API_KEY", environment=environment)
    if key is None and is_hosted(base_url):
        raise MissingCredentialError(
            "provider somark needs an API key",
            next_step="set SOMARK_API_KEY or give api_key; keys are made in the workbench at somark.cn "
            "or the studio at somark.ai",
        )
    return Endpoint(
        options=options,
        base_url=base_url,
        api_key=None if key is None else pydantic.SecretStr(key),
    )


def _base_url(options: SomarkOptions, environment: Mapping[str, str] | None) -> str:
    if options.base_url is not None:
        return options.base_url
    if options.region is not None:
        return REGION_URLS[options.region]
    set_url = read_environment("SOMARK_BASE_URL", environment=environment)
    if set_url is not None:
        return read_base_url(set_url, name="SOMARK_BASE_URL")
    return REGION_URLS[ServiceRegion.CN]
