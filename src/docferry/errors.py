"""Every error docferry raises, grouped by what the caller does next.

```
DocferryError
  ConfigurationError            fix your setup
    MissingCredentialError
    UnknownProviderError
    PluginLoadError
    MissingExtraError           also an ImportError
    InvalidOptionsError
    TokenizerUnavailableError
  SourceError                   fix the input
    SourceNotFoundError
    EmptySourceError
    UnsupportedSourceError
    SourceTooLargeError
    CorruptSourceError
    EncryptedSourceError
    NeedsOcrError
  ProviderError                 the service; has provider, job_id, request_id
    TransientError              try again later
      RateLimitedError          has retry_after_seconds
      UnavailableError
      JobTimeoutError           also a TimeoutError
      SubmissionUnknownError
    RejectedError               again will not help
      AuthenticationError
      QuotaExceededError
      JobFailedError
      JobNotFoundError
      ResultExpiredError
      ForgedEventError
    InvalidResponseError        the service broke its word
    ProviderBugError            the plugin broke its word
```

Errors are plain, hashable and picklable, so they cross process pools. A message says what failed; `str`
puts the source in front and the next step behind. No message holds a key, the query of a signed URL, or
text of a document. Errors of httpx and pydantic do not belong here and never leave the rooms that use them.
"""

__all__ = [
    "AuthenticationError",
    "ConfigurationError",
    "CorruptSourceError",
    "DocferryError",
    "EmptySourceError",
    "EncryptedSourceError",
    "ForgedEventError",
    "InvalidOptionsError",
    "InvalidResponseError",
    "JobFailedError",
    "JobNotFoundError",
    "JobTimeoutError",
    "MissingCredentialError",
    "MissingExtraError",
    "NeedsOcrError",
    "PluginLoadError",
    "ProviderBugError",
    "ProviderError",
    "QuotaExceededError",
    "RateLimitedError",
    "RejectedError",
    "ResultExpiredError",
    "SourceError",
    "SourceNotFoundError",
    "SourceTooLargeError",
    "SubmissionUnknownError",
    "TokenizerUnavailableError",
    "TransientError",
    "UnavailableError",
    "UnknownProviderError",
    "UnsupportedSourceError",
]


class DocferryError(Exception):
    """Base of everything docferry raises on purpose.

    Args:
        message: What failed, without the source's name and without a final full stop.
        next_step: What the caller can do about it, an imperative clause; empty when there is nothing.
        source: Name of the source concerned; empty when there is none, or until the ingest room fills it in.
    """

    def __init__(self, message: str, *, next_step: str = "", source: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.source = source

    def __str__(self) -> str:
        """One sentence: the source, what failed, and the next step."""
        place = f"{self.source}: " if self.source else ""
        advice = f"; {self.next_step}" if self.next_step else ""
        return f"{place}{self.message}{advice}"


class ConfigurationError(DocferryError):
    """The setup is wrong; fix it and run again. Nothing was sent anywhere."""


class MissingCredentialError(ConfigurationError):
    """A provider needs a key and neither an argument nor the environment has one."""


class UnknownProviderError(ConfigurationError):
    """No installed and allowed plugin has that provider name."""


class PluginLoadError(ConfigurationError):
    """A plugin is installed but broken: it does not import, or does not keep the hook contract."""


class MissingExtraError(ConfigurationError, ImportError):
    """An optional dependency is not installed; the message names the extra to install."""


class InvalidOptionsError(ConfigurationError):
    """An option or setting has an unknown name or a value out of range."""


class TokenizerUnavailableError(ConfigurationError):
    """The vocabulary of an encoding is neither on this machine nor downloadable."""


class SourceError(DocferryError):
    """One input cannot be parsed as it is; the other sources of the run are not concerned."""


class SourceNotFoundError(SourceError):
    """There is nothing at that path, pattern or URL."""


class EmptySourceError(SourceError):
    """The file has no bytes, or the folder no documents."""


class UnsupportedSourceError(SourceError):
    """The provider does not read this kind of file."""


class SourceTooLargeError(SourceError):
    """The file exceeds the provider's limit in bytes or pages."""


class CorruptSourceError(SourceError):
    """The bytes are damaged, cut short, or not what the name says."""


class EncryptedSourceError(SourceError):
    """The document needs a password, or the password given is wrong."""


class NeedsOcrError(SourceError):
    """No page of the document has a text layer, and the provider does no character recognition."""


class ProviderError(DocferryError):
    """The parsing service or its plugin failed.

    Args:
        message: What failed.
        next_step: What the caller can do.
        source: Name of the source concerned.
        provider: Name of the provider, or empty.
        job_id: The service's id of the job concerned, or empty.
        request_id: The service's id of the failed request, or empty.
    """

    def __init__(  # noqa: PLR0913 - an error says where it comes from, and all of it is optional
        self,
        message: str,
        *,
        next_step: str = "",
        source: str = "",
        provider: str = "",
        job_id: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(message, next_step=next_step, source=source)
        self.provider = provider
        self.job_id = job_id
        self.request_id = request_id


class TransientError(ProviderError):
    """Trying again later may help."""


class RateLimitedError(TransientError):
    """The service asks for fewer requests. `retry_after_seconds` is its advice, or None."""

    retry_after_seconds: float | None = None


class UnavailableError(TransientError):
    """The service does not answer, or answers that it cannot work now."""


class JobTimeoutError(TransientError, TimeoutError):
    """The job did not end before the caller's deadline; it may still end, and can be resumed."""


class SubmissionUnknownError(TransientError):
    """The connection broke after the paid request went out: nobody knows whether a job exists."""


class RejectedError(ProviderError):
    """The service refused for a reason that repetition does not change."""


class AuthenticationError(RejectedError):
    """The key is wrong, expired, or not allowed to do this."""


class QuotaExceededError(RejectedError):
    """The account has no pages, credits or daily allowance left."""


class JobFailedError(RejectedError):
    """The service tried to parse the document and gave up."""


class JobNotFoundError(RejectedError):
    """The service does not know the job, or no longer."""


class ResultExpiredError(RejectedError):
    """The job is done but its result is no longer kept by the service."""


class ForgedEventError(RejectedError):
    """A call of a webhook that the service did not sign, or signed too long ago; nothing was done."""


class InvalidResponseError(ProviderError):
    """The service answered something its own documentation does not allow; the message names the field."""


class ProviderBugError(ProviderError):
    """The plugin raised something else than a DocferryError, or returned something else than a Document."""
