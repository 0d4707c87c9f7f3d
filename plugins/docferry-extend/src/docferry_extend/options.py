"""The options of provider extend: every setting of a parse in both versions of the API, and how to reach it.

Options that are None are not sent: the service then does what it does by itself.
Source: extend-ai 1.20.0 and 0.2.0 on PyPI, types/parse_config*.py (read 2026-11-22).
"""

import json
from pathlib import Path
from typing import Annotated, Any, Self

import pydantic

from docferry.errors import InvalidOptionsError
from docferry.provider import ProviderOptions
from docferry_extend.addresses import read_base_url
from docferry_extend.choices import (
    ApiVersion,
    ChunkingType,
    DataRetention,
    Engine,
    EnrichmentFormat,
    ExcelParsingMode,
    ImageConversionQuality,
    ResponseType,
    ServiceRegion,
    TableFormat,
    Target,
)

__all__ = ["ONLY_IN", "ExtendOptions"]

ONLY_IN: dict[str, ApiVersion] = {
    "engine_version": ApiVersion.V2026_02_09,
    "figure_custom_instructions": ApiVersion.V2026_02_09,
    "advanced_chart_extraction_enabled": ApiVersion.V2026_02_09,
    "blank_field_formatting_enabled": ApiVersion.V2026_02_09,
    "barcode_reading_enabled": ApiVersion.V2026_02_09,
    "barcode_image_clipping_enabled": ApiVersion.V2026_02_09,
    "formulas_enabled": ApiVersion.V2026_02_09,
    "excel_include_cell_metadata": ApiVersion.V2026_02_09,
    "excel_include_cell_formatting": ApiVersion.V2026_02_09,
    "return_ocr_lines": ApiVersion.V2026_02_09,
    "enrichment_format": ApiVersion.V2026_02_09,
    "image_conversion_quality": ApiVersion.V2026_02_09,
    "change_tracking": ApiVersion.V2026_02_09,
    "agentic_ocr_enabled": ApiVersion.V2025_04_21,
    "run_metadata": ApiVersion.V2026_02_09,
    "data_retention": ApiVersion.V2026_02_09,
}
"""Options that only one version of the API knows."""

NOT_SEMANTIC: dict[str, pydantic.JsonValue] = {"semantic": False}

JsonObject = dict[str, pydantic.JsonValue]
Flag = bool | None


