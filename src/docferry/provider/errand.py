"""What a job is asked for, and under which keys it is found again."""

import hashlib
from dataclasses import dataclass, field, replace

from docferry.errors import ConfigurationError
from docferry.ledger import JobRecord, NewJob, canonical_json, make_job_key, make_payload_key, strip_endpoint
from docferry.model import Receipt
from docferry.provider.client import ServiceClient
from docferry.provider.custody import Custody
from docferry.provider.intake import Arrival, Freshness, Intake
from docferry.provider.job_api import ServiceIdentity, SubmitItem
from docferry.provider.job_settings import JobSettings
from docferry.provider.options import ProviderOptions

__all__ = ["FOREIGN_MARK", "Errand", "describe_foreign_job", "make_errand", "recall_errand"]

FOREIGN_MARK = "job:"
"""How the fingerprint of a job begins of which nobody has told what it parses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One job to carry through.

    Args:
        client: Speaks with the service.
        account: Tells accounts of all services apart.
        new: What the ledger knows it by.
        settings: Our settings.
        item: What to submit; None when it was submitted earlier.
        custody: Keeps the file of the item open; None when it needs no keeping.
        arrival: The source among those of its run; None when it has no company.
        freshness: Which jobs are good enough; None when any is.
        job_id: The job in the ledger, when it was submitted earlier; empty to find or make one.
        is_own_account: Whether the job was submitted on this account, so that the service must know it.
        is_under_way: Whether the job was submitted earlier, and its payload was not fetched then.
    """

    client: ServiceClient
    account: str
    new: NewJob
    settings: JobSettings
    item: SubmitItem | None = field(default=None, repr=False)
    custody: Custody | None = field(default=None, repr=False)
    arrival: Arrival | None = field(default=None, repr=False)
    freshness: Freshness | None = None
    job_id: str = ""
    is_own_account: bool = True
    is_under_way: bool = False


def make_errand(  # noqa: PLR0913 - everything that is known of a job beforehand
    client: ServiceClient,
    item: SubmitItem,
    *,
    account_hash: str,
    expected_pages: int | None,
    settings: JobSettings,
    custody: Custody | None = None,
    arrival: Arrival | None = None,
    now: float,
) -> Errand:
    """Describe a job by everything that decides what the service returns."""
    identity, file, options = client.api.identity, item.file, item.options
    pages = file.part if item.pages is None else str(item.pages)
    payload_key = _payload_key(identity, options, file.fingerprint, suffix=file.suffix, pages=pages)
    job_key = make_job_key(payload_key=payload_key, endpoint=identity.endpoint, account_hash=account_hash)
    new = NewJob(
        payload_key=payload_key,
        job_key=job_key,
        provider=identity.provider,
        protocol_version=identity.protocol_version,
        operation=identity.operation,
        endpoint=identity.endpoint,
        account_hash=account_hash,
        source_name=file.name,
        file_name=file.file_name,
        fingerprint=file.fingerprint,
        size_bytes=file.size_bytes,
        pages=pages,
        expected_pages=expected_pages,
        options_json=canonical_json(options.shown),
        is_refresh=settings.refreshes,
    )
    return Errand(
        client=client,
        account=_name_account(identity, account_hash),
        new=new,
        item=replace(item, data_id=job_key[:32]),
        settings=settings,
        custody=custody,
        arrival=arrival,
        freshness=(arrival.intake if arrival else Intake()).begin(now) if settings.refreshes else None,
    )


def recall_errand(
    client: ServiceClient, record: JobRecord, *, account_hash: str, settings: JobSettings
) -> Errand:
    """Describe a job that was submitted earlier. It is never submitted again, whatever the settings say.

    Raises:
        ConfigurationError: The service that the settings lead to is not the one that has the job.
    """
    identity = client.api.identity
    if strip_endpoint(identity.endpoint) != record.endpoint:
        raise ConfigurationError(
            f"job {record.id} is at {record.endpoint}, and the settings lead to "
            f"{strip_endpoint(identity.endpoint)}",
            next_step=f"set the address of provider {record.provider} to the former",
            source=record.source_name,
        )
    return Errand(
        client=client,
        account=_name_account(identity, account_hash),
        new=record,
        settings=settings,
        job_id=record.id,
        is_own_account=account_hash == record.account_hash,
        is_under_way=record.is_current and record.step.is_under_way,
    )


def describe_foreign_job(
    identity: ServiceIdentity, receipt: Receipt, *, account_hash: str, options: ProviderOptions
) -> NewJob:
    """Describe a job that was started elsewhere on a source that nobody has at hand.

    Its fingerprint is made from the receipt and marked as such, "job:" and a digest, so that no source is
    ever taken to be parsed by it.
    """
    mark = canonical_json([identity.provider, strip_endpoint(identity.endpoint), *_words(receipt)])
    fingerprint = f"{FOREIGN_MARK}{hashlib.sha256(mark.encode('ascii')).hexdigest()}"
    payload_key = _payload_key(identity, options, fingerprint, suffix="", pages="")
    return NewJob(
        payload_key=payload_key,
        job_key=make_job_key(payload_key=payload_key, endpoint=identity.endpoint, account_hash=account_hash),
        provider=identity.provider,
        protocol_version=identity.protocol_version,
        operation=identity.operation,
        endpoint=identity.endpoint,
        account_hash=account_hash,
        source_name=f"{identity.provider}:{'/'.join(_words(receipt))}",
        file_name="",
        fingerprint=fingerprint,
        size_bytes=0,
        options_json=canonical_json(options.shown),
    )


def _name_account(identity: ServiceIdentity, account_hash: str) -> str:
    """What tells accounts of all services apart."""
    return f"{identity.provider} {identity.endpoint} {account_hash}"


def _payload_key(
    identity: ServiceIdentity, options: ProviderOptions, fingerprint: str, *, suffix: str, pages: str
) -> str:
    return make_payload_key(
        fingerprint=fingerprint,
        suffix=suffix,
        pages=pages,
        provider=identity.provider,
        protocol_version=identity.protocol_version,
        operation=identity.operation,
        options=options.semantic,
    )


def _words(receipt: Receipt) -> tuple[str, ...]:
    return (receipt.remote_id, receipt.item_id) if receipt.item_id else (receipt.remote_id,)
