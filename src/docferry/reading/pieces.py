"""Pieces of running text to elements of a document."""

from collections.abc import Callable, Iterable

from docferry.model import Element, Image, Region
from docferry.reading.markdown import Piece

__all__ = ["elements_of"]


def elements_of(
    pieces: Iterable[Piece], *, page: int | None, find_image: Callable[[str], Image | None]
) -> tuple[Element, ...]:
    """Make an element of each piece, in order.

    Args:
        pieces: What was read.
        page: The page that all of them stand on, 1-based; None when nothing says on which.
        find_image: From a picture's address to the picture; called with "" where there is none.
    """
    return tuple(
        Element(
            id=f"e{number}" if page is None else f"p{page}-e{number}",
            kind=piece.kind,
            text=piece.text,
            level=piece.level,
            regions=() if page is None else (Region(page=page),),
            table=piece.table,
            image=find_image(piece.image_address),
        )
        for number, piece in enumerate(pieces, start=1)
    )
