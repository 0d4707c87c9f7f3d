"""The emulated service for tests of the whole way: real HTTP, and a job engine on a fast clock."""

from docferry.emulation import EmulatorSettings

# On a clock that runs a hundred times as fast, a task is asked about twice or three times.
QUICK = EmulatorSettings(
    queue_seconds=0.01, work_seconds=0.05, seconds_per_page=0, requests_per_second=0, concurrency=0
)


def reach(variables):
    """The options that reach the service, from the variables that its emulator prints."""
    return {"base_url": variables["SOMARK_BASE_URL"], "api_key": variables["SOMARK_API_KEY"]}
