"""What concerns several blocks: captions and what they describe, footnotes by region, text across pages.

Works on drafts in place, one page (or two neighbours) at a time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from docferry.model import BoundingBox, Element, ElementKind, Region

__all__ = ["Draft", "join_pages", "link_captions", "mark_footnotes"]

CAPTIONED = (ElementKind.FIGURE, ElementKind.TABLE, ElementKind.CODE)
STANDS_WITHOUT_TEXT = frozenset({ElementKind.FIGURE, ElementKind.TABLE, ElementKind.STAMP})
APART = frozenset({ElementKind.FOOTNOTE, ElementKind.SIDEBAR, ElementKind.STAMP, ElementKind.CAPTION})
"""Kinds that stand beside the running text, so that they neither end nor begin a page's text."""

TOLERANCE = 0.005
"""How far a block may stick out of the region of a footnote, as a fraction of the page."""

MIN_REPEATED_LENGTH = 20
"""Shorter texts may stand at the end of one page and the start of the next by chance."""


@dataclass(slots=True, kw_only=True)
class Draft:
    """An element on its way.

    Args:
        element: As far as it is known.
        captions: Texts of its captions, or indices of the blocks that hold them.
        index: The service's id of its block on the page.
        is_absorbed: Whether its text and place live on in another element.
    """

    element: Element
    captions: tuple[str | int, ...] = ()
    index: str = ""
    is_absorbed: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether there is anything to keep."""
        element = self.element
        return not self.is_absorbed and bool(
            element.text or element.table or element.image or element.kind in STANDS_WITHOUT_TEXT
        )

    @property
    def box(self) -> BoundingBox | None:
        """Where it stands, if that is known."""
        return self.element.regions[0].box if self.element.regions else None

    @property
    def is_body(self) -> bool:
        """Whether it belongs to the running text of its page."""
        return not self.is_absorbed and not self.element.is_furniture and self.element.kind not in APART


def mark_footnotes(drafts: Sequence[Draft]) -> None:
    """Make the text inside the region of an empty footnote a footnote.

    Such a block is a marker: the text follows in blocks of its own.
    """
    regions: list[BoundingBox] = []
    for draft in drafts:
        element, box = draft.element, draft.box
        if box is None:
            continue
        if element.kind is ElementKind.FOOTNOTE and not element.text:
            regions.append(box)
        elif element.kind is ElementKind.PARAGRAPH and any(_is_inside(box, region) for region in regions):
            draft.element = replace(element, kind=ElementKind.FOOTNOTE)


def link_captions(drafts: list[Draft]) -> None:
    """Tie captions to what they describe; a caption that only stands in a list gets an element of its own.

    A caption may come as a block, in the list of its figure, or both: it becomes one element.
    """
    for owner in [draft for draft in drafts if draft.captions]:
        missing = [text for caption in owner.captions if (text := _tie(caption, owner, drafts))]
        place = drafts.index(owner) + 1
        drafts[place:place] = [_caption(text, owner, number) for number, text in enumerate(missing, 1)]
    kept = [draft for draft in drafts if draft.is_kept and not draft.element.is_furniture]
    for place, draft in enumerate(kept):
        if draft.element.kind is ElementKind.CAPTION and not draft.element.caption_of:
            owner = _nearest(draft, reversed(kept[:place]), kept[place + 1 :])
            if owner is not None:
                draft.element = replace(draft.element, caption_of=owner.element.id)


def join_pages(previous: Sequence[Draft], current: Sequence[Draft]) -> None:
    """Record that a page begins with what the one before it left unfinished.

    The service may put the joined text on either page and leave the other half empty, repeat it, or leave
    both halves as they are; no document says. Halves that are empty or repeated give their place to the other
    one; halves that both have text of their own stay as they are.

    Args:
        previous: The page before.
        current: The page that continues it.
    """
    head = next((draft for draft in reversed(previous) if draft.is_body), None)
    tail = next((draft for draft in current if draft.is_body), None)
    if head is None or tail is None or head.element.kind is not tail.element.kind:
        return
    if head.element.table is not None and tail.element.table is not None:
        tail.element = replace(tail.element, table=replace(tail.element.table, continues_previous=True))
    elif _holds(head.element, tail.element):
        head.element = replace(head.element, regions=head.element.regions + tail.element.regions)
        tail.is_absorbed = True
    elif _holds(tail.element, head.element, at_start=True):
        tail.element = replace(tail.element, regions=head.element.regions + tail.element.regions)
        head.is_absorbed = True


def _holds(whole: Element, part: Element, *, at_start: bool = False) -> bool:
    """Whether the whole has what the part has."""
    if part.table is not None or part.image is not None:
        return False
    if not part.text:
        return bool(whole.text or whole.table)
    is_there = whole.text.startswith(part.text) if at_start else whole.text.endswith(part.text)
    return is_there and len(part.text) >= MIN_REPEATED_LENGTH


def _tie(caption: str | int, owner: Draft, drafts: Iterable[Draft]) -> str:
    """Tie a caption to its owner if a block holds it; else return its text, if it has one."""
    wanted = str(caption)
    for draft in drafts:
        element = draft.element
        is_caption = element.kind is ElementKind.CAPTION
        is_meant = draft.index == wanted and (is_caption or isinstance(caption, int))
        if draft is owner or element.caption_of or not element.text:
            continue
        if is_meant or (is_caption and _plain(element.text) == _plain(wanted)):
            draft.element = replace(element, kind=ElementKind.CAPTION, caption_of=owner.element.id)
            return ""
    return "" if isinstance(caption, int) else caption


def _caption(text: str, owner: Draft, number: int) -> Draft:
    element = owner.element
    return Draft(
        element=Element(
            id=f"{element.id}-c{number}",
            kind=ElementKind.CAPTION,
            text=text,
            regions=tuple(Region(page=region.page) for region in element.regions[:1]),
            is_furniture=element.is_furniture,
            caption_of=element.id,
        )
    )


def _nearest(caption: Draft, before: Iterable[Draft], after: Iterable[Draft]) -> Draft | None:
    """The figure or table next to a caption: the nearer one by boxes, else by the habit of its kind."""
    neighbours = [
        next((draft for draft in side if draft.element.kind is not ElementKind.CAPTION), None)
        for side in (before, after)
    ]
    word = caption.element.raw_kind.casefold()
    wanted = [kind for kind in CAPTIONED if kind.value in word] or list(CAPTIONED)
    found = [draft for draft in neighbours if draft is not None and draft.element.kind in wanted]
    if len(found) < len(neighbours):
        return found[0] if found else None
    above, below = (_gap(caption.box, draft.box) for draft in found)
    if above is None or below is None or above == below:
        is_above = ElementKind.TABLE not in wanted or len(wanted) > 1  # captions of tables stand above them
        return found[0] if is_above else found[1]
    return found[0] if above < below else found[1]


def _gap(one: BoundingBox | None, other: BoundingBox | None) -> float | None:
    if one is None or other is None:
        return None
    return max(one.top - other.bottom, other.top - one.bottom, 0.0)


def _is_inside(box: BoundingBox, region: BoundingBox) -> bool:
    return (
        box.left >= region.left - TOLERANCE
        and box.top >= region.top - TOLERANCE
        and box.right <= region.right + TOLERANCE
        and box.bottom <= region.bottom + TOLERANCE
    )


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
