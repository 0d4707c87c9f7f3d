"""Pieces of running text to elements, and to a document."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from docferry.model import PAGES_UNKNOWN, Document, DocumentWarning, Element, ElementKind, Image, Page, Region
from docferry.reading.captions import caption_kind
from docferry.reading.markdown import Piece, read_markdown
from docferry.reading.markdown_syntax import split_front_matter
from docferry.reading.values import page_count_of

__all__ = ["document_of", "elements_of", "no_image", "read_document", "tie_captions"]

FindImage = Callable[[str], Image | None]

CAPTIONED = (ElementKind.FIGURE, ElementKind.TABLE, ElementKind.CODE)
LONGEST_NAME = 200
"""Characters; an address that is longer is no name for a picture."""


def no_image(_address: str) -> None:
    """For texts whose pictures were not kept."""


def elements_of(pieces: Iterable[Piece], *, page: int | None, find_image: FindImage) -> tuple[Element, ...]:
    """Make an element of each piece, in order.

    Args:
        pieces: What was read.
        page: The page that all of them stand on, 1-based; None when nothing says on which.
        find_image: From a picture's address to the picture; called with "" where there is none.
    """
    return tuple(
        _element(piece, number, page=page, image=find_image(piece.image_address))
        for number, piece in enumerate(pieces, start=1)
    )


def read_document(
    text: str,
    *,
    fingerprint: str,
    provider: str,
    page_count: int | None = 1,
    find_image: FindImage = no_image,
) -> Document:
    """Read a Markdown text into a document: without boxes, and with pages only where there is just one.

    Front matter becomes an element of kind other; paragraphs such as "Table 1: Fares" and captions are tied
    to the table or picture beside them.

    Args:
        text: The text.
        fingerprint: The source's fingerprint.
        provider: Who made the text of the source.
        page_count: Pages of the source, all of which the text is of; None when nobody knows, which more than
            any document has counts as.
        find_image: From a picture's address to the picture, or None; called with "" where there is none. A
            picture that is not found and has no description goes by its address.
    """
    fields, body = split_front_matter(text)
    front = (Piece(kind=ElementKind.OTHER, text=fields, raw_kind="front_matter"),) if fields else ()
    return document_of(
        (*front, *read_markdown(body)),
        fingerprint=fingerprint,
        provider=provider,
        page_count=page_count,
        find_image=find_image,
    )


def document_of(
    pieces: Iterable[Piece],
    *,
    fingerprint: str,
    provider: str,
    page_count: int | None = 1,
    find_image: FindImage = no_image,
) -> Document:
    """Make a document of pieces that were read before; see `read_document`."""
    page_count = page_count_of(page_count)
    page = 1 if page_count == 1 else None
    message = "The result is running text without pages: nothing says on which page a passage stands."
    return Document(
        source_fingerprint=fingerprint,
        provider=provider,
        pages=tuple(Page(number=number) for number in range(1, (page_count or 1) + 1)),
        elements=tie_captions(elements_of(pieces, page=page, find_image=find_image)),
        warnings=() if page else (DocumentWarning(code=PAGES_UNKNOWN, message=message),),
    )


def tie_captions(elements: Sequence[Element]) -> tuple[Element, ...]:
    """Tie captions, and paragraphs that read like one, to the table, picture or code beside them.

    Args:
        elements: In reading order; those tied already stay as they are.
    """
    return tuple(_tied(elements))


def _tied(elements: Sequence[Element]) -> Iterator[Element]:
    for number, element in enumerate(elements):
        is_caption = element.kind is ElementKind.CAPTION and not element.caption_of
        if not is_caption and element.kind is not ElementKind.PARAGRAPH:
            yield element
            continue
        before, after = _beside(elements, number, step=-1), _beside(elements, number, step=1)
        target = _described(element, before, after, is_caption=is_caption)
        if target is None:
            yield element
        else:
            yield replace(element, kind=ElementKind.CAPTION, caption_of=target.id)


def _described(
    element: Element, before: Element | None, after: Element | None, *, is_caption: bool
) -> Element | None:
    """What a caption describes: what its words say, else what stands before it, tables after it."""
    beside = [other for other in (after, before) if other is not None]
    kind = caption_kind(element.text, is_near=bool(beside))
    by_words = next((other for other in beside if other.kind is kind), None)
    if by_words is not None or not is_caption:
        return by_words
    if before is None or after is None:
        return before or after
    is_own = element.raw_kind == after.raw_kind  # as in an HTML table
    is_above = after.kind is ElementKind.TABLE and before.kind is not ElementKind.FIGURE
    return after if is_own or is_above else before


def _beside(elements: Sequence[Element], number: int, *, step: int) -> Element | None:
    """The next thing that a caption can describe, with nothing but captions in between."""
    place = number + step
    while 0 <= place < len(elements) and elements[place].kind is ElementKind.CAPTION:
        place += step
    found = elements[place] if 0 <= place < len(elements) else None
    return found if found is not None and found.kind in CAPTIONED else None


def _element(piece: Piece, number: int, *, page: int | None, image: Image | None) -> Element:
    return Element(
        id=f"e{number}" if page is None else f"p{page}-e{number}",
        kind=piece.kind,
        text=piece.text or ("" if image else _name(piece)),
        level=piece.level,
        regions=() if page is None else (Region(page=page),),
        raw_kind=piece.raw_kind,
        table=piece.table,
        image=image,
    )


def _name(piece: Piece) -> str:
    """The address of a picture that has nothing else to say; never the picture itself."""
    address = piece.image_address
    is_name = piece.kind is ElementKind.FIGURE and len(address) <= LONGEST_NAME
    return address if is_name and not address.lower().startswith("data:") else ""
