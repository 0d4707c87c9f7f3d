"""The kinds of file that the service reads.

Source: docs.extend.ai/general/supported-file-types (read 2026-11-22).
"""

from docferry.model import FileFormat

__all__ = ["FORMATS"]

OPEN_XML = "application/vnd.openxmlformats-officedocument"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument"

FORMATS = (
    FileFormat(name="PDF", media_types=("application/pdf",), suffixes=(".pdf",)),
    FileFormat(
        name="Word",
        media_types=(
            f"{OPEN_XML}.wordprocessingml.document",
            "application/msword",
            f"{OPEN_XML}.wordprocessingml.template",
            "application/vnd.wordperfect",
        ),
        suffixes=(".docx", ".doc", ".dotx", ".wpd"),
    ),
    FileFormat(name="OpenDocument text", media_types=(f"{OPEN_DOCUMENT}.text",), suffixes=(".odt",)),
    FileFormat(
        name="PowerPoint",
        media_types=(f"{OPEN_XML}.presentationml.presentation", "application/vnd.ms-powerpoint"),
        suffixes=(".pptx", ".ppt"),
    ),
    FileFormat(
        name="Excel",
        media_types=(
            f"{OPEN_XML}.spreadsheetml.sheet",
            "application/vnd.ms-excel",
            "application/vnd.ms-excel.template.macroenabled.12",
            f"{OPEN_XML}.spreadsheetml.template",
        ),
        suffixes=(".xlsx", ".xls", ".xltm", ".xltx"),
    ),
    FileFormat(name="OpenDocument sheet", media_types=(f"{OPEN_DOCUMENT}.spreadsheet",), suffixes=(".ods",)),
    FileFormat(name="CSV", media_types=("text/csv",), suffixes=(".csv",)),
    FileFormat(name="Plain text", media_types=("text/plain",), suffixes=(".txt", ".lis")),
    FileFormat(name="Markdown", media_types=("text/markdown",), suffixes=(".md",)),
    FileFormat(name="HTML", media_types=("text/html",), suffixes=(".html",)),
    FileFormat(name="XML", media_types=("application/xml",), suffixes=(".xml",)),
    FileFormat(name="RTF", media_types=("application/rtf",), suffixes=(".rtf",)),
    FileFormat(name="Email", media_types=("message/rfc822",), suffixes=(".eml",)),
    FileFormat(name="PNG", media_types=("image/png",), suffixes=(".png",)),
    FileFormat(name="JPEG", media_types=("image/jpeg",), suffixes=(".jpg", ".jpeg")),
    FileFormat(name="TIFF", media_types=("image/tiff",), suffixes=(".tiff", ".tif")),
    FileFormat(name="SVG", media_types=("image/svg+xml",), suffixes=(".svg",)),
    FileFormat(name="HEIC", media_types=("image/heic", "image/heif"), suffixes=(".heic", ".heif")),
    FileFormat(name="BMP", media_types=("image/bmp",), suffixes=(".bmp",)),
    FileFormat(name="GIF", media_types=("image/gif",), suffixes=(".gif",)),
    FileFormat(name="WebP", media_types=("image/webp",), suffixes=(".webp",)),
    FileFormat(name="Photoshop", media_types=("image/vnd.adobe.photoshop",), suffixes=(".psd",)),
    FileFormat(name="PPM", media_types=("image/x-portable-pixmap",), suffixes=(".ppm",)),
    FileFormat(name="PCX", media_types=("image/x-pcx",), suffixes=(".pcx",)),
)
