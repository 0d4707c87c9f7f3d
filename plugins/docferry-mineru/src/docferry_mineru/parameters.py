"""The parameters of the cloud and the agent in their wire form. Pure.

Parameters that have an effect are always sent, whatever the service's own default; callback, extra_formats,
no_cache and cache_tolerance only when they are set, because older revisions of the service do not know them.
Source: mineru.net/doc/docs/index_en and mineru.net/apiManage (read 2026-11-21).
"""

from typing import cast

from pydantic import JsonValue

from docferry.errors import InvalidOptionsError
from docferry.provider import SubmitItem
from docferry.sources import SourceFile
from docferry_mineru.formats import HTML_SUFFIXES
from docferry_mineru.options import MineruOptions, ModelVersion
from docferry_mineru.page_ranges import PageRanges

__all__ = ["agent_fields", "batch_fields", "data_id_of", "file_fields", "model_of", "ranges_of"]

DEFAULT_CACHE_TOLERANCE = 900

Fields = dict[str, JsonValue]


def model_of(options: MineruOptions, file: SourceFile) -> ModelVersion:
    """What a file is parsed with: web pages have a model of their own."""
    return ModelVersion.HTML if file.suffix in HTML_SUFFIXES else options.model_version


def batch_fields(options: MineruOptions, *, model: ModelVersion, seed: str) -> Fields:
    """What a batch has only once.

    Args:
        options: The options.
        model: What the files are parsed with. A web page has no formulas, tables or language to recognise.
        seed: What callbacks are signed with; it goes along when there is a callback.
    """
    fields: Fields = {"model_version": model.value}
    if model is not ModelVersion.HTML:
        fields |= {
            "enable_formula": options.enable_formula,
            "enable_table": options.enable_table,
            "language": options.language,
        }
    if options.extra_formats:
        fields["extra_formats"] = [extra_format.value for extra_format in options.extra_formats]
    if options.callback is not None:
        fields |= {"callback": options.callback, "seed": seed}
    if options.no_cache:
        fields["no_cache"] = True
    if options.cache_tolerance != DEFAULT_CACHE_TOLERANCE:
        fields["cache_tolerance"] = options.cache_tolerance
    return fields


def file_fields(item: SubmitItem, *, model: ModelVersion) -> Fields:
    """What each file of a batch has of its own, besides its name or address."""
    fields: Fields = {"data_id": data_id_of(item)}
    if model is ModelVersion.HTML:
        return fields
    fields["is_ocr"] = _options(item).is_ocr
    ranges = ranges_of(item)
    return fields if ranges is None else fields | {"page_ranges": str(ranges)}


def agent_fields(item: SubmitItem) -> Fields:
    """The parameters of the agent.

    Raises:
        InvalidOptionsError: The pages wanted are not one range counted from the front.
    """
    options = _options(item)
    fields: Fields = {
        "language": options.language,
        "is_ocr": options.is_ocr,
        "enable_formula": options.enable_formula,
        "enable_table": options.enable_table,
    }
    ranges = ranges_of(item)
    if ranges is None:
        return fields
    if not ranges.is_one_run or ranges.ranges[0][1] < 0:
        raise InvalidOptionsError(
            f"the agent takes one range of pages, not {ranges}",
            next_step='give one such as "3-12", select the pages of a PDF instead, or use mode="cloud"',
        )
    return fields | {"page_range": str(ranges)}


def data_id_of(item: SubmitItem) -> str:
    """The id that a file is sent with: ours, behind the user's word where there is one."""
    word = _options(item).data_id
    return f"{word}-{item.data_id}" if word else item.data_id


def ranges_of(item: SubmitItem) -> PageRanges | None:
    """The pages that the service is asked for; None for all of the file that is sent."""
    return _options(item).ranges or (None if item.pages is None else PageRanges.of(item.pages))


def _options(item: SubmitItem) -> MineruOptions:
    # Files of several parses meet in a batch: what is a file's own comes from its own options.
    return cast("MineruOptions", item.options)
