"""Provider mineru keeps the contract of every provider with jobs: the cloud, the agent, each server.


Over real HTTP to the emulator.
"""

import io
from types import MappingProxyType

import pytest
from reportlab.pdfgen.canvas import Canvas

from docferry.emulation import EmulatorSettings
from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    EmptySourceError,
    InvalidOptionsError,
    JobFailedError,
    JobNotFoundError,
    QuotaExceededError,
    RejectedError,
    SourceNotFoundError,
    SourceTooLargeError,
    UnavailableError,
    UnsupportedSourceError,
)
from docferry.testing import DocumentedError, EmulatedJobService, ErrorPlace, JobProviderContract, Sample

QUICK = {"queue_seconds": 0.02, "work_seconds": 0.1, "requests_per_second": 0, "concurrency": 0}

# Code: the error on submission, while asking, and of a task that failed. None: it waits, or goes on asking.
CODES = {
    "A0202": (AuthenticationError, AuthenticationError, AuthenticationError),
    "A0211": (AuthenticationError, AuthenticationError, AuthenticationError),
    "-500": (InvalidOptionsError, JobNotFoundError, JobFailedError),
    "-10001": (None, None, UnavailableError),
    "-10002": (InvalidOptionsError, JobNotFoundError, JobFailedError),
    "-60001": (None, None, UnavailableError),
    "-60002": (UnsupportedSourceError, UnsupportedSourceError, UnsupportedSourceError),
    "-60003": (CorruptSourceError, CorruptSourceError, CorruptSourceError),
    "-60004": (EmptySourceError, EmptySourceError, EmptySourceError),
    "-60005": (SourceTooLargeError, SourceTooLargeError, SourceTooLargeError),
    "-60006": (SourceTooLargeError, SourceTooLargeError, SourceTooLargeError),
    "-60007": (None, None, UnavailableError),
    "-60008": (SourceNotFoundError, SourceNotFoundError, SourceNotFoundError),
    "-60009": (None, None, JobFailedError),
    "-60010": (JobFailedError, JobFailedError, JobFailedError),
    "-60011": (JobFailedError, JobFailedError, JobFailedError),
    "-60012": (JobNotFoundError, JobNotFoundError, JobFailedError),
    "-60013": (AuthenticationError, AuthenticationError, AuthenticationError),
    "-60014": (RejectedError, RejectedError, RejectedError),
    "-60015": (UnsupportedSourceError, UnsupportedSourceError, UnsupportedSourceError),
    "-60016": (JobFailedError, JobFailedError, JobFailedError),
    "-60017": (JobFailedError, JobFailedError, JobFailedError),
    "-60018": (QuotaExceededError, QuotaExceededError, QuotaExceededError),
    "-60019": (QuotaExceededError, QuotaExceededError, QuotaExceededError),
    "-60020": (JobFailedError, JobFailedError, JobFailedError),
    "-60021": (JobFailedError, JobFailedError, JobFailedError),
    "-60022": (SourceNotFoundError, SourceNotFoundError, SourceNotFoundError),
    "-69999": (RejectedError, None, JobFailedError),  # a code that nobody knows
}
AGENT_CODES = {
    "-30001": (SourceTooLargeError, None, SourceTooLargeError),
    "-30002": (UnsupportedSourceError, None, UnsupportedSourceError),
    "-30003": (SourceTooLargeError, None, SourceTooLargeError),
    "-30004": (InvalidOptionsError, None, JobFailedError),
}
PLACES = (ErrorPlace.SUBMIT, ErrorPlace.POLL, ErrorPlace.JOB)


def documented(codes, *places):
    """The errors of these codes at these places."""
    return tuple(
        DocumentedError(place=place, code=code, error=errors[PLACES.index(place)])
        for code, errors in codes.items()
        for place in places or PLACES
    )


def small_pdf():
    """A PDF of two pages."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    for heading, text in (("Tides", "High water is at 06:12."), ("Moorings", "Buoy 7 is free.")):
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawString(72, 740, heading)
        canvas.setFont("Helvetica", 11)
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


SAMPLE = Sample(
    name="tides.pdf",
    content=small_pdf,
    pages=(("Tides", "High water is at 06:12."), ("Moorings", "Buoy 7 is free.")),
)


def settings(**quirks):
    return EmulatorSettings(**QUICK, quirks=quirks)


class TestCloud(JobProviderContract):
    provider = "mineru"
    heavy_modules = ("liteparse",)
    samples = (SAMPLE,)
    documented_errors = documented(CODES)

    @pytest.fixture
    def service(self):
        def reach(variables):
            return {"base_url": variables["MINERU_BASE_URL"], "api_key": variables["MINERU_API_KEY"]}

        kinds = MappingProxyType({"submit": "upload_urls", "poll": "poll_batch"})
        quick = settings(submits_per_minute="0", queries_per_minute="0", has_err_code="true")
        with EmulatedJobService("mineru", options=reach, kinds=kinds, settings=quick) as service:
            yield service
