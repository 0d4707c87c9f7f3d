"""The contract of every provider whose service has jobs."""

from docferry.testing.contracts.job_access import AccessContract
from docferry.testing.contracts.job_money import MoneyContract
from docferry.testing.contracts.job_trouble import TroubleContract

__all__ = ["JobProviderContract"]


class JobProviderContract(AccessContract, MoneyContract, TroubleContract):
    """What a provider with the ability jobs promises besides, as tests to inherit.

    ```python
    import pytest

    from docferry.errors import AuthenticationError, JobFailedError
    from docferry.testing import DocumentedError, EmulatedJobService, ErrorPlace, JobProviderContract, Sample


    class TestHaiku(JobProviderContract):
        provider = "haiku"
        samples = (Sample(...),)
        documented_errors = (
            DocumentedError(place=ErrorPlace.SUBMIT, code="bad_key", error=AuthenticationError),
            DocumentedError(place=ErrorPlace.SUBMIT, code="slow_down", error=None),  # busy: it waits
            DocumentedError(place=ErrorPlace.JOB, code="unreadable", error=JobFailedError),
        )

        @pytest.fixture
        def service(self):
            def options(variables):
                return {"base_url": variables["HAIKU_BASE_URL"], "api_key": variables["HAIKU_API_KEY"]}

            with EmulatedJobService("haiku", options=options) as service:
                yield service
    ```

    The provider's `docferry_parse` runs as always, but its `context.run_job` is carried out by a job engine
    of the test's own: real requests to the service, on a clock that runs a hundred times as fast, over a wire
    that counts and goes wrong when told to. A provider without an emulator gives a `JobService` of its own
    with a `ScriptedTransport` in it.
    """
