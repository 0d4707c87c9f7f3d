"""The options of provider mineru: every parameter of its services, and how to reach them.

Values of enumerations and names of the parameters are the services' own words. Sources:
mineru.net/apiManage and the older mineru.net/doc/docs/index_en for the cloud, mineru-open-sdk 0.2.5 for
the agent, the packages mineru 3.4.5 and 4.0.12 for servers (read 2026-11-21).
"""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

import pydantic

from docferry.errors import InvalidOptionsError
from docferry.provider import ProviderOptions
from docferry.provider.addresses import read_address
from docferry_mineru.addresses import read_base_url, read_server_url
from docferry_mineru.page_ranges import PageRanges

__all__ = [
    "MAX_BATCH",
    "Effort",
    "ExtraFormat",
    "MineruOptions",
    "Mode",
    "ModelVersion",
    "OcrMode",
    "Tier",
    "UrlSources",
]

MAX_BATCH = 200
"""Most files of one batch in the vendor's documents. Third parties that quote its limits page of June 2026
and later say 50 for uploads. Source: mineru.net/doc/docs/index_en (read 2026-11-21)."""

NOT_SEMANTIC: dict[str, pydantic.JsonValue] = {"semantic": False}

DATA_ID = re.compile(r"[A-Za-z0-9_.-]{1,90}")
LANGUAGE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")


class Mode(StrEnum):
    """Which of MinerU's services parses."""

    CLOUD = "cloud"  # the precise service at mineru.net, with a token
    AGENT = "agent"  # the light one at mineru.net, without a token: small files, Markdown only
    SERVER = "server"  # a server of your own


class ModelVersion(StrEnum):
    """What the cloud parses with."""

    PIPELINE = "pipeline"  # several models in a row, many languages
    VLM = "vlm"  # one vision language model, which the vendor recommends
    HTML = "MinerU-HTML"  # for web pages, and obligatory for them


class ExtraFormat(StrEnum):
    """What the cloud exports besides Markdown and JSON."""

    DOCX = "docx"
    HTML = "html"
    LATEX = "latex"


class UrlSources(StrEnum):
    """Who downloads a source that is an address on the web."""

    AUTO = "auto"  # the service; where it cannot reach the address, docferry, which then uploads the file
    SERVICE = "service"  # always the service
    HERE = "here"  # always docferry


class OcrMode(StrEnum):
    """How a server reads the text of a PDF."""

    AUTO = "auto"
    TEXT = "txt"
    OCR = "ocr"


class Tier(StrEnum):
    """How well a server of version 4 parses; it is started with those that it offers."""

    FLASH = "flash"
    BASIC = "basic"
    STANDARD = "standard"
    ADVANCED = "advanced"


class Effort(StrEnum):
    """How hard a server of version 3 tries with a hybrid backend."""

    MEDIUM = "medium"
    HIGH = "high"


