"""Paragraphs and tables that a page break split, put together again when a client asks for that."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from docferry.model import Element, ElementKind, Table, TableCell
from docferry_somark.emulator.request import ParseRequest

__all__ = ["join_across_pages"]

SENTENCE_ENDS = (".", "!", "?", ":", ";", "。", "！", "？", "：", "；")


def join_across_pages(
    elements: Sequence[Element], request: ParseRequest
) -> tuple[tuple[Element, ...], frozenset[int]]:
    """Join what page breaks split, as far as that was asked for.

    Returns:
        The elements, and the numbers of the pages whose beginning now stands on the page before.
    """
    joined: list[Element] = []
    continued: set[int] = set()
    body = -1  # where the last element of the text stands among those joined
    for element in elements:
        before = joined[body] if body >= 0 else None
        whole = None if before is None or element.is_furniture else _joined(before, element, request)
        if whole is not None:
            joined[body] = whole
            continued.add(element.regions[0].page)
            continue
        joined.append(element)
        if not element.is_furniture:
            body = len(joined) - 1
    return tuple(joined), frozenset(continued)


def _joined(before: Element, after: Element, request: ParseRequest) -> Element | None:
    """Both as one, or None when they are two or joining was not asked for."""
    if not before.regions or not after.regions or after.regions[0].page != before.regions[-1].page + 1:
        return None
    regions = (*before.regions, *after.regions)
    switches = request.switches
    if switches.enable_table_cross_page and before.table and after.table and after.table.continues_previous:
        table = _joined_table(before.table, after.table)
        return None if table is None else replace(before, table=table, regions=regions)
    is_text = before.kind is after.kind is ElementKind.PARAGRAPH
    if switches.enable_text_cross_page and is_text and _goes_on(before.text, after.text):
        return replace(before, text=f"{before.text.rstrip()} {after.text.lstrip()}", regions=regions)
    return None


def _goes_on(text: str, following: str) -> bool:
    return not text.rstrip().endswith(SENTENCE_ENDS) and following.lstrip()[:1].islower()


def _joined_table(first: Table, second: Table) -> Table | None:
    """The rows of both; the second's header is left out when it repeats the first's."""
    if first.n_columns != second.n_columns:
        return None
    skipped = second.n_header_rows if _header(first) == _header(second) else 0
    return replace(
        first,
        n_rows=first.n_rows + second.n_rows - skipped,
        cells=(*first.cells, *_moved(second.cells, skipped=skipped, by=first.n_rows - skipped)),
    )


def _header(table: Table) -> tuple[str, ...]:
    return tuple(cell.text for cell in table.cells if cell.row < table.n_header_rows)


def _moved(cells: Iterable[TableCell], *, skipped: int, by: int) -> Iterator[TableCell]:
    for cell in cells:
        if cell.row >= skipped:
            yield replace(cell, row=cell.row + by)
