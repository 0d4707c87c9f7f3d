"""The one door to PDFium, which is not thread safe: whoever is inside holds a lock."""

import os
import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from docferry.errors import CorruptSourceError, EncryptedSourceError, SourceError
from docferry.sources.faults import os_errors_as_source_errors
from docferry.sources.source_file import SourceFile

__all__ = ["Pdf", "new_pdf", "open_pdf"]


class _Door:
    """Holds the lock. A forked child gets a new one: whoever held the old one stayed behind in the parent."""

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def renew(self) -> None:
        self.lock = threading.Lock()


_DOOR = _Door()
os.register_at_fork(after_in_child=_DOOR.renew)
_ENDS_BYTES = 1024
_LINEARISED = re.compile(rb"/Linearized\b[^>]*?/L\s+(?P<length>\d+)")


class Pdf(Protocol):
    """The part of pypdfium2's PdfDocument that this room uses; pages are counted from 0."""

    def __len__(self) -> int: ...

    def get_page_size(self, index: int) -> tuple[float, float]:
        """Width and height in points."""
        ...

    def import_pages(self, pdf: "Pdf", pages: list[int]) -> None:
        """Append pages of another document."""
        ...

    def save(self, dest: BinaryIO) -> None:
        """Write the document."""
        ...

    def close(self) -> bool:
        """Give the memory back."""
        ...


@contextmanager
def open_pdf(file: SourceFile, *, password: str | None = None) -> Generator[Pdf]:
    """Open a PDF with pypdfium2, alone in the process, and close it at the end of the block.

    Every use of pypdfium2 stands inside such a block, and closes what it makes before the block ends: a
    finaliser would run at any time, without the lock. Blocks do not nest. liteparse brings a PDFium of its
    own, which this lock does not concern.

    Args:
        file: The PDF.
        password: Its password, if it needs one.

    Raises:
        EncryptedSourceError: It needs a password, or another one.
        CorruptSourceError: PDFium cannot read it, at the beginning or within the block.
        SourceNotFoundError: It is gone.
    """
    import pypdfium2  # noqa: PLC0415 - importing the room stays light

    content = file.content.absolute() if isinstance(file.content, Path) else file.content
    with _DOOR.lock, os_errors_as_source_errors(name=file.name):
        try:
            document = cast("Pdf", pypdfium2.PdfDocument(content, password=password))
        except pypdfium2.PdfiumError as error:
            raise _translated(error, name=file.name, has_password=password is not None) from error
        try:
            _check_complete(document, file)
            yield document
        except pypdfium2.PdfiumError as error:
            raise _damaged(file.name) from error
        finally:
            document.close()


def new_pdf() -> Pdf:
    """Make a document without pages; only inside a block of `open_pdf`, and close it there."""
    import pypdfium2  # noqa: PLC0415 - importing the room stays light

    return cast("Pdf", pypdfium2.PdfDocument.new())


def _check_complete(document: Pdf, file: SourceFile) -> None:
    """Refuse a file cut short that PDFium opens all the same.

    A linearised PDF tells at its beginning how many pages and bytes it has. PDFium believes the number of
    pages, and what is missing of them comes out as failures or, worse, as pages with less text.

    Raises:
        CorruptSourceError: Bytes are missing.
        pypdfium2.PdfiumError: A page is missing.
    """
    with file.open() as stream:
        head = stream.read(_ENDS_BYTES)
        stream.seek(max(0, file.size_bytes - _ENDS_BYTES))
        if b"%%EOF" in stream.read():
            return
    announced = _LINEARISED.search(head)
    if announced is not None and file.size_bytes < int(announced["length"]):
        raise _damaged(file.name)
    for index in range(len(document)):
        document.get_page_size(index)


def _translated(error: RuntimeError, *, name: str, has_password: bool) -> SourceError:
    import pypdfium2.raw  # noqa: PLC0415 - importing the room stays light

    code = cast("int | None", getattr(error, "err_code", None))
    if code == pypdfium2.raw.FPDF_ERR_PASSWORD:
        return EncryptedSourceError(
            "the password is wrong" if has_password else "needs a password",
            next_step="give the document's password, or save it without one",
            source=name,
        )
    if code == pypdfium2.raw.FPDF_ERR_SECURITY:
        return EncryptedSourceError(
            "is encrypted in a way that cannot be read",
            next_step="save it without encryption",
            source=name,
        )
    return _damaged(name)


def _damaged(name: str) -> CorruptSourceError:
    return CorruptSourceError(
        "is damaged or cut short: it cannot be read as a PDF",
        next_step="get a complete copy, or open it in a PDF viewer and save it again",
        source=name,
    )
