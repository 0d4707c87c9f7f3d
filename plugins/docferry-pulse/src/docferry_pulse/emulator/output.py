"""The result of a finished parse in the service's words."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from docferry.emulation import ParsedFile, Picture
from docferry.model import BoundingBox, Element, ElementKind, TableCell
from docferry.reading.values import is_mapping
from docferry_pulse.emulator.quirks import PulseQuirks
from docferry_pulse.emulator.request import ExtractRequest
from docferry_pulse.emulator.writing import PageText, write_markdown, write_page

__all__ = ["Parse", "make_result", "pictures_of", "respell"]

CLASSES = {
    ElementKind.TITLE: "Title",
    ElementKind.HEADING: "Title",
    ElementKind.HEADER: "Header",
    ElementKind.FOOTER: "Footer",
    ElementKind.PAGE_NUMBER: "Page Number",
    ElementKind.FIGURE: "Images",
    ElementKind.TABLE: "Tables",
}
ALL_CLASSES = ("Text", "Title", "Header", "Footer", "Page Number", "Images", "Tables")
ID_NAMES = {"Images": "img", "Tables": "tbl"}
CONFIDENCE = 0.973
MAX_WORDS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Parse:
    """A finished parse.

    Args:
        job_id: Its job.
        request: What was asked for.
        parsed: What came out.
        extraction_id: Id of the record; empty when none is kept.
        origin: Where pictures are handed out.
    """

    job_id: str
    request: ExtractRequest
    parsed: ParsedFile = field(repr=False)
    extraction_id: str = ""
    origin: str = ""

    @property
    def pages(self) -> tuple[int, ...]:
        """The document's pages that were processed."""
        wanted = self.request.pages
        return tuple(
            page.number for page in self.parsed.document.pages if not wanted or page.number in wanted
        )

    @property
    def by_page(self) -> Mapping[int, list[Element]]:
        """By page what begins there, in order."""
        held: dict[int, list[Element]] = {page: [] for page in self.pages}
        first = self.parsed.document.pages[0].number
        for element in self.parsed.document.elements:
            page = element.regions[0].page if element.regions else first
            if page in held:
                held[page].append(element)
        return held


def make_result(parse: Parse, *, quirks: PulseQuirks, plan_info: Mapping[str, object]) -> dict[str, object]:
    """Make the result of a parse.

    Args:
        parse: The parse.
        quirks: How the service behaves.
        plan_info: What the organisation has used up in all.
    """
    request, by_page = parse.request, parse.by_page
    ids = dict(_ids(by_page.values()))
    texts = [
        write_page(elements, number=number, ids=ids, is_marked=False)
        for number, elements in enumerate(by_page.values(), start=1)
    ]
    marked = [
        write_page(elements, number=number, ids=ids, is_marked=True)
        for number, elements in enumerate(by_page.values(), start=1)
    ]
    result: dict[str, object] = {
        "markdown": write_markdown(texts, has_marks=quirks.has_page_marks),
        "page_count": len(by_page),
        "credits_used": float(len(by_page) * request.credits_per_page),
        "plan_info": dict(plan_info),
        "warnings": list(request.warnings),
        "bounding_boxes": _BoxWriter(parse=parse, quirks=quirks, ids=ids).boxes(
            by_page, marked=write_markdown(marked, has_marks=quirks.has_page_marks)
        ),
        "extensions": _extensions(request, texts),
    }
    if request.has_legacy_chunks:
        result["chunks"] = _chunks(request, texts)
    if parse.extraction_id:
        result["extraction_id"] = parse.extraction_id
        result["extraction_url"] = f"https://platform.runpulse.com/extractions/{parse.extraction_id}"
    return result


def pictures_of(parse: Parse) -> dict[str, Picture]:
    """The pictures that a result shows, by the last part of their addresses."""
    if not parse.request.shows_images:
        return {}
    pictures = parse.parsed.pictures
    return {
        f"{name}{pictures[element_id].suffix}": pictures[element_id]
        for element_id, name in _ids(parse.by_page.values())
        if element_id in pictures
    }


def respell(value: object, *, naming: str) -> object:
    """The same with the names of fields spelt in another case; names of classes and topics stay."""
    if isinstance(value, list):
        return [respell(item, naming=naming) for item in cast("list[object]", value)]
    if naming == "snake" or not is_mapping(value):
        return value
    spelt: dict[str, object] = {}
    for name, item in value.items():
        if re.fullmatch(r"[a-z]+(?:_[a-z]+)+", name):
            first, *others = name.split("_")
            camel = first + "".join(other.capitalize() for other in others)
            name = camel if naming == "camel" else name.replace("_", "-")  # noqa: PLW2901 - the new name
        spelt[name] = respell(item, naming=naming)
    return spelt


def _ids(pages: Iterable[Sequence[Element]]) -> Iterator[tuple[str, str]]:
    """The service's ids: counted by sort through the whole document."""
    numbers: dict[str, int] = {}
    for elements in pages:
        for element in elements:
            name = ID_NAMES.get(CLASSES.get(element.kind, "Text"), "txt")
            numbers[name] = numbers.get(name, 0) + 1
            yield element.id, f"{name}-{numbers[name]}"


