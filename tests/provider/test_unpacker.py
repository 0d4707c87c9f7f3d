"""A result becomes a document with all its pages, or an error that tells of the job."""

import dataclasses
from contextlib import asynccontextmanager

import pytest
from depot import Depot, DepotApi, DepotOptions, file_of
from documents import text_pdf

from docferry.errors import (
    ConfigurationError,
    DocferryError,
    InvalidResponseError,
    JobNotFoundError,
    ProviderBugError,
    ProviderError,
)
from docferry.ledger import JobStep, PayloadCorruptError
from docferry.model import Document, Page
from docferry.provider import JobSettings, ParseContext, Response
from docferry.sources import Source


class PagedDepot(Depot):
    """Its results have as many pages as it likes."""

    text = b"one\ftwo\fthree"

    def _fetch(self, request):
        super()._fetch(request)
        return Response(status=200, body=self.text)


class PagedApi(DepotApi):
    """Maps a page for each part of the text."""

    trouble = None

    def map(self, payload, *, pages, fingerprint):  # noqa: ARG002 - the protocol's names
        if self.trouble is not None:
            raise self.trouble
        count = payload.read("text").count(b"\f") + 1
        return Document(
            source_fingerprint=fingerprint,
            provider="depot",
            pages=tuple(Page(number=number) for number in range(1, count + 1)),
            elements=(),
        )


@pytest.fixture
def pdf(tmp_path):
    """An opened PDF of three pages."""
    path = text_pdf(tmp_path, pages=3)
    return dataclasses.replace(
        file_of("a.pdf"), content=path, media_type="application/pdf", size_bytes=path.stat().st_size
    )


async def parsed(runner, file, *, api=None, settings=None):
    """The number of pages of the document."""

    @asynccontextmanager
    async def opened(_source):
        yield file

    document = await runner.parse(
        api or PagedApi(),
        Source.from_bytes(b"content", name=file.name),
        pages=None,
        options=DepotOptions(),
        context=ParseContext(info=None, opener=opened, listener=print),
        settings=settings or JobSettings(),
    )
    return len(document.pages)


async def parsed_in_part(here, file):
    """One page is missing from what the service returns."""
    here.depot.text = b"one\ftwo"
    with pytest.raises(InvalidResponseError):
        await parsed(here.runner, file)


async def resumed(runner, *, api=None):
    (record,) = runner.books.ledger.jobs()
    document = await runner.document(api or PagedApi(), record, is_sliced=False, settings=JobSettings())
    return len(document.pages)


def check(error, record, *, remote_id="b0"):
    """That the error carries the job and the command that goes on with it."""
    assert f"`docferry jobs resume {record.id}`" in str(error)
    assert str(error).count(record.id) == 1
    assert len(list(causes(error))) < 10
    if isinstance(error, ProviderError):
        assert (error.provider, error.job_id) == ("depot", remote_id)


def causes(error):
    """The causes of an error; an error that is its own would have no end of them."""
    while error.__cause__ is not None:
        assert error.__cause__ is not error
        error = error.__cause__
        yield error


class TestMissingPages:
    def test_the_error_carries_the_job_and_the_command_that_resumes_it(self, room, pdf):
        async def scenario(here):
            here.depot.text = b"one\ftwo"
            with pytest.raises(InvalidResponseError, match="the result has 2 of 3 pages") as caught:
                await parsed(here.runner, pdf)
            (record,) = here.runner.books.ledger.jobs()
            check(caught.value, record)
            assert len(here.depot.fetches) == 1

        room(scenario, service=PagedDepot)

    @pytest.mark.parametrize("again", [parsed, resumed])
    def test_the_same_job_is_asked_again_and_nothing_is_paid(self, room, pdf, again):
        async def scenario(here):
            await parsed_in_part(here, pdf)
            more = () if again is resumed else (pdf,)
            with pytest.raises(InvalidResponseError, match="2 of 3 pages") as caught:
                await again(here.new_runner(), *more)
            (record,) = here.runner.books.ledger.jobs()
            check(caught.value, record)
            assert len(here.depot.fetches) == 2
            here.depot.text = PagedDepot.text
            assert await again(here.new_runner(), *more) == 3
            assert await again(here.new_runner(), *more) == 3
            assert len(here.depot.fetches) == 3
            assert len(here.depot.submissions) == 1

        room(scenario, service=PagedDepot)

    def test_what_was_paid_for_is_kept_when_the_service_no_longer_has_it(self, room, pdf):
        async def scenario(here):
            await parsed_in_part(here, pdf)
            here.depot.plan = [("poll", Response(status=404))]
            for _ in range(2):
                with pytest.raises(InvalidResponseError, match="2 of 3 pages.*--refresh"):
                    await parsed(here.new_runner(), pdf)
            assert len(here.depot.submissions) == 1
            assert here.runner.books.store.info().payload_count == 1

        room(scenario, service=PagedDepot)

    def test_a_service_that_is_out_of_order_is_asked_by_the_next_run(self, room, pdf):
        async def scenario(here):
            await parsed_in_part(here, pdf)
            here.depot.plan = [("fetch", Response(status=503))] * 6
            with pytest.raises(InvalidResponseError, match="2 of 3 pages"):
                await parsed(here.new_runner(), pdf)
            here.depot.text = PagedDepot.text
            assert await parsed(here.new_runner(), pdf) == 3
            assert len(here.depot.submissions) == 1

        room(scenario, service=PagedDepot)

    def test_another_account_does_not_ask_for_it(self, room, pdf):
        async def scenario(here):
            await parsed_in_part(here, pdf)
            with pytest.raises(InvalidResponseError, match="2 of 3 pages"):
                await parsed(here.new_runner(), pdf, api=PagedApi(account_name="key-2"))
            assert (len(here.depot.submissions), len(here.depot.fetches)) == (1, 1)

        room(scenario, service=PagedDepot)


