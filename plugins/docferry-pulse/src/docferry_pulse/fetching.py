"""Saves what a finished job left: the answer, a large result at an address of its own, and pictures.

The key goes to the service's own origin and nowhere else. A large result is handed out once: it is streamed
straight into the payload.
Source: docs.runpulse.com/api-reference/large-documents and /endpoint/large-results (read 2026-11-21).
"""

import logging

from docferry.errors import InvalidResponseError, TransientError
from docferry.provider import Exchange, Keep, Request, Response
from docferry.reading import decode_image
from docferry_pulse.addresses import is_same_origin, resolve_address
from docferry_pulse.endpoint import Endpoint
from docferry_pulse.failures import PROVIDER, Asked, failure_of, gone
from docferry_pulse.parts import JOB_PART, RESULT_PART, no_output
from docferry_pulse.pictures import part_name
from docferry_pulse.result import all_pictures
from docferry_pulse.wire import Answer, read_answer, read_extraction

__all__ = ["Vault"]

logger = logging.getLogger("docferry.pulse")

GONE = frozenset({404, 410})
FOREIGN_GONE = frozenset({403, 404, 410})
"""What a storage host answers when a signed address has run out."""


class Vault:
    """Brings what a job left into its payload.

    Args:
        endpoint: Where the service is, and its key.
    """

    def __init__(self, *, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def save(self, answer: Answer, *, job_id: str, has_pictures: bool) -> Exchange[None]:
        """Keep everything of a finished job. A picture that cannot be had does not lose the text.

        Args:
            answer: The answer that said that the job is done.
            job_id: The job.
            has_pictures: Whether pictures were asked for. A large result is then read into memory, because
                it holds their addresses, and kept before they are fetched.

        Raises:
            ResultExpiredError: A large result is not handed out any more.
            InvalidResponseError: The job succeeded without a result.
        """
        if not answer.result:
            raise no_output(job_id)
        yield Keep(name=JOB_PART, media_type="application/json", data=answer.body)
        whole: Answer | None = answer
        if answer.address:
            whole = yield from self._save_large(answer, job_id=job_id, reads=has_pictures)
        if whole is not None:
            yield from self._save_pictures(whole, job_id=job_id)

    def _save_large(self, answer: Answer, *, job_id: str, reads: bool) -> Exchange[Answer | None]:
        address = resolve_address(answer.address, base_url=self._endpoint.base_url)
        if not address:
            raise InvalidResponseError(
                "the address of the result in the field url cannot be used", provider=PROVIDER, job_id=job_id
            )
        response = yield self._request(address, saves_as="" if reads else RESULT_PART)
        self._check(response, address, job_id=job_id)
        if not reads:
            return None
        yield Keep(name=RESULT_PART, media_type="application/json", data=response.body)
        return read_answer(response.body)

    def _check(self, response: Response, address: str, *, job_id: str) -> None:
        if response.is_success:
            return
        is_own = is_same_origin(address, base_url=self._endpoint.base_url)
        if response.status in (GONE if is_own else FOREIGN_GONE):
            raise gone(job_id)
        error = failure_of(
            read_answer(response.body),
            status=response.status,
            asked=Asked.POLL,
            job_id=job_id,
            secret=self._endpoint.secret,
        )
        raise error or no_output(job_id)

    def _save_pictures(self, answer: Answer, *, job_id: str) -> Exchange[None]:
        addresses = all_pictures(read_extraction(answer.result))
        missing = 0
        for position, address in enumerate(addresses):
            missing += not (yield from self._save_picture(address, part_name(position, address)))
        if missing:
            logger.warning("%d pictures of job %s could not be fetched", missing, job_id)

    def _save_picture(self, address: str, name: str) -> Exchange[bool]:
        """Save one picture; whether it could be had."""
        picture = decode_image(address)
        if picture is not None:
            media_type, data = picture
            yield Keep(name=name, media_type=media_type, data=data)
            return True
        whole = resolve_address(address, base_url=self._endpoint.base_url)
        if not whole:
            return False
        try:
            response = yield self._request(whole, saves_as=name)
        except TransientError:
            return False
        return response.is_success

    def _request(self, address: str, *, saves_as: str) -> Request:
        is_own = is_same_origin(address, base_url=self._endpoint.base_url)
        return Request(
            method="GET",
            url=address,
            headers=self._endpoint.headers if is_own else {},
            saves_as=saves_as,
            is_foreign=not is_own,
            timeout_seconds=self._endpoint.options.answer_timeout_seconds,
        )
