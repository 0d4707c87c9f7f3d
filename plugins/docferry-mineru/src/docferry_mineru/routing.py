"""Who downloads a source that is an address on the web: the service, or docferry, which uploads it then."""

import logging
from urllib.parse import urlsplit

from docferry.errors import SourceNotFoundError
from docferry.model import Document, PageSelection
from docferry.provider import ParseContext
from docferry.sources import Source
from docferry_mineru.addresses import is_hosted
from docferry_mineru.api import MineruApi
from docferry_mineru.formats import AGENT_SUFFIXES, CLOUD_SUFFIXES
from docferry_mineru.links import address_of, is_private, link_of, suffix_of
from docferry_mineru.options import Mode, ModelVersion, UrlSources

__all__ = ["parse_source"]

logger = logging.getLogger("docferry.mineru")


async def parse_source(
    api: MineruApi, source: Source, *, pages: PageSelection | None, context: ParseContext
) -> Document:
    """Parse one source through the job engine.

    Args:
        api: Speaks with the service.
        source: The source.
        pages: The pages that the service is asked for, or None.
        context: The host's services.

    Raises:
        DocferryError: Why there is no document.
    """
    if _is_for_the_service(api, source, context):
        linked = context.with_unseen(link_of(source), is_trusted=api.options.trust_url)
        try:
            return await linked.run_job(api, source, pages=pages, options=api.options)
        except SourceNotFoundError:
            if api.options.url_sources is not UrlSources.AUTO:
                raise
            logger.info("the service cannot reach an address; it is downloaded here")
    return await context.run_job(api, source, pages=pages, options=api.options)


def _is_for_the_service(api: MineruApi, source: Source, context: ParseContext) -> bool:
    """Whether to pass an address on. Pages that docferry cuts out can only be uploaded."""
    address, wish = address_of(source), api.options.url_sources
    if not address or api.endpoint.mode is Mode.SERVER or context.is_cut or wish is UrlSources.HERE:
        return False
    return wish is UrlSources.SERVICE or _may_be_reached(api, address)


def _may_be_reached(api: MineruApi, address: str) -> bool:
    """Whether the service has a chance: it judges by the suffix, and is not in a network of yours."""
    if "@" in urlsplit(address).netloc or (is_hosted(api.endpoint.base_url) and is_private(address)):
        return False
    readable = AGENT_SUFFIXES if api.endpoint.mode is Mode.AGENT else CLOUD_SUFFIXES
    is_web_page = api.endpoint.mode is Mode.CLOUD and api.options.model_version is ModelVersion.HTML
    return suffix_of(address) in readable or is_web_page
