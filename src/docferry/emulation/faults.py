"""The fault script: which request meets which fault, by kind, file and count; nothing is left to chance.

A script is a list of rules, in TOML or JSON:

```toml
[[rule]]
kind = "submit"     # kind of request; "*" for any
file = "b*.pdf"     # pattern of the file's name; without it any
nth = [1, 3]        # which of the requests that fit, counted from 1; or every = 5; without both, all
times = 2           # how often at most
do = "reset"
when = "after"      # arrival: before the body is read; before: read, but nothing done; after: all is done
```
"""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Self, cast

import pydantic

from docferry.errors import InvalidOptionsError

__all__ = ["FaultAction", "FaultMoment", "FaultRule", "FaultScript", "RetryAfterForm", "read_fault_rules"]

ANY = "*"


class FaultAction(StrEnum):
    """What goes wrong."""

    STATUS = "status"  # an HTTP status of a gateway, with or without Retry-After
    REFUSE = "refuse"  # an error in the service's own words, by its code
    RESET = "reset"  # the connection is reset
    DELAY = "delay"  # the answer takes `seconds` longer
    SLOW_BODY = "slow_body"  # the body comes in pieces over `seconds`
    CUT_BODY = "cut_body"  # the connection ends within the body
    TRUNCATE_BODY = "truncate_body"  # a shorter body that looks whole to HTTP: a damaged archive
    MALFORMED = "malformed"  # a body that is not JSON, with its content type
    LOSE_JOB = "lose_job"  # the job exists, and is unknown afterwards
    FAIL_JOB = "fail_job"  # the job ends without success
    STALL_JOB = "stall_job"  # the job never ends
    DROP_PAGES = "drop_pages"  # the result lacks the last `pages` pages
    STATE_WORD = "state_word"  # the answer has a word for the job's state that nobody knows


class FaultMoment(StrEnum):
    """When it goes wrong."""

    ARRIVAL = "arrival"  # before the body of the request is read
    BEFORE = "before"  # when the request is read, and nothing is done yet
    AFTER = "after"  # when everything is done: only the answer is lost or spoilt


class RetryAfterForm(StrEnum):
    """The two forms of the header Retry-After."""

    SECONDS = "seconds"
    DATE = "date"


ANSWER_ONLY = frozenset(
    {FaultAction.SLOW_BODY, FaultAction.CUT_BODY, FaultAction.TRUNCATE_BODY, FaultAction.MALFORMED}
)
JOB_ACTIONS = frozenset(
    {
        FaultAction.LOSE_JOB,
        FaultAction.FAIL_JOB,
        FaultAction.STALL_JOB,
        FaultAction.DROP_PAGES,
        FaultAction.STATE_WORD,
    }
)


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, int) else value


class FaultRule(pydantic.BaseModel):
    """One line of a fault script."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    do: FaultAction
    """What goes wrong."""

    kind: str = ANY
    """Kind of request, in the emulator's words, such as submit, poll, asset or account."""

    service: str = ""
    """Provider name, for scripts of several services; empty for any."""

    file: str = ANY
    """Pattern of the name of the file that the request is about. Requests about several files fit none."""

    nth: Annotated[tuple[int, ...], pydantic.BeforeValidator(_as_tuple)] = ()
    """Which of the requests that fit, counted from 1; a number or a list."""

    every: Annotated[int | None, pydantic.Field(ge=1)] = None
    """Every so manieth of the requests that fit, instead of `nth`."""

    times: Annotated[int | None, pydantic.Field(ge=1)] = None
    """How often at most."""

    when: FaultMoment = FaultMoment.BEFORE
    """When; answers that are spoilt and jobs that go wrong need none."""

    status: Annotated[int, pydantic.Field(ge=400, le=599)] = 503
    """HTTP status, for `status`."""

    retry_after_seconds: Annotated[float | None, pydantic.Field(ge=0)] = None
    """What the header Retry-After asks for; None for no such header."""

    retry_after_form: RetryAfterForm = RetryAfterForm.SECONDS
    """How the header says it."""

    code: str = ""
    """The service's own code, for `refuse` and `fail_job`."""

    message: str = ""
    """Words that go with the code."""

    seconds: Annotated[float, pydantic.Field(ge=0)] = 1.0
    """How long, for `delay` and `slow_body`."""

    keep: Annotated[float, pydantic.Field(ge=0, lt=1)] = 0.5
    """Which share of the body is sent, for `cut_body` and `truncate_body`."""

    pages: Annotated[int, pydantic.Field(ge=1)] = 1
    """How many pages, for `drop_pages`."""

    word: str = "rearranging"
    """The word, for `state_word`."""

    @pydantic.field_validator("code", mode="before")
    @classmethod
    def _code_as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) else value

    @pydantic.model_validator(mode="after")
    def _is_one_rule(self) -> Self:
        if self.nth and self.every:
            raise ValueError("nth and every exclude each other")
        if any(number < 1 for number in self.nth):
            raise ValueError("requests count from 1")
        if self.file != ANY and self.when is FaultMoment.ARRIVAL:
            raise ValueError("on arrival nobody knows the file yet")
        if self.do is FaultAction.REFUSE and not self.code:
            raise ValueError("a refusal needs a code")
        return self

    @property
    def is_about_job(self) -> bool:
        """Whether it changes what becomes of the job, and not the answer."""
        return self.do in JOB_ACTIONS

    @property
    def moment(self) -> FaultMoment:
        """When it takes effect."""
        return FaultMoment.AFTER if self.do in ANSWER_ONLY else self.when


