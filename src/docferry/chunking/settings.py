"""How a document is cut into chunks."""

import string
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Protocol

from docferry.errors import InvalidOptionsError

__all__ = ["ChunkSettings", "Split", "TableFormat", "Tokenizer"]

MIN_MAX_TOKENS = 16
PREFIX_FIELDS = frozenset({"headings", "source"})


class Tokenizer(Protocol):
    """Anything that turns text into token numbers and back, such as the tokenizer of an embedding model."""

    @property
    def name(self) -> str:
        """A stable name, which takes part in chunk ids."""
        ...

    def count(self, text: str) -> int:
        """Number of tokens of the text."""
        ...

    def encode(self, text: str) -> list[int]:
        """Tokens of the text."""
        ...

    def decode(self, tokens: list[int]) -> str:
        """Text of the tokens."""
        ...


class Split(StrEnum):
    """What one chunk holds. Only CHUNK has a budget; the others are as long as what they hold."""

    CHUNK = "chunk"  # a passage within the token budget
    PAGE = "page"  # everything on one page
    SECTION = "section"  # a heading and what stands below it, up to the next heading
    ELEMENT = "element"  # one element
    DOCUMENT = "document"  # everything


class TableFormat(StrEnum):
    """How tables are written into a chunk's text."""

    MARKDOWN = "markdown"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSettings:
    """Settings of the chunker.

    Args:
        max_tokens: Budget of one chunk in tokens of `encoding`, heading path included; at least 16. Applies
            to Split.CHUNK only.
        encoding: Name of a tiktoken encoding, or a tokenizer.
        split: What one chunk holds.
        includes_headings: Whether text_to_embed begins with the heading path.
        includes_furniture: Whether running heads, page numbers and the like are chunked too.
        table_format: How tables are written.
        min_tokens: Chunks below this are joined with a neighbour on the same page, also over a heading, as
            far as the budget allows; 0 to keep every section apart. At most half of max_tokens.
        overlap_tokens: A chunk that goes on in the same section begins with up to this many tokens from the
            end of the chunk before it, whole sentences where they fit. At most half of max_tokens.
        joins_pages: Whether a chunk may go on over the end of a page. By default a chunk holds what begins on
            one page, and then a changed page changes no chunk of another page. An element that itself runs
            over a page's end stays whole either way.
        stitches_tables: Whether a table that the provider returned in parts, each with the same header, is
            put together before it is cut.
        prefix_template: What text_to_embed begins with; `{headings}` is the heading path and `{source}` the
            source's name. It takes at most a quarter of the budget: outer headings are left out first.
        heading_separator: What stands between the headings of a path.

    Raises:
        InvalidOptionsError: A number is out of range, or the template has an unknown field.
    """

    max_tokens: int = 512
    encoding: str | Tokenizer = "o200k_base"
    split: Split = Split.CHUNK
    includes_headings: bool = True
    includes_furniture: bool = False
    table_format: TableFormat = TableFormat.MARKDOWN
    min_tokens: int = 0
    overlap_tokens: int = 0
    joins_pages: bool = False
    stitches_tables: bool = False
    prefix_template: str = "{headings}"
    heading_separator: str = " > "

    def __post_init__(self) -> None:
        if self.max_tokens < MIN_MAX_TOKENS:
            raise InvalidOptionsError(
                f"a budget of {self.max_tokens} tokens is too small",
                next_step=f"use at least {MIN_MAX_TOKENS} tokens",
            )
        for name in ("min_tokens", "overlap_tokens"):
            if not 0 <= getattr(self, name) <= self.max_tokens // 2:
                raise InvalidOptionsError(
                    f"{name} of {getattr(self, name)} does not go with a budget of {self.max_tokens} tokens",
                    next_step=f"use 0 to {self.max_tokens // 2}",
                )
        _check_template(self.prefix_template)

    def fingerprint(self) -> str:
        """A line that is equal for settings that cut alike; it takes part in chunk ids.

        Fields at their default are left out, so that a field added later changes no id.
        """
        tokenizer = self.encoding if isinstance(self.encoding, str) else self.encoding.name
        chosen = {
            name: str(value) for name, default in _DEFAULTS if (value := getattr(self, name)) != default
        }
        chosen |= {"max_tokens": str(self.max_tokens), "encoding": tokenizer}
        return "\x1f".join(f"{name}={chosen[name]}" for name in sorted(chosen))


_DEFAULTS = tuple((field.name, field.default) for field in fields(ChunkSettings))


def _check_template(template: str) -> None:
    try:
        named = [
            (name, spec, conversion)
            for _, name, spec, conversion in string.Formatter().parse(template)
            if name is not None
        ]
    except ValueError as error:
        raise InvalidOptionsError(
            f"prefix_template is not a template: {error}", next_step="write {{ for a brace"
        ) from None
    for name, spec, conversion in named:
        if name not in PREFIX_FIELDS or spec or conversion:
            raise InvalidOptionsError(
                f"prefix_template has the unknown field '{name}'",
                next_step=f"known fields: {', '.join(sorted(PREFIX_FIELDS))}",
            )
