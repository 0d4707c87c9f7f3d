"""Ties captions to the figure or table that they describe. Works on drafts in place, one page at a time."""

from collections.abc import Sequence
from dataclasses import replace

from docferry.model import Element, ElementKind
from docferry_pulse.mapping import Draft

__all__ = ["link_captions"]

CAPTIONED = (ElementKind.FIGURE, ElementKind.TABLE)


def link_captions(drafts: Sequence[Draft]) -> None:
    """Tie each caption to its owner: the figure it came inside of, else what stands next to it."""
    kept = [draft for draft in drafts if not draft.element.is_furniture]
    for place, draft in enumerate(kept):
        if draft.element.kind is not ElementKind.CAPTION:
            continue
        before = kept[place - 1].element if place else None
        after = kept[place + 1].element if place + 1 < len(kept) else None
        owner = before if draft.is_caption_of_previous else _owner(draft.element, before, after)
        if owner is not None and owner.kind in CAPTIONED:
            draft.element = replace(draft.element, caption_of=owner.id)


def _owner(caption: Element, before: Element | None, after: Element | None) -> Element | None:
    """The neighbour that a caption describes; of a figure and a table, the one that it names."""
    neighbours = [one for one in (before, after) if one is not None and one.kind in CAPTIONED]
    word = caption.text.lstrip().casefold()
    wanted = ElementKind.TABLE if word.startswith("tab") else ElementKind.FIGURE
    named = [one for one in neighbours if one.kind is wanted]
    if wanted is ElementKind.TABLE:
        named.reverse()  # captions of tables stand above them
    return (named or neighbours or [None])[0]
