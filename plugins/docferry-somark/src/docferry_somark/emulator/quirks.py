"""Where the vendor's documents contradict each other or are silent: each is a setting of the emulator."""

from typing import Annotated, Literal

import pydantic

from docferry.model import Limits

__all__ = ["PUBLISHED_LIMITS", "SomarkQuirks"]

PUBLISHED_LIMITS = Limits(
    max_size_bytes=200 * 1024 * 1024, max_pages=300, concurrency=1, requests_per_second=1.0
)
"""Source: docs.somark.ai/en/api-reference; concurrency from the vendor's client 0.1.0 (read 2026-11-21)."""


class SomarkQuirks(pydantic.BaseModel):
    """Quirks of the emulated SoMark service, given as text."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    status_case: Literal["upper", "lower"] = "upper"
    """How status words are spelt: the documents have both."""

    dpi: Annotated[float, pydantic.Field(gt=0)] = 150.0
    """Resolution of page sizes and boxes: 150 was seen, 144 is in the documents."""

    reason_in: Literal["data.error", "data.message", "message", "nowhere"] = "data.error"
    """Where a failed task says why: no document tells."""

    base64_form: Literal["data_uri", "bare"] = "data_uri"
    """How pictures as base64 are written: no document tells."""

    captions: Literal["none", "text", "index"] = "none"
    """What the list of captions of a block holds: it is empty in all samples."""

    json_as: Literal["object", "text"] = "object"
    """Whether the JSON output is an object, or text that holds one."""

    first_page: Literal["0", "1"] = "0"
    """Number of the first page: 0 in the documents."""

    has_imgs: bool = True
    """Whether the result lists the addresses of all pictures."""

    rate_covers: Literal["submit", "all"] = "submit"
    """Which requests count towards the rate limit: no document tells."""

    when_busy: Literal["refuse", "queue"] = "refuse"
    """What becomes of a submission beyond the concurrency: refused with 1124, or queued."""

    corrupt_at: Literal["submit", "parse"] = "submit"
    """When a damaged PDF is noticed: at once with 1106, or the task fails."""

    unknown_task_code: str = "1133"
    """Code for a task that is not known. Source: the vendor's OXR server."""

    sync_timeout_seconds: Annotated[float, pydantic.Field(gt=0)] = 300.0
    """After how long a synchronous parse gives up with 1102."""

    has_plan: bool = True
    """Whether the account has a plan; without one everything is refused with 1108."""

    free_pages_today: Annotated[int, pydantic.Field(ge=0)] = 500
    """Free pages a day. Source: docs.somark.cn/en/documentation/free-tier-rules.md (read 2026-11-21)."""

    free_pages_this_month: Annotated[int, pydantic.Field(ge=0)] = 2000
    """Free pages a month, here of 30 days. Source: as above."""

    paid_pages: Annotated[int, pydantic.Field(ge=0)] = 100_000
    """Pages paid for."""

    is_private: bool = False
    """A private deployment: no key, limits or usage; lower-case states, dashed task ids, other type names."""
