"""The hosts that files are uploaded to and results are downloaded from: signed addresses, without the token.

Uploads carry no Content-Type: the signature is computed over an empty one.
Source: mineru.net/doc/docs/index_en; github.com/opendatalab/MinerU, issues 4145 and 5393 (read 2026-11-21).
"""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from docferry.errors import (
    InvalidResponseError,
    RateLimitedError,
    RejectedError,
    SourceTooLargeError,
    TransientError,
    UnavailableError,
)
from docferry.model import Receipt
from docferry.provider import Exchange, Keep, Request, Response, read_retry_after
from docferry.provider.addresses import is_sendable
from docferry.sources import SourceFile
from docferry_mineru.addresses import is_hosted
from docferry_mineru.failures import PROVIDER, expired
from docferry_mineru.parts import ABOUT_PART, ARCHIVE_PART, About, check_result
from docferry_mineru.statuses import TaskAnswer

__all__ = ["Ask", "Storage", "keep_about", "no_address"]

logger = logging.getLogger("docferry.mineru")

GONE = frozenset({403, 404, 410})
"""What a storage host answers when a signed address has run out."""

TOO_MANY = 429
TOO_LARGE = 413
REASON = re.compile(rb"<Code>([A-Za-z]{1,60})</Code>")

# The content delivery network is out of reach from some networks; the store behind it has the same paths.
# Source: github.com/opendatalab/MinerU, issue 4709 (read 2026-11-21)
NETWORK = "https://cdn-mineru.openxlab.org.cn/"
STORE = "https://mineru.oss-cn-shanghai.aliyuncs.com/"

# In July 2026 the network refused downloads without it. Source: issue 5393, as above.
REFERER = {"Referer": "https://mineru.net/"}

Ask = Callable[[], Exchange[TaskAnswer | None]]
"""Asks the service about the task once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Uploads and downloads.

    Args:
        timeout_seconds: How long a transfer may stand still.
    """

    timeout_seconds: float

    def upload(self, file: SourceFile, address: str, receipt: Receipt) -> Exchange[Receipt]:
        """Upload a file, which starts its parsing: the request that counts.

        Raises:
            RateLimitedError: The host takes no more for now.
            SourceTooLargeError: It is too large for the host.
            RejectedError: The host refused it.
        """
        response = yield Request(
            method="PUT",
            url=address,
            upload=file,
            is_foreign=True,
            commits=True,
            receipts=(receipt,),
            timeout_seconds=self.timeout_seconds,
        )
        if response.is_success:
            return receipt
        if response.status == TOO_MANY:
            busy = RateLimitedError("the host for uploads asks for fewer requests", provider=PROVIDER)
            busy.retry_after_seconds = read_retry_after(response.headers)
            raise busy
        if response.status == TOO_LARGE:
            raise SourceTooLargeError(
                "the host for uploads takes no file so large", next_step="split the file"
            )
        raise RejectedError(
            f"the host for uploads refused the file ({_reason(response)})",
            next_step="try again; a proxy that adds a Content-Type on the way breaks the address's signature",
            provider=PROVIDER,
            job_id=receipt.remote_id,
        )

    def download(
        self, task: TaskAnswer | None, *, ask: Ask, part: str, job_id: str
    ) -> Exchange[tuple[TaskAnswer, Response]]:
        """Download what a finished task left; an address that no longer works is asked for anew, once.

        Args:
            task: What is known of the task, or None when it is to be asked for.
            ask: Asks about the task.
            part: Name of the payload part to save to; empty to bring the body along.
            job_id: The task.

        Raises:
            ResultExpiredError: The service no longer keeps the result.
            UnavailableError: It cannot be had now.
            InvalidResponseError: What is there is not what it should be.
        """
        found = task or (yield from ask()) or TaskAnswer(state="")
        try:
            return found, (yield from self._get(found.result_url, part, job_id))
        except (InvalidResponseError, RejectedError, TransientError) as error:
            fresh = (yield from ask()) or found
            if fresh.result_url in ("", found.result_url):
                raise error from None
            logger.info("the address of result %s has run out; the service gave another", job_id)
            return fresh, (yield from self._get(fresh.result_url, part, job_id))

    def _get(self, address: str, part: str, job_id: str) -> Exchange[Response]:
        if not is_sendable(address):
            raise no_address(job_id)
        *others, last = _addresses(address)
        for other in others:
            try:
                return (yield from self._get_one(other, part, job_id))
            except (InvalidResponseError, RejectedError, TransientError):
                logger.info("result %s cannot be had from the network; the store behind it is asked", job_id)
        return (yield from self._get_one(last, part, job_id))

    def _get_one(self, address: str, part: str, job_id: str) -> Exchange[Response]:
        response = yield Request(
            method="GET",
            url=address,
            headers=REFERER if is_hosted(address) else {},
            saves_as=part,
            checks=check_result if part == ARCHIVE_PART else None,
            is_foreign=True,
            timeout_seconds=self.timeout_seconds,
        )
        if response.is_success:
            return response
        raise expired(job_id) if response.status in GONE else _unavailable(response, job_id)


def keep_about(about: About) -> Keep:
    """Save what is known of a result besides the result."""
    return Keep(name=ABOUT_PART, media_type="application/json", data=about.encode())


def no_address(job_id: str) -> RateLimitedError:
    """The error for a finished task without a result to download: the engine asks again a little later."""
    return RateLimitedError(
        "the service calls the task done and gives no address of its result yet",
        next_step="try again later",
        provider=PROVIDER,
        job_id=job_id,
    )


def _addresses(address: str) -> Iterator[str]:
    yield address
    if address.startswith(NETWORK):
        yield address.replace(NETWORK, STORE, 1)


def _reason(response: Response) -> str:
    code = REASON.search(response.body)
    return f"HTTP {response.status}" + (f", {code[1].decode()}" if code else "")


def _unavailable(response: Response, job_id: str) -> UnavailableError:
    return UnavailableError(
        f"the result cannot be downloaded (HTTP {response.status})",
        next_step="try again later; a proxy may be in the way of openxlab.org.cn and aliyuncs.com",
        provider=PROVIDER,
        job_id=job_id,
    )
