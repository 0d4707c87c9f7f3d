"""The hooks. Their prefix tells a reader of a plugin which functions docferry calls.

Hooks are called by keyword, so an implementation may leave out arguments it does not need, and later
versions of docferry may add arguments.
"""

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from docferry.emulation import EmulatedService, EmulatorSettings
    from docferry.model import Document, PageSelection, ProviderInfo, WebhookEvent
    from docferry.provider import JobApi, ParseContext, ProviderOptions, WebhookSettings
    from docferry.sources import Source

__all__ = [
    "docferry_emulator",
    "docferry_job_api",
    "docferry_parse",
    "docferry_provider_info",
    "docferry_webhook",
    "hookimpl",
]

hookspec = pluggy.HookspecMarker("docferry")
hookimpl = pluggy.HookimplMarker("docferry")
"""Marks a function of a plugin module as the implementation of the hook of its name."""


@hookspec(firstresult=True)
def docferry_provider_info() -> "ProviderInfo":
    """Return the provider's card. Required. No I/O; called once, right after the plugin is loaded."""
    raise NotImplementedError


@hookspec(firstresult=True)
def docferry_parse(
    source: "Source", pages: "PageSelection | None", options: "ProviderOptions", context: "ParseContext"
) -> "Awaitable[Document]":
    """Parse one source. Required; usually an `async def`, awaited on the engine loop, so it must not block.

    Args:
        source: What to parse; `context.open(source)` gives its bytes.
        pages: The pages wanted, or None for all. Providers whose card lacks PAGE_SELECTION always get None:
            docferry cuts the file before and puts page numbers back afterwards.
        options: An instance of the card's options type.
        context: The host's services for this call.

    Returns:
        The document, with absolute page numbers and its elements in reading order.

    Raises:
        DocferryError: Any error of docferry.errors; everything else is reported as a bug of the plugin.
    """
    raise NotImplementedError


@hookspec(firstresult=True)
def docferry_job_api(options: "ProviderOptions") -> "JobApi":
    """Return how to speak with the service. Required of providers whose card has JOBS. No I/O.

    `docferry jobs` and `docferry account` use it for work that needs no source.

    Args:
        options: An instance of the card's options type.

    Raises:
        MissingCredentialError: There is no key.
    """
    raise NotImplementedError


@hookspec(firstresult=True)
def docferry_webhook(
    headers: "Mapping[str, str]", body: bytes, settings: "WebhookSettings"
) -> "tuple[WebhookEvent, ...]":
    """Verify a call of the service's webhook, and return the jobs it is about. Optional.

    For providers whose card has WEBHOOK. No I/O. Read the secrets first: `docferry webhook` calls with no
    headers and no body when it starts, to tell a missing secret at once and not with the first event.

    Args:
        headers: Of the request; names in lower case.
        body: Of the request, exactly as received.
        settings: The secrets and the time.

    Returns:
        One event for each job that may have ended; none for a call about something else.

    Raises:
        MissingCredentialError: A secret is not set.
        ForgedEventError: The signature is missing or wrong, or too old.
        InvalidResponseError: It is signed, and cannot be read.
    """
    raise NotImplementedError


@hookspec(firstresult=True)
def docferry_emulator(settings: "EmulatorSettings") -> "EmulatedService":
    """Return the service's protocol as an app that runs on this machine. Optional; needs the extra emulator.

    Args:
        settings: Times, limits, faults and quirks.
    """
    raise NotImplementedError
