"""The answers of the cloud and the agent: what surrounds what was asked for. Tolerant of either envelope.

One is {code, msg, trace_id, data}, in which code 0 means success and may be text; the other, of the
gateway in front of the service, is {traceId, msgCode, msg, success} with HTTP 401.
Source: mineru.net/apiManage; github.com/opendatalab/MinerU, issues 5133 and 5187 (read 2026-11-21).
"""

from dataclasses import dataclass, field

from docferry.reading.values import NOTHING, Raw, is_mapping, mapping_of, parse_json, scalar_text

__all__ = ["Envelope", "read_envelope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An answer.

    Args:
        code: The service's code as text, such as "-60012"; "0" for success, empty when there is none.
        message: The service's words.
        trace_id: The service's id of the request, or empty.
        data: What was asked for.
    """

    code: str = ""
    message: str = ""
    trace_id: str = ""
    data: Raw = field(default_factory=lambda: NOTHING, repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the service says so, or says nothing and has an answer."""
        return self.code == "0" or (not self.code and bool(self.data))


def read_envelope(body: bytes) -> Envelope | None:
    """Read an answer; None when it is no JSON object."""
    raw = parse_json(body)
    if not is_mapping(raw):
        return None
    code = scalar_text(raw.get("code")).strip() or scalar_text(raw.get("msgCode")).strip()
    return Envelope(
        code=code or ("-500" if raw.get("success") is False else ""),
        message=scalar_text(raw.get("msg") or raw.get("message")),
        trace_id=scalar_text(raw.get("trace_id") or raw.get("traceId")),
        data=mapping_of(raw.get("data")),
    )
