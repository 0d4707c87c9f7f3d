"""The protocol's side of provider mineru: which service is spoken to, and what becomes of its results."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from docferry.errors import InvalidOptionsError
from docferry.model import (
    AccountStatus,
    Document,
    DocumentWarning,
    JobStatus,
    Limits,
    PageSelection,
    Receipt,
)
from docferry.provider import (
    Asset,
    Exchange,
    ItemAnswer,
    PayloadReader,
    PollAdvice,
    ServiceIdentity,
    SubmitItem,
)
from docferry_mineru.agent import AgentService
from docferry_mineru.assets import asset_paths
from docferry_mineru.cloud import CloudService
from docferry_mineru.endpoint import Endpoint, Surroundings, resolve_endpoint
from docferry_mineru.failures import PROVIDER
from docferry_mineru.options import MineruOptions, Mode
from docferry_mineru.result import map_payload
from docferry_mineru.server import ServerService

__all__ = ["MineruApi", "make_api"]

SEED = re.compile(r"[A-Za-z0-9_]{1,64}")
"""Source: mineru.net/doc/docs/index_en (read 2026-11-21)."""

Service = CloudService | AgentService | ServerService


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MineruApi:
    """MinerU's job protocols, on one account.

    Args:
        endpoint: Where the service is, and its key.
        options: The options.
        service: Speaks with it.
    """

    endpoint: Endpoint
    options: MineruOptions
    service: Service

    @property
    def identity(self) -> ServiceIdentity:
        """The service at its address, on the account of the key."""
        return ServiceIdentity(
            provider=PROVIDER,
            protocol_version=self.service.protocol_version,
            operation="parse",
            endpoint=self.endpoint.base_url,
            account=self.endpoint.secret or "nobody",
        )

    @property
    def limits(self) -> Limits:
        """As published, or as the options say."""
        return self.service.limits

    @property
    def poll_advice(self) -> PollAdvice:
        """How often to ask."""
        return self.service.poll_advice

    @property
    def batch_limit(self) -> int:
        """Most files of one submission."""
        return self.service.batch_limit

    def batch_key(self, item: SubmitItem) -> str:
        """Files with equal keys may share a submission."""
        return self.service.batch_key(item)

    def submit(self, items: Sequence[SubmitItem]) -> Exchange[tuple[ItemAnswer, ...]]:
        """Hand in files.

        Raises:
            DocferryError: Why the service refused them all.
        """
        return self.service.submit(items)

    def poll(self, receipts: Sequence[Receipt]) -> Exchange[tuple[JobStatus, ...]]:
        """Ask about the jobs of one submission.

        Raises:
            JobNotFoundError: The service does not know it.
            DocferryError: Why the service does not answer.
        """
        return self.service.poll(receipts)

    def fetch(self, status: JobStatus) -> Exchange[None]:
        """Save the result.

        Raises:
            DocferryError: Why there is none.
        """
        return self.service.fetch(status)

    def cancel(self, receipt: Receipt) -> Exchange[bool]:
        """Stop a job; only servers of version 4 can."""
        return self.service.cancel(receipt)

    def account(self) -> Exchange[AccountStatus]:
        """Check the key, and ask for what the service tells of quotas."""
        return self.service.account()

    @property
    def save_to(self) -> Path | None:
        """The folder to save to; None to save nothing."""
        return self.options.save_to

    def assets(self, payload: PayloadReader) -> Sequence[Asset]:
        """The pictures of a result and the exports asked for."""
        return tuple(Asset(name=name, path=path) for name, path in asset_paths(payload))

    def map(self, payload: PayloadReader, *, pages: PageSelection | None, fingerprint: str) -> Document:
        """Map a payload.

        Args:
            payload: What `fetch` kept.
            pages: The pages that the service was asked for, or None for all of the file that was sent.
            fingerprint: The source's fingerprint.

        Raises:
            InvalidResponseError: It holds no output that can be read.
        """
        ranges = self.options.ranges
        if pages is None and ranges is not None:
            pages = ranges.selection
            if pages is None:
                document = map_payload(payload, fingerprint=fingerprint, pages=None)
                return replace(document, warnings=(*document.warnings, _uncertain(str(ranges))))
        return map_payload(payload, fingerprint=fingerprint, pages=pages)


def make_api(options: MineruOptions, *, environment: Mapping[str, str] | None = None) -> MineruApi:
    """Make the protocol's side for these options: arguments first, then the environment.

    Args:
        options: The options.
        environment: Where to look for variables; the process's when None.

    Raises:
        MissingCredentialError: The cloud is meant, and there is no token.
        InvalidOptionsError: An address is missing or none, or a callback is wanted without a seed.
    """
    surroundings = Surroundings.read(environment)
    endpoint = resolve_endpoint(options, surroundings)
    service: Service
    if endpoint.mode is Mode.SERVER:
        service = ServerService(endpoint=endpoint, options=options)
    elif endpoint.mode is Mode.AGENT:
        service = AgentService(endpoint=endpoint, options=options)
    else:
        service = CloudService(endpoint=endpoint, options=options, seed=_seed(options, surroundings))
    return MineruApi(endpoint=endpoint, options=options, service=service)


def _seed(options: MineruOptions, surroundings: Surroundings) -> str:
    if options.callback is None:
        return ""
    given = options.seed.get_secret_value().strip() if options.seed is not None else ""
    seed = given or surroundings.seed or ""
    if not SEED.fullmatch(seed):
        raise InvalidOptionsError(
            "callbacks of provider mineru need a seed",
            next_step='give seed or set MINERU_SEED: up to 64 letters, digits and "_", made up by you',
        )
    return seed


def _uncertain(ranges: str) -> DocumentWarning:
    return DocumentWarning(
        code="page_numbers_uncertain",
        message=f"Pages {ranges} were asked for; their numbers in the document are not known, so that the "
        "first of them is called page 1.",
    )
