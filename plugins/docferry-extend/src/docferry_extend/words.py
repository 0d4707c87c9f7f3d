"""Recognised words and lines with their places, for those who asked for them."""

from dataclasses import dataclass

from docferry.errors import InvalidResponseError
from docferry.model import PageSelection, Region
from docferry.reading.values import NOTHING
from docferry_extend.answers import read_answer, read_run
from docferry_extend.failures import PROVIDER
from docferry_extend.output import Output, OutputWord, read_output
from docferry_extend.places import Places, find_places

__all__ = ["RecognisedText", "read_lines", "read_words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognisedText:
    """A recognised word or line.

    Args:
        text: What it says.
        region: Its page, and its box as fractions of the page; None when the service does not say.
        confidence: Certainty, 0 to 1, or None.
        block_id: The service's id of its block, which is an element's `provider_id`; empty when not said.
    """

    text: str
    region: Region | None = None
    confidence: float | None = None
    block_id: str = ""


def read_words(result: bytes, *, pages: PageSelection | None = None) -> tuple[RecognisedText, ...]:
    """The words of a result whose job had the option `return_ocr_words`, in the service's order.

    Args:
        result: The service's own JSON, as the option `save_to` writes it.
        pages: The pages that were asked for, or None for all.

    Raises:
        InvalidResponseError: It is no result.
    """
    output, page_count = _output(result)
    return _read(output.words, find_places(output, selection=pages, page_count=page_count))


def read_lines(result: bytes, *, pages: PageSelection | None = None) -> tuple[RecognisedText, ...]:
    """The lines of a result whose job had the option `return_ocr_lines`; else as `read_words`."""
    output, page_count = _output(result)
    return _read(output.lines, find_places(output, selection=pages, page_count=page_count))


def _output(result: bytes) -> tuple[Output, int | None]:
    """The output in a run, or in a body of its own, and how many pages were parsed."""
    run = read_run(read_answer(result) or NOTHING)
    if run.output is None:
        raise InvalidResponseError("this is no result of the service", provider=PROVIDER)
    return read_output(run.output), run.page_count


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
