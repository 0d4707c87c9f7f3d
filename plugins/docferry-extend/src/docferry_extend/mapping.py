"""From the service's blocks to our elements: the only module that knows both vocabularies. Pure.

Where a page or a box is known it is kept; where it is not, nothing is invented.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from docferry.model import (
    Document,
    DocumentWarning,
    Element,
    ElementKind,
    Page,
    PageSelection,
)
from docferry.reading import Piece
from docferry.reading.values import page_count_of
from docferry_extend.images import ImageShelf
from docferry_extend.output import Block, Output, OutputChunk
from docferry_extend.places import Places, find_places, missing_pages
from docferry_extend.tables import is_cell, read_table
from docferry_extend.texts import (
    bare_formula,
    is_within,
    read_heading,
    read_pieces,
    texts_of,
    unwrap,
)

__all__ = ["PROVIDER", "map_output"]

PROVIDER = "extend"

# The seven types of 2025-04-21, the six that 2026-02-09 added, and words that a next version may have.
KINDS = {
    "text": ElementKind.PARAGRAPH,
    "heading": ElementKind.HEADING,
    "section_heading": ElementKind.HEADING,
    "table": ElementKind.TABLE,
    "table_head": ElementKind.PARAGRAPH,  # a cell whose table is not there
    "table_cell": ElementKind.PARAGRAPH,
    "figure": ElementKind.FIGURE,
    "key_value": ElementKind.PARAGRAPH,
    "page_number": ElementKind.PAGE_NUMBER,
    "barcode": ElementKind.FIGURE,
    "formula": ElementKind.FORMULA,
    "header": ElementKind.HEADER,
    "footer": ElementKind.FOOTER,
    "caption": ElementKind.CAPTION,
    "code": ElementKind.CODE,
    "footnote": ElementKind.FOOTNOTE,
    "image": ElementKind.FIGURE,
    "list_item": ElementKind.LIST_ITEM,
    "title": ElementKind.TITLE,
}
FURNITURE = frozenset({ElementKind.HEADER, ElementKind.FOOTER, ElementKind.PAGE_NUMBER})
STANDS_WITHOUT_TEXT = frozenset({ElementKind.FIGURE, ElementKind.TABLE})
PROSE = frozenset({"text", ""})
MAX_LABEL_LENGTH = 12


def map_output(  # noqa: PLR0913 - a result and what is known besides
    output: Output,
    shelf: ImageShelf,
    *,
    selection: PageSelection | None,
    page_count: int | None,
    is_spatial: bool,
    fingerprint: str,
) -> Document:
    """Map a result to a document. No text of a block is dropped, whatever the block's type.

    Args:
        output: The result.
        shelf: The pictures that were kept.
        selection: The pages that were asked for, or None for all.
        page_count: How many pages the service says it parsed; None when it does not say.
        is_spatial: Whether texts are laid out with white space, so that they are not Markdown.
        fingerprint: The source's fingerprint.
    """
    places = find_places(output, selection=selection, page_count=page_count)
    mapper = _Mapper(places=places, shelf=shelf, is_spatial=is_spatial)
    for chunk in _with_cells_inside(output.chunks):
        mapper.take(chunk)
    pages, blank = places.pages(mapper.labels), missing_pages(places, page_count=page_count)
    if places.numbering.is_ambiguous and selection is not None:
        pages = [Page(number=number) for number in _asked(selection, page_count)]
    pages += [Page(number=number) for number in blank]
    return Document(
        source_fingerprint=fingerprint,
        provider=PROVIDER,
        pages=tuple(sorted(pages, key=lambda page: page.number)),
        elements=tuple(mapper.elements),
        warnings=tuple(_warnings(mapper, places, blank)),
    )


@dataclass(slots=True, kw_only=True)
class _Mapper:
    """Makes elements of blocks, one chunk after the other.

    Args:
        places: The pages of the result.
        shelf: The pictures that were kept.
        is_spatial: Whether texts are laid out with white space.
        elements: What came of the blocks so far.
        labels: What is printed on pages as their number, by number in the result.
    """

    places: Places
    shelf: ImageShelf
    is_spatial: bool
    elements: list[Element] = field(default_factory=list[Element])
    labels: dict[int, str] = field(default_factory=dict[int, str])
    _counts: dict[int | None, int] = field(default_factory=dict[int | None, int])

    def take(self, chunk: OutputChunk) -> None:
        """Take the blocks of a chunk; one without blocks is a block itself."""
        for block in chunk.blocks or (Block(content=chunk.content),):
            self._take(block, self.places.number_of(block, chunk))

    def _take(self, block: Block, number: int | None) -> None:
        drafts = [draft for draft in self._drafts(block, number) if _is_kept(draft)]
        if not drafts:
            return
        # Numbers count on their page, so that a changed page changes only the ids on it.
        page = self.places.numbering.pages[number] if number is not None else None
        self._counts[page] = self._counts.get(page, 0) + 1
        prefix = "" if page is None else f"p{page}-"
        first = f"{prefix}e{self._counts[page]}"
        for place, draft in enumerate(drafts, start=1):
            self.elements.append(replace(draft, id=first if place == 1 else f"{first}-{place}"))
        if drafts[0].kind is ElementKind.PAGE_NUMBER and number is not None:
            self._label(number, drafts[0].text)

    def _label(self, number: int, text: str) -> None:
        if len(text) <= MAX_LABEL_LENGTH:
            self.labels.setdefault(number, text)

    def _drafts(self, block: Block, number: int | None) -> Iterator[Element]:
        """The elements of a block, with ids to come: one as a rule, and those of blocks inside it."""
        word = block.kind.lower()
        kind = KINDS.get(word)
        if kind is ElementKind.TABLE:
            yield from self._table(block, number)
            return
        draft = Element(
            id="draft",
            kind=kind or ElementKind.PARAGRAPH,
            regions=self.places.regions(block, number),
            provider_id=block.id,
            raw_kind=block.kind,
            is_furniture=kind in FURNITURE,
            image=self.shelf.find(block.details.image_url),
            confidence=block.confidence,
        )
        if word in PROSE and not self.is_spatial:
            yield from _of_pieces(draft, read_pieces(block.content))
        elif kind is ElementKind.FIGURE:
            yield from self._figure(draft, block)
        else:
            yield self._plain(draft, block)
        for child in block.children:
            if not is_within(child.content, block.content):
                yield from self._drafts(child, number)

    def _plain(self, draft: Element, block: Block) -> Element:
        """An element that is one text."""
        if draft.kind is ElementKind.HEADING and not self.is_spatial:
            text, level = read_heading(block.content)
            return replace(draft, text=text, level=level)
        if draft.kind is ElementKind.FORMULA:
            return replace(draft, text=bare_formula(block.details.latex or unwrap(block.content)))
        text = block.content.strip("\n").rstrip() if self.is_spatial else unwrap(block.content)
        is_nothing = not text and block.kind.lower() not in KINDS
        return replace(draft, kind=ElementKind.OTHER if is_nothing else draft.kind, text=text)

    def _figure(self, draft: Element, block: Block) -> Iterator[Element]:
        """A figure or barcode; tables read out of charts follow as elements of their own."""
        content, value = unwrap(block.content), block.details.decoded_value
        pieces = () if self.is_spatial else read_pieces(content)
        tables = [piece for piece in pieces if piece.table is not None]
        has_links = any(piece.image_address for piece in pieces)
        text = texts_of(pieces) if tables or has_links else content
        if value and value not in text:
            text = f"{text}\n{value}".strip()
        yield replace(draft, text=text)
        for piece in tables:
            yield replace(draft, kind=ElementKind.TABLE, table=piece.table, image=None)

    def _table(self, block: Block, number: int | None) -> Iterator[Element]:
        draft = Element(
            id="draft",
            kind=ElementKind.TABLE,
            regions=self.places.regions(block, number),
            provider_id=block.id,
            raw_kind=block.kind,
            confidence=block.confidence,
        )

        def box_of(cell: Block):  # noqa: ANN202 - a box or None
            if number is None or (cell.page or cell.sheet or number) != number:
                return None
            sized = cell if cell.page_size else replace(cell, page_size=block.page_size, page=block.page)
            return self.places.box(sized, number)

        read = read_table(block, box_of=box_of, is_spatial=self.is_spatial)
        image = self.shelf.find(block.details.image_url)
        yield from _of_pieces(draft, read.before)
        text = "" if read.table is not None else block.content.strip("\n").rstrip()
        yield replace(draft, table=read.table, text=text, image=image)
        yield from _of_pieces(draft, read.after)
        for other in read.others:
            if not is_within(other.content, block.content) or not other.content:
                yield from self._drafts(other, number)


def _of_pieces(draft: Element, pieces: Sequence[Piece]) -> Iterator[Element]:
    """An element for each piece of a text."""
    for place, piece in enumerate(pieces):
        yield replace(
            draft,
            kind=piece.kind,
            text=piece.text,
            level=piece.level,
            table=piece.table,
            image=draft.image if place == 0 else None,
        )


def _is_kept(draft: Element) -> bool:
    return bool(draft.text or draft.table or draft.image or draft.kind in STANDS_WITHOUT_TEXT)


def _with_cells_inside(chunks: Iterable[OutputChunk]) -> Iterator[OutputChunk]:
    """The chunks, with cells that stand beside the table they name as their parent put inside it."""
    for chunk in chunks:
        tables = {block.id for block in chunk.blocks if block.id and block.kind.lower() == "table"}
        apart = [block for block in chunk.blocks if is_cell(block) and block.parent_id in tables]
        if not apart:
            yield chunk
            continue
        kept = [block for block in chunk.blocks if not (is_cell(block) and block.parent_id in tables)]
        yield replace(chunk, blocks=tuple(_adopting(block, apart) for block in kept))


def _adopting(block: Block, apart: Sequence[Block]) -> Block:
    mine = tuple(cell for cell in apart if block.kind.lower() == "table" and cell.parent_id == block.id)
    known = {child.id for child in block.children if child.id}
    return replace(
        block, children=(*block.children, *(cell for cell in mine if not cell.id or cell.id not in known))
    )


def _asked(selection: PageSelection, page_count: int | None) -> Iterable[int]:
    """The pages that were asked for; of more than a document can have, as many as were parsed."""
    return selection.first(page_count_of(selection.page_count) or page_count or len(selection.ranges))


def _warnings(mapper: _Mapper, places: Places, blank: tuple[int, ...]) -> Iterator[DocumentWarning]:
    if places.numbering.is_ambiguous:
        yield DocumentWarning(
            code="pages_ambiguous",
            message="The result can be read in two ways as to its page numbers: no passage has a page.",
        )
    elif any(not element.regions for element in mapper.elements):
        yield DocumentWarning(
            code="pages_unknown",
            message="Of some passages the service does not say on which page they stand.",
        )
    if blank:
        yield DocumentWarning(
            code="pages_without_content",
            message="The service parsed these pages, and its result has nothing on them.",
            pages=blank,
        )
    lacking = [element for element in mapper.elements if element.image and not element.image.asset_name]
    if lacking:
        yield DocumentWarning(
            code="images_missing",
            message="Some pictures could not be downloaded.",
            pages=tuple(sorted({region.page for element in lacking for region in element.regions})),
        )
