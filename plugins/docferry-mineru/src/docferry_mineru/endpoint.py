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

__all__ = ["Endpoint", "Surroundings", "resolve_endpoint"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the environment says, as read at one time. None for what is not set.

    Args:
        api_key: Token of the cloud: MINERU_API_KEY, or MINERU_TOKEN.
        base_url: Root of the cloud: MINERU_BASE_URL.
        server_url: Address of a server: MINERU_SERVER_URL.
        server_key: Key of that server: MINERU_SERVER_API_KEY.
        seed: What callbacks are signed with: MINERU_SEED.
    """

    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    server_url: str | None = None
    server_key: str | None = field(default=None, repr=False)
    seed: str | None = field(default=None, repr=False)

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> "Surroundings":
        """Read the variables; of the process when `environment` is None."""
        return cls(
            api_key=read_environment("MINERU_API_KEY", "MINERU_TOKEN", environment=environment),
            base_url=read_environment("MINERU_BASE_URL", environment=environment),
            server_url=read_environment("MINERU_SERVER_URL", environment=environment),
            server_key=read_environment("MINERU_SERVER_API_KEY", environment=environment),
            seed=read_environment("MINERU_SEED", environment=environment),
        )


def resolve_endpoint(options: MineruOptions, surroundings: Surroundings) -> Endpoint:
    """Find out which service is meant: an argument first, then MINERU_SERVER_URL, then MINERU_BASE_URL.

    Raises:
        MissingCredentialError: The cloud is meant and there is no key.
        InvalidOptionsError: A server is meant and there is no address, or a variable holds no address.
    """
    mode = options.mode or _implied_mode(options, surroundings)
    if mode is Mode.SERVER:
        key = _given_key(options) or surroundings.server_key
        return Endpoint(mode=mode, base_url=_server_url(options, surroundings), api_key=_secret(key))
    key = None if mode is Mode.AGENT else _cloud_key(options, surroundings)
    return Endpoint(mode=mode, base_url=_base_url(options, surroundings), api_key=_secret(key))


def _implied_mode(options: MineruOptions, surroundings: Surroundings) -> Mode:
    is_server = options.server_url or (options.base_url is None and surroundings.server_url)
    return Mode.SERVER if is_server else Mode.CLOUD


def _server_url(options: MineruOptions, surroundings: Surroundings) -> str:
    if options.server_url is not None:
        return options.server_url
    if surroundings.server_url is None:
        raise InvalidOptionsError(
            "a server of your own is to parse, and its address is not known",
            next_step="give server_url or set MINERU_SERVER_URL",
        )
    return read_server_url(surroundings.server_url, name="MINERU_SERVER_URL")


def _base_url(options: MineruOptions, surroundings: Surroundings) -> str:
    if options.base_url is not None:
        return options.base_url
    if surroundings.base_url is None:
        return CLOUD_URL
    return read_base_url(surroundings.base_url, name="MINERU_BASE_URL")


def _cloud_key(options: MineruOptions, surroundings: Surroundings) -> str:
    key = _given_key(options) or surroundings.api_key
    if key is None:
        raise MissingCredentialError(
            "provider mineru needs an API token",
            next_step="set MINERU_API_KEY or give api_key; tokens are made at mineru.net/apiManage/token. "
            'Without one there is mode="agent", for files up to 10 MB and 20 pages',
        )
    return key.removeprefix("Bearer ").strip()


def _given_key(options: MineruOptions) -> str | None:
    key = options.api_key.get_secret_value().strip() if options.api_key is not None else ""
    return key.removeprefix("Bearer ").strip() or None


def _secret(key: str | None) -> pydantic.SecretStr | None:
    return None if key is None else pydantic.SecretStr(key)
