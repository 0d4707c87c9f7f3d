"""The kinds of file that the services read.

Sources: the cloud's list of file types at mineru.net/apiManage, the agent's in mineru-open-sdk 0.2.5 and its
skill page, the servers' in the packages mineru 3.4.5 and 4.0.12 (all read 2026-11-21).
"""

from docferry.errors import UnsupportedSourceError
from docferry.model import FileFormat
from docferry.sources import SourceFile

__all__ = [
    "AGENT_SUFFIXES",
    "CLOUD_SUFFIXES",
    "FORMATS",
    "HTML_SUFFIXES",
    "SERVER_2_SUFFIXES",
    "SERVER_3_SUFFIXES",
    "SERVER_4_SUFFIXES",
    "TIERED_SUFFIXES",
    "unsupported",
]

OPEN_XML = "application/vnd.openxmlformats-officedocument"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument"

PDF = FileFormat(name="PDF", media_types=("application/pdf",), suffixes=(".pdf",))

IMAGES = (
    FileFormat(name="PNG", media_types=("image/png",), suffixes=(".png",)),
    FileFormat(name="JPEG", media_types=("image/jpeg",), suffixes=(".jpg", ".jpeg")),
    FileFormat(name="JPEG 2000", media_types=("image/jp2",), suffixes=(".jp2",)),
    FileFormat(name="WebP", media_types=("image/webp",), suffixes=(".webp",)),
    FileFormat(name="GIF", media_types=("image/gif",), suffixes=(".gif",)),
    FileFormat(name="BMP", media_types=("image/bmp", "image/x-ms-bmp"), suffixes=(".bmp",)),
)

OPEN_XML_FILES = (
    FileFormat(name="Word", media_types=(f"{OPEN_XML}.wordprocessingml.document",), suffixes=(".docx",)),
    FileFormat(
        name="PowerPoint", media_types=(f"{OPEN_XML}.presentationml.presentation",), suffixes=(".pptx",)
    ),
    FileFormat(name="Excel", media_types=(f"{OPEN_XML}.spreadsheetml.sheet",), suffixes=(".xlsx",)),
)

OLD_OFFICE_FILES = (
    FileFormat(name="Word 97", media_types=("application/msword",), suffixes=(".doc",)),
    FileFormat(name="PowerPoint 97", media_types=("application/vnd.ms-powerpoint",), suffixes=(".ppt",)),
    FileFormat(name="Excel 97", media_types=("application/vnd.ms-excel",), suffixes=(".xls",)),
)

HTML = FileFormat(name="HTML", media_types=("text/html",), suffixes=(".html", ".htm"))

SERVER_FILES = (
    FileFormat(name="CSV", media_types=("text/csv",), suffixes=(".csv",)),
    FileFormat(name="RTF", media_types=("application/rtf",), suffixes=(".rtf",)),
    FileFormat(name="OpenDocument text", media_types=(f"{OPEN_DOCUMENT}.text",), suffixes=(".odt",)),
    FileFormat(
        name="OpenDocument slides", media_types=(f"{OPEN_DOCUMENT}.presentation",), suffixes=(".odp",)
    ),
    FileFormat(name="OpenDocument sheet", media_types=(f"{OPEN_DOCUMENT}.spreadsheet",), suffixes=(".ods",)),
    FileFormat(name="EPUB", media_types=("application/epub+zip",), suffixes=(".epub",)),
)

FORMATS = (PDF, *OPEN_XML_FILES, *OLD_OFFICE_FILES, HTML, *IMAGES, *SERVER_FILES)
"""What any of the services reads; the last ones only a server of version 4."""


def _suffixes(*formats: FileFormat) -> frozenset[str]:
    return frozenset(suffix for file_format in formats for suffix in file_format.suffixes)


HTML_SUFFIXES = _suffixes(HTML)
CLOUD_SUFFIXES = _suffixes(PDF, *OPEN_XML_FILES, *OLD_OFFICE_FILES, HTML, *IMAGES)
AGENT_SUFFIXES = _suffixes(PDF, *OPEN_XML_FILES, *IMAGES)
SERVER_2_SUFFIXES = _suffixes(PDF, *IMAGES)
SERVER_3_SUFFIXES = _suffixes(PDF, *OPEN_XML_FILES, *IMAGES)
SERVER_4_SUFFIXES = _suffixes(*FORMATS)
TIERED_SUFFIXES = _suffixes(PDF, *IMAGES)
"""What a server of version 4 parses better or worse; other kinds have one way only."""


def unsupported(file: SourceFile, readable: frozenset[str], *, service: str) -> UnsupportedSourceError | None:
    """The error for a file that a service does not read, which it would tell by the name; None for others.

    Args:
        file: The file.
        readable: Suffixes that the service reads.
        service: What to call it.
    """
    if file.suffix in readable:
        return None
    return UnsupportedSourceError(
        f"{service} does not read {file.suffix or 'files without a suffix'}",
        next_step=f"convert it to one of {', '.join(sorted(readable))}",
    )
