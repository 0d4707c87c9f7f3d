"""Puts what the service keeps apart, at the end of each page, back to where it stands on the page."""

from collections.abc import Sequence
from dataclasses import replace

from docferry.model import BoundingBox, ElementKind
from docferry_mineru.blocks import Block, WirePage
from docferry_mineru.words import kind_of

__all__ = ["place_apart"]


def place_apart(page: WirePage) -> WirePage:
    """The page with its last blocks, those that are kept apart, in their position.

    A running head stands before the text and a foot after it; what stands beside it comes next to the nearest
    block. Blocks without a box go by their kind.
    """
    body = list(page.blocks)
    while body and body[-1].is_apart:
        body.pop()
    apart = page.blocks[len(body) :]
    if not apart:
        return page
    slots: list[list[Block]] = [[] for _ in range(len(body) + 1)]
    for block in apart:
        slots[_slot(block, body)].append(block)
    blocks: list[Block] = []
    for place, slot in enumerate(slots):
        blocks += sorted(slot, key=_height)
        blocks += body[place : place + 1]
    return replace(page, blocks=tuple(blocks))


def _slot(block: Block, body: Sequence[Block]) -> int:
    """Before which block of the running text it goes."""
    boxed = [(place, other.box) for place, other in enumerate(body) if other.box is not None]
    if block.box is None or not boxed:
        return 0 if kind_of(block) is ElementKind.HEADER else len(body)
    if block.box.bottom <= min(box.top for _, box in boxed):
        return 0
    if block.box.top >= max(box.bottom for _, box in boxed):
        return len(body)
    place, nearest = min(boxed, key=lambda pair: _distance(pair[1], block.box))
    return place if _middle(block.box) < _middle(nearest) else place + 1


def _distance(one: BoundingBox, other: BoundingBox | None) -> float:
    if other is None:
        return 2.0
    across = max(one.left - other.right, other.left - one.right, 0.0)
    down = max(one.top - other.bottom, other.top - one.bottom, 0.0)
    return across + down


def _middle(box: BoundingBox) -> float:
    return (box.top + box.bottom) / 2


def _height(block: Block) -> float:
    return block.box.top if block.box is not None else 1.0
