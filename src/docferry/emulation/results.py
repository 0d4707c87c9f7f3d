"""What comes out of a file: a real parse by the local provider, or a made-up result for load tests."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Protocol

from docferry.emulation.pictures import Crop, page_sizes, picture_size, render_crops
from docferry.emulation.uploads import Upload
from docferry.errors import NeedsOcrError, UnsupportedSourceError
from docferry.ingest import parse
from docferry.model import (
    BoundingBox,
    Document,
    Element,
    ElementKind,
    LengthUnit,
    Page,
    Region,
    Table,
    TableCell,
)
from docferry.sources import Source

__all__ = ["CannedParser", "LocalParser", "ParsedFile", "Parser", "Picture", "drop_last_pages"]

WHOLE_PAGE = BoundingBox(left=0, top=0, right=1, bottom=1)
PICTURE_DOTS_PER_INCH = 100
SMALL_BYTES, KEPT_RESULTS = 256 * 1024, 32
A4_POINTS = (595.0, 842.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The picture of an element.

    Args:
        data: The file.
        media_type: Such as image/png.
    """

    data: bytes = field(repr=False)
    media_type: str = "image/png"

    @property
    def suffix(self) -> str:
        """Suffix of its file name, with the dot."""
        return ".jpg" if self.media_type == "image/jpeg" else ".png"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFile:
    """A parsed file, in our words; each emulator puts it into its vendor's.

    Args:
        document: The document.
        pictures: Pictures by the id of the element they show: of every figure with a box, and of every table
            when tables were wanted as pictures.
    """

    document: Document
    pictures: dict[str, Picture] = field(default_factory=dict[str, Picture], repr=False)


class Parser(Protocol):
    """Turns uploads into documents."""

    def parse(self, upload: Upload, *, has_table_pictures: bool) -> ParsedFile:
        """Parse one file. Blocks.

        Raises:
            DocferryError: It cannot be parsed.
        """
        ...


class LocalParser:
    """Parses with the provider named `local`, whichever plugin that is.

    Pages without text layer come back as a picture of the page: there is no character recognition here.
    Of pictures, PNG and JPEG are one page with a figure on it. Kinds that `local` does not read fail.
    A small file that was parsed lately is not parsed again: tests send the same one many times.
    """

    def parse(self, upload: Upload, *, has_table_pictures: bool) -> ParsedFile:
        """Parse one file. Blocks.

        Raises:
            DocferryError: The local provider's error.
        """
        work = _Work(
            sha256=upload.sha256,
            media_type=upload.media_type,
            suffix=upload.suffix,
            has_table_pictures=has_table_pictures,
            upload=upload,
        )
        return _done_lately(work) if upload.size_bytes <= SMALL_BYTES else work.do()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """A file to parse, equal to others of the same content."""

    sha256: str
    media_type: str
    suffix: str
    has_table_pictures: bool
    upload: Upload = field(compare=False)

    def do(self) -> ParsedFile:
        upload = self.upload
        if upload.media_type.startswith("image/"):
            return _one_picture(upload)
        try:
            document = parse(Source.from_path(upload.path))
        except NeedsOcrError:
            document = _pages_as_figures(upload)
        crops = list(_crops(document, has_table_pictures=self.has_table_pictures))
        if upload.media_type != "application/pdf":
            crops = []
        rendered = render_crops(upload.as_source_file(), crops, dots_per_inch=PICTURE_DOTS_PER_INCH)
        return ParsedFile(
            document=document, pictures={name: Picture(data=data) for name, data in rendered.items()}
        )


@lru_cache(maxsize=KEPT_RESULTS)
def _done_lately(work: _Work) -> ParsedFile:
    return work.do()


