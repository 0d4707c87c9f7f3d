"""Where the vendor's documents contradict each other or are silent: each is a setting of the emulator."""

from typing import Annotated, Literal

import pydantic

from docferry.model import Limits

__all__ = ["PUBLISHED_LIMITS", "ExtendQuirks"]

PUBLISHED_LIMITS = Limits(requests_per_second=10.0)
"""Of the plan Pay As You Go. Source: docs.extend.ai/general/rate-limits (read 2026-11-22)."""


class ExtendQuirks(pydantic.BaseModel):
    """Quirks of the emulated Extend service, given as text."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    dpi: Annotated[float, pydantic.Field(gt=0)] = 150.0
    """Resolution of page sizes and boxes in 2026-02-09: 150 was seen, points are in the documents."""

    page_numbers: Literal["kept", "anew"] = "kept"
    """How the pages of a selection are counted: no document tells."""

    blank_pages: Literal["chunk", "nothing"] = "chunk"
    """Whether a page without any text has a chunk: no document tells."""

    bad_files_at: Literal["run", "upload"] = "run"
    """When a kind of file that is not read is refused: the run fails, or the upload is refused."""

    out_of_credits_at: Literal["run", "submit"] = "submit"
    """Where missing credits are told: with 402 USAGE_BLOCKED, or by a run that fails with OUT_OF_CREDITS."""

    credits: Annotated[float, pydantic.Field(ge=0)] = 100_000.0
    """Credits of an account."""

    files_per_minute: Annotated[int, pydantic.Field(ge=0)] = 80
    """Runs begun in a minute; 0 for any number. Source: docs.extend.ai/general/rate-limits (2026-11-22)."""

    has_retry_after: bool = True
    """Whether a refusal for too many requests says when to come again."""

    error_body: Literal["documented", "plain", "nested"] = "documented"
    """How errors look: as documented for the version, `{"error": "..."}`, or `{"error": {...}}`."""

    details: Literal["typed", "empty", "null"] = "typed"
    """What a block's details hold: live answers often have an empty object."""

    wraps_runs: bool = False
    """Whether 2026-02-09 wraps runs in an envelope, too, as 2025-04-21 does."""

    is_gone: Literal["", "2025-04-21", "2026-02-09"] = ""
    """A version that is served no more: its requests get 410 ENDPOINT_REMOVED."""

    webhook_attempts: Annotated[int, pydantic.Field(ge=1)] = 4
    """How often a call is tried; how often the service does is not known."""

    webhook_retry_seconds: Annotated[float, pydantic.Field(ge=0)] = 1.0
    """How long the first wait between two tries is; it doubles."""

    webhook_repeats: Annotated[int, pydantic.Field(ge=1)] = 1
    """How often each event is sent although it was received: events may come twice."""