class FaultScript:
    """The rules of one service, and how often each was met. Use it on the server's loop only.

    Args:
        rules: The rules; every rule that fits a request takes effect, in order.
        service: Provider name; rules for other services are left out.
        kinds: The kinds of requests that the service has.

    Raises:
        InvalidOptionsError: A rule is about a kind of request that the service does not have.
    """

    def __init__(self, rules: Iterable[FaultRule], *, service: str, kinds: frozenset[str]) -> None:
        self.rules = tuple(rule for rule in rules if rule.service in {"", service})
        unknown = sorted({rule.kind for rule in self.rules} - kinds - {ANY})
        if unknown:
            raise InvalidOptionsError(
                f"the fault script is about requests of kind '{unknown[0]}', which {service} does not have",
                next_step=f"use one of {', '.join(sorted(kinds))}",
            )
        self.met = [0] * len(self.rules)
        self.fired = [0] * len(self.rules)

    def arrived(self, kind: str) -> list[FaultRule]:
        """Count a request of that kind; the faults it meets as far as no file matters."""
        return self._fitting(kind, file_name=None)

    def read(self, kind: str, *, file_name: str) -> list[FaultRule]:
        """Count a request about that file; the faults it meets because of the file."""
        return self._fitting(kind, file_name=file_name)

    def _fitting(self, kind: str, *, file_name: str | None) -> list[FaultRule]:
        """The rules that fit and whose turn it is: those without a file, or those with one that fits."""
        return [
            rule
            for index, rule in enumerate(self.rules)
            if rule.kind in {kind, ANY} and _fits_file(rule, file_name) and self._takes_effect(index)
        ]

    def _takes_effect(self, index: int) -> bool:
        rule = self.rules[index]
        self.met[index] += 1
        number = self.met[index]
        is_spent = rule.times is not None and self.fired[index] >= rule.times
        is_its_turn = number in rule.nth if rule.nth else number % (rule.every or 1) == 0
        if is_spent or not is_its_turn:
            return False
        self.fired[index] += 1
        return True


def _fits_file(rule: FaultRule, file_name: str | None) -> bool:
    if file_name is None or rule.file == ANY:
        return file_name is None and rule.file == ANY
    return bool(file_name) and fnmatchcase(file_name, rule.file)


def read_fault_rules(source: Path | Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> tuple[FaultRule, ...]:
    """Read a fault script.

    Args:
        source: A file of TOML (.toml) or JSON, or what is in one: a list of rules, or a mapping with the list
            under "rule" or "rules".

    Raises:
        InvalidOptionsError: The file cannot be read, or a rule is wrong; the message says which and why.
    """
    content: object = _load(source) if isinstance(source, Path) else source
    if isinstance(content, Mapping):
        holder = cast("Mapping[str, object]", content)
        content = holder.get("rule", holder.get("rules"))
    if not isinstance(content, Sequence) or isinstance(content, str):
        raise InvalidOptionsError("a fault script is a list of rules", next_step="begin each with [[rule]]")
    rules = cast("Sequence[object]", content)
    read: list[FaultRule] = []
    for number, rule in enumerate(rules, start=1):
        try:
            read.append(FaultRule.model_validate(rule))
        except pydantic.ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise InvalidOptionsError(
                f"rule {number} of the fault script: {place}{': ' if place else ''}{first['msg']}",
                next_step="correct the rule",
            ) from None
    return tuple(read)


def _load(path: Path) -> Any:  # noqa: ANN401 - what a file holds is checked rule by rule
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except OSError as error:
        raise InvalidOptionsError(
            f"the fault script {path} cannot be read: {error.strerror}", next_step="give a readable file"
        ) from error
    except ValueError as error:
        raise InvalidOptionsError(
            f"the fault script {path} is neither TOML nor JSON: {error}", next_step="correct the file"
        ) from error
