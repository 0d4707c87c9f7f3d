"""Fetches what a finished run left at signed addresses: large outputs and pictures. Without the key."""

import logging

from docferry.errors import TransientError
from docferry.provider import Exchange, Keep, Request
from docferry.reading.values import Raw, is_mapping, mapping_of, parse_json
from docferry_extend.images import image_parts
from docferry_extend.output import Output
from docferry_extend.result import OUTPUT_PART

__all__ = ["fetch_images", "fetch_output"]

logger = logging.getLogger("docferry.extend")


def fetch_output(address: str, *, job_id: str) -> Exchange[Raw | None]:
    """Fetch and keep the output of a run.

    Args:
        address: Its signed address, valid for 15 minutes.
        job_id: The run, for the log.

    Returns:
        The output; None when it cannot be had there.
    """
    try:
        response = yield Request(method="GET", url=address, is_foreign=True)
    except TransientError:
        logger.warning("the output of run %s cannot be reached at its address", job_id)
        return None
    found = parse_json(response.body) if response.is_success else None
    if not is_mapping(found):
        logger.warning("the output of run %s is not at its address: HTTP %d", job_id, response.status)
        return None
    yield Keep(name=OUTPUT_PART, media_type="application/json", data=response.body)
    return mapping_of(found.get("output")) or found


def fetch_images(output: Output, *, job_id: str) -> Exchange[None]:
    """Save every picture that can be had. One that cannot must not lose the text, which is paid for."""
    missing = 0
    for address, name in image_parts(output).items():
        try:
            response = yield Request(method="GET", url=address, saves_as=name, is_foreign=True)
        except TransientError:
            missing += 1
            continue
        missing += not response.is_success
    if missing:
        logger.warning("%d pictures of run %s could not be fetched", missing, job_id)
