"""What a job is asked for, and under which keys it is found again."""

from dataclasses import dataclass, field, replace

from docferry.ledger import NewJob, canonical_json, make_job_key, make_payload_key
from docferry.provider.client import ServiceClient
from docferry.provider.job_api import ServiceIdentity, SubmitItem
from docferry.provider.job_settings import JobSettings

__all__ = ["Errand", "make_errand", "name_account"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One job to carry through.

    Args:
        client: Speaks with the service.
        account: Tells accounts of all services apart.
        new: What the ledger knows it by.
        item: What to submit; None when it was submitted earlier.
        settings: Our settings.
    """

    client: ServiceClient
    account: str
    new: NewJob
    item: SubmitItem | None = field(repr=False)
    settings: JobSettings


def make_errand(
    client: ServiceClient,
    item: SubmitItem,
    *,
    account_hash: str,
    expected_pages: int | None,
    settings: JobSettings,
) -> Errand:
    """Describe a job by everything that decides what the service returns."""
    identity, file, options = client.api.identity, item.file, item.options
    pages = file.part if item.pages is None else str(item.pages)
    payload_key = make_payload_key(
        fingerprint=file.fingerprint,
        suffix=file.suffix,
        pages=pages,
        provider=identity.provider,
        protocol_version=identity.protocol_version,
        operation=identity.operation,
        options=options.semantic,
    )
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
    )
    return Errand(
        client=client,
        account=name_account(identity, account_hash),
        new=new,
        item=replace(item, data_id=job_key[:32]),
        settings=settings,
    )


def name_account(identity: ServiceIdentity, account_hash: str) -> str:
    """What tells accounts of all services apart."""
    return f"{identity.provider} {identity.endpoint} {account_hash}"
