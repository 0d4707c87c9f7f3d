"""From an opened source to a document, and the errors that a text or the options ask for."""

from collections.abc import Iterator

import anyio

from docferry.errors import (
    CorruptSourceError,
    DocferryError,
    EncryptedSourceError,
    ProviderError,
    SourceError,
)
from docferry.model import Document, PageSelection
from docferry.provider import ParseContext
from docferry.sources import Source, SourceFile
from docferry_echo.mapping import map_sheets
from docferry_echo.markup import Notice, Sheet, read_sheets
from docferry_echo.options import ERROR_KINDS, EchoOptions

__all__ = ["parse_source"]

UNKNOWN_ERROR = "the text asks for an error that docferry does not have"


async def parse_source(
    source: Source, *, pages: PageSelection | None, options: EchoOptions, context: ParseContext
) -> Document:
    """Parse one text.

    Args:
        source: What to parse.
        pages: The pages wanted; None for all.
        options: The options of this provider.
        context: The host's services.

    Raises:
        CorruptSourceError: It is not UTF-8, or asks for an error that there is not.
        EncryptedSourceError: It has a password, and the option is missing or another one.
        SourceError: None of the pages wanted is there.
        DocferryError: The one that the options or the text ask for.
    """
    async with context.open(source) as file:
        sheets = await context.run_in_thread(_read, file)
        fingerprint = file.fingerprint
    if options.error:
        raise _asked_for(options.error, "")
    _check_password(sheets, options.document_password)
    chosen = dict(_chosen(sheets, pages))
    for done, sheet in enumerate(chosen.values(), start=1):
        if options.seconds_per_page:
            await anyio.sleep(options.seconds_per_page)
        _raise_errors(sheet)
        context.report(source, pages_done=done, pages_total=len(chosen))
    return await context.run_in_thread(
        map_sheets, chosen.items(), fingerprint=fingerprint, has_boxes=options.boxes
    )


def _read(file: SourceFile) -> list[Sheet]:
    try:
        return read_sheets(file.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CorruptSourceError("is not UTF-8 text", next_step="save it as UTF-8") from error


def _chosen(sheets: list[Sheet], pages: PageSelection | None) -> Iterator[tuple[int, Sheet]]:
    wanted = list(range(1, len(sheets) + 1) if pages is None else pages.within(len(sheets)))
    if not wanted:
        raise SourceError(
            f"pages {pages} were selected, but the text ends with page {len(sheets)}",
            next_step="select pages that are there",
        )
    return ((number, sheets[number - 1]) for number in wanted)


def _check_password(sheets: list[Sheet], given: str | None) -> None:
    wanted = _first(sheets, "password")
    if wanted is None or given == wanted.rest:
        return
    raise EncryptedSourceError(
        "needs a password" if given is None else "the password is wrong",
        next_step="give the option password" if given is None else "correct the option password",
    )


def _first(sheets: list[Sheet], word: str) -> Notice | None:
    return next((notice for sheet in sheets for notice in sheet.notices if notice.word == word), None)


def _raise_errors(sheet: Sheet) -> None:
    for notice in sheet.notices:
        if notice.word == "error":
            name, _, message = notice.rest.partition(" ")
            raise _asked_for(name, message.strip())


def _asked_for(name: str, message: str) -> DocferryError:
    kind = ERROR_KINDS.get(name)
    if kind is None:
        return CorruptSourceError(UNKNOWN_ERROR, next_step="write @error and a class of docferry.errors")
    message = message or f"a {name} was asked for"
    next_step = "take the option or the line @error away"
    if issubclass(kind, ProviderError):
        return kind(message, next_step=next_step, provider="echo")
    return kind(message, next_step=next_step)