def _extensions(request: ExtractRequest, texts: Sequence[PageText]) -> dict[str, object]:
    extensions: dict[str, object] = {}
    if request.chunk_types:
        extensions["chunking"] = _chunks(request, texts)
    outputs: dict[str, object] = {}
    if request.has_html:
        paragraphs = "".join(f"<p>{html.escape(block)}</p>" for page in texts for block in page.blocks)
        outputs["html"] = f"<html><body>{paragraphs}</body></html>"
    if request.has_word_boxes:
        outputs["wlbb"] = {"words": []}
    if outputs:
        extensions["altOutputs"] = outputs
    if request.links_footnotes:
        extensions["footnoteReferences"] = []
    return extensions


def _chunks(request: ExtractRequest, texts: Sequence[PageText]) -> dict[str, object]:
    pages = ["\n\n".join(page.blocks) for page in texts]
    blocks = [block for page in texts for block in page.blocks]
    return {kind: pages if kind == "page" else blocks for kind in request.chunk_types}


@dataclass(frozen=True, slots=True, kw_only=True)
class _BoxWriter:
    """Writes `bounding_boxes`.

    Args:
        parse: The parse.
        quirks: How the service behaves.
        ids: The service's ids by element id.
    """

    parse: Parse
    quirks: PulseQuirks
    ids: Mapping[str, str]

    def boxes(self, by_page: Mapping[int, Sequence[Element]], *, marked: str) -> dict[str, object]:
        """All groups; those without an entry are empty lists."""
        groups: dict[str, list[dict[str, object]]] = {name: [] for name in ALL_CLASSES}
        ordered: list[dict[str, object]] = []
        words: list[dict[str, object]] = []
        for number, (page, elements) in enumerate(by_page.items(), start=1):
            told = page if self.quirks.box_pages == "document" else number
            for element in elements:
                name = CLASSES.get(element.kind, "Text")
                entry = self._entry(element, name, told)
                groups[name].append(entry)
                ordered.append({"source_category": name, **entry})
                words += self._words(element, told, first=len(words) + 1)
        boxes: dict[str, object] = {**groups, "markdown_with_ids": marked}
        if self.quirks.has_words:
            boxes["Words"] = words[:MAX_WORDS]
        if self.quirks.has_ordered_elements:
            boxes["ordered_elements"] = ordered
        return boxes

    def _entry(self, element: Element, name: str, page: int) -> dict[str, object]:
        if name == "Tables":
            return self._table(element, page)
        entry: dict[str, object] = {
            "id": self.ids[element.id],
            "page_number": page,
            "bounding_box": _polygon(_box(element)),
        }
        if name == "Images":
            return {**entry, **self._figure(element)}
        return {**entry, **self._content(element.text.strip(), "a"), "average_word_confidence": CONFIDENCE}

    def _figure(self, element: Element) -> dict[str, object]:
        request, shown = self.parse.request, dict[str, object]()
        shown["visual_type"] = "image"
        shown["confidence"] = "N/A"
        if request.describes_figures:
            shown["description"] = element.text.strip() or "A figure."
        if request.shows_images and element.id in self.parse.parsed.pictures:
            suffix = self.parse.parsed.pictures[element.id].suffix
            file_name = f"{self.ids[element.id]}{suffix}"
            shown["image_url"] = f"{self.parse.origin}/results/{self.parse.job_id}/images/{file_name}"
        return shown

    def _table(self, element: Element, page: int) -> dict[str, object]:
        table, table_id = element.table, self.ids[element.id]
        location = {"page": page, "coordinates": _polygon(_box(element))}
        return {
            "table_info": {
                "id": table_id,
                "dimensions": [table.n_rows, table.n_columns] if table else [0, 0],
                "location": location,
                "is_chart": False,
            },
            "cell_data": [self._cell(cell, table_id, page) for cell in (table.cells if table else ())],
        }

    def _cell(self, cell: TableCell, table_id: str, page: int) -> dict[str, object]:
        prefix = "0t-" if self.quirks.has_prefixes else ""
        return {
            "id": f"{table_id}-r{cell.row}c{cell.column}",
            "position": {"row": cell.row, "column": cell.column},
            "text": f"{prefix}{cell.text}",
            "location": {"page": page, "coordinates": _polygon(cell.box) if cell.box else []},
            "properties": {
                "spans_columns": cell.column_span,
                "spans_rows": cell.row_span,
                "type": "header" if cell.is_header else "data",
            },
        }

    def _content(self, text: str, sort: str) -> dict[str, object]:
        marked = f"0{sort}-{text}" if self.quirks.has_prefixes else text
        written: dict[str, object] = {"content": marked}
        if self.quirks.has_original_content:
            written["original_content"] = text
        return written

    def _words(self, element: Element, page: int, *, first: int) -> list[dict[str, object]]:
        return [
            {
                "id": f"w-{first + place}",
                "text": word,
                "page_number": page,
                "bounding_box": _polygon(_box(element)),
                "average_word_confidence": CONFIDENCE,
            }
            for place, word in enumerate(element.text.split())
        ]


def _box(element: Element) -> BoundingBox | None:
    first = element.regions[0].page if element.regions else None
    boxes = [region.box for region in element.regions if region.page == first and region.box is not None]
    return BoundingBox.union(boxes) if boxes else None


def _polygon(box: BoundingBox | None) -> list[float]:
    """Top left, top right, bottom right, bottom left."""
    if box is None:
        return []
    left, top, right, bottom = box.as_tuple()
    return [left, top, right, top, right, bottom, left, bottom]
