"""Where requests go: one account of the service at its address, in one version of the API.

Asks it and reads what it answers; never awaits. Arguments come before the environment.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pydantic

from docferry.errors import InvalidOptionsError, MissingCredentialError
from docferry.model import Receipt
from docferry.provider import Exchange, FilePart, Request, Response, ServiceIdentity, read_retry_after
from docferry.settings import read_environment, read_secret
from docferry_extend.addresses import REGION_URLS, read_base_url
from docferry_extend.answers import read_answer, read_problem, read_run
from docferry_extend.choices import ServiceRegion
from docferry_extend.failures import PROVIDER, Asked, failure_of, unreadable
from docferry_extend.options import ExtendOptions
from docferry_extend.statuses import Answer
from docferry_extend.wire import Paths, encode_headers, paths_of

__all__ = ["Endpoint", "resolve_endpoint"]

SENDABLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The service on one account.

    Args:
        options: The options; their key and address are already resolved into the next two.
        base_url: Address of the service, without a slash at the end.
        api_key: The key.
    """

    options: ExtendOptions
    base_url: str
    api_key: pydantic.SecretStr

    @property
    def secret(self) -> str:
        """The key as text."""
        return self.api_key.get_secret_value()

    @property
    def identity(self) -> ServiceIdentity:
        """The service at its address, in that version, on the account of the key and workspace."""
        return ServiceIdentity(
            provider=PROVIDER,
            protocol_version=self.options.api_version.value,
            operation="parse",
            endpoint=self.base_url,
            account=" ".join(filter(None, (self.secret, self.options.workspace_id))),
        )

    @property
    def paths(self) -> Paths:
        """Where the version of the API does what."""
        return paths_of(self.options.api_version)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never get into a message."""
        return tuple(filter(None, (self.secret, self.options.document_password)))

    def request(  # noqa: PLR0913 - the parts of a request
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
        """A request to the service, with the key."""
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

    def ask(self, receipt: Receipt, *, has_url: bool) -> Exchange[Answer]:
        """Ask about a run, and read the answer.

        Args:
            receipt: The run.
            has_url: Whether to ask for an address of the output instead of the output.

        Raises:
            DocferryError: Why there is no answer.
        """
        response = yield self.request(
            "GET",
            f"{self.paths.runs}/{receipt.remote_id}",
            query={"responseType": "url"} if has_url else None,
        )
        answer = self.read(response, Asked.POLL, job_id=receipt.remote_id)
        if not answer.run.status:
            raise unreadable(response.status, receipt.remote_id)
        return answer

    def read(self, response: Response, asked: Asked, *, job_id: str = "") -> Answer:
        """Read what an answer says about a run.

        Raises:
            DocferryError: What it says is wrong.
        """
        self.check(response, asked, job_id=job_id)
        answer = read_answer(response.body)
        if answer is None:
            raise unreadable(response.status, job_id)
        return Answer(body=response.body, run=read_run(answer))

    def check(self, response: Response, asked: Asked, *, job_id: str = "") -> None:
        """Raise the error that an answer tells of.

        Raises:
            DocferryError: The one that fits.
        """
        error = failure_of(
            read_problem(response.body),
            status=response.status,
            asked=asked,
            job_id=job_id,
            secrets=self.secrets,
            retry_after_seconds=read_retry_after(response.headers),
        )
        if error is not None:
            raise error


def resolve_endpoint(options: ExtendOptions, *, environment: Mapping[str, str] | None = None) -> Endpoint:
    """Find out where requests go: arguments first, then the environment, then region us.

    Args:
        options: The options.
        environment: Where to look for EXTEND_API_KEY and EXTEND_BASE_URL; the process's when None.

    Raises:
        MissingCredentialError: There is no key.
        InvalidOptionsError: EXTEND_BASE_URL is no address, or the key cannot be sent.
    """
    base_url = _base_url(options, environment)
    key = read_secret(options.api_key, "EXTEND_API_KEY", environment=environment)
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
    return Endpoint(options=options, base_url=base_url, api_key=pydantic.SecretStr(key))


def _base_url(options: ExtendOptions, environment: Mapping[str, str] | None) -> str:
    if options.base_url is not None:
        return options.base_url
    if options.region is not None:
        return REGION_URLS[options.region]
    set_url = read_environment("EXTEND_BASE_URL", environment=environment)
    if set_url is not None:
        return read_base_url(set_url, name="EXTEND_BASE_URL")
    return REGION_URLS[ServiceRegion.US]
