"""Which of the services, at which address, with which key.

Arguments come before the environment. A key of the cloud never goes to a server, and the agent takes none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pydantic

from docferry.errors import InvalidOptionsError, MissingCredentialError
from docferry.settings import read_environment
from docferry_mineru.addresses import CLOUD_URL, read_base_url, read_server_url
from docferry_mineru.options import MineruOptions, Mode

__all__ = ["Endpoint", "resolve_endpoint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where requests go.

    Args:
        mode: Which of the services.
        base_url: The cloud's root or the server's, without a slash at the end.
        api_key: The key, or None where none is sent.
    """

    mode: Mode
    base_url: str
    api_key: pydantic.SecretStr | None = field(default=None, repr=False)

    @property
    def secret(self) -> str:
        """The key as text; empty when there is none."""
        return self.api_key.get_secret_value() if self.api_key is not None else ""

    @property
    def headers(self) -> dict[str, str]:
        """The headers that carry the key."""
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}


def resolve_endpoint(options: MineruOptions, *, environment: Mapping[str, str] | None = None) -> Endpoint:
    """Find out which service is meant: an argument first, then MINERU_SERVER_URL, then MINERU_BASE_URL.

    Args:
        options: The options.
        environment: Where to look for variables; the process's when None.

    Raises:
        MissingCredentialError: The cloud is meant and there is no key.
        InvalidOptionsError: A server is meant and there is no address, or a variable holds no address.
    """
    mode = options.mode or _implied_mode(options, environment)
    if mode is Mode.SERVER:
        return Endpoint(
            mode=mode, base_url=_server_url(options, environment), api_key=_server_key(options, environment)
        )
    base_url = options.base_url or _from_environment("MINERU_BASE_URL", environment) or CLOUD_URL
    key = None if mode is Mode.AGENT else _cloud_key(options, environment)
    return Endpoint(mode=mode, base_url=base_url, api_key=key)


def _implied_mode(options: MineruOptions, environment: Mapping[str, str] | None) -> Mode:
    if options.server_url is not None:
        return Mode.SERVER
    if options.base_url is None and read_environment("MINERU_SERVER_URL", environment=environment):
        return Mode.SERVER
    return Mode.CLOUD


def _server_url(options: MineruOptions, environment: Mapping[str, str] | None) -> str:
    if options.server_url is not None:
        return options.server_url
    given = read_environment("MINERU_SERVER_URL", environment=environment)
    if given is None:
        raise InvalidOptionsError(
            "a server of your own is to parse, and its address is not known",
            next_step="give server_url or set MINERU_SERVER_URL",
        )
    return read_server_url(given, name="MINERU_SERVER_URL")


def _server_key(options: MineruOptions, environment: Mapping[str, str] | None) -> pydantic.SecretStr | None:
    given = _given_key(options) or read_environment("MINERU_SERVER_API_KEY", environment=environment)
    return None if given is None else pydantic.SecretStr(given)


def _cloud_key(options: MineruOptions, environment: Mapping[str, str] | None) -> pydantic.SecretStr:
    key = _given_key(options) or read_environment("MINERU_API_KEY", "MINERU_TOKEN", environment=environment)
    if key is None:
        raise MissingCredentialError(
            "provider mineru needs an API token",
            next_step="set MINERU_API_KEY or give api_key; tokens are made at mineru.net/apiManage/token. "
            'Without one there is mode="agent", for files up to 10 MB and 20 pages',
        )
    return pydantic.SecretStr(key)


def _given_key(options: MineruOptions) -> str | None:
    key = options.api_key.get_secret_value().strip() if options.api_key is not None else ""
    return key.removeprefix("Bearer ").strip() or None


def _from_environment(name: str, environment: Mapping[str, str] | None) -> str | None:
    given = read_environment(name, environment=environment)
    return None if given is None else read_base_url(given, name=name)
