"""The kinds of file that the service reads. Source: docs.somark.ai/en/api-reference (read 2026-11-21).

Of images, .tif is missing there; the vendor's MCP server takes it (github.com/SoMarkAI/somark_mcp, read
2026-11-21), and it is sent under the longer suffix.
"""

from docferry.model import FileFormat

__all__ = ["FORMATS"]

OPEN_XML = "application/vnd.openxmlformats-officedocument"

IMAGES = (
    FileFormat(name="PNG", media_types=("image/png",), suffixes=(".png",)),
    FileFormat(name="JPEG", media_types=("image/jpeg",), suffixes=(".jpg", ".jpeg")),
    FileFormat(name="TIFF", media_types=("image/tiff",), suffixes=(".tiff", ".tif")),
    FileFormat(name="BMP", media_types=("image/bmp", "image/x-ms-bmp"), suffixes=(".bmp", ".dib")),
    FileFormat(name="GIF", media_types=("image/gif",), suffixes=(".gif",)),
    FileFormat(name="WebP", media_types=("image/webp",), suffixes=(".webp",)),
    FileFormat(name="HEIC", media_types=("image/heic", "image/heif"), suffixes=(".heic", ".heif")),
    FileFormat(name="JPEG 2000", media_types=("image/jp2",), suffixes=(".jp2",)),
    FileFormat(name="PPM", media_types=("image/x-portable-pixmap",), suffixes=(".ppm",)),
    FileFormat(name="PGM", media_types=("image/x-portable-graymap",), suffixes=(".pgm",)),
    FileFormat(name="PBM", media_types=("image/x-portable-bitmap",), suffixes=(".pbm",)),
    FileFormat(name="XPM", media_types=("image/x-xpixmap",), suffixes=(".xpm",)),
    FileFormat(name="XBM", media_types=("image/x-xbitmap",), suffixes=(".xbm",)),
    FileFormat(name="TGA", media_types=("image/x-tga",), suffixes=(".tga",)),
    FileFormat(name="DDS", media_types=("image/vnd.ms-dds",), suffixes=(".dds",)),
)

OFFICE = (
    FileFormat(
        name="Word",
        media_types=(f"{OPEN_XML}.wordprocessingml.document", "application/msword"),
        suffixes=(".docx", ".doc"),
    ),
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
            "application/vnd.ms-excel.sheet.macroenabled.12",
        ),
        suffixes=(".xlsx", ".xls", ".xlsm"),
    ),
)

FORMATS = (
    FileFormat(name="PDF", media_types=("application/pdf",), suffixes=(".pdf",)),
    *OFFICE,
    *IMAGES,
)