class CannedParser:
    """Gives every file a made-up document, quickly: a heading, a paragraph and a table on each page.

    Args:
        pages: Number of pages.
    """

    def __init__(self, *, pages: int) -> None:
        self._pages = pages

    def parse(self, upload: Upload, *, has_table_pictures: bool) -> ParsedFile:  # noqa: ARG002 - a Parser
        """Make up a document; the text tells the files apart."""
        name = f"{upload.file_name} {upload.sha256[:8]}"
        return ParsedFile(
            document=Document(
                source_fingerprint=f"sha256:{upload.sha256}",
                provider="local",
                pages=tuple(
                    Page(number=number, width=A4_POINTS[0], height=A4_POINTS[1])
                    for number in range(1, self._pages + 1)
                ),
                elements=tuple(
                    element
                    for number in range(1, self._pages + 1)
                    for element in _canned_elements(number, name)
                ),
            )
        )


def drop_last_pages(parsed: ParsedFile, count: int) -> ParsedFile:
    """The same without its last pages, but for the first; what begins on a page that is kept stays."""
    kept = parsed.document.pages[: max(len(parsed.document.pages) - count, 1)]
    numbers = {page.number for page in kept}
    elements = tuple(
        replace(element, regions=tuple(region for region in element.regions if region.page in numbers))
        for element in parsed.document.elements
        if not element.regions or element.regions[0].page in numbers
    )
    return replace(parsed, document=replace(parsed.document, pages=kept, elements=elements))


def _crops(document: Document, *, has_table_pictures: bool) -> Iterator[Crop]:
    kinds = {ElementKind.FIGURE, ElementKind.TABLE} if has_table_pictures else {ElementKind.FIGURE}
    for element in document.elements:
        region = element.regions[0] if element.regions else None
        if element.kind in kinds and region is not None and region.box is not None:
            yield Crop(name=element.id, page=region.page, box=region.box)


def _pages_as_figures(upload: Upload) -> Document:
    sizes = page_sizes(upload.as_source_file())
    return _document_of_figures(upload, sizes, LengthUnit.POINT)


def _one_picture(upload: Upload) -> ParsedFile:
    data = upload.path.read_bytes()
    size = picture_size(data)
    if size is None:
        raise UnsupportedSourceError(
            f"the emulator does not read {upload.media_type}", next_step="use PDF, PNG or JPEG"
        )
    document = _document_of_figures(upload, (size,), LengthUnit.PIXEL)
    picture = Picture(data=data, media_type=upload.media_type)
    return ParsedFile(document=document, pictures={document.elements[0].id: picture})


def _document_of_figures(
    upload: Upload, sizes: tuple[tuple[float, float], ...], unit: LengthUnit
) -> Document:
    return Document(
        source_fingerprint=f"sha256:{upload.sha256}",
        provider="local",
        pages=tuple(
            Page(number=number, width=width, height=height, unit=unit)
            for number, (width, height) in enumerate(sizes, start=1)
        ),
        elements=tuple(
            Element(
                id=f"p{number}-e1",
                kind=ElementKind.FIGURE,
                regions=(Region(page=number, box=WHOLE_PAGE),),
            )
            for number in range(1, len(sizes) + 1)
        ),
    )


def _canned_elements(number: int, name: str) -> Iterator[Element]:
    cells = (("Page", "File"), (str(number), name))
    table = Table(
        n_rows=2,
        n_columns=2,
        cells=tuple(
            TableCell(row=row, column=column, is_header=row == 0, text=cells[row][column])
            for row in range(2)
            for column in range(2)
        ),
    )
    yield _canned(number, 1, ElementKind.HEADING, f"Page {number} of {name}", level=1)
    yield _canned(number, 2, ElementKind.PARAGRAPH, f"This is made up for load tests of {name}.")
    yield _canned(number, 3, ElementKind.TABLE, "", table=table)


def _canned(  # noqa: PLR0913 - a row of the table above
    page: int,
    place: int,
    kind: ElementKind,
    text: str,
    *,
    level: int | None = None,
    table: Table | None = None,
) -> Element:
    box = BoundingBox(left=0.1, top=place / 10, right=0.9, bottom=place / 10 + 0.05)
    return Element(
        id=f"p{page}-e{place}",
        kind=kind,
        text=text,
        level=level,
        table=table,
        regions=(Region(page=page, box=box),),
    )
