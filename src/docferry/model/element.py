"""The pieces a page is made of."""

from dataclasses import dataclass
from enum import StrEnum

from docferry.model.geometry import Region
from docferry.model.table import Table

__all__ = ["Element", "ElementKind", "Image"]


class ElementKind(StrEnum):
    """What an element is. A provider's word without a match becomes OTHER, or PARAGRAPH when it has text."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    FIGURE = "figure"
    CAPTION = "caption"
    FORMULA = "formula"
    CODE = "code"
    FOOTNOTE = "footnote"
    TOC = "toc"
    REFERENCE = "reference"
    HEADER = "header"
    FOOTER = "footer"
    PAGE_NUMBER = "page_number"
    SIDEBAR = "sidebar"
    STAMP = "stamp"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture that came with the result.

    Args:
        asset_name: Name of the part of the payload that holds the bytes; empty when none were kept.
        media_type: For example image/png; empty when unknown.
        size_bytes: Size of the asset; None when unknown.
    """

    asset_name: str = ""
    media_type: str = ""
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One piece of a document, in reading order.

    Args:
        id: Unique in the document, and the same whenever the same bytes are parsed the same way.
        kind: What it is.
        text: Plain text for prose, LaTeX for formulas, source for code, a description for figures. A table
            keeps its content in `table`, and `text` is then empty. List items carry no bullet sign, but keep
            a number such as "3.".
        level: For titles and headings 1 to 6; for list items the nesting depth from 1; else None. None also
            means that the provider did not say.
        regions: Where it stands, in reading order; several when it runs over columns or pages; empty when
            the provider says nothing.
        provider_id: The provider's own id, or empty.
        raw_kind: The provider's own word for the kind, or empty.
        is_furniture: Whether it belongs to the page rather than to the text: running heads, page numbers.
        caption_of: Id of the figure or table this caption or footnote belongs to, or empty.
        table: The cells, for tables whose cells are known.
        image: The picture, for elements that have one.
        confidence: The provider's certainty, 0 to 1, or None.
    """

    id: str
    kind: ElementKind
    text: str = ""
    level: int | None = None
    regions: tuple[Region, ...] = ()
    provider_id: str = ""
    raw_kind: str = ""
    is_furniture: bool = False
    caption_of: str = ""
    table: Table | None = None
    image: Image | None = None
    confidence: float | None = None

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("an element needs an id")
        if self.level is not None and self.level < 1:
            raise ValueError(f"levels count from 1, not {self.level}")
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise ValueError(f"confidence runs from 0 to 1, not {self.confidence}")
