"""The words that the service's settings may have.

Source: the types of the vendor's clients extend-ai 1.20.0 (API version 2026-02-09) and 0.2.0 (2025-04-21) on
PyPI (read 2026-11-22).
"""

from enum import StrEnum

__all__ = [
    "ApiVersion",
    "ChunkingType",
    "DataRetention",
    "Engine",
    "EnrichmentFormat",
    "ExcelParsingMode",
    "ImageConversionQuality",
    "ResponseType",
    "ServiceRegion",
    "TableFormat",
    "Target",
]


class ApiVersion(StrEnum):
    """Version of the service's protocol: paths, bodies and the shape of results."""

    V2026_02_09 = "2026-02-09"  # current
    V2025_04_21 = "2025-04-21"


class ServiceRegion(StrEnum):
    """Which of the vendor's hosts. A key belongs to the region it was made in."""

    US = "us"
    US2 = "us2"
    EU = "eu"


class Target(StrEnum):
    """How text is written."""

    MARKDOWN = "markdown"  # in reading order
    SPATIAL = "spatial"  # laid out with white space


class ChunkingType(StrEnum):
    """How the service divides its result. docferry makes its own chunks from the blocks inside."""

    PAGE = "page"
    DOCUMENT = "document"
    SECTION = "section"


class Engine(StrEnum):
    """Which parsing engine."""

    PARSE_PERFORMANCE = "parse_performance"
    PARSE_LIGHT = "parse_light"
    PARSE_AUTO = "parse_auto"  # chosen page by page; 2026-02-09 only


class TableFormat(StrEnum):
    """How tables are written."""

    HTML = "html"  # the only one that can say that a cell spans rows or columns
    MARKDOWN = "markdown"


class ExcelParsingMode(StrEnum):
    """How workbooks are read."""

    BASIC = "basic"
    ADVANCED = "advanced"  # finds the blocks of a sheet; costs more


class EnrichmentFormat(StrEnum):
    """How the service marks page numbers, barcodes and the like inside text."""

    XML = "xml"
    BRACKET = "bracket"


class ImageConversionQuality(StrEnum):
    """How well pictures are converted before they are parsed."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class ResponseType(StrEnum):
    """How a result comes back."""

    JSON = "json"  # inside the answer that says that it is there
    URL = "url"  # at an address of its own, fetched without the key


class DataRetention(StrEnum):
    """What the service keeps of a run."""

    WORKSPACE_DEFAULT = "workspace_default"
    ZERO = "zero"  # nothing; on paid plans, by agreement
