"""What can be done with a run besides parsing: delete it at the service."""

from collections.abc import Mapping
from typing import Any

from docferry.ingest import OperationDesk, wait
from docferry.provider import Exchange, JobSettings, read_options
from docferry_extend.answers import read_problem
from docferry_extend.api import make_api
from docferry_extend.endpoint import Endpoint
from docferry_extend.failures import Asked
from docferry_extend.options import ExtendOptions

__all__ = ["delete", "delete_run"]


def delete_run(
    run_id: str,
    *,
    options: Mapping[str, Any] | ExtendOptions | None = None,
    jobs: JobSettings | None = None,
) -> bool:
    """Have the service delete a run and everything it keeps of it, for good. What docferry has cached stays.

    Delete a run only when its result has arrived: one that is deleted before was paid for in vain.

    Args:
        run_id: The service's id of the run, which `docferry jobs list` shows.
        options: Options of provider extend, of the version of the API that the run was begun with.
        jobs: Our settings for jobs.

    Returns:
        False when the service does not know the run, or no longer.

    Raises:
        DocferryError: Why it could not be deleted.
    """
    api = make_api(read_options(ExtendOptions, options, provider="extend"))
    desk = OperationDesk(provider="extend", settings=jobs)
    return wait(desk.ask(api, lambda: delete(api.endpoint, run_id)))


def delete(endpoint: Endpoint, run_id: str) -> Exchange[bool]:
    """Have the service delete a run and all that it keeps of it, for good.

    Returns:
        False when the service does not know the run, or no longer.

    Raises:
        DocferryError: Why the service does not answer.
    """
    response = yield endpoint.request("DELETE", f"{endpoint.paths.runs}/{run_id}")
    if response.status == 404 and read_problem(response.body) is not None:  # noqa: PLR2004 - not found
        return False
    endpoint.check(response, Asked.POLL, job_id=run_id)
    return True
