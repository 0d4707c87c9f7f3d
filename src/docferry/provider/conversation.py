"""Drives one exchange of a plugin: answers its steps until it returns."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from docferry.errors import DocferryError, ProviderBugError
from docferry.provider.commitment import Commitment
from docferry.provider.exchange import Exchange, Keep, Request, Response
from docferry.provider.job_api import JobApi
from docferry.provider.promises import broken_promise
from docferry.provider.sender import PartWriter, Sender
from docferry.provider.wall import plugin_wall

__all__ = ["Conversation"]

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Returned(Generic[Result]):
    """What an exchange returned at its end."""

    value: Result


@dataclass(slots=True, kw_only=True)
class Conversation:
    """One exchange, held once.

    Args:
        api: The plugin's side, for messages.
        sender: Sends its requests.
        writer: Saves parts of a payload; None where the exchange has none.
        commitment: Follows its committing request; None where it has none.
    """

    api: JobApi
    sender: Sender
    writer: PartWriter | None = None
    commitment: Commitment | None = None

    async def hold(self, begin: Callable[[], Exchange[Result]]) -> Result:
        """Hold the exchange to its end.

        Raises:
            ProviderBugError: The plugin broke down or its word.
            DocferryError: What the exchange raised; or, after its committing request, what that means.
        """
        exchange = begin()
        try:
            step = self._go_on(exchange, lambda: next(exchange))
            while not isinstance(step, _Returned):
                step = await self._answer(exchange, step)
        except DocferryError as error:
            verdict = error if self.commitment is None else await self.commitment.judge(error)
            if verdict is error:
                raise
            raise verdict from error
        else:
            return step.value
        finally:
            exchange.close()

    async def _answer(self, exchange: Exchange[Result], step: object) -> "Request | Keep | _Returned[Result]":
        """Answer one step, and return the next one."""
        try:
            response = await self._response(step)
        except DocferryError as error:
            if isinstance(error, ProviderBugError) or not isinstance(step, Request) or step.commits:
                raise  # it is decided what this means
            trouble = error  # the exchange may do without: one picture is not the result
            return self._go_on(exchange, lambda: exchange.throw(trouble))
        following = self._go_on(exchange, lambda: exchange.send(response))
        if self.commitment is not None and not isinstance(following, _Returned):
            self.commitment.go_on()
        return following

    async def _response(self, step: object) -> Response:
        if isinstance(step, Keep) and self.writer is not None:
            await self.writer.keep(step)
            return Response(status=200, saved_bytes=len(step.data))
        if not isinstance(step, Request):
            raise broken_promise(self.api, f"yielded {type(step).__name__}, which has no place here")
        if step.saves_as and self.writer is None:
            raise broken_promise(self.api, "saved an answer where there is no payload")
        if not step.commits:
            return await self.sender.send(step, writer=self.writer)
        if self.commitment is None or self.commitment.is_sent:
            raise broken_promise(self.api, "sent a request that commits where it may not")
        return await self.commitment.send(step)

    def _go_on(
        self, _exchange: Exchange[Result], advance: Callable[[], Request | Keep]
    ) -> "Request | Keep | _Returned[Result]":
        """Let the exchange go on. Its end is a value here, because no coroutine may raise StopIteration."""
        with plugin_wall(partial(broken_promise, self.api)):
            try:
                return advance()
            except StopIteration as end:
                return _Returned(end.value)
