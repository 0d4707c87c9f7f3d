"""What a plugin's webhook hook is handed besides the call itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from docferry.errors import MissingCredentialError
from docferry.settings import read_environment

__all__ = ["WebhookSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """The secrets that calls are signed with, and the time.

    Args:
        now: Seconds since the epoch, UTC, to tell old calls by.
        environment: Where the secrets are; None for the process's environment.
    """

    now: float
    environment: Mapping[str, str] | None = field(default=None, repr=False)

    def secret(self, *names: str, provider: str) -> str:
        """The value of the first variable that is set.

        Args:
            names: Variable names, most important first.
            provider: Name of the provider, for the message.

        Raises:
            MissingCredentialError: None is set.
        """
        value = read_environment(*names, environment=self.environment)
        if value is None:
            raise MissingCredentialError(
                f"calls of provider {provider} cannot be verified: {names[0]} is not set",
                next_step=f"set {names[0]}",
            )
        return value
