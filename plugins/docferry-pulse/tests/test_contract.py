"""Provider pulse keeps the contract of every provider with jobs, over real HTTP to its emulator."""

import json
from pathlib import Path

import pytest
from pulse_documents import small_pdf

from docferry.emulation import EmulatorSettings
from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    EmptySourceError,
    EncryptedSourceError,
    InvalidOptionsError,
    JobFailedError,
    QuotaExceededError,
    RejectedError,
    SourceError,
    SourceNotFoundError,
    SourceTooLargeError,
    UnsupportedSourceError,
)
from docferry.testing import DocumentedError, EmulatedJobService, ErrorPlace, JobProviderContract, Sample

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
FACTS = json.loads((EXAMPLES / "demo_facts.json").read_text(encoding="utf-8"))

# One code of each remedy; `test_failures` has them all. None: the document waits.
SUBMIT = {
    "AUTH_002": AuthenticationError,
    "BILLING_002": QuotaExceededError,
    "FILE_001": UnsupportedSourceError,
    "FILE_002": SourceTooLargeError,
    "FILE_003": CorruptSourceError,
    "FILE_004": EmptySourceError,
    "FILE_005": SourceNotFoundError,
    "FILE_006": EncryptedSourceError,
    "GENERAL_004": None,
    "PROC_001": JobFailedError,
    "RATE_001": None,
    "REQ_003": InvalidOptionsError,
    "REQ_006": SourceError,
    "X_999": RejectedError,  # a code that nobody knows
}
POLL = {
    "AUTH_003": AuthenticationError,
    "BILLING_003": QuotaExceededError,
    "GENERAL_001": None,
    "JOB_001": None,  # it may not be known yet
    "RATE_001": None,
}
JOB = {"FILE_003": CorruptSourceError, "FILE_006": EncryptedSourceError, "PROC_001": JobFailedError}


def passages(page):
    """The headings of a page of demo.pdf, in order."""
    return tuple(
        heading["text"] for heading in (*FACTS["titles"], *FACTS["headings"]) if heading["page"] == page
    )


class TestPulse(JobProviderContract):
    provider = "pulse"
    heavy_modules = ("liteparse",)
    samples = (
        Sample(
            name="tides.pdf",
            content=small_pdf,
            pages=(("Tides", "High water is at 06:12."), ("Moorings", "Buoy 7 is free.")),
        ),
        Sample(
            name="demo.pdf",
            content=EXAMPLES / "demo.pdf",
            pages=tuple(passages(page) for page in range(1, FACTS["pages"] + 1)),
        ),
    )
    documented_errors = tuple(
        DocumentedError(place=place, code=code, error=error)
        for place, codes in ((ErrorPlace.SUBMIT, SUBMIT), (ErrorPlace.POLL, POLL), (ErrorPlace.JOB, JOB))
        for code, error in codes.items()
    )

    @pytest.fixture
    def service(self):
        settings = EmulatorSettings(queue_seconds=0.01, work_seconds=0.05, seconds_per_page=0)
        with EmulatedJobService("pulse", options=reach, settings=settings) as service:
            yield service


def reach(variables):
    """The options that reach the emulator."""
    return {"base_url": variables["PULSE_BASE_URL"], "api_key": variables["PULSE_API_KEY"]}
