"""Provider mineru keeps the contract of every provider with jobs, over real HTTP to its emulator."""

from typing import ClassVar

import pytest
from mineru_files import PAGES, small_pdf

from docferry.emulation import EmulatorSettings
from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    InvalidOptionsError,
    JobFailedError,
    JobNotFoundError,
    QuotaExceededError,
    SourceTooLargeError,
)
from docferry.testing import DocumentedError, EmulatedJobService, ErrorPlace, JobProviderContract, Sample
from docferry.testing.contracts.job_trouble import PASSING_TROUBLES

# A few of each place, as every one costs a parse; test_failures.py has all codes.
CLOUD_ERRORS = (
    DocumentedError(place=ErrorPlace.SUBMIT, code="A0202", error=AuthenticationError),
    DocumentedError(place=ErrorPlace.SUBMIT, code="-10002", error=InvalidOptionsError),
    DocumentedError(place=ErrorPlace.SUBMIT, code="-60001", error=None),  # put off: it waits
    DocumentedError(place=ErrorPlace.SUBMIT, code="-60009", error=None),
    DocumentedError(place=ErrorPlace.SUBMIT, code="-60018", error=QuotaExceededError),
    DocumentedError(place=ErrorPlace.POLL, code="A0211", error=AuthenticationError),
    DocumentedError(place=ErrorPlace.POLL, code="-60012", error=JobNotFoundError),
    DocumentedError(place=ErrorPlace.POLL, code="-10001", error=None),
    DocumentedError(place=ErrorPlace.JOB, code="-60003", error=CorruptSourceError),
    DocumentedError(place=ErrorPlace.JOB, code="-60010", error=JobFailedError),
)
AGENT_ERRORS = (
    DocumentedError(place=ErrorPlace.SUBMIT, code="-30001", error=SourceTooLargeError),
    DocumentedError(place=ErrorPlace.SUBMIT, code="-30004", error=InvalidOptionsError),
    DocumentedError(place=ErrorPlace.JOB, code="-30003", error=SourceTooLargeError),
)
SERVER_4_ERRORS = (
    DocumentedError(place=ErrorPlace.SUBMIT, code="quality_tier_unavailable", error=InvalidOptionsError),
    DocumentedError(place=ErrorPlace.SUBMIT, code="invalid_api_key", error=AuthenticationError),
    DocumentedError(place=ErrorPlace.POLL, code="job_not_found", error=None),  # asked again: see server.py
    DocumentedError(place=ErrorPlace.JOB, code="-60010", error=JobFailedError),
)
OLD_SERVER_ERRORS = (
    DocumentedError(place=ErrorPlace.SUBMIT, code="400", error=InvalidOptionsError),
    DocumentedError(place=ErrorPlace.JOB, code="-60010", error=JobFailedError),
)


SAMPLE = Sample(name="tides.pdf", content=small_pdf, pages=PAGES)
ONE_PAGE = Sample(name="tides.pdf", content=lambda: small_pdf(1), pages=PAGES[:1])
FIRST_PAGE = Sample(name="first.pdf", content=lambda: small_pdf(1), pages=PAGES[:1])
"""A second file for batches."""


class Mineru(JobProviderContract):
    """What all have in common."""

    __test__ = False

    provider = "mineru"
    heavy_modules = ("liteparse",)
    samples = (SAMPLE,)
    protocol = "cloud"
    kinds: ClassVar = {}
    reach: ClassVar = {}
    quirks: ClassVar = {}

    @pytest.fixture
    def service(self):
        settings = EmulatorSettings(
            queue_seconds=0.01,
            work_seconds=0.05,
            seconds_per_page=0,
            requests_per_second=0,
            concurrency=0,
            quirks={"protocol": self.protocol, **self.quirks},
        )

        def reach(variables):
            return {option: variables.get(value, value) for option, value in self.reach.items()}

        with EmulatedJobService("mineru", options=reach, kinds=self.kinds, settings=settings) as service:
            yield service


class TestCloud(Mineru):
    __test__ = True
    samples = (SAMPLE, FIRST_PAGE)
    documented_errors = CLOUD_ERRORS
    kinds: ClassVar = {"submit": "upload_urls", "poll": "poll_batch"}
    reach: ClassVar = {"base_url": "MINERU_BASE_URL", "api_key": "MINERU_API_KEY"}
    quirks: ClassVar = {"submits_per_minute": "0", "queries_per_minute": "0", "has_err_code": "true"}


class KeylessService(Mineru):
    """A service that takes everybody; a key that is given all the same does no harm."""

    __test__ = False

    @pytest.mark.xfail(reason="the service has no accounts, and takes every key")
    def test_account_is_told_and_a_wrong_key_is_noticed(self, workshop, trial):
        super().test_account_is_told_and_a_wrong_key_is_noticed(workshop, trial)


@pytest.mark.slow
class TestAgent(KeylessService):
    __test__ = True
    samples = (ONE_PAGE,)  # of running text nobody knows where its pages end
    documented_errors = AGENT_ERRORS
    kinds: ClassVar = {"submit": "agent_submit", "poll": "agent_poll"}
    reach: ClassVar = {"base_url": "MINERU_BASE_URL", "mode": "agent", "api_key": "spare-key-1"}
    quirks: ClassVar = {"has_err_code": "true"}

    @pytest.mark.xfail(reason="the agent returns running text; the card speaks of the cloud and servers")
    def test_boxes_are_given_as_the_card_says(self, trial):
        super().test_boxes_are_given_as_the_card_says(trial)


class TestServer4(Mineru):
    __test__ = True
    documented_errors = SERVER_4_ERRORS
    protocol = "server-4"
    reach: ClassVar = {"server_url": "MINERU_SERVER_URL", "api_key": "server-key-1"}
    quirks: ClassVar = {"server_key": "server-key-1"}

    @pytest.mark.xfail(reason="MINERU_API_KEY is the cloud's, and never goes to a server")
    def test_key_in_the_environment_is_enough(self, workshop, monkeypatch):
        super().test_key_in_the_environment_is_enough(workshop, monkeypatch)


@pytest.mark.slow
class TestServer3(KeylessService):
    __test__ = True
    documented_errors = OLD_SERVER_ERRORS
    protocol = "server-3"
    reach: ClassVar = {"server_url": "MINERU_SERVER_URL", "api_key": "spare-key-1"}


@pytest.mark.slow
class TestServer2(KeylessService):
    __test__ = True
    documented_errors = OLD_SERVER_ERRORS
    protocol = "server-2"
    kinds: ClassVar = {"submit": "parse"}
    reach: ClassVar = {"server_url": "MINERU_SERVER_URL", "api_key": "spare-key-1"}

    @pytest.mark.xfail(reason="the answer to the upload is the result: there is nothing to poll")
    @pytest.mark.parametrize("name", [*PASSING_TROUBLES, "unreadable"])
    def test_trouble_while_polling_passes(self, workshop, service, name):
        super().test_trouble_while_polling_passes(workshop, service, name)
