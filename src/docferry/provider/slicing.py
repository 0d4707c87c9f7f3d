"""Page numbers of a part, put back to those of the whole."""

from collections.abc import Sequence
from dataclasses import replace

from docferry.errors import InvalidResponseError
from docferry.model import Document, Element, Region

__all__ = ["renumber"]


def renumber(document: Document, numbers: Sequence[int]) -> Document:
    """Give a document parsed from a part of a file the page numbers of the whole file.

    Args:
        document: Parsed from the part: its pages count from 1.
        numbers: For each page of the part its number in the whole, ascending.

    Raises:
        InvalidResponseError: The document has a page beyond those of the part.
    """
    beyond = [page.number for page in document.pages if page.number > len(numbers)]
    if beyond:
        raise InvalidResponseError(
            f"the provider returned page {beyond[0]} of a part with {len(numbers)} pages",
            provider=document.provider,
        )

    def whole(part_number: int) -> int:
        return numbers[part_number - 1]

    def moved(element: Element) -> Element:
        regions = tuple(Region(page=whole(region.page), box=region.box) for region in element.regions)
        return replace(element, regions=regions)

    return replace(
        document,
        pages=tuple(replace(page, number=whole(page.number)) for page in document.pages),
        elements=tuple(moved(element) for element in document.elements),
        warnings=tuple(
            replace(warning, pages=tuple(whole(page) for page in warning.pages if page <= len(numbers)))
            for warning in document.warnings
        ),
    )
