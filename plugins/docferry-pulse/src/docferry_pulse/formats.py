"""The kinds of files that the service reads.

PDF, JPEG, PNG, DOCX, PPTX, XLSX and HTML are documented; Source: docs.runpulse.com/advanced/error-handling
(read 2026-11-21). XLSM: API definition of pulse-python-sdk 1.0.17. TIFF, WebP, DOC, PPT, XLS, CSV, text and
Markdown: pulse-ai-cli 0.1.0 on PyPI (read 2026-11-22).
"""

from docferry.model import FileFormat

__all__ = ["FORMATS"]

OPEN_XML = "application/vnd.openxmlformats-officedocument"

FORMATS = (
    FileFormat(name="PDF", media_types=("application/pdf",), suffixes=(".pdf",)),
    FileFormat(name="PNG", media_types=("image/png",), suffixes=(".png",)),
    FileFormat(name="JPEG", media_types=("image/jpeg",), suffixes=(".jpg", ".jpeg")),
    FileFormat(name="TIFF", media_types=("image/tiff",), suffixes=(".tiff", ".tif")),
    FileFormat(name="WebP", media_types=("image/webp",), suffixes=(".webp",)),
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
    FileFormat(name="HTML", media_types=("text/html",), suffixes=(".html", ".htm")),
    FileFormat(name="CSV", media_types=("text/csv",), suffixes=(".csv",)),
    FileFormat(name="Text", media_types=("text/plain",), suffixes=(".txt",)),
    FileFormat(name="Markdown", media_types=("text/markdown",), suffixes=(".md", ".markdown")),
)
