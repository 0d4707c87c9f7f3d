"""Where a passage comes from."""

from dataclasses import dataclass

from docferry.model.geometry import BoundingBox

__all__ = ["Provenance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """One place that a chunk's text was taken from.

    Args:
        page: Number of the page, 1-based, in the whole document.
        box: Where on the page; None when the provider gave no box.
        element_id: Id of the element.
    """

    page: int
    box: BoundingBox | None
    element_id: str