class TestEveryErrorAboutAJob:
    """Each place after a submission where something may go wrong."""

    @pytest.mark.parametrize("again", [parsed, resumed])
    @pytest.mark.parametrize(
        ("trouble", "kind", "message"),
        [
            (InvalidResponseError("the result lacks pages", provider="depot"), None, "lacks pages"),
            (ConfigurationError("files cannot be saved", next_step="mend it"), None, "saved; mend it; run"),
            (KeyError("pages"), ProviderBugError, "the plugin of provider depot raised KeyError"),
        ],
    )
    def test_of_mapping(self, room, pdf, trouble, kind, message, again):
        async def scenario(here):
            api = PagedApi()
            await parsed(here.runner, pdf)
            api.trouble = trouble
            more = () if again is resumed else (pdf,)
            with pytest.raises(kind or type(trouble), match=message) as caught:
                await again(here.new_runner(), *more, api=api)
            (record,) = here.runner.books.ledger.jobs()
            check(caught.value, record)

        room(scenario, service=PagedDepot)

    def test_of_a_mapping_to_something_else(self, room, pdf):
        class Absent(PagedApi):
            def map(self, payload, *, pages, fingerprint):  # noqa: ARG002 - the protocol's names
                return None

        async def scenario(here):
            with pytest.raises(ProviderBugError, match="mapped a result to NoneType") as caught:
                await parsed(here.runner, pdf, api=Absent())
            (record,) = here.runner.books.ledger.jobs()
            check(caught.value, record)

        room(scenario, service=PagedDepot)

    @pytest.mark.parametrize("error", [ConfigurationError("the disk is full"), PayloadCorruptError("text")])
    def test_of_the_cache(self, room, pdf, error):
        async def scenario(here):
            def refuse(*_arguments, **_keywords):
                raise error

            here.runner.books.store.save = refuse
            with pytest.raises(ConfigurationError) as caught:
                await parsed(here.runner, pdf)
            (record,) = here.runner.books.ledger.jobs()
            assert record.step is JobStep.SUBMITTED
            check(caught.value, record)

        room(scenario, service=PagedDepot)

    def test_of_the_ledger(self, room, pdf):
        async def scenario(here):
            def refuse(*_arguments, **_keywords):
                raise ConfigurationError("the ledger is locked")

            here.runner.books.ledger.record_payload = refuse
            with pytest.raises(ConfigurationError, match="is locked") as caught:
                await parsed(here.runner, pdf)
            (record,) = here.runner.books.ledger.jobs()
            check(caught.value, record)

        room(scenario, service=PagedDepot)

    @pytest.mark.parametrize(
        "plan",
        [
            [("fetch", Response(status=503))] * 6,
            [("poll", Response(status=200, body=b"{"))] * 5,
        ],
    )
    def test_of_polling_and_fetching(self, room, pdf, plan):
        async def scenario(here):
            here.depot.plan = list(plan)
            with pytest.raises(DocferryError) as caught:
                await parsed(here.runner, pdf)
            (record,) = here.runner.books.ledger.jobs()
            check(caught.value, record)

        room(scenario, service=PagedDepot)

    def test_of_a_job_that_the_service_does_not_know(self, room, pdf):
        async def scenario(here):
            here.depot.plan = [("poll", Response(status=404))] * 3
            with pytest.raises(JobNotFoundError) as caught:
                await parsed(here.runner, pdf)
            (record,) = here.runner.books.ledger.jobs()
            assert f"`docferry jobs show {record.id}`" in str(caught.value)
            assert caught.value.job_id == "b0"

        room(scenario, service=PagedDepot)

    def test_of_settings_that_lead_elsewhere(self, room, pdf):
        class Moved(PagedApi):
            @property
            def identity(self):
                return dataclasses.replace(super().identity, endpoint="http://elsewhere")

        async def scenario(here):
            await parsed(here.runner, pdf)
            (record,) = here.runner.books.ledger.jobs()
            with pytest.raises(ConfigurationError, match="the settings lead to http://elsewhere") as caught:
                await resumed(here.runner, api=Moved())
            assert f"run `docferry jobs resume {record.id}`" in str(caught.value)
            with pytest.raises(ConfigurationError) as caught:
                await here.runner.register.cancel(Moved(), record, settings=JobSettings())
            assert record.id in str(caught.value)

        room(scenario, service=PagedDepot)
