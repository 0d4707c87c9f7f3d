"""Operations on documents that were parsed: split them into topics, and find values by a schema.

Each operation is a job of its own in the ledger, and its result is kept like that of a parse: the same
operation on the same parse is paid once, in whatever process and however often it is asked for. Every
function has a twin whose name ends with `_async`, which takes the same arguments and does not block the loop.
"""

import json
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import pydantic

from docferry.errors import InvalidOptionsError
from docferry.ingest import GivenOptions, JobId, OperationDesk, wait, wait_async
from docferry.ledger import JobRecord
from docferry.provider import JobSettings, PayloadReader, read_options
from docferry.reading.values import Raw
from docferry_pulse.api import PulseApi, make_api
from docferry_pulse.failures import PROVIDER, no_record
from docferry_pulse.operation_api import OperationApi
from docferry_pulse.operations import (
    OperationOptions,
    SchemaConfig,
    SchemaResult,
    SplitResult,
    Topic,
    TopicResults,
    encode_config,
    encode_topics,
    read_schema_result,
    read_split_result,
    read_topic_results,
)
from docferry_pulse.options import PulseOptions
from docferry_pulse.parts import read_kept
from docferry_pulse.wire import read_extraction

__all__ = [
    "extract_schema",
    "extract_schema_async",
    "extract_schema_by_topic",
    "extract_schema_by_topic_async",
    "split",
    "split_async",
]

SPLIT, SCHEMA = "split", "schema"
Result = TypeVar("Result")
Body = dict[str, pydantic.JsonValue]


def split(
    job: JobId,
    topics: Iterable[Topic] = (),
    *,
    config_id: str = "",
    options: GivenOptions = None,
    settings: JobSettings | None = None,
) -> SplitResult:
    """Find the pages of topics in a parsed document. Costs 2 credits a page, once.

    Args:
        job: The job of the parse, by its id in the ledger or its record; it is waited for if need be.
        topics: The topics.
        config_id: Id of a configuration saved at the service, instead of topics.
        options: Key and address, as for a parse; None for those of the environment.
        settings: Ledger, cache, deadline, proxies; None for the defaults. With `refreshes` the operation is
            paid for anew.

    Returns:
        The pages by topic.

    Raises:
        InvalidOptionsError: There are no topics, or the job is no parse by this provider.
        JobNotFoundError: The ledger has no such job, or the service no longer has the parsed document.
        RejectedError: The document was parsed with storage off.
        DocferryError: Why there is no result.
    """
    body = encode_topics(topics, config_id=config_id)
    return wait(_split(job, body, options, settings))


async def split_async(
    job: JobId,
    topics: Iterable[Topic] = (),
    *,
    config_id: str = "",
    options: GivenOptions = None,
    settings: JobSettings | None = None,
) -> SplitResult:
    """See `split`."""
    body = encode_topics(topics, config_id=config_id)
    return await wait_async(_split(job, body, options, settings))


def extract_schema(
    job: JobId | Iterable[JobId],
    config: SchemaConfig,
    *,
    options: GivenOptions = None,
    settings: JobSettings | None = None,
) -> SchemaResult:
    """Find values in a parsed document, or in several together. Costs 1 credit a page, once.

    Args:
        job: The job of the parse, or the jobs of several, by their ids in the ledger or their records.
        config: Which values.
        options: As for `split`.
        settings: As for `split`.

    Returns:
        The values, and where they were found.

    Raises:
        InvalidOptionsError: Nothing says which values, the service refuses the schema, or a job is no parse.
        JobNotFoundError: As for `split`.
        RejectedError: A document was parsed with storage off.
        DocferryError: Why there is no result.
    """
    return wait(_schema(_jobs(job), _config(config), options, settings))


async def extract_schema_async(
    job: JobId | Iterable[JobId],
    config: SchemaConfig,
    *,
    options: GivenOptions = None,
    settings: JobSettings | None = None,
) -> SchemaResult:
    """See `extract_schema`."""
    work = _schema(_jobs(job), _config(config), options, settings)
    return await wait_async(work)


def extract_schema_by_topic(
    split: SplitResult,
    configs: Mapping[str, SchemaConfig],
    *,
    options: GivenOptions = None,
    settings: JobSettings | None = None,
) -> TopicResults:
    """Find values in the pages of topics, each by a schema of its own. Costs 1 credit a page, once.

    Args:
        split: From `split`.
        configs: By topic which values.
        options: As for `split`.
        settings: As for `split`.

    Returns:
        By topic the values, or why there are none.

    Raises:
        InvalidOptionsError: No topic is named, or nothing says which values of one.
        JobNotFoundError: The ledger has no such split, or the service no longer has it.
        DocferryError: Why there is no result.
    """
    body = _topic_body(split, configs)
    return wait(_schema_by_topic(split, body, options, settings))


