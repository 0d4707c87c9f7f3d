"""Where the vendor's documents contradict each other or are silent: each is a setting of the emulator."""

from typing import Annotated, Literal

import pydantic

from docferry.model import Limits

__all__ = ["AGENT_LIMITS", "PUBLISHED_LIMITS", "SERVER_LIMITS", "MineruQuirks"]

PUBLISHED_LIMITS = Limits(max_size_bytes=200 * 1024 * 1024, max_pages=200)
"""Older documents have 600 pages. Source: mineru.net/apiManage (read 2026-11-21)."""

AGENT_LIMITS = Limits(max_size_bytes=10 * 1024 * 1024, max_pages=20)
"""Source: mineru.net/doc/docs/index_en (read 2026-11-21)."""

SERVER_LIMITS = Limits(max_size_bytes=200 * 1024 * 1024, max_pages=1000)
"""What a server of version 4.0 tells at /v1/usage. Source: the package mineru 4.0.12 (read 2026-11-22)."""


class MineruQuirks(pydantic.BaseModel):
    """Quirks of the emulated MinerU service, given as text. Rates of 0 are not enforced."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    protocol: Literal["cloud", "server-2", "server-3", "server-4"] = "cloud"
    """Which protocol to serve: that of mineru.net, or that of the self-hosted server, 2.x, 3.x or 4.0.x."""

    uid: str = "10000001"
    """The account's user id, which is part of what callbacks are signed with."""

    submits_per_minute: Annotated[int, pydantic.Field(ge=0)] = 300
    """Requests that submit, of one account. Source: mineru.net/doc/docs/limit_en (read 2026-11-21)."""

    queries_per_minute: Annotated[int, pydantic.Field(ge=0)] = 1000
    """Requests that ask for results, of one account. Source: as above."""

    files_per_minute: Annotated[int, pydantic.Field(ge=0)] = 0
    """Files submitted, of one account: 50 since June 2026, as clients report it."""

    files_per_day: Annotated[int, pydantic.Field(ge=0)] = 10_000
    """Files of one account in a day, then -60018; 5000 as clients report it. Source: as above."""

    html_per_day: Annotated[int, pydantic.Field(ge=0)] = 100
    """HTML files of one account in a day, then -60019. Source: as above."""

    files_per_batch: Annotated[int, pydantic.Field(ge=1)] = 200
    """Files of one request; 50 since June 2026, as clients report it. Source: mineru.net/apiManage/docs."""

    queue_length: Annotated[int, pydantic.Field(ge=0)] = 0
    """Jobs of one account under way, then -60009; 0 for any number."""

    retry_limit: Annotated[int, pydantic.Field(ge=1)] = 5
    """How often the same file may fail, then -60017."""

    agent_requests_per_minute: Annotated[int, pydantic.Field(ge=0)] = 0
    """Submissions to the agent API of one address, then HTTP 429: no document has a figure."""

    agent_max_size_bytes: Annotated[int, pydantic.Field(ge=0)] = AGENT_LIMITS.max_size_bytes or 0
    """Largest file of the agent API; 0 for any."""

    agent_max_pages: Annotated[int, pydantic.Field(ge=0)] = AGENT_LIMITS.max_pages or 0
    """Most pages of the agent API; 0 for any number."""

    code_as: Literal["number", "text"] = "number"
    """How the envelope's code is written: both were seen."""

    addresses_in: Literal["file_urls", "files", "both"] = "file_urls"
    """Where upload addresses stand: the example has file_urls, the table has files."""

    has_err_code: bool = False
    """Whether a failed task tells its code beside its words: it often does not."""

    has_data_id: bool = True
    """Whether results repeat the data_id that was given."""

    result_order: Literal["submitted", "reversed"] = "submitted"
    """Order of a batch's results: no document promises one."""

    type_checked_at: Literal["submit", "parse"] = "submit"
    """When a file type that is not read is noticed: -60002 at once, or the task fails."""

    address_checked_at: Literal["submit", "parse"] = "parse"
    """When an address that cannot be read is noticed: -60008 at once, or the task fails."""

    fetch_seconds: Annotated[float, pydantic.Field(gt=0)] = 5.0
    """How long the service tries to read an address."""

    chunked_put: Literal["refuse", "accept"] = "refuse"
    """What becomes of an upload without Content-Length."""

    upload_seconds: Annotated[float, pydantic.Field(gt=0)] = 86_400.0
    """How long upload addresses are valid, then -60011. Source: mineru.net/apiManage/docs."""

    needs_referer: bool = False
    """Whether downloads need `Referer: https://mineru.net/`, as in July 2026 (opendatalab/MinerU#5393)."""

    converting_seconds: Annotated[float, pydantic.Field(ge=0)] = 0.2
    """How long the state `converting` lasts, when extra formats were asked for."""

    has_content_list_v2: bool = True
    """Whether the archive has content_list_v2.json."""

    origin_suffix: Literal["source", "pdf"] = "source"
    """Suffix of the original in the archive: that of the source, or always .pdf as it was in 2025."""

    merges_tables: bool = True
    """Whether a table over a page break stands whole on its first page, and empty on the next."""

    callback_per: Literal["batch", "file"] = "batch"
    """What a batch's callbacks are about: no document tells."""

    callback_attempts: Annotated[int, pydantic.Field(ge=1)] = 6
    """How often a callback is sent until HTTP 200: once, and five times again."""

    callback_retry_seconds: Annotated[float, pydantic.Field(ge=0)] = 1.0
    """How long the service waits between two attempts: no document tells."""

    agent_waiting_word: Literal["waiting-file", "uploading"] = "waiting-file"
    """State of an agent task whose file is not there yet: one was seen, the other is in the documents."""

    null_markdown_url: bool = False
    """Whether a finished agent task has no address of its Markdown, as was seen in 2 of 12 runs."""

    server_key: str = ""
    """The key that a self-hosted 4.0 server asks for; empty for none."""

    server_tier: Literal["flash", "basic", "standard"] = "flash"
    """The tier that a self-hosted 4.0 server was started with."""
