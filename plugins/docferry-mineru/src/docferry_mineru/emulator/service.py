"""The MinerU services' protocols over real HTTP on this machine, as ASGI apps.

Paths, fields, codes and shapes are those of the vendor's documents and its clients; results are real parses
by the provider named `local`, which reads PDF; PNG and JPEG become a figure, web pages their text, and other
types fail, unless results are canned. What the documents leave open is a quirk, see `quirks`. Switches for
formulas, tables, recognition and the language are checked and change nothing.
"""

from collections.abc import Sequence

import httpx
from starlette.applications import Starlette

from docferry.emulation import EmulatedService, EmulatorSettings, ServiceState, limits_of, read_quirks
from docferry.model import Limits
from docferry_mineru.emulator.addresses import make_client
from docferry_mineru.emulator.agent import AGENT_KINDS, AgentApi
from docferry_mineru.emulator.cloud import CLOUD_KINDS, CloudApi
from docferry_mineru.emulator.desk import Desk
from docferry_mineru.emulator.quirks import PUBLISHED_LIMITS, SERVER_LIMITS, MineruQuirks
from docferry_mineru.emulator.request import FileRequest
from docferry_mineru.emulator.server import ServerDesk
from docferry_mineru.emulator.server_3 import OLD_SERVER_KINDS, OldServer, refuse_as_old_server
from docferry_mineru.emulator.server_4 import NEW_SERVER_KINDS, NewServer
from docferry_mineru.emulator.server_4_words import refuse_as_new_server
from docferry_mineru.emulator.words import CloudVoice

__all__ = ["make_emulator"]

NAME = "mineru"


def make_emulator(settings: EmulatorSettings) -> EmulatedService:
    """Make the emulated service.

    Kinds of requests for the fault script: submit (/extract/task), submit_batch (/extract/task/batch),
    upload_urls (/file-urls/batch), upload (the signed PUT), poll (/extract/task/ID), poll_batch
    (/extract-results/batch/ID), agent_submit and agent_poll (/api/v1/agent), asset (archives and Markdown).
    Servers of your own have submit, poll, fetch, parse (/file_parse) and health; version 4 also has cancel
    and account.

    Raises:
        InvalidOptionsError: A quirk or the fault script is wrong.
    """
    quirks = read_quirks(MineruQuirks, settings, service=NAME)
    return _make_cloud(settings, quirks) if quirks.protocol == "cloud" else _make_server(settings, quirks)


class _CloudState(ServiceState[FileRequest]):
    """The state of the cloud, which also has calls of its own under way."""

    desk: Desk | None = None
    client: httpx.AsyncClient | None = None

    async def close(self) -> None:
        """Give up the work and the calls under way, and delete all files."""
        if self.desk is not None and self.client is not None:
            await self.desk.callbacks.close()
            await self.client.aclose()
        await super().close()


def _make_cloud(settings: EmulatorSettings, quirks: MineruQuirks) -> EmulatedService:
    voice = CloudVoice(quirks.code_as)
    state = _CloudState(
        name=NAME,
        settings=settings,
        limits=limits_of(settings, published=PUBLISHED_LIMITS),
        kinds=(*CLOUD_KINDS, *AGENT_KINDS),
        refuse=voice.refuse,
    )
    state.client = make_client(timeout_seconds=quirks.fetch_seconds)
    state.desk = desk = Desk(state, quirks, voice, client=state.client)
    api = Starlette(routes=[*CloudApi(desk).routes(), *AgentApi(desk).routes()])

    def environment(origins: Sequence[str]) -> tuple[tuple[str, str], ...]:
        return (("MINERU_BASE_URL", origins[0]), ("MINERU_API_KEY", settings.keys_for(NAME)[0]))

    return EmulatedService(
        state=state,
        apps=(api, desk.uploads.app(), desk.downloads.app()),
        environment=environment,
    )


def _make_server(settings: EmulatorSettings, quirks: MineruQuirks) -> EmulatedService:
    is_new = quirks.protocol == "server-4"
    state: ServiceState[FileRequest] = ServiceState(
        name=NAME,
        settings=settings,
        limits=limits_of(settings, published=SERVER_LIMITS if is_new else Limits()),
        kinds=NEW_SERVER_KINDS if is_new else OLD_SERVER_KINDS,
        refuse=refuse_as_new_server if is_new else refuse_as_old_server,
    )
    # Version 4 leaves the parts of a table where they are.
    quirks = quirks.model_copy(update={"merges_tables": quirks.merges_tables and not is_new})
    desk = ServerDesk(state, quirks)
    server = NewServer(desk) if is_new else OldServer(desk, version=int(quirks.protocol[-1]))

    def environment(origins: Sequence[str]) -> tuple[tuple[str, str], ...]:
        key = (("MINERU_SERVER_API_KEY", quirks.server_key),) if quirks.server_key else ()
        return (("MINERU_SERVER_URL", origins[0]), *key)

    return EmulatedService(state=state, apps=(Starlette(routes=server.routes()),), environment=environment)
