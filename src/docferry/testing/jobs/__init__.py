"""What the contract of submit, poll and fetch providers runs against: a service, and the wire to it."""

from docferry.testing.jobs.bench import JobBench
from docferry.testing.jobs.emulated import EmulatedJobService
from docferry.testing.jobs.service import DocumentedError, ErrorPlace, JobService
from docferry.testing.jobs.wire import RequestKind, Trouble, Wire

__all__ = [
    "DocumentedError",
    "EmulatedJobService",
    "ErrorPlace",
    "JobBench",
    "JobService",
    "RequestKind",
    "Trouble",
    "Wire",
]
