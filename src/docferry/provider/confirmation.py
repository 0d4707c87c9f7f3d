"""Whether a service knows a job that a person names: nothing is believed that was not asked about."""

import copy

from docferry.errors import DocferryError, JobNotFoundError
from docferry.model import Receipt
from docferry.provider.client import ServiceClient
from docferry.provider.promises import ask_about

__all__ = ["confirm_receipt"]


async def confirm_receipt(client: ServiceClient, receipt: Receipt, *, needs_document: bool = False) -> None:
    """Ask the service once about a job.

    Args:
        client: Asks.
        receipt: The job.
        needs_document: Whether a job that still waits for its document is none.

    Raises:
        JobNotFoundError: The service does not know it.
        DocferryError: The service cannot be asked; of the class of whatever is in the way.
    """
    provider = client.api.identity.provider
    try:
        (status,) = await client.ask(lambda: ask_about(client.api, (receipt,)))
    except JobNotFoundError as error:
        raise JobNotFoundError(
            f"provider {provider} does not know the job '{receipt.remote_id}'",
            next_step="check the id, the key and the address",
            provider=provider,
            job_id=receipt.remote_id,
            request_id=error.request_id,
        ) from error
    except DocferryError as error:
        told = copy.copy(error)
        told.message = f"provider {provider} cannot be asked about '{receipt.remote_id}': {error.message}"
        raise told from error
    if needs_document and not status.has_document:
        raise JobNotFoundError(
            f"the job '{receipt.remote_id}' of provider {provider} never got its document",
            provider=provider,
            job_id=receipt.remote_id,
        )
