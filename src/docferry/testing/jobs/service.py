"""The service that a contract runs against, as a plugin's author provides it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from docferry.errors import DocferryError
from docferry.provider import NetworkSettings
from docferry.provider.transport import Transport

__all__ = ["DocumentedError", "ErrorPlace", "JobService"]


class ErrorPlace(StrEnum):
    """Where a service says that something is wrong."""

    SUBMIT = "submit"  # the answer to the submission refuses the document
    POLL = "poll"  # the answer to a question about the job refuses the question
    JOB = "job"  # the job ends without success


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentedError:
    """An error that a service documents, and what a user is told.

    Args:
        place: Where the service says it.
        code: The service's code, or whatever word `JobService.fail` knows it by.
        error: Class of the error that the parse ends with, exactly; None when the parse only waits: the
            service is busy, and the document arrives later.
    """

    place: ErrorPlace
    code: str
    error: type[DocferryError] | None

    @property
    def name(self) -> str:
        """Such as "submit-1107", for the test's name."""
        return f"{self.place}-{self.code}"


class JobService(Protocol):
    """A service under test: an emulator on this machine, or a script. Made anew for each test.

    It must work fast: a job is done within a second or so of the machine's time. It is called from the test's
    thread while requests come in on others.
    """

    @property
    def options(self) -> Mapping[str, Any]:
        """The provider's options that reach it: its address, and a key that it accepts."""
        ...

    @property
    def submission_count(self) -> int:
        """Jobs made since it was started, counted where they would be billed."""
        ...

    def transport(self, network: NetworkSettings) -> Transport:
        """What carries requests to it: a `docferry.provider.HttpTransport`, or a `ScriptedTransport`."""
        ...

    def fail(self, place: ErrorPlace, code: str, *, times: int = 1) -> None:
        """Have it fail so often at that place with that documented error, from its next request on."""
        ...

    def use_unknown_word(self) -> None:
        """Have its next answer about a job give a state that nobody has ever heard of, once."""
        ...
