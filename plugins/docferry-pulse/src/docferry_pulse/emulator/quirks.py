"""Where the vendor's documents contradict each other or are silent: each is a setting of the emulator."""

from typing import Annotated, Literal

import pydantic

__all__ = ["PulseQuirks"]


class PulseQuirks(pydantic.BaseModel):
    """Quirks of the emulated Pulse service, given as text."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    ack_status: Literal["202", "200"] = "202"
    """HTTP status of a receipt: the guide says 202, the reference 200."""

    naming: Literal["snake", "camel", "hyphen"] = "snake"
    """How fields of results are spelt: all three were seen."""

    cancel_word: Literal["canceled", "cancelled"] = "canceled"
    """The word for a cancelled job: newer and older documents differ."""

    error_form: Literal["object", "text", "detail"] = "object"
    """How errors are written: as documented, as text, or as a gateway writes them."""

    failure_form: Literal["text", "object"] = "text"
    """How a failed job says why: the API definition says text."""

    answers_at_once: bool = False
    """Whether a submission with `async` is answered with the result, as a client must be prepared for."""

    large_at: Literal["service", "storage"] = "service"
    """Where large results are handed out: newer documents name the service, older ones a storage host."""

    large_pages: Annotated[int, pydantic.Field(ge=0)] = 70
    """Results of more pages are large. Source: API definition in pulse-python-sdk 1.0.17."""

    large_bytes: Annotated[int, pydantic.Field(ge=0)] = 5 * 1024 * 1024
    """Results of more bytes are large. Source: docs.runpulse.com/api-reference/endpoint/poll."""

    large_seconds: Annotated[float, pydantic.Field(ge=0)] = 3600.0
    """How long a large result is handed out. Source: docs.runpulse.com/api-reference/large-documents."""

    large_needs_key: bool = False
    """Whether the service wants the key for a large result: the SDK sends it, the command line does not."""

    box_pages: Literal["document", "processed"] = "document"
    """What the page numbers of boxes count when only some pages were asked for: no document tells."""

    has_page_marks: bool = True
    """Whether the text has a mark behind each page: seen with the default model."""

    has_prefixes: bool = True
    """Whether the contents of boxes have prefixes such as "0a-": seen with the default model."""

    has_original_content: bool = True
    """Whether boxes have `original_content` beside `content`."""

    has_ordered_elements: bool = False
    """Whether the boxes have `ordered_elements`: partners met it."""

    has_words: bool = True
    """Whether the boxes have the class Words."""

    corrupt_at: Literal["submit", "parse"] = "submit"
    """When a damaged PDF is noticed: at once with FILE_003, or the job fails."""

    credits: Annotated[float, pydantic.Field(ge=0)] = 100_000.0
    """Credits of the account."""

    webhook_url: str = ""
    """Where events are sent when a job has ended; empty for nowhere. The real service has a portal for it."""

    webhook_secret: str = "whsec_ZG9jZmVycnktZW11bGF0b3Itc2VjcmV0"  # noqa: S105 - of this machine only
    """The secret of the webhook."""
