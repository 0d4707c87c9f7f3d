"""What a service does besides parsing is a job like others: found again, paid once, with errors that tell."""

import dataclasses

import pytest
from depot_plugin import DepotApi, DepotOptions

from docferry import JobDesk
from docferry.errors import InvalidOptionsError, JobNotFoundError, ProviderBugError
from docferry.ingest import OperationDesk, wait
from docferry.ledger import JobStep


class CountApi(DepotApi):
    """Has the depot work on what stands for a file that it has already."""

    @property
    def identity(self):
        return dataclasses.replace(super().identity, operation="count")


@pytest.fixture
def parsed(depot, depot_manager, jobs, tmp_path):
    """The job of a parse."""
    del depot
    path = tmp_path / "tides.txt"
    path.write_text("high and low")
    (outcome,) = JobDesk(jobs=jobs, manager=depot_manager).submit([path], provider="depot")
    return outcome.job


@pytest.fixture
def operations(jobs):
    return OperationDesk(provider="depot", settings=jobs)


def read_bytes(payload):
    return payload.read("result")


def test_an_operation_is_paid_once_and_is_a_job_of_its_own(parsed, operations, depot):
    api, options = CountApi(DepotOptions()), DepotOptions(language="de")
    first, again = (wait(operations.submit(api, [parsed], options)) for _ in range(2))
    assert (first.operation, first.source_name) == ("count", parsed.source_name)
    assert again.id == first.id != parsed.id
    assert len(depot.submissions) == 2
    other = wait(operations.submit(api, [parsed], DepotOptions(language="fr")))
    assert other.id != first.id


def test_a_result_is_what_the_plugin_reads_and_comes_from_the_cache_the_second_time(
    parsed, operations, depot
):
    api = DepotApi(DepotOptions())
    assert b"high and low" in wait(operations.result(api, parsed, read_bytes))
    asked = depot.fetches, depot.polls
    assert b"high and low" in wait(operations.result(api, parsed, read_bytes))
    assert (depot.fetches, depot.polls) == asked
    assert wait(operations.find(parsed.id)).step is JobStep.FETCHED


def test_a_reader_that_fails_is_the_plugins_bug_and_names_the_job(parsed, operations):
    with pytest.raises(ProviderBugError, match="raised ZeroDivisionError") as caught:
        wait(operations.result(DepotApi(DepotOptions()), parsed, lambda _payload: 1 // 0))
    assert parsed.id in caught.value.next_step


def test_jobs_of_other_operations_and_providers_are_refused(parsed, operations, jobs):
    assert wait(operations.find(parsed)).id == parsed.id
    with pytest.raises(InvalidOptionsError, match="is a parse by provider depot") as caught:
        wait(operations.find(parsed, operation="count"))
    assert "give a count by provider depot" in caught.value.next_step
    with pytest.raises(InvalidOptionsError):
        wait(OperationDesk(provider="echo", settings=jobs).find(parsed))
    with pytest.raises(JobNotFoundError):
        wait(operations.find("0" * 8))


def test_a_question_goes_to_the_service_of_the_desk(operations, depot):
    del depot
    api = DepotApi(DepotOptions())
    assert wait(operations.ask(api, api.account)).is_valid