def _read_json(value: object) -> object:
    """A JSON object that came as text, from a command line."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value or "{}")
    except ValueError as error:
        raise ValueError("give a JSON object") from error


class ExtendOptions(ProviderOptions):
    """Everything that can be set for an Extend parse.

    The defaults suit retrieval: Markdown text, one chunk of the service's a page, and tables as HTML, which
    alone keeps cells that span. Which pages are parsed is not an option but docferry's own `pages`, which is
    sent as the service's page ranges.

    Raises:
        InvalidOptionsError: An option does not go with the version of the API or with another option, or the
            base URL is not one.
    """

    api_key: Annotated[pydantic.SecretStr | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Key of the service ("sk_..."); EXTEND_API_KEY when not given."""

    api_version: ApiVersion = ApiVersion.V2026_02_09
    """Version of the API: 2026-02-09 or 2025-04-21. It is stored with every job and never changes by itself,
    whatever this option says when the job is resumed."""

    region: Annotated[ServiceRegion | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Which of the vendor's hosts: us, us2 or eu. When neither this nor `base_url` is given, EXTEND_BASE_URL,
    and then us."""

    base_url: Annotated[str | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Address of another host, such as an emulator. It wins over `region`."""

    workspace_id: Annotated[str | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Id of the workspace ("ws_..."), which keys of a whole organisation need."""

    password: Annotated[pydantic.SecretStr | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Password of locked PDFs. 2025-04-21 takes none: with one, nothing is sent."""

    convert_to_pdf: bool = False
    """Have the service turn an uploaded file into a PDF first, as it does with Word and PowerPoint anyway."""

    sends_urls: Annotated[bool, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = False
    """Hand in http and https sources by their address, for the service to download, instead of downloading
    them here and uploading them."""

    trust_url: Annotated[bool, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = False
    """With `sends_urls`: take it that an address means the same document every time, so that a result paid
    for earlier is used again. The part of an address behind ? or # does not count."""

    target: Target = Target.MARKDOWN
    """How text is written: markdown or spatial."""

    chunking: ChunkingType = ChunkingType.PAGE
    """How the service divides its result: page, document or section. page alone goes with spatial. It is not
    how docferry cuts its chunks."""

    chunk_min_characters: Annotated[int | None, pydantic.Field(ge=0)] = None
    """Least characters of one of the service's chunks."""

    chunk_max_characters: Annotated[int | None, pydantic.Field(ge=1)] = None
    """Most characters of one of the service's chunks."""

    engine: Engine | None = None
    """Parsing engine: parse_performance, parse_light or, in 2026-02-09, parse_auto."""

    engine_version: str | None = None
    """Version of the engine, such as 2.1.0; without it, results change when the service's default does."""

    figures_enabled: Flag = None
    """Return figures."""

    figure_image_clipping_enabled: Flag = None
    """Return pictures of figures; on by the service's own default."""

    advanced_chart_extraction_enabled: Flag = None
    """Read the data out of charts."""

    figure_custom_instructions: str | None = None
    """What descriptions of figures should pay attention to."""

    table_format: TableFormat = TableFormat.HTML
    """How tables are written: html or markdown. Only html keeps cells that span rows or columns."""

    table_header_continuation_enabled: Flag = None
    """Repeat a table's header on the pages that it goes on over."""

    cell_blocks_enabled: Flag = None
    """Return every cell of a table with a box of its own; parse_performance 1.0.1 only."""

    table_agentic_enabled: Flag = None
    """Have a vision model correct tables; costs more."""

    table_agentic_instructions: str | None = None
    """What the correction of tables should pay attention to."""

    signature_detection_enabled: Flag = None
    """Look for signatures."""

    text_agentic_enabled: Flag = None
    """Have a vision model correct text; costs more."""

    text_agentic_instructions: str | None = None
    """What the correction of text should pay attention to."""

    blank_field_formatting_enabled: Flag = None
    """Keep the empty fields of forms."""

    barcode_reading_enabled: Flag = None
    """Decode barcodes; the value becomes the element's text."""

    barcode_image_clipping_enabled: Flag = None
    """Return pictures of barcodes."""

    formulas_enabled: Flag = None
    """Read formulas as LaTeX."""

    page_rotation_enabled: Flag = None
    """Turn pages upright."""

    excel_parsing_mode: ExcelParsingMode | None = None
    """How workbooks are read: basic or advanced."""

    excel_skip_hidden_content: Flag = None
    """Leave out hidden rows, columns and sheets."""

    excel_use_raw_cell_values: Flag = None
    """Return values as stored, not as shown."""

    excel_skip_calculation: Flag = None
    """Do not calculate formulas anew."""

    excel_include_cell_metadata: Flag = None
    """Say which cell of the sheet a block or cell comes from."""

    excel_include_cell_formatting: Flag = None
    """Return colours and styles of cells."""

    vertical_grouping_threshold: Annotated[float | None, pydantic.Field(ge=0.1, le=5.0)] = None
    """With spatial: how far apart text may stand and still be one line, 0.1 to 5.0 times the usual."""

    return_ocr_words: Flag = None
    """Return every recognised word with its box and certainty; see `docferry_extend.read_words`."""

    return_ocr_lines: Flag = None
    """Return every recognised line with its box."""

    always_convert_to_pdf: Flag = None
    """Turn files of other kinds into PDF before they are parsed, so that blocks have boxes."""

    enrichment_format: EnrichmentFormat | None = None
    """How marks inside text are written: xml or bracket."""

    image_conversion_quality: ImageConversionQuality | None = None
    """How well pictures are converted: high, medium or low."""

    change_tracking: Flag = None
    """Mark insertions and deletions of tracked changes in the text."""

    agentic_ocr_enabled: Flag = None
    """2025-04-21 only, and deprecated there: use `text_agentic_enabled` and `table_agentic_enabled`."""

    extra_config: Annotated[JsonObject, pydantic.BeforeValidator(_read_json)] = pydantic.Field(
        default_factory=dict[str, pydantic.JsonValue]
    )
    """Settings of the service that have no option here, in its own words and shape; they win over options."""

    run_metadata: Annotated[
        JsonObject, pydantic.BeforeValidator(_read_json), pydantic.Field(json_schema_extra=NOT_SEMANTIC)
    ] = pydantic.Field(default_factory=dict[str, pydantic.JsonValue])
    """What the service keeps with the run and hands back in webhooks. 2026-02-09 only."""

    data_retention: Annotated[DataRetention | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """What the service keeps of the run: workspace_default or zero. 2026-02-09 only."""

    response_type: Annotated[ResponseType | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """How results come back: json, or url for large ones. None is url when words or lines are asked for, as
    the service advises, and json else. 2025-04-21 takes json only: what it does with url is not known."""

    keep_images: bool = True
    """Download the pictures of figures and barcodes, and keep them with the result."""

    concurrency: Annotated[int, pydantic.Field(ge=1, json_schema_extra=NOT_SEMANTIC)] = 20
    """Documents under way at once on one key. The service publishes no bound; it takes 80 files a minute."""

    requests_per_second: Annotated[float, pydantic.Field(gt=0, json_schema_extra=NOT_SEMANTIC)] = 10.0
    """Requests sent on one key in a second."""

    max_size_bytes: Annotated[int | None, pydantic.Field(ge=1, json_schema_extra=NOT_SEMANTIC)] = None
    """Largest file that is sent, in bytes; None to let the service decide."""

    max_pages: Annotated[int | None, pydantic.Field(ge=1, json_schema_extra=NOT_SEMANTIC)] = None
    """Most pages of a file that is sent; None to let the service decide."""

    answer_timeout_seconds: Annotated[float, pydantic.Field(gt=0, json_schema_extra=NOT_SEMANTIC)] = 120.0
    """How long to wait for the answer to an upload or a question, in seconds."""

    save_to: Annotated[Path | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """A folder to write pictures to, and with words or lines the service's own JSON, each document's in a
    folder of its own."""

    @property
    def asks_for_url(self) -> bool:
        """Whether results come at an address of their own."""
        if self.response_type is not None:
            return self.response_type is ResponseType.URL
        has_words = bool(self.return_ocr_words or self.return_ocr_lines)
        return has_words and self.api_version is ApiVersion.V2026_02_09

    @pydantic.field_validator("base_url")
    @classmethod
    def _tidy(cls, value: str | None) -> str | None:
        return None if value is None or not value.strip() else read_base_url(value, name="base_url")

    @pydantic.field_validator("workspace_id", "engine_version")
    @classmethod
    def _not_blank(cls, value: str | None) -> str | None:
        return (value or "").strip() or None

    @pydantic.model_validator(mode="after")
    def _goes_with_the_version(self) -> Self:
        for name, version in ONLY_IN.items():
            if self.api_version is not version and self._is_given(name):
                raise _mismatch(f"option '{name}' of provider extend exists in API version {version} only")
        if self.api_version is ApiVersion.V2025_04_21:
            if self.engine is Engine.PARSE_AUTO:
                raise _mismatch("the engine parse_auto exists in API version 2026-02-09 only")
            if self.response_type is ResponseType.URL:
                raise _mismatch("results at an address of their own need API version 2026-02-09")
        return self

    @pydantic.model_validator(mode="after")
    def _goes_together(self) -> Self:
        least, most = self.chunk_min_characters, self.chunk_max_characters
        if self.target is Target.SPATIAL and self.chunking is not ChunkingType.PAGE:
            raise InvalidOptionsError(
                f"the service cannot chunk spatial text by {self.chunking}",
                next_step="leave chunking out, or use target markdown",
            )
        if least is not None and most is not None and least > most:
            raise InvalidOptionsError(
                "chunk_min_characters is more than chunk_max_characters", next_step="correct one of them"
            )
        return self

    def _is_given(self, name: str) -> bool:
        value: Any = getattr(self, name)
        return value is not None and value != {}


def _mismatch(what: str) -> InvalidOptionsError:
    return InvalidOptionsError(what, next_step="leave it out, or change api_version")
