"""Files that the service reads from addresses: of this machine only, everything else is out of its reach."""

import ssl
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import httpx

from docferry.emulation import ServiceState, Upload, is_of_this_machine
from docferry_mineru.emulator.request import FileRequest

__all__ = ["AddressReader", "UnreadableAddressError", "make_client"]

PART_BYTES = 1024 * 1024


class UnreadableAddressError(Exception):
    """The service cannot read an address.

    Args:
        code: The service's code.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copy:
    """What was read from an address, and when."""

    path: Path
    at: float


class AddressReader:
    """Reads addresses, and keeps copies for those who take one.

    Args:
        state: What the service knows.
        client: Reads them.
    """

    def __init__(self, state: ServiceState[FileRequest], *, client: httpx.AsyncClient) -> None:
        self._state = state
        self._client = client
        self._copies: dict[str, _Copy] = {}

    async def read(self, request: FileRequest) -> Upload:
        """Read the address of a request, or take a copy that is young enough.

        Raises:
            UnreadableAddressError: It cannot be read.
        """
        copy = self._copies.get(request.url)
        now = self._state.clock.now()
        if copy is None or not request.cache_seconds or now - copy.at > request.cache_seconds:
            copy = _Copy(path=await self._fetch(request), at=now)
            self._copies[request.url] = copy
        return await self._state.uploads.save_body(_parts(copy.path), file_name=request.name)

    async def _fetch(self, request: FileRequest) -> Path:
        failure = "-60022" if request.model == "MinerU-HTML" else "-60008"
        if not is_of_this_machine(request.url):
            raise UnreadableAddressError(failure)
        folder = self._state.uploads.folder
        with tempfile.NamedTemporaryFile(dir=folder, prefix="address-", delete=False) as target:
            path = Path(target.name)
        try:
            async with self._client.stream("GET", request.url) as response:
                response.raise_for_status()
                async with await anyio.open_file(path, "wb") as target:
                    async for part in response.aiter_bytes(PART_BYTES):
                        await target.write(part)
        except httpx.HTTPError as error:
            raise UnreadableAddressError(failure) from error
        return path


def make_client(*, timeout_seconds: float) -> httpx.AsyncClient:
    """A client for addresses of this machine; whoever takes it closes it."""
    # An empty context: nothing on this machine is encrypted, and reading all certificates takes long.
    # Proxies of the environment must not get between two processes of one machine.
    return httpx.AsyncClient(
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        trust_env=False,
        follow_redirects=True,
        timeout=timeout_seconds,
    )


async def _parts(path: Path) -> AsyncIterator[bytes]:
    async with await anyio.open_file(path, "rb") as source:
        while part := await source.read(PART_BYTES):
            yield part
