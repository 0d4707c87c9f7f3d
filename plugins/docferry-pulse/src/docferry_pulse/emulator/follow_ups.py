"""Answers the requests for operations on documents that were parsed before."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TypeVar, cast

from starlette.responses import Response

from docferry.emulation import ParsedFile, Visit
from docferry.model import JobState
from docferry_pulse.emulator.desk import Desk, Job, as_uuid
from docferry_pulse.emulator.intake import read_json
from docferry_pulse.emulator.operations import (
    SchemaRequest,
    SplitRequest,
    read_schema,
    read_split,
    schema_output,
    split_output,
)
from docferry_pulse.emulator.output import Parse
from docferry_pulse.emulator.request import BadRequestError, ExtractRequest

__all__ = ["FollowUpDesk"]

RequestT = TypeVar("RequestT")

SPLIT_CREDITS, SCHEMA_CREDITS = 2.0, 1.0
"""A page. Source: docs.runpulse.com/api-reference/introduction (read 2026-11-21)."""


class FollowUpDesk:
    """Runs /split and /schema on records of parses.

    Args:
        desk: Knows the parses and their jobs.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._splits: dict[str, tuple[tuple[str, ...], Mapping[str, Sequence[int]]]] = {}

    async def split(self, visit: Visit) -> Response:
        """POST /split."""
        body = await self._body(visit)
        request = self._read(read_split, body)
        parses = self._parses(visit, request.extraction_ids)
        job = await self._start(visit, request, body, parses, credits_per_page=SPLIT_CREDITS)
        split_id = as_uuid(self._desk.state.jobs.make_id(f"split {job.number}"))
        result = split_output(request, parses[0], split_id=split_id)
        output = cast("dict[str, dict[str, Sequence[int]]]", result["split_output"])
        self._splits[split_id] = (request.extraction_ids, output["splits"])
        return await self._answer(visit, job, result, is_async=request.is_async)

    async def schema(self, visit: Visit) -> Response:
        """POST /schema."""
        body = await self._body(visit)
        request = self._read(read_schema, body)
        extraction_ids, splits = request.extraction_ids, dict[str, Sequence[int]]()
        if request.split_id:
            if request.split_id not in self._splits:
                raise self._desk.words.refuse("STORAGE_001", "Split not found")
            extraction_ids, found = self._splits[request.split_id]
            splits = dict(found)
        parses = self._parses(visit, extraction_ids)
        job = await self._start(visit, request, body, parses, credits_per_page=SCHEMA_CREDITS)
        schema_id = as_uuid(self._desk.state.jobs.make_id(f"schema {job.number}"))
        result = schema_output(request, parses, schema_id=schema_id, splits=splits)
        return await self._answer(visit, job, result, is_async=request.is_async)

    async def _body(self, visit: Visit) -> dict[str, object]:
        try:
            body = await read_json(visit.request)
        except BadRequestError as error:
            raise self._desk.words.refuse(error.code, error.message) from error
        await visit.read()
        self._desk.accounts.admit(visit.request)
        return body

    def _read(self, read: Callable[[Mapping[str, object]], RequestT], body: Mapping[str, object]) -> RequestT:
        try:
            return read(body)
        except BadRequestError as error:
            raise self._desk.words.refuse(error.code, error.message) from error

    def _parses(self, visit: Visit, extraction_ids: Sequence[str]) -> list[Parse]:
        """The parsed documents of those ids.

        Raises:
            RefusalError: There is none of that id on the account.
        """
        key = visit.request.headers.get("x-api-key", "")
        desk, found = self._desk, dict[str, Parse]()
        desk.state.jobs.settle()
        for job in desk.state.jobs.all():
            is_record = isinstance(job.request, ExtractRequest) and job.request.is_stored
            if is_record and job.account == key and job.state is JobState.SUCCEEDED:
                parse = desk.parse_of(visit.request, job)
                if parse is not None:
                    found[parse.extraction_id] = parse
        missing = [one for one in extraction_ids if one not in found]
        if missing:
            raise desk.words.refuse("STORAGE_001", f"Extraction {missing[0]} not found")
        return [found[one] for one in extraction_ids]

    async def _start(
        self,
        visit: Visit,
        request: SplitRequest | SchemaRequest,
        body: Mapping[str, object],
        parses: Sequence[Parse],
        *,
        credits_per_page: float,
    ) -> Job:
        desk = self._desk
        account = desk.accounts.admit_key(visit.request)
        pages = sum(len(parse.pages) for parse in parses)
        job = desk.state.jobs.create(request, account=account.key, file_name="", plan=visit.plan)
        desk.accounts.charge(account, job.id, pages=0, credits_needed=credits_per_page * pages)
        upload = await desk.state.uploads.save_body(_whole(body), file_name="step.json")
        document = parses[0].parsed.document
        desk.state.jobs.start(job, upload, pages=pages, work=lambda: ParsedFile(document=document))
        desk.state.submitted(job)
        return job

    async def _answer(self, visit: Visit, job: Job, result: dict[str, object], *, is_async: bool) -> Response:
        info = self._desk.accounts.plan_info(job.account)
        self._desk.put_result(job, {**result, "plan_info": info})
        is_receipt = is_async and not self._desk.quirks.answers_at_once
        return self._desk.receipt(job) if is_receipt else await self._desk.finished(visit, job)


async def _whole(body: Mapping[str, object]) -> AsyncIterator[bytes]:
    yield json.dumps(body, sort_keys=True).encode()
