"""Fills what one file of a result lacks from the others.

The files describe the same blocks: a block of one is found in another by its box, or else by its text. Blocks
that only another file has are added, so that nothing is dropped because one file leaves it out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from docferry_mineru.blocks import Block, Form, Item, Note, WirePage, letters_of
from docferry_mineru.words import family_of

__all__ = ["fill"]

GRAIN = 1000
"""Boxes count as equal when they are in the thousandths of a page, which is what content lists give."""


def fill(form: Form, others: Iterable[Form]) -> Form:
    """Fill a form from others, of which the first comes first.

    Taken over are boxes, levels of headings, cells of tables, pictures, captions, items of lists, sizes of
    pages, certainty, and blocks and pages that the form does not have.
    """
    for other in others:
        mine = {page.index: page for page in form.pages}
        theirs = {page.index: page for page in other.pages}
        texts = _Texts(mine)
        pages = tuple(
            _filled(mine.get(index) or WirePage(index=index), theirs.get(index), texts)
            for index in sorted({*mine, *theirs})
        )
        form = Form(
            name=form.name,
            pages=pages,
            names_blank_pages=form.names_blank_pages or other.names_blank_pages,
            counts_absolutely=form.counts_absolutely,
        )
    return form


class _Texts:
    """What is said on a page and its neighbours, where the rest of a paragraph may stand."""

    def __init__(self, pages: dict[int, WirePage]) -> None:
        self._pages = pages
        self._letters: dict[int, str] = {}
        self._images = {_image_name(block) for page in pages.values() for block in page.blocks}

    def hold(self, block: Block, index: int) -> bool:
        """Whether all that a block says is said there."""
        pieces = block.pieces
        if not pieces:
            return not block.image or _image_name(block) in self._images
        said = "".join(self._on(place) for place in (index - 1, index, index + 1))
        return all(letters in said for letters in pieces)

    def _on(self, index: int) -> str:
        if index not in self._letters:
            page = self._pages.get(index)
            blocks = page.blocks if page is not None else ()
            self._letters[index] = "".join(block.letters for block in blocks)
        return self._letters[index]


def _filled(page: WirePage, other: WirePage | None, texts: _Texts) -> WirePage:
    if other is None:
        return page
    partners = _Partners(other.blocks)
    found = partners.of(page.blocks)
    blocks = [
        block if partner is None else _merged(block, partner, is_same_place=is_same_place)
        for block, (partner, is_same_place) in zip(page.blocks, found, strict=True)
    ]
    lacks_apart = not any(block.is_apart for block in page.blocks)
    added = [
        replace(block, is_apart=True)
        for block in partners.unused()
        if (block.is_apart and lacks_apart and not block.is_empty) or not texts.hold(block, page.index)
    ]
    return WirePage(
        index=page.index,
        width=page.width or other.width,
        height=page.height or other.height,
        blocks=(*blocks, *added),
    )


class _Partners:
    """The blocks of another file, each of which is handed out once."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._is_used = [False] * len(blocks)

    def of(self, blocks: Sequence[Block]) -> tuple[tuple[Block | None, bool], ...]:
        """The partner of each block, and whether its box is the same: by boxes first, else by text."""
        places = self._places(_box_key)
        found = [self._take(places, _box_key(block)) for block in blocks]
        texts = self._places(_text_key) if None in found else {}
        return tuple(
            (self._take(texts, _text_key(block)), False) if partner is None else (partner, True)
            for block, partner in zip(blocks, found, strict=True)
        )

    def unused(self) -> Iterator[Block]:
        """Those that nobody took, in order."""
        return (block for block, is_used in zip(self._blocks, self._is_used, strict=True) if not is_used)

    def _places(self, key_of: Callable[[Block], object]) -> dict[object, list[int]]:
        places: dict[object, list[int]] = defaultdict(list)
        for place in reversed(range(len(self._blocks))):
            key = key_of(self._blocks[place])
            if key is not None:
                places[key].append(place)
        return places

    def _take(self, index: dict[object, list[int]], key: object) -> Block | None:
        places = index.get(key, []) if key is not None else []
        while places:
            place = places.pop()
            if not self._is_used[place]:
                self._is_used[place] = True
                return self._blocks[place]
        return None


def _box_key(block: Block) -> object:
    box = block.box
    if box is None:
        return None
    return (
        family_of(block),
        int(box.left * GRAIN + 1e-6),
        int(box.top * GRAIN + 1e-6),
        int(box.right * GRAIN + 1e-6),
        int(box.bottom * GRAIN + 1e-6),
    )


def _text_key(block: Block) -> object:
    letters = block.letters
    return (family_of(block), letters) if letters else None


def _image_name(block: Block) -> str:
    return block.image[-200:].rstrip("/").rpartition("/")[2]


def _merged(block: Block, other: Block, *, is_same_place: bool) -> Block:
    is_regained = block.is_empty and not other.continues  # the rest of a joined paragraph stays where it is
    has_items = not block.items and bool(other.items) and other.letters == block.letters
    text = "" if has_items else block.text
    return Block(
        kind=other.kind if has_items else block.kind,
        text=other.text if is_regained else text,
        level=other.level if other.level is not None and block.level in {None, 1} else block.level,
        box=other.box if block.box is None or is_same_place else block.box,
        items=other.items if has_items else _items(block.items, other.items),
        table=block.table or ("" if block.text else other.table),
        image=block.image or other.image,
        captions=_notes(block.captions, other.captions),
        footnotes=_notes(block.footnotes, other.footnotes),
        is_apart=block.is_apart,
        continues=block.continues,
        confidence=other.confidence if block.confidence is None else block.confidence,
    )


def _items(items: tuple[Item, ...], others: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items, with the boxes of the others where they are the same ones."""
    if not items or len(items) != len(others):
        return items
    return tuple(replace(item, box=item.box or other.box) for item, other in zip(items, others, strict=True))


def _notes(notes: tuple[Note, ...], others: tuple[Note, ...]) -> tuple[Note, ...]:
    """The notes; the others when they say the same and more of it, as one by one and with their boxes."""
    if not notes:
        return others
    mine, theirs = (letters_of("".join(note.text for note in group)) for group in (notes, others))
    is_finer = len(others) > len(notes) or any(note.box for note in others)
    is_boxed = all(note.box for note in chain(notes))
    return others if mine == theirs and is_finer and not is_boxed else notes
