"""How a request comes in: on which account, in which version of the API, and whether that goes with its path.

Source: docs.extend.ai/developers/api-versioning (read 2026-11-22); a live server answered a path of
2025-04-21 with 410 under 2026-02-09.
"""

from dataclasses import dataclass, field

from starlette.requests import Request

from docferry.emulation import Account, RefusalError
from docferry_extend.emulator.state import ExtendState
from docferry_extend.emulator.voice import LATEST, LEGACY

__all__ = ["Entry", "enter"]

VERSION_HEADER = "x-extend-api-version"
REPLACEMENTS = {"/parse/async": "POST /parse_runs", "/parser_runs": "GET /parse_runs/{id}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A request that was let in.

    Args:
        account: Its account.
        version: Its version of the API.
        state: What the service knows.
    """

    account: Account
    version: str
    state: ExtendState = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of its answer."""
        return {VERSION_HEADER: self.version}

    def refusal(self, code: str, message: str = "") -> RefusalError:
        """The error of that code in the words of its version, to be raised."""
        return self.state.refusal(code, message, version=self.version)


def enter(request: Request, state: ExtendState, *, bucket: str, only: str = "") -> Entry:
    """Let a request in.

    Args:
        request: The request.
        state: What the service knows.
        bucket: Which rate limit it counts towards.
        only: The version of the API that has the path; empty for both.

    Raises:
        RefusalError: It is not let in.
    """
    version = request.headers.get(VERSION_HEADER, "")
    worded = version if version in {LATEST, LEGACY} else LATEST
    account = state.account(request.headers.get("authorization", ""))
    if account is None:
        raise state.refusal("UNAUTHORIZED", version=worded)
    if version != worded:
        raise state.refusal(
            "INVALID_REQUEST", "a valid x-extend-api-version header is required", version=worded
        )
    if state.quirks.is_gone == version:
        raise state.refusal(
            "ENDPOINT_REMOVED", f"API version {version} is no longer available.", version=version
        )
    if only and only != version:
        raise _misplaced(request, state, version)
    state.pace(account, bucket, version=version)
    return Entry(account=account, version=version, state=state)


def _misplaced(request: Request, state: ExtendState, version: str) -> RefusalError:
    if version == LEGACY:
        return state.refusal("NOT_FOUND", "Cannot find this path.", version=version)
    instead = next(
        (words for path, words in REPLACEMENTS.items() if request.url.path.startswith(path)), "another path"
    )
    return state.refusal("ENDPOINT_REMOVED", f"Use {instead} instead.", version=version)
