"""Drives a plugin's exchanges as the client does, without a network or a ledger."""

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias, TypeVar

from docferry.errors import DocferryError
from docferry.model import Payload, PayloadPart, Receipt
from docferry.provider import Exchange, ItemAnswer, Keep, Leg, PayloadReader, Request, Response

__all__ = ["Answer", "ExchangeDriver", "reader_of"]

Result = TypeVar("Result")

Answer: TypeAlias = Response | Exception
"""What comes back for a request."""


class ExchangeDriver:
    """Answers the requests of exchanges, and collects the parts of a payload.

    Args:
        answers: An answer for each request in order, or one function from a request to its answer.
    """

    def __init__(self, *answers: Answer | Callable[[Request], Answer]) -> None:
        self._answers = answers
        self.requests: list[Request] = []
        """Every request, in order."""
        self.parts: dict[str, tuple[str, bytes]] = {}
        """Media type and bytes of every part that was saved, by its name."""

    def run(self, exchange: Exchange[Result]) -> Result:
        """What an exchange returns.

        Raises:
            AssertionError: It sends more requests than there are answers.
        """
        try:
            step = next(exchange)
            while True:
                step = self._advance(exchange, step)
        except StopIteration as end:
            return end.value
        finally:
            exchange.close()

    def submit(self, exchange: Exchange[Sequence[ItemAnswer]]) -> tuple[Receipt | DocferryError, ...]:
        """What a submission comes to for each file, its leg included: a receipt or an error."""
        return tuple(
            self.run(answer.exchange()) if isinstance(answer, Leg) else answer
            for answer in self.run(exchange)
        )

    @property
    def payload(self) -> PayloadReader:
        """The parts collected."""
        return reader_of(self.parts)

    def _advance(self, exchange: Exchange[Result], step: Request | Keep) -> Request | Keep:
        if isinstance(step, Keep):
            self.parts[step.name] = (step.media_type, step.data)
            return exchange.send(Response(status=200, saved_bytes=len(step.data)))
        answer = self._answer(step)
        if isinstance(answer, Exception):
            return exchange.throw(answer)
        if step.saves_as and answer.is_success:
            self.parts[step.saves_as] = (answer.headers.get("content-type", ""), answer.body)
            answer = replace(answer, body=b"", saved_bytes=len(answer.body))
        return exchange.send(answer)

    def _answer(self, request: Request) -> Answer:
        place = len(self.requests)
        self.requests.append(request)
        first = self._answers[0] if len(self._answers) == 1 else None
        if callable(first):
            return first(request)
        if place >= len(self._answers):
            raise AssertionError(f"there is no answer to request {place + 1}: {request.method} {request.url}")
        answer = self._answers[place]
        if callable(answer):
            raise AssertionError("a function answers all requests, or none")  # noqa: TRY004 - the test's mistake
        return answer


def reader_of(parts: Mapping[str, tuple[str, bytes]]) -> PayloadReader:
    """A payload in memory.

    Args:
        parts: Media type and bytes of every part, by its name.
    """
    payload = Payload(
        parts=tuple(
            PayloadPart(
                name=name,
                media_type=media_type,
                size_bytes=len(data),
                digest=hashlib.sha256(data).hexdigest(),
            )
            for name, (media_type, data) in parts.items()
        )
    )
    return PayloadReader(payload=payload, opener=lambda name: io.BytesIO(parts[name][1]))