class MineruOptions(ProviderOptions):
    """Everything that can be set for a MinerU parse.

    Raises:
        InvalidOptionsError: Values that do not go together, or an address that is none.
    """

    api_key: Annotated[pydantic.SecretStr | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Token of the cloud; MINERU_API_KEY or MINERU_TOKEN when not given. With a server its fixed key, when it
    was started with one; MINERU_SERVER_API_KEY when not given. The agent takes none."""

    mode: Annotated[Mode | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Which service: cloud, agent or server. When not given, server if there is an address of one, and cloud
    otherwise."""

    base_url: Annotated[str | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Root of the cloud, for modes cloud and agent; a path from /api on is cut off. MINERU_BASE_URL when not
    given, and then https://mineru.net."""

    server_url: Annotated[str | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Address of a server of your own, such as http://127.0.0.1:8000; implies mode server. MINERU_SERVER_URL
    when not given."""

    model_version: ModelVersion = ModelVersion.VLM
    """What the cloud parses with: pipeline, vlm or MinerU-HTML. Web pages always go to MinerU-HTML. The
    service's own default is pipeline; its own clients send vlm."""

    is_ocr: bool = False
    """Recognise characters in all pages, also where the PDF has text. In the cloud it has an effect with
    pipeline only."""

    enable_formula: bool = True
    """Recognise formulas."""

    enable_table: bool = True
    """Recognise tables."""

    language: str = "ch"
    """Language of the document, a code of PaddleOCR: ch (Chinese, English, Japanese), en, korean, latin,
    arabic, cyrillic, devanagari and others. Servers of version 4 have no such parameter."""

    page_ranges: str | None = None
    """Pages that the service is to parse, such as "2,4-6" or, counted from the end, "2--2". Pages keep their
    numbers in the document. For PDFs the selection of pages that every provider has is the better choice:
    docferry cuts the file, so that less is uploaded. Agent and servers before version 4 take one range
    counted from the front."""

    data_id: Annotated[str | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """A word of yours in front of the id that each file is sent with: up to 90 letters, digits, "_", "." and
    "-"."""

    extra_formats: tuple[ExtraFormat, ...] = ()
    """Exports wanted besides Markdown and JSON: docx, html, latex; with commas when given as text. `save_to`
    writes them."""

    no_cache: Annotated[bool, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = False
    """Have the cloud fetch an address anew, although it has a copy."""

    cache_tolerance: Annotated[int, pydantic.Field(ge=0, json_schema_extra=NOT_SEMANTIC)] = 900
    """How old the cloud's copy of what is at an address may be, in seconds."""

    callback: Annotated[str | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Address that the cloud calls when a file is done, such as that of `docferry webhook`; needs `seed`."""

    seed: Annotated[pydantic.SecretStr | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """What callbacks are signed with: up to 64 letters, digits and "_". `docferry webhook` reads it from
    MINERU_SEED, where this option looks too when `callback` is given without it."""

    url_sources: Annotated[UrlSources, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = UrlSources.AUTO
    """Who downloads sources that are addresses on the web. Servers always get the file. The cloud is said to
    time out at addresses of GitHub, AWS and others outside China."""

    trust_url: Annotated[bool, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = False
    """Take it that what is at an address never changes, so that a result is reused. Without it a document
    that the service downloads itself is parsed, and counted, in every run."""

    files_per_batch: Annotated[int, pydantic.Field(ge=1, le=MAX_BATCH, json_schema_extra=NOT_SEMANTIC)] = 50
    """Most files of one batch."""

    files_per_minute: Annotated[float | None, pydantic.Field(gt=0, json_schema_extra=NOT_SEMANTIC)] = None
    """Files handed in within a minute; None to send until the service says that it is enough, and wait then.
    The published figures contradict each other. Paces every request of the account."""

    concurrency: Annotated[int | None, pydantic.Field(ge=1, json_schema_extra=NOT_SEMANTIC)] = None
    """Documents under way at once; None for four batches with the cloud, and 4 otherwise."""

    max_size_bytes: Annotated[int | None, pydantic.Field(ge=1, json_schema_extra=NOT_SEMANTIC)] = None
    """Largest file that is sent, in bytes; None for what the service publishes: 200 MB, the agent 10 MB."""

    max_pages: Annotated[int | None, pydantic.Field(ge=1, json_schema_extra=NOT_SEMANTIC)] = None
    """Most pages of a PDF that is sent; None to leave it to the service, whose documents contradict each
    other."""

    tier: Tier | None = None
    """Servers of version 4: how well to parse. None for the server's default, and flash where it offers
    nothing else."""

    ocr_mode: OcrMode = OcrMode.AUTO
    """Servers: how to read the text of a PDF; `is_ocr` means ocr. Version 3 calls it parse_method."""

    backend: str | None = None
    """Servers of versions 2 and 3: pipeline, vlm-engine, hybrid-engine, vlm-http-client, hybrid-http-client,
    or what else the server knows; None for its default."""

    effort: Effort | None = None
    """Servers of version 3 with a hybrid backend: medium or high; None for the default."""

    image_analysis: bool = True
    """Servers of version 3: analyse pictures and charts, with the backends that can."""

    model_server_url: Annotated[str | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Servers of versions 2 and 3 with an http-client backend: address of the server that has the model,
    which they call server_url."""

    answer_timeout_seconds: Annotated[float, pydantic.Field(gt=0, json_schema_extra=NOT_SEMANTIC)] = 120.0
    """How long to wait for an answer to a question, in seconds."""

    upload_timeout_seconds: Annotated[float, pydantic.Field(gt=0, json_schema_extra=NOT_SEMANTIC)] = 300.0
    """How long an upload or a download may stand still, in seconds."""

    parse_timeout_seconds: Annotated[float, pydantic.Field(gt=0, json_schema_extra=NOT_SEMANTIC)] = 3600.0
    """Servers of version 2, which answer an upload with its result: how long to wait, in seconds."""

    save_to: Annotated[Path | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """A folder to write pictures and exports to, each document's in a folder of its own."""

    @property
    def ranges(self) -> PageRanges | None:
        """The pages that `page_ranges` names."""
        return None if self.page_ranges is None else PageRanges.parse(self.page_ranges)

    @property
    def selects_pages(self) -> bool:
        """Whether the service is asked to parse some pages only."""
        return self.page_ranges is not None

    @pydantic.field_validator("base_url")
    @classmethod
    def _tidy_base_url(cls, value: str | None) -> str | None:
        return None if _is_blank(value) else read_base_url(value or "", name="base_url")

    @pydantic.field_validator("server_url")
    @classmethod
    def _tidy_server_url(cls, value: str | None) -> str | None:
        return None if _is_blank(value) else read_server_url(value or "", name="server_url")

    @pydantic.field_validator("model_server_url")
    @classmethod
    def _tidy_model_server_url(cls, value: str | None) -> str | None:
        if _is_blank(value):
            return None
        example = "http://127.0.0.1:30000"
        return read_address(value or "", name="model_server_url", provider="mineru", example=example)

    @pydantic.field_validator("page_ranges")
    @classmethod
    def _tidy_page_ranges(cls, value: str | None) -> str | None:
        if value is None or _is_blank(value):
            return None
        try:
            return str(PageRanges.parse(value))
        except ValueError as error:
            raise InvalidOptionsError(
                f"option 'page_ranges' of provider mineru: {error}",
                next_step='write pages such as "2,4-6", or "2--2" for the second to the last but one',
            ) from None

    @pydantic.field_validator("data_id")
    @classmethod
    def _check_data_id(cls, value: str | None) -> str | None:
        return _matched(value, DATA_ID, "data_id", 'up to 90 letters, digits, "_", "." and "-"')

    @pydantic.field_validator("language")
    @classmethod
    def _check_language(cls, value: str) -> str:
        return _matched(value.strip(), LANGUAGE, "language", "a code such as ch, en or latin") or value

    @pydantic.field_validator("callback")
    @classmethod
    def _check_callback(cls, value: str | None) -> str | None:
        if _is_blank(value):
            return None
        return _matched(value, re.compile(r"https?://[^\s/]\S*"), "callback", "an http or https address")

    @pydantic.field_validator("extra_formats", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return [name.strip().lower() for name in value.split(",") if name.strip()]

    @pydantic.field_validator("extra_formats")
    @classmethod
    def _in_one_order(cls, value: tuple[ExtraFormat, ...]) -> tuple[ExtraFormat, ...]:
        # The order has no meaning for the service: equal wishes must give equal options.
        return tuple(extra_format for extra_format in ExtraFormat if extra_format in value)

    @pydantic.model_validator(mode="after")
    def _one_service(self) -> Self:
        if self.server_url is not None and self.mode in (Mode.CLOUD, Mode.AGENT):
            raise InvalidOptionsError(
                f"server_url is for mode server, not for mode {self.mode}",
                next_step="leave out mode or server_url; the cloud's address is base_url",
            )
        if self.server_url is not None and self.base_url is not None:
            raise InvalidOptionsError(
                "base_url is the cloud's address and server_url that of a server of your own",
                next_step="give one of both",
            )
        return self


def _is_blank(value: str | None) -> bool:
    return value is None or not value.strip()


def _matched(value: str | None, pattern: re.Pattern[str], name: str, form: str) -> str | None:
    """The value, checked. The message does not repeat it: it may be a secret."""
    if value is not None and not pattern.fullmatch(value):
        raise InvalidOptionsError(
            f"option '{name}' of provider mineru has a wrong form", next_step=f"give {form}"
        )
    return value
