"""Recognised words and lines with their places, for those who asked for them."""

from dataclasses import dataclass

from docferry.model import PageSelection, Region
from docferry.provider import PayloadReader
from docferry_extend.output import OutputWord
from docferry_extend.places import Places, find_places
from docferry_extend.result import output_of_payload

__all__ = ["RecognisedText", "read_lines", "read_words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognisedText:
    """A recognised word or line.

    Args:
        text: What it says.
        region: Its page, and its box as fractions of the page; None when the service does not say.
        confidence: Certainty, 0 to 1, or None.
        block_id: The service's id of the block that it is part of, which is `provider_id` of an element; empty
            when the service does not say.
    """

    text: str
    region: Region | None = None
    confidence: float | None = None
    block_id: str = ""


def read_words(payload: PayloadReader, *, pages: PageSelection | None = None) -> tuple[RecognisedText, ...]:
    """The words of a payload whose job had the option `return_ocr_words`, in the service's order.

    Args:
        payload: The payload of a job.
        pages: The pages that were asked for, or None for all.

    Raises:
        InvalidResponseError: The payload holds no output that can be read.
    """
    output = output_of_payload(payload)
    return _read(output.words, find_places(output, selection=pages))


def read_lines(payload: PayloadReader, *, pages: PageSelection | None = None) -> tuple[RecognisedText, ...]:
    """The lines of a payload whose job had the option `return_ocr_lines`; else as `read_words`."""
    output = output_of_payload(payload)
    return _read(output.lines, find_places(output, selection=pages))


def _read(found: tuple[OutputWord, ...], places: Places) -> tuple[RecognisedText, ...]:
    return tuple(
        RecognisedText(
            text=word.text,
            region=places.word_region(word.box, word.page),
            confidence=word.confidence,
            block_id=word.block_id,
        )
        for word in found
    )
