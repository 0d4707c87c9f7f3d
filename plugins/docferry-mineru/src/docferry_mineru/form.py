"""The form of servers of versions 2 and 3. Pure.

Source: the packages mineru 2.7.6 and 3.4.5, cli/fast_api.py (read 2026-11-22).
"""

from collections.abc import Iterator

from docferry.errors import InvalidOptionsError
from docferry.provider import SubmitItem
from docferry_mineru.options import MineruOptions, OcrMode
from docferry_mineru.parameters import ranges_of
from docferry_mineru.parts import Dialect

__all__ = ["form_fields"]

# The archive brings the pictures as files, and the second version of the content list.
WANTED = ("return_md", "return_middle_json", "return_content_list", "return_images", "response_format_zip")
NOT_WANTED = ("return_model_output",)
TRUE, FALSE = "true", "false"


def form_fields(options: MineruOptions, item: SubmitItem, *, dialect: Dialect) -> tuple[tuple[str, str], ...]:
    """The fields besides the file.

    Args:
        options: The options.
        item: The file.
        dialect: Version 3, which has more parameters, or version 2.

    Raises:
        InvalidOptionsError: The pages wanted are not one range counted from the front.
    """
    return tuple(_fields(options, item, dialect))


def _fields(options: MineruOptions, item: SubmitItem, dialect: Dialect) -> Iterator[tuple[str, str]]:
    yield "lang_list", options.language
    yield "parse_method", (OcrMode.OCR if options.is_ocr else options.ocr_mode).value
    yield "formula_enable", _flag(options.enable_formula)
    yield "table_enable", _flag(options.enable_table)
    if options.backend is not None:
        yield "backend", options.backend
    if options.model_server_url is not None:
        yield "server_url", options.model_server_url
    if dialect is Dialect.SERVER_3:
        yield from _newer(options)
    yield from dict.fromkeys(WANTED, TRUE).items()
    yield from dict.fromkeys(NOT_WANTED, FALSE).items()
    yield from _pages(item)


def _newer(options: MineruOptions) -> Iterator[tuple[str, str]]:
    yield "image_analysis", _flag(options.image_analysis)
    if options.effort is not None:
        yield "effort", options.effort.value


def _pages(item: SubmitItem) -> Iterator[tuple[str, str]]:
    ranges = ranges_of(item)
    if ranges is None:
        return
    if not ranges.is_one_run:
        raise InvalidOptionsError(
            f"servers before version 4 take one range of pages counted from the front, not {ranges}",
            next_step='give one such as "3-12", or select the pages of a PDF instead',
        )
    first, last = ranges.zero_based
    yield "start_page_id", str(first)
    yield "end_page_id", str(last)


def _flag(value: bool) -> str:  # noqa: FBT001 - turns one into text
    return TRUE if value else FALSE
