"""Addresses that are safe in logs."""

import httpx

__all__ = ["QuietUrl"]


class QuietUrl(httpx.URL):
    """A URL whose text lacks what may be secret: httpx logs that text for every request.

    The request itself goes to the whole address, which httpx reads from `raw_path` and `netloc`.
    """

    def __str__(self) -> str:
        return str(self.copy_with(username=None, password=None, query=None, fragment=None))
