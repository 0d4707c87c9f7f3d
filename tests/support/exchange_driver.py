"""Drives a plugin's exchanges as the client does, without a network or a ledger."""

import hashlib
import io

from docferry.model import Payload, PayloadPart
from docferry.provider import Keep, Leg, PayloadReader, Response

__all__ = ["Driver", "reader_of"]


class Driver:
    """Answers the requests of exchanges, and collects the parts of a payload.

    Args:
        answers: Responses and exceptions in order, or a function from a request to one.
    """

    def __init__(self, *answers):
        self.answers = answers[0] if len(answers) == 1 and callable(answers[0]) else answers
        self.requests = []
        self.parts = {}

    def run(self, exchange):
        """What an exchange returns."""
        try:
            step = next(exchange)
            while True:
                step = self._answer(exchange, step)
        except StopIteration as end:
            return end.value
        finally:
            exchange.close()

    def submit(self, exchange):
        """What a submission comes to for each file, its leg included: a receipt or an error."""
        return tuple(
            self.run(answer.exchange()) if isinstance(answer, Leg) else answer
            for answer in self.run(exchange)
        )

    @property
    def payload(self):
        """The parts collected."""
        return reader_of(self.parts)

    def _answer(self, exchange, step):
        if isinstance(step, Keep):
            self.parts[step.name] = (step.media_type, step.data)
            return exchange.send(Response(status=200, saved_bytes=len(step.data)))
        self.requests.append(step)
        answer = self.answers(step) if callable(self.answers) else self.answers[len(self.requests) - 1]
        if isinstance(answer, Exception):
            return exchange.throw(answer)
        if step.saves_as and answer.is_success:
            self.parts[step.saves_as] = (answer.headers.get("content-type", ""), answer.body)
            size = len(answer.body)
            answer = Response(status=answer.status, headers=answer.headers, saved_bytes=size)
        return exchange.send(answer)


def reader_of(parts):
    """A payload of named parts, each a pair of media type and bytes."""
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
