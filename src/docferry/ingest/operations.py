"""What a service does besides parsing, for the plugins that offer it: each operation a job of the ledger."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from docferry.errors import InvalidOptionsError
from docferry.ingest.bookkeeper import JobId
from docferry.ledger import JobRecord
from docferry.provider import Exchange, JobApi, JobSettings, PayloadReader, ProviderOptions
from docferry.provider.job_room import job_runner
from docferry.sources import SourceFile

__all__ = ["OperationDesk"]

Result = TypeVar("Result")


class OperationDesk:
    """Runs operations of one provider on jobs that are in the ledger, such as splitting what was parsed.

    An operation is paid once, like a parse: in whatever process and however often it is asked for, its
    result is taken from the ledger and the cache. Its coroutines run on the engine loop: plugins call them
    in a coroutine of their own and give that to `wait` or `wait_async`.

    Args:
        provider: The provider's name.
        settings: Ledger, cache, deadline, proxies; None for the defaults.
    """

    def __init__(self, *, provider: str, settings: JobSettings | None = None) -> None:
        self._provider = provider
        self._settings = settings or JobSettings()

    async def find(self, job: JobId, *, operation: str = "parse") -> JobRecord:
        """The job of an operation as the ledger has it.

        Args:
            job: The job, by its id in the ledger or its record.
            operation: What it must be, as the provider's `ServiceIdentity` calls it.

        Raises:
            JobNotFoundError: There is no such job.
            InvalidOptionsError: It is another provider's, or another operation.
        """
        job_id = job.id if isinstance(job, JobRecord) else job
        books = (await job_runner(self._settings)).books
        record = await books.do(books.ledger.find, job_id)
        if record.provider != self._provider or record.operation != operation:
            raise InvalidOptionsError(
                f"job {record.id} is a {record.operation} by provider {record.provider}",
                next_step=f"give a {operation} by provider {self._provider}",
                source=record.source_name,
            )
        return record

    async def submit(self, api: JobApi, subjects: Sequence[JobRecord], options: ProviderOptions) -> JobRecord:
        """Submit an operation, or find it where it was submitted before.

        Args:
            api: Speaks with the service; its identity names the operation.
            subjects: The jobs that it works on, at least one; the new job is about the first one's source.
            options: All that decides the result, the payload keys of the subjects among it.

        Returns:
            The job of the operation.

        Raises:
            DocferryError: The service refused, or nobody knows whether it accepted.
        """
        runner = await job_runner(self._settings)
        subject = _stand_in(subjects[0])
        errand = await runner.errand(api, subject, pages=None, options=options, settings=self._settings)
        return await runner.submit(errand)

    async def result(self, api: JobApi, record: JobRecord, read: Callable[[PayloadReader], Result]) -> Result:
        """The result of a job, which is waited for if need be.

        Args:
            api: Speaks with the service.
            record: The job.
            read: Makes the result of the payload; called in a worker thread.

        Raises:
            DocferryError: Why there is no result.
        """
        runner = await job_runner(self._settings)
        return await runner.result(api, record, read, settings=self._settings)

    async def ask(self, api: JobApi, exchange: Callable[[], Exchange[Result]]) -> Result:
        """Hold a conversation that costs nothing, such as deleting a job at the service.

        Args:
            api: Speaks with the service.
            exchange: Begins the conversation; again while the service is busy.

        Raises:
            DocferryError: What the exchange raised, or UnavailableError when no answer came.
        """
        runner = await job_runner(self._settings)
        return await runner.ask(api, exchange, settings=self._settings)


def _stand_in(record: JobRecord) -> SourceFile:
    """What stands for the source: an operation sends nothing of it, but its key is about its bytes."""
    return SourceFile.unseen(
        name=record.source_name,
        file_name=record.file_name,
        fingerprint=record.fingerprint,
        part=record.pages,
    )
