"""What concerns several blocks: paragraphs, lists and tables that run over columns and pages.

Up to 3.x the first block has the whole text and the later one is left empty, a mere place. In 4.0 both have
their own text or cells, and the later one says that it continues the one before it; of two pictures of one
table the first is linked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from docferry.model import Element, ElementKind, Region
from docferry_mineru.blocks import Block
from docferry_mineru.joining import join_tables
from docferry_mineru.passages import join_lines
from docferry_mineru.words import FURNITURE, kind_of

__all__ = ["Draft", "Linker"]

RUNNING = frozenset({ElementKind.PARAGRAPH, ElementKind.LIST_ITEM, ElementKind.REFERENCE, ElementKind.TOC})
"""Kinds that run on in another place."""
BREAKS = frozenset({ElementKind.TITLE, ElementKind.HEADING, ElementKind.FORMULA})
"""Kinds over which no paragraph runs on."""
STANDS_ALONE = frozenset({ElementKind.FIGURE, ElementKind.TABLE, ElementKind.STAMP})
"""Kinds of which an element without text says something."""


@dataclass(slots=True, kw_only=True)
class Draft:
    """An element on its way.

    Args:
        element: As far as it is known.
        is_absorbed: Whether its text and place live on in another element.
    """

    element: Element
    is_absorbed: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether there is anything to keep."""
        element = self.element
        has_content = bool(element.text or element.table or element.image)
        return not self.is_absorbed and (has_content or element.kind in STANDS_ALONE)


class Linker:
    """Takes the blocks of a document in reading order and ties together what belongs together."""

    def __init__(self) -> None:
        self._drafts: list[Draft] = []
        self._text: Draft | None = None
        self._table: Draft | None = None

    def add(self, drafts: Sequence[Draft], *, block: Block, region: Region) -> None:
        """Take one block.

        Args:
            drafts: Its elements.
            block: The block.
            region: Where it stands.
        """
        self._drafts += drafts
        kind = kind_of(block)
        if kind is ElementKind.TABLE:
            self._add_table(drafts, block=block, region=region)
        elif kind in FURNITURE or kind is None:
            return
        elif kind in BREAKS:
            self._text = None
        elif kind in RUNNING:
            self._add_text(drafts, block=block, region=region)

    def elements(self) -> tuple[Element, ...]:
        """What has become of the blocks, in reading order."""
        return tuple(draft.element for draft in self._drafts if draft.is_kept)

    def _add_text(self, drafts: Sequence[Draft], *, block: Block, region: Region) -> None:
        head = self._text
        if block.is_empty and head is not None:
            _spread(head, (region,))
            _absorb(drafts)
        elif block.continues and not block.items and head is not None and len(drafts) == 1:
            tail = drafts[0].element
            head.element = replace(head.element, text=join_lines((head.element.text, tail.text)))
            _spread(head, tail.regions)
            _absorb(drafts)
        else:
            running = (draft for draft in reversed(drafts) if draft.element.kind in RUNNING)
            self._text = next(running, None) if block.has_body else self._text

    def _add_table(self, drafts: Sequence[Draft], *, block: Block, region: Region) -> None:
        head = self._table
        mine = next((draft for draft in drafts if draft.element.kind is ElementKind.TABLE), None)
        if mine is None:
            return
        if head is not None and _page_of(head) < region.page and not block.has_body:
            _hang_on(head, mine, drafts)
            return
        if block.continues and head is not None and mine.element.table is not None:
            whole = join_tables(head.element.table, mine.element.table) if head.element.table else None
            if whole is not None:
                head.element = replace(head.element, table=whole)
                _hang_on(head, mine, drafts)
                return
            table = replace(mine.element.table, continues_previous=True)
            mine.element = replace(mine.element, table=table)
        self._table = mine


def _hang_on(head: Draft, tail: Draft, drafts: Iterable[Draft]) -> None:
    """Let a table live on in the one before it, and its captions and footnotes belong to that one."""
    _spread(head, tail.element.regions)
    tail.is_absorbed = True
    for draft in drafts:
        if draft.element.caption_of == tail.element.id:
            draft.element = replace(draft.element, caption_of=head.element.id)


def _spread(draft: Draft, regions: Iterable[Region]) -> None:
    """Add places to an element, none of them twice."""
    added = tuple(region for region in regions if region not in draft.element.regions)
    draft.element = replace(draft.element, regions=draft.element.regions + added)


def _absorb(drafts: Iterable[Draft]) -> None:
    for draft in drafts:
        draft.is_absorbed = True


def _page_of(draft: Draft) -> int:
    return max((region.page for region in draft.element.regions), default=0)
