"""Fetches the archive that a server's task left."""

from docferry.provider import Exchange, Request
from docferry_mineru.endpoint import Endpoint
from docferry_mineru.failures import Asked
from docferry_mineru.parts import ARCHIVE_PART, check_result
from docferry_mineru.server_failures import ServerReader

__all__ = ["fetch_archive"]


def fetch_archive(endpoint: Endpoint, path: str, *, job_id: str, timeout_seconds: float) -> Exchange[None]:
    """Save the zip archive of a task.

    Args:
        endpoint: Where the server is.
        path: Where the archive is, below the server's root.
        job_id: The task.
        timeout_seconds: How long to wait.

    Raises:
        DocferryError: Why there is none.
    """
    response = yield Request(
        method="GET",
        url=f"{endpoint.base_url}/{path}",
        headers=endpoint.headers,
        saves_as=ARCHIVE_PART,
        checks=check_result,
        timeout_seconds=timeout_seconds,
        weight=0,
    )
    if not response.is_success:
        raise ServerReader(secret=endpoint.secret).failure(response, Asked.FETCH, job_id=job_id)
