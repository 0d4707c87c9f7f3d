"""Our own settings, and the only place that reads the environment.

A provider's knobs are options and live with the provider. Values are read when asked for, never at import.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["PluginPolicy", "read_environment", "read_plugin_policy"]


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


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split(",") if name.strip())
