"""Page selections as the service writes them."""

from docferry.errors import InvalidOptionsError, SourceError
from docferry.model import PageSelection
from docferry.sources import SourceFile, count_pages

__all__ = ["write_pages"]


def write_pages(pages: PageSelection | None, *, file: SourceFile) -> str:
    """The service's text for the pages wanted, such as "1-2,5"; empty for all.

    The service refuses pages behind the end, and knows no open range: where the pages can be counted here,
    the selection is cut to those that there are.

    Raises:
        SourceError: The document has none of the pages.
        InvalidOptionsError: The range is open, and the pages of such files cannot be counted here.
    """
    if pages is None:
        return ""
    count = count_pages(file)
    if count is not None:
        wanted = tuple(pages.within(count))
        if not wanted:
            has = "1 page" if count == 1 else f"{count} pages"
            raise SourceError(
                f"has {has}, and the selection {pages} is behind them", next_step=f"select from 1-{count}"
            )
        return str(PageSelection.of(wanted))
    if pages.ranges[-1][1] is None:
        raise InvalidOptionsError(
            f"the selection {pages} is open, and the pages of this file cannot be counted here",
            next_step="name the last page",
        )
    return str(pages)
