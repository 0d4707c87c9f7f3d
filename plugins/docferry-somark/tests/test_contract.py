"""Provider somark keeps the contract of every provider with jobs, over real HTTP to its emulator."""

import io
import json
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas
from somark_service import QUICK, reach

from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    InvalidOptionsError,
    JobFailedError,
    JobNotFoundError,
    QuotaExceededError,
    RejectedError,
    SourceNotFoundError,
    SourceTooLargeError,
    UnsupportedSourceError,
)
from docferry.testing import DocumentedError, EmulatedJobService, ErrorPlace, JobProviderContract, Sample

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
FACTS = json.loads((EXAMPLES / "demo_facts.json").read_text(encoding="utf-8"))

# Code: the error on submission, and while asking. None: it waits.
CODES = {
    1101: (None, None),
    1102: (JobFailedError, JobFailedError),
    1104: (UnsupportedSourceError, UnsupportedSourceError),
    1105: (InvalidOptionsError, JobNotFoundError),
    1106: (CorruptSourceError, CorruptSourceError),
    1107: (AuthenticationError, AuthenticationError),
    1108: (QuotaExceededError, QuotaExceededError),
    1111: (SourceNotFoundError, JobNotFoundError),
    1118: (SourceTooLargeError, SourceTooLargeError),
    1120: (JobFailedError, JobFailedError),
    1123: (QuotaExceededError, QuotaExceededError),
    1124: (None, None),
    1132: (SourceTooLargeError, SourceTooLargeError),
    1133: (InvalidOptionsError, JobNotFoundError),
    1137: (JobFailedError, JobFailedError),
    1138: (JobFailedError, JobFailedError),
    2000: (InvalidOptionsError, JobNotFoundError),
    1999: (RejectedError, None),  # a code that nobody knows
}


def small_pdf(*, lines=(("Tides", "High water is at 06:12."), ("Moorings", "Buoy 7 is free."))):
    """A PDF of a few lines on each of its pages."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    for heading, text in lines:
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawString(72, 740, heading)
        canvas.setFont("Helvetica", 11)
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def passages(page):
    """The headings of a page of demo.pdf, in order."""
    return tuple(
        heading["text"] for heading in (*FACTS["titles"], *FACTS["headings"]) if heading["page"] == page
    )


class TestSomark(JobProviderContract):
    provider = "somark"
    heavy_modules = ("liteparse",)
    # The service leaves running heads out unless told otherwise, so there is no furniture to look for.
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
        DocumentedError(place=place, code=str(code), error=error)
        for code, errors in CODES.items()
        for place, error in zip((ErrorPlace.SUBMIT, ErrorPlace.POLL), errors, strict=True)
        # A task that failed tells its reason in words, without a code.
    ) + tuple(
        DocumentedError(place=ErrorPlace.JOB, code=code, error=JobFailedError) for code in ("1102", "1137")
    )

    @pytest.fixture
    def service(self):
        with EmulatedJobService("somark", options=reach, settings=QUICK) as service:
            yield service
