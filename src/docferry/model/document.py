"""What every provider's result becomes."""

from dataclasses import dataclass
from itertools import pairwise

from docferry.model.element import Element
from docferry.model.geometry import LengthUnit

__all__ = ["PAGES_UNKNOWN", "SCHEMA_VERSION", "Document", "DocumentWarning", "Page"]

SCHEMA_VERSION = "1.0"
"""Version of the document model. A new minor version adds fields; a new major version changes meanings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page.

    Args:
        number: Position in the whole document, 1-based.
        width: Width as shown, after rotation, in `unit`; None when unknown.
        height: Height as shown; None when unknown.
        unit: Unit of width and height.
        label: The number printed on the page, or empty.
    """

    number: int
    width: float | None = None
    height: float | None = None
    unit: LengthUnit = LengthUnit.POINT
    label: str = ""

    def __post_init__(self) -> None:
        if self.number < 1:
            raise ValueError(f"pages count from 1, not {self.number}")


PAGES_UNKNOWN = "pages_unknown"
"""Code of the warning on a document of running text: nothing says on which page a passage stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentWarning:
    """Something a reader of the document should know.

    Args:
        code: A stable word for programs, such as "pages_without_text".
        message: One sentence for people, without text of the document.
        pages: The pages concerned, 1-based and ascending; empty when it is about the whole document.
    """

    code: str
    message: str
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed document.

    Args:
        source_fingerprint: SHA-256 of the source's bytes, hexadecimal, prefixed "sha256:".
        provider: Name of the provider that parsed it.
        pages: The pages parsed, ascending by number; with a page selection not all of the file's pages.
        elements: Everything on them in reading order, furniture included.
        warnings: What went less than well.
        schema_version: Version of this model.

    Raises:
        ValueError: Pages do not ascend, an element id occurs twice, or an element stands on a page that is
            not among the pages.
    """

    source_fingerprint: str
    provider: str
    pages: tuple[Page, ...]
    elements: tuple[Element, ...]
    warnings: tuple[DocumentWarning, ...] = ()
    schema_version: str = SCHEMA_VERSION

    def __post_init__(self) -> None:
        numbers = [page.number for page in self.pages]
        if any(later <= earlier for earlier, later in pairwise(numbers)):
            raise ValueError("pages must ascend")
        known_pages = set(numbers)
        known_ids: set[str] = set()
        for element in self.elements:
            if element.id in known_ids:
                raise ValueError(f"element id {element.id} occurs twice")
            known_ids.add(element.id)
            for region in element.regions:
                if region.page not in known_pages:
                    raise ValueError(f"element {element.id} stands on page {region.page}, which is not there")
