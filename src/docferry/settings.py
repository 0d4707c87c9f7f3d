"""Our own settings, and the only place that reads the environment.

A provider's knobs are options and live with the provider. Values are read when asked for, never at import.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from docferry.errors import InvalidOptionsError

if TYPE_CHECKING:
    import pydantic

__all__ = [
    "PluginPolicy",
    "cache_folder",
    "cache_max_bytes",
    "ledger_path",
    "read_environment",
    "read_plugin_policy",
    "read_secret",
    "webhook_providers",
]

DEFAULT_CACHE_MAX_BYTES = 2 * 1024**3


def read_environment(*names: str, environment: Mapping[str, str] | None = None) -> str | None:
    """The value of the first variable that is set and not blank, or None.

    Args:
        names: Variable names, most important first.
        environment: Where to look; the process's environment when None.
    """
    variables = os.environ if environment is None else environment  # noqa: TID251 - this is that one place
    for name in names:
        value = variables.get(name, "").strip()
        if value:
            return value
    return None


def read_secret(
    given: "pydantic.SecretStr | None", *names: str, environment: Mapping[str, str] | None = None
) -> str | None:
    """A key as it was given as an option, else the first variable that is set, or None. A blank one is none.

    Args:
        given: The option's value.
        names: Variable names, most important first.
        environment: Where to look; the process's environment when None.
    """
    key = given.get_secret_value().strip() if given is not None else ""
    return key or read_environment(*names, environment=environment)


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginPolicy:
    """Which plugins may be imported, decided by provider name before any import.

    Args:
        allow: The only names allowed; None allows every name.
        deny: Names refused, even when allowed.
    """

    allow: frozenset[str] | None = None
    deny: frozenset[str] = frozenset()

    def refusal(self, name: str) -> str:
        """Why that name may not be imported, or an empty string when it may."""
        if name in self.deny:
            return "it is on the deny list"
        if self.allow is not None and name not in self.allow:
            return "it is not on the allow list"
        return ""


def read_plugin_policy(environment: Mapping[str, str] | None = None) -> PluginPolicy:
    """The policy in DOCFERRY_PLUGINS_ALLOW and DOCFERRY_PLUGINS_DENY, each a list of names with commas."""
    allow = read_environment("DOCFERRY_PLUGINS_ALLOW", environment=environment)
    deny = read_environment("DOCFERRY_PLUGINS_DENY", environment=environment)
    return PluginPolicy(allow=None if allow is None else _names(allow), deny=_names(deny or ""))


def ledger_path(environment: Mapping[str, str] | None = None) -> Path:
    """Where the ledger is: DOCFERRY_LEDGER, or `ledger.sqlite3` in the user's data folder.

    `:memory:` stands for a ledger that ends with the process.
    """
    given = read_environment("DOCFERRY_LEDGER", environment=environment)
    if given is not None:
        return Path(given).expanduser()
    return platformdirs.user_data_path("docferry", appauthor=False) / "ledger.sqlite3"


def cache_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Where paid payloads are kept: DOCFERRY_CACHE, or `payloads` in the user's cache folder.

    `:memory:` stands for a temporary folder that ends with the process.
    """
    given = read_environment("DOCFERRY_CACHE", environment=environment)
    if given is not None:
        return Path(given).expanduser()
    return platformdirs.user_cache_path("docferry", appauthor=False) / "payloads"


def cache_max_bytes(environment: Mapping[str, str] | None = None) -> int:
    """How large the payload cache may grow: DOCFERRY_CACHE_MAX_BYTES, or 2 GiB.

    Raises:
        InvalidOptionsError: The variable is not a whole number of bytes.
    """
    given = read_environment("DOCFERRY_CACHE_MAX_BYTES", environment=environment)
    if given is None:
        return DEFAULT_CACHE_MAX_BYTES
    if not (given.isascii() and given.isdigit()):
        raise InvalidOptionsError(
            f"DOCFERRY_CACHE_MAX_BYTES is '{given}', which is not a number of bytes",
            next_step=f"set it to a whole number such as {DEFAULT_CACHE_MAX_BYTES}",
        )
    return int(given)


def webhook_providers(environment: Mapping[str, str] | None = None) -> frozenset[str]:
    """The providers whose events `docferry webhook` receives: DOCFERRY_WEBHOOKS, names with commas."""
    return _names(read_environment("DOCFERRY_WEBHOOKS", environment=environment) or "")


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split(",") if name.strip())
