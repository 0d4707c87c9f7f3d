"""The kit for authors of plugins: contracts that every provider keeps, clocks, and scripted services.

Nothing else imports it. `ProviderContract` and `JobProviderContract` are plain classes of tests for pytest:
subclass one, say which provider and which samples, and inherit the suite. Each name is imported when it is
first used, because pytest imports this package in every run through the plugin that ships with it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docferry.testing.clock import FakeClock
    from docferry.testing.contracts import JobProviderContract, ProviderContract
    from docferry.testing.exchange_driver import ExchangeDriver, reader_of
    from docferry.testing.fast_clock import FastClock
    from docferry.testing.jobs import DocumentedError, EmulatedJobService, ErrorPlace, JobService
    from docferry.testing.sample import Sample
    from docferry.testing.transport import ScriptedTransport

__all__ = [
    "DocumentedError",
    "EmulatedJobService",
    "ErrorPlace",
    "ExchangeDriver",
    "FakeClock",
    "FastClock",
    "JobProviderContract",
    "JobService",
    "ProviderContract",
    "Sample",
    "ScriptedTransport",
    "reader_of",
]

_MODULES = {
    "DocumentedError": "jobs",
    "EmulatedJobService": "jobs",
    "ErrorPlace": "jobs",
    "ExchangeDriver": "exchange_driver",
    "FakeClock": "clock",
    "FastClock": "fast_clock",
    "JobProviderContract": "contracts",
    "JobService": "jobs",
    "ProviderContract": "contracts",
    "Sample": "sample",
    "ScriptedTransport": "transport",
    "reader_of": "exchange_driver",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
