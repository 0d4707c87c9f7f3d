"""Sources in, outcomes out: one producer on the engine loop, and two faces over it.

`JobDesk` is the way to remote jobs besides a parse: submit now, collect later, look after what there is.
`OperationDesk` is for plugins whose services do more than parse.
"""

from docferry.ingest.bookkeeper import JobId
from docferry.ingest.clerk import GivenOptions
from docferry.ingest.desk import JobDesk
from docferry.ingest.faces import AsyncRun, Run, wait, wait_async
from docferry.ingest.ingestor import Ingestor, parse
from docferry.ingest.later import collect, submit
from docferry.ingest.operations import OperationDesk
from docferry.ingest.outcome import OnError, Outcome, Report
from docferry.ingest.story import JobStory
from docferry.ingest.submitting import SubmitOutcome

__all__ = [
    "AsyncRun",
    "GivenOptions",
    "Ingestor",
    "JobDesk",
    "JobId",
    "JobStory",
    "OnError",
    "OperationDesk",
    "Outcome",
    "Report",
    "Run",
    "SubmitOutcome",
    "collect",
    "parse",
    "submit",
    "wait",
    "wait_async",
]