async def extract_schema_by_topic_async(
    split: SplitResult,
    configs: Mapping[str, SchemaConfig],
    *,
    options: GivenOptions = None,
    settings: JobSettings | None = None,
) -> TopicResults:
    """See `extract_schema_by_topic`."""
    body = _topic_body(split, configs)
    return await wait_async(_schema_by_topic(split, body, options, settings))


async def _split(job: JobId, body: Body, options: GivenOptions, settings: JobSettings | None) -> SplitResult:
    desk = _Desk(options, settings)
    record = await desk.find(job)
    sent: Body = {"extraction_id": await desk.extraction_id(record), **body}
    return await desk.run(SPLIT, (record,), body, sent, read=read_split_result)


async def _schema(
    jobs: tuple[JobId, ...], body: Body, options: GivenOptions, settings: JobSettings | None
) -> SchemaResult:
    desk = _Desk(options, settings)
    records = tuple([await desk.find(job) for job in jobs])
    ids = [await desk.extraction_id(record) for record in records]
    of: Body = {"extraction_id": ids[0]} if len(ids) == 1 else {"extraction_ids": list(ids)}
    return await desk.run(SCHEMA, records, body, {**of, **body}, read=read_schema_result)


async def _schema_by_topic(
    split: SplitResult, body: Body, options: GivenOptions, settings: JobSettings | None
) -> TopicResults:
    desk = _Desk(options, settings)
    record = await desk.find(split.job, operation=SPLIT)
    sent: Body = {"split_id": split.split_id, **body}
    return await desk.run(SCHEMA, (record,), body, sent, read=read_topic_results)


class _Desk:
    """Runs operations with one ledger and cache. Its coroutines run on the engine loop.

    Args:
        options: Key and address.
        settings: Our settings for remote jobs.
    """

    def __init__(self, options: GivenOptions, settings: JobSettings | None) -> None:
        self._options = read_options(PulseOptions, options, provider=PROVIDER)
        self._operations = OperationDesk(provider=PROVIDER, settings=settings)
        self.find = self._operations.find

    async def extraction_id(self, record: JobRecord) -> str:
        """The service's id of a parsed document; its job is waited for if need be.

        Raises:
            RejectedError: The service kept no record of it.
        """
        result = await self._operations.result(self._api(record), record, _read_result)
        extraction_id = read_extraction(result).id
        if not extraction_id:
            raise no_record(record.receipt.remote_id if record.receipt is not None else record.id)
        return extraction_id

    async def run(
        self,
        operation: str,
        records: tuple[JobRecord, ...],
        body: Body,
        sent: Body,
        *,
        read: "Callable[..., Result]",
    ) -> Result:
        """Run an operation, or take its result of an earlier run.

        Args:
            operation: split or schema.
            records: The jobs that it works on.
            body: What is asked for.
            sent: The same with the service's ids, which change when a document is parsed anew.
            read: Reads the result.
        """
        api = OperationApi(api=self._api(records[0]), operation=operation, body=sent)
        options = OperationOptions(of=tuple(record.payload_key for record in records), body=body)
        record = await self._operations.submit(api, records, options)
        return read(await self._operations.result(api, record, _read_result), job=record.id)

    def _api(self, record: JobRecord) -> PulseApi:
        """The protocol with what the job was submitted with, and the key and address given now."""
        known: dict[str, Any] = json.loads(record.options_json) if record.operation == "parse" else {}
        given = {name: getattr(self._options, name) for name in self._options.model_fields_set}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # whoever set them was warned then
            return make_api(read_options(PulseOptions, known | given, provider=PROVIDER))


def _read_result(payload: PayloadReader) -> Raw:
    return read_kept(payload).result


def _jobs(job: JobId | Iterable[JobId]) -> tuple[JobId, ...]:
    jobs = (job,) if isinstance(job, str | JobRecord) else tuple(job)
    if not jobs:
        raise InvalidOptionsError("no job is named", next_step="give the job of a parse")
    return jobs


def _config(config: SchemaConfig) -> Body:
    if config.config_id:
        return {"schema_config_id": config.config_id}
    return {"schema_config": encode_config(config, schema_name="input_schema")}


def _topic_body(split: SplitResult, configs: Mapping[str, SchemaConfig]) -> Body:
    unknown = sorted(set(configs) - set(split.pages))
    if unknown or not configs:
        raise InvalidOptionsError(
            f"the split has no topic '{unknown[0]}'" if unknown else "no topic is named",
            next_step=f"it has {', '.join(split.pages)}",
        )
    written: Body = {
        topic: {"schema_config_id": config.config_id}
        if config.config_id
        else encode_config(config, schema_name="schema")
        for topic, config in configs.items()
    }
    return {"split_schema_config": written}
