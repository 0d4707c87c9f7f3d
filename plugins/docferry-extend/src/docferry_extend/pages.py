"""Pages to ask for, as far as they can be told before anything is sent."""

from docferry.errors import CorruptSourceError, EncryptedSourceError, SourceError
from docferry.provider import SubmitItem
from docferry.sources import count_pages

__all__ = ["count_selectable"]


def count_selectable(item: SubmitItem, *, password: str | None) -> int | None:
    """How many pages a file has, where some are selected and that can be told here.

    Raises:
        SourceError: None of the pages selected is there.
    """
    if item.pages is None:
        return None
    try:
        count = count_pages(item.file, password=password)
    except (CorruptSourceError, EncryptedSourceError):
        return None  # the service will tell
    if count is not None and not any(item.pages.within(count)):
        raise SourceError(
            f"has {count} pages, and the selection {item.pages} is behind them",
            next_step=f"select from 1-{count}",
        )
    return count
