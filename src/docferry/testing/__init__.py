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
    from docferry.testing.contracts.job_foundation import Workshop
    from docferry.testing.exchange_driver import ExchangeDriver, reader_of
    from docferry.testing.fast_clock import FastClock
    from docferry.testing.jobs import (
        DocumentedError,
        EmulatedJobService,
        ErrorPlace,
        JobBench,
        JobService,
        RequestKind,
        Trouble,
    )
    from docferry.testing.sample import Sample
    from docferry.testing.served import ServedEmulators
    from docferry.testing.transport import ScriptedTransport
    from docferry.testing.trial import Trial

__all__ = [
    "DocumentedError",
    "EmulatedJobService",
    "ErrorPlace",
    "ExchangeDriver",
    "FakeClock",
    "FastClock",
    "JobBench",
    "JobProviderContract",
    "JobService",
    "ProviderContract",
    "RequestKind",
    "Sample",
    "ScriptedTransport",
    "ServedEmulators",
    "Trial",
    "Trouble",
    "Workshop",
    "reader_of",
]

_MODULES = {
    "DocumentedError": "jobs",
    "EmulatedJobService": "jobs",
    "ErrorPlace": "jobs",
    "ExchangeDriver": "exchange_driver",
    "FakeClock": "clock",
    "FastClock": "fast_clock",
    "JobBench": "jobs",
    "JobProviderContract": "contracts",
    "JobService": "jobs",
    "ProviderContract": "contracts",
    "RequestKind": "jobs",
    "Sample": "sample",
    "ScriptedTransport": "transport",
    "ServedEmulators": "served",
    "Trial": "trial",
    "Trouble": "jobs",
    "Workshop": "contracts.job_foundation",
    "reader_of": "exchange_driver",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
