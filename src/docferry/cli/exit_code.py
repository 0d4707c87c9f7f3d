"""What the exit code says."""

from enum import IntEnum

from docferry.errors import ConfigurationError, DocferryError

__all__ = ["ExitCode"]


class ExitCode(IntEnum):
    """The exit codes of every command."""

    OK = 0
    FAILED = 1  # at least one source failed, whatever --on-error says
    USAGE = 2  # the command line or the setup is wrong: nothing was parsed because of it
    INTERRUPTED = 130  # Ctrl-C
    PIPE_CLOSED = 141  # the reader of standard output went away, as in `| head`

    @classmethod
    def of(cls, error: DocferryError) -> "ExitCode":
        """The code of an error that ended the command."""
        return cls.USAGE if isinstance(error, ConfigurationError) else cls.FAILED
