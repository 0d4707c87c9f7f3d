"""Opens sources for a provider, cut to the pages wanted where the provider cannot select pages itself."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from docferry.errors import ProviderBugError
from docferry.model import Ability, Document, PageSelection, ProviderInfo
from docferry.provider import renumber
from docferry.sources import (
    Source,
    SourceFile,
    check_source_file,
    check_unchanged,
    open_source,
    slice_pages,
)

__all__ = ["SourceOpener"]


@dataclass(slots=True, kw_only=True)
class SourceOpener:
    """Opens one source for one parse or submission.

    Args:
        info: The provider's card.
        pages: The pages wanted, or None for all.
        password: The document's password, or None.
    """

    info: ProviderInfo
    pages: PageSelection | None
    password: str | None = field(default=None, repr=False)
    _numbers: tuple[int, ...] | None = field(default=None, init=False)

    @property
    def cuts(self) -> bool:
        """Whether only the pages wanted are brought, and not the whole source."""
        return self.pages is not None and Ability.PAGE_SELECTION not in self.info.abilities

    @property
    def asked_pages(self) -> PageSelection | None:
        """The pages to ask the provider for: None when it gets all pages of what is opened."""
        return None if self.cuts else self.pages

    @asynccontextmanager
    async def open(self, source: Source) -> AsyncGenerator[SourceFile]:
        """Bring a source to this machine, or the pages wanted of it, until the block ends.

        Raises:
            SourceError: It cannot be had, or the provider cannot take it.
            DocferryError: As for `docferry.sources.open_source`.
        """
        limit = self.info.limits.max_size_bytes
        async with open_source(source, max_size_bytes=limit, prepare=self._checked) as file:
            yield file

    def renumbered(self, document: Document) -> Document:
        """The document of what was opened, with the page numbers of the whole source."""
        if not self.cuts:
            return document
        if self._numbers is None:
            raise ProviderBugError(
                "the plugin did not open the source through its context, so no pages could be cut out",
                next_step="leave the page selection out",
                provider=self.info.name,
            )
        return renumber(document, self._numbers)

    def _checked(self, whole: SourceFile) -> SourceFile:
        file = whole
        if self.pages is not None and self.cuts:
            file, self._numbers = slice_pages(whole, pages=self.pages, password=self.password)
            check_unchanged(whole)  # the part goes by the fingerprint of the whole
        return check_source_file(file, info=self.info)
