"""Fetches what a finished task left at addresses of its own: archive and pictures. Without the key."""

import logging

from docferry.errors import InvalidResponseError, TransientError, UnavailableError
from docferry.provider import Exchange, Keep, Request, check_archive
from docferry.provider.addresses import is_sendable
from docferry.reading import decode_image, is_remote
from docferry_somark.failures import PROVIDER, expired
from docferry_somark.images import ARCHIVE_PART, image_addresses, part_name
from docferry_somark.wire import Outputs

__all__ = ["fetch_archive", "fetch_images"]

logger = logging.getLogger("docferry.somark")

GONE = frozenset({403, 404, 410})
"""What a storage host answers when a signed address has run out."""


def fetch_archive(outputs: Outputs, *, job_id: str) -> Exchange[None]:
    """Save the zip archive, if there is one.

    Raises:
        ResultExpiredError: It is the only output, and its address has run out.
        UnavailableError: It is the only output, and it cannot be had now.
        InvalidResponseError: It is the only output, and what comes is damaged each time.
    """
    if not outputs.archive_url:
        return
    is_needed = outputs.pages is None and outputs.markdown is None
    request = Request(
        method="GET",
        url=outputs.archive_url,
        saves_as=ARCHIVE_PART,
        checks=check_archive,
        is_foreign=True,
    )
    try:
        response = yield request
    except (TransientError, InvalidResponseError):
        if is_needed:
            raise
        response = None
    if response is not None and response.is_success:
        return
    if not is_needed:
        logger.warning("the archive of task %s could not be fetched", job_id)
    elif response is not None and response.status in GONE:
        raise expired(job_id)
    else:
        status = "" if response is None else f" (HTTP {response.status})"
        raise UnavailableError(
            f"the archive of the result cannot be fetched{status}",
            next_step="try again later",
            provider=PROVIDER,
            job_id=job_id,
        )


def fetch_images(outputs: Outputs, *, job_id: str) -> Exchange[None]:
    """Save every picture that can be had. One that cannot must not lose the text, which is paid for."""
    missing = 0
    for position, address in enumerate(image_addresses(outputs)):
        missing += not (yield from _fetch_image(address, part_name(position, address)))
    if missing:
        logger.warning("%d pictures of task %s could not be fetched", missing, job_id)


def _fetch_image(address: str, name: str) -> Exchange[bool]:
    """Save one picture; whether it could be had. Those in the archive come with the archive."""
    if is_remote(address):
        if not is_sendable(address):
            return False
        try:
            response = yield Request(method="GET", url=address, saves_as=name, is_foreign=True)
        except TransientError:
            return False
        return response.is_success
    picture = decode_image(address)
    if picture is not None:
        media_type, data = picture
        yield Keep(name=name, media_type=media_type, data=data)
    return True
