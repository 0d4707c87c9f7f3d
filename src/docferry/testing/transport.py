"""A transport that answers from a script, for tests of exchanges without a network."""

from collections.abc import Callable, Sequence

from docferry.provider.exchange import Request, Response
from docferry.provider.transport import Before, Sink

__all__ = ["ScriptedTransport"]

Answer = Response | Exception
Script = Sequence[Answer] | Callable[[Request], Answer]


class ScriptedTransport:
    """Answers requests in turn, or by a function of the request, and remembers them.

    Args:
        script: Responses to give and exceptions to raise, in order; or a function from a request to one.
    """

    def __init__(self, script: Script) -> None:
        self._script = script
        self.requests: list[Request] = []

    async def send(
        self, request: Request, *, sink: Sink | None = None, before: Before | None = None
    ) -> Response:
        """Give the next answer.

        Raises:
            AssertionError: The script has no answer left.
        """
        if before is not None:
            await before()
        self.requests.append(request)
        answer = self._answer(request)
        if isinstance(answer, Exception):
            raise answer
        if sink is not None and answer.is_success:
            await sink((answer.body,))
            return Response(status=answer.status, headers=answer.headers, saved_bytes=len(answer.body))
        return answer

    def _answer(self, request: Request) -> Answer:
        if callable(self._script):
            return self._script(request)
        position = len(self.requests) - 1
        if position >= len(self._script):
            raise AssertionError(f"the script has no answer for request {position + 1}: {request.method}")
        return self._script[position]
