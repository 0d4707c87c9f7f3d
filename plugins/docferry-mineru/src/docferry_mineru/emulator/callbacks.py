"""Results pushed to the client: a checksum, and the answer to a query as text, until HTTP 200.

Source: mineru.net/apiManage/docs (read 2026-11-21).
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Coroutine, Sequence

import httpx

from docferry.emulation import ServiceState, is_of_this_machine
from docferry_mineru.emulator.quirks import MineruQuirks
from docferry_mineru.emulator.request import Callback, FileRequest
from docferry_mineru.emulator.work import Job

__all__ = ["CallbackSender", "checksum_of"]

RECEIVED = 200


def checksum_of(*, uid: str, seed: str, content: str) -> str:
    """What a callback is signed with: SHA-256 over all three, hexadecimal."""
    return hashlib.sha256(f"{uid}{seed}{content}".encode()).hexdigest()


class CallbackSender:
    """Pushes results once tasks have ended.

    Args:
        state: What the service knows.
        quirks: How it behaves where nobody knows for certain.
        client: Sends them.
    """

    def __init__(
        self, state: ServiceState[FileRequest], quirks: MineruQuirks, *, client: httpx.AsyncClient
    ) -> None:
        self._state = state
        self._quirks = quirks
        self._client = client
        self._running: set[asyncio.Task[None]] = set()
        self._pushed: set[str] = set()

    def watch(self, job: Job, *, describe: Callable[[Sequence[Job]], object]) -> None:
        """Push the result of a task that has begun, or that of its whole batch, when the time has come.

        Args:
            job: The task.
            describe: Makes what is pushed: the data that a query would answer with.
        """
        callback = job.request.callback
        if callback is None:
            return
        jobs: Sequence[Job] = (job,)
        if job.group and self._quirks.callback_per == "batch":
            jobs = self._state.jobs.group(job.group)
            if job.group in self._pushed or any(member.queued_at is None for member in jobs):
                return
            self._pushed.add(job.group)
        self._run(self._push(jobs, callback, describe))

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _run(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _push(
        self, jobs: Sequence[Job], callback: Callback, describe: Callable[[Sequence[Job]], object]
    ) -> None:
        for job in jobs:
            await self._state.jobs.wait(job)
        if jobs[0].request.extra_formats:
            await self._state.clock.sleep(self._quirks.converting_seconds)
        content = json.dumps(describe(jobs), ensure_ascii=False)
        checksum = checksum_of(uid=self._quirks.uid, seed=callback.seed, content=content)
        for attempt in range(self._quirks.callback_attempts):
            if attempt:
                await self._state.clock.sleep(self._quirks.callback_retry_seconds)
            self._state.counters.requests["callback"] += 1
            if await self._send(callback.url, {"checksum": checksum, "content": content}):
                return

    async def _send(self, url: str, body: dict[str, str]) -> bool:
        """Send one callback, to this machine only.

        Returns:
            Whether it was received.
        """
        if not is_of_this_machine(url):
            return False
        try:
            response = await self._client.post(url, json=body, follow_redirects=False)
        except httpx.HTTPError:
            return False
        return response.status_code == RECEIVED
