"""The service's words: what is sent, in both versions of the API.

What comes back is in `answers` and `output`.
Source: extend-ai 1.20.0 (2026-02-09) and 0.2.0 (2025-04-21) on PyPI (read 2026-11-22); both were also watched
on the wire.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import pydantic

from docferry.model import PageSelection
from docferry_extend.choices import ApiVersion
from docferry_extend.options import ExtendOptions

__all__ = ["MAX_PAGE", "FileReference", "Paths", "encode_headers", "encode_run", "paths_of"]

MAX_PAGE = 750
"""The highest page that a range was ever seen to name, for ranges that are open at their end."""

JsonValue: TypeAlias = pydantic.JsonValue

# From our options to the places in the service's configuration that they stand in.
CONFIG_PLACES: Mapping[str, str] = {
    "target": "target",
    "chunking": "chunkingStrategy.type",
    "chunk_min_characters": "chunkingStrategy.options.minCharacters",
    "chunk_max_characters": "chunkingStrategy.options.maxCharacters",
    "engine": "engine",
    "engine_version": "engineVersion",
    "figures_enabled": "blockOptions.figures.enabled",
    "figure_image_clipping_enabled": "blockOptions.figures.figureImageClippingEnabled",
    "advanced_chart_extraction_enabled": "blockOptions.figures.advancedChartExtractionEnabled",
    "figure_custom_instructions": "blockOptions.figures.customInstructions",
    "table_format": "blockOptions.tables.targetFormat",
    "table_header_continuation_enabled": "blockOptions.tables.tableHeaderContinuationEnabled",
    "cell_blocks_enabled": "blockOptions.tables.cellBlocksEnabled",
    "table_agentic_enabled": "blockOptions.tables.agentic.enabled",
    "table_agentic_instructions": "blockOptions.tables.agentic.customInstructions",
    "signature_detection_enabled": "blockOptions.text.signatureDetectionEnabled",
    "text_agentic_enabled": "blockOptions.text.agentic.enabled",
    "text_agentic_instructions": "blockOptions.text.agentic.customInstructions",
    "blank_field_formatting_enabled": "blockOptions.keyValue.blankFieldFormattingEnabled",
    "barcode_reading_enabled": "blockOptions.barcodes.readingEnabled",
    "barcode_image_clipping_enabled": "blockOptions.barcodes.imageClippingEnabled",
    "formulas_enabled": "blockOptions.formulas.enabled",
    "page_rotation_enabled": "advancedOptions.pageRotationEnabled",
    "excel_parsing_mode": "advancedOptions.excelParsingMode",
    "excel_skip_hidden_content": "advancedOptions.excelSkipHiddenContent",
    "excel_use_raw_cell_values": "advancedOptions.excelUseRawCellValues",
    "excel_skip_calculation": "advancedOptions.excelSkipCalculation",
    "excel_include_cell_metadata": "advancedOptions.excelIncludeCellMetadata",
    "excel_include_cell_formatting": "advancedOptions.excelIncludeCellFormatting",
    "vertical_grouping_threshold": "advancedOptions.verticalGroupingThreshold",
    "return_ocr_words": "advancedOptions.returnOcr.words",
    "return_ocr_lines": "advancedOptions.returnOcr.lines",
    "always_convert_to_pdf": "advancedOptions.alwaysConvertToPdf",
    "enrichment_format": "advancedOptions.enrichmentFormat",
    "image_conversion_quality": "advancedOptions.imageConversionQuality",
    "agentic_ocr_enabled": "advancedOptions.agenticOcrEnabled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReference:
    """A file that the service has or can download.

    Args:
        file_id: Its id at the service; empty for a file on the web.
        url: Its address; empty for a file that the service has.
        name: What the service is to call a file from the web; empty for its own choice.
    """

    file_id: str = ""
    url: str = field(default="", repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Where one version of the API does what.

    Args:
        create: Begins a run, without waiting for its end.
        runs: Runs, each by its id below this.
        has_cancel: Whether a run can be cancelled.
    """

    create: str
    runs: str
    has_cancel: bool


PATHS = {
    ApiVersion.V2026_02_09: Paths(create="/parse_runs", runs="/parse_runs", has_cancel=True),
    ApiVersion.V2025_04_21: Paths(create="/parse/async", runs="/parser_runs", has_cancel=False),
}


def paths_of(version: ApiVersion) -> Paths:
    """The paths of that version."""
    return PATHS[version]


def encode_headers(options: ExtendOptions, *, api_key: pydantic.SecretStr) -> dict[str, str]:
    """The headers of every request to the service itself."""
    headers = {
        "Authorization": f"Bearer {api_key.get_secret_value()}",
        "x-extend-api-version": options.api_version.value,
    }
    if options.workspace_id is not None:
        headers["x-extend-workspace-id"] = options.workspace_id
    return headers


def encode_run(
    options: ExtendOptions, file: FileReference, *, pages: PageSelection | None, page_count: int | None
) -> dict[str, JsonValue]:
    """The body of the request that begins a run.

    Args:
        options: The options.
        file: The file.
        pages: The pages wanted, or None for all.
        page_count: How many pages the file has, for selections that are open at their end; None when unknown.
    """
    body: dict[str, JsonValue] = {
        "file": _encode_file(options, file),
        "config": _encode_config(options, pages=pages, page_count=page_count),
    }
    if options.run_metadata:
        body["metadata"] = options.run_metadata
    if options.data_retention is not None:
        body["dataRetention"] = {"mode": options.data_retention.value}
    return body


def _encode_file(options: ExtendOptions, file: FileReference) -> dict[str, JsonValue]:
    if options.api_version is ApiVersion.V2025_04_21:
        named = {"fileId": file.file_id, "fileUrl": file.url, "fileName": file.name}
        return {key: value for key, value in named.items() if value}
    if file.file_id:
        return {"id": file.file_id}
    encoded: dict[str, JsonValue] = {"url": file.url}
    if file.name:
        encoded["name"] = file.name
    if options.password is not None:
        encoded["settings"] = {"password": options.password.get_secret_value()}
    return encoded


def _encode_config(
    options: ExtendOptions, *, pages: PageSelection | None, page_count: int | None
) -> dict[str, JsonValue]:
    config: dict[str, JsonValue] = {}
    for name, place in CONFIG_PLACES.items():
        value: Any = getattr(options, name)
        if value is not None:
            _put(config, place, cast("JsonValue", value))
    if options.change_tracking:
        _put(config, "advancedOptions.formattingDetection", [{"type": "change_tracking"}])
    if pages is not None:
        _put(config, "advancedOptions.pageRanges", list(_ranges(pages, page_count)))
    _merge(config, options.extra_config)
    return config


def _ranges(pages: PageSelection, page_count: int | None) -> Iterator[JsonValue]:
    for first, last in pages.ranges:
        yield {"start": first, "end": last or max(first, page_count or MAX_PAGE)}


def _put(config: dict[str, JsonValue], place: str, value: JsonValue) -> None:
    *folders, name = place.split(".")
    for folder in folders:
        config = cast("dict[str, JsonValue]", config.setdefault(folder, {}))
    config[name] = value


def _merge(config: dict[str, JsonValue], extra: Mapping[str, JsonValue]) -> None:
    for name, value in extra.items():
        known = config.get(name)
        if isinstance(known, dict) and isinstance(value, dict):
            _merge(known, value)
        else:
            config[name] = value
