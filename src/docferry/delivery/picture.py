"""A picture of an element, and which pictures are wanted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from docferry.delivery.reading import read_choice
from docferry.errors import InvalidOptionsError
from docferry.model import Element, ElementKind

__all__ = ["KindsInput", "Picture", "PictureSettings"]

KindsInput: TypeAlias = Iterable[ElementKind | str]

LARGEST_DOTS_PER_INCH = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image of one element.

    Args:
        id: UUID-shaped digest of (source name, element, page, box, dots per inch): the same in every run.
        text: Caption and text of the element, one below the other; may be empty.
        content: The image, a PNG.
        metadata: Keys in the order of `docferry.metadata.PICTURE_KEYS`.
    """

    id: str
    text: str
    content: bytes = field(repr=False)
    metadata: dict[str, object]

    media_type: str = "image/png"


class PictureSettings:
    """Which elements, and how fine.

    Args:
        kinds: Kinds of elements, such as "figure" and "table"; None for figures, and for whatever else the
            provider kept a picture of.
        dots_per_inch: 1 to 1200.

    Raises:
        InvalidOptionsError: There is no such kind, or the number is out of range.
    """

    def __init__(self, kinds: KindsInput | None, dots_per_inch: int) -> None:
        if isinstance(kinds, str):
            kinds = (kinds,)
        self.kinds = (
            None
            if kinds is None
            else frozenset(read_choice(ElementKind, kind, name="kinds") for kind in kinds)
        )
        if not 1 <= dots_per_inch <= LARGEST_DOTS_PER_INCH:
            raise InvalidOptionsError(
                f"dots_per_inch is {dots_per_inch}", next_step=f"use 1 to {LARGEST_DOTS_PER_INCH}"
            )
        self.dots_per_inch = dots_per_inch

    def wants(self, element: Element) -> bool:
        """Whether a picture of the element was asked for."""
        if self.kinds is None:
            return element.kind is ElementKind.FIGURE or element.image is not None
        return element.kind in self.kinds
