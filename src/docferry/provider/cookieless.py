"""httpx's client without cookies: services know a caller by the key, and callers share a client."""

import httpx

__all__ = ["CookielessClient"]


class CookielessClient(httpx.AsyncClient):
    """A client that sends no cookies and keeps none.

    What a service, or a load balancer before it, sets for one account must not go along with the requests of
    another.
    """

    @property
    def cookies(self) -> httpx.Cookies:  # pyright: ignore[reportIncompatibleMethodOverride] - nobody sets them
        """An empty jar, whatever came or was given."""
        return _NO_COOKIES


class _NoCookies(httpx.Cookies):
    def extract_cookies(self, response: httpx.Response) -> None:
        """Leave them where they are."""


_NO_COOKIES = _NoCookies()
