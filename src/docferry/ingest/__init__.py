"""Sources in, outcomes out: one producer on the engine loop, and two faces over it."""

from docferry.ingest.faces import AsyncRun, Run
from docferry.ingest.ingestor import Ingestor, parse
from docferry.ingest.outcome import OnError, Outcome, Report

__all__ = ["AsyncRun", "Ingestor", "OnError", "Outcome", "Report", "Run", "parse"]
