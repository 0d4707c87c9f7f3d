"""The options type every setting of the service and refuse what it would refuse."""

import json
import pickle

import pytest

from docferry.errors import InvalidOptionsError
from docferry.model import PageSelection
from docferry.provider import read_options
from docferry_extend.choices import ApiVersion, ResponseType, TableFormat
from docferry_extend.options import ONLY_IN, ExtendOptions
from docferry_extend.wire import CONFIG_PLACES, FileReference, encode_run

FILE = FileReference(file_id="file_1")
NOT_SEMANTIC = {
    *("api_key", "region", "base_url", "workspace_id", "password", "sends_urls", "trust_url"),
    *("run_metadata", "data_retention", "response_type", "concurrency", "requests_per_second"),
    *("max_size_bytes", "max_pages", "answer_timeout_seconds", "save_to"),
}

# One value for each setting of the service, as text from a command line, and what is sent of it.
SETTINGS = {
    "target": ("spatial", {"target": "spatial"}),
    "chunking": ("section", {"chunkingStrategy": {"type": "section"}}),
    "chunk_min_characters": ("10", {"chunkingStrategy": {"type": "page", "options": {"minCharacters": 10}}}),
    "chunk_max_characters": ("90", {"chunkingStrategy": {"type": "page", "options": {"maxCharacters": 90}}}),
    "engine": ("parse_auto", {"engine": "parse_auto"}),
    "engine_version": ("2.0.0", {"engineVersion": "2.0.0"}),
    "figures_enabled": ("false", {"blockOptions": {"figures": {"enabled": False}}}),
    "figure_image_clipping_enabled": (
        "true",
        {"blockOptions": {"figures": {"figureImageClippingEnabled": True}}},
    ),
    "advanced_chart_extraction_enabled": (
        "true",
        {"blockOptions": {"figures": {"advancedChartExtractionEnabled": True}}},
    ),
    "figure_custom_instructions": ("axes", {"blockOptions": {"figures": {"customInstructions": "axes"}}}),
    "table_format": ("markdown", {"blockOptions": {"tables": {"targetFormat": "markdown"}}}),
    "table_header_continuation_enabled": (
        "true",
        {"blockOptions": {"tables": {"tableHeaderContinuationEnabled": True}}},
    ),
    "cell_blocks_enabled": ("true", {"blockOptions": {"tables": {"cellBlocksEnabled": True}}}),
    "table_agentic_enabled": ("true", {"blockOptions": {"tables": {"agentic": {"enabled": True}}}}),
    "table_agentic_instructions": (
        "sums",
        {"blockOptions": {"tables": {"agentic": {"customInstructions": "sums"}}}},
    ),
    "signature_detection_enabled": ("true", {"blockOptions": {"text": {"signatureDetectionEnabled": True}}}),
    "text_agentic_enabled": ("true", {"blockOptions": {"text": {"agentic": {"enabled": True}}}}),
    "text_agentic_instructions": (
        "names",
        {"blockOptions": {"text": {"agentic": {"customInstructions": "names"}}}},
    ),
    "blank_field_formatting_enabled": (
        "true",
        {"blockOptions": {"keyValue": {"blankFieldFormattingEnabled": True}}},
    ),
    "barcode_reading_enabled": ("true", {"blockOptions": {"barcodes": {"readingEnabled": True}}}),
    "barcode_image_clipping_enabled": (
        "true",
        {"blockOptions": {"barcodes": {"imageClippingEnabled": True}}},
    ),
    "formulas_enabled": ("true", {"blockOptions": {"formulas": {"enabled": True}}}),
    "page_rotation_enabled": ("false", {"advancedOptions": {"pageRotationEnabled": False}}),
    "excel_parsing_mode": ("advanced", {"advancedOptions": {"excelParsingMode": "advanced"}}),
    "excel_skip_hidden_content": ("true", {"advancedOptions": {"excelSkipHiddenContent": True}}),
    "excel_use_raw_cell_values": ("true", {"advancedOptions": {"excelUseRawCellValues": True}}),
    "excel_skip_calculation": ("true", {"advancedOptions": {"excelSkipCalculation": True}}),
    "excel_include_cell_metadata": ("true", {"advancedOptions": {"excelIncludeCellMetadata": True}}),
    "excel_include_cell_formatting": ("true", {"advancedOptions": {"excelIncludeCellFormatting": True}}),
    "vertical_grouping_threshold": ("0.5", {"advancedOptions": {"verticalGroupingThreshold": 0.5}}),
    "return_ocr_words": ("true", {"advancedOptions": {"returnOcr": {"words": True}}}),
    "return_ocr_lines": ("true", {"advancedOptions": {"returnOcr": {"lines": True}}}),
    "always_convert_to_pdf": ("true", {"advancedOptions": {"alwaysConvertToPdf": True}}),
    "enrichment_format": ("bracket", {"advancedOptions": {"enrichmentFormat": "bracket"}}),
    "image_conversion_quality": ("low", {"advancedOptions": {"imageConversionQuality": "low"}}),
    "change_tracking": ("true", {"advancedOptions": {"formattingDetection": [{"type": "change_tracking"}]}}),
    "agentic_ocr_enabled": ("true", {"advancedOptions": {"agenticOcrEnabled": True}}),
}
EXPLICIT = {
    "target": "markdown",
    "chunkingStrategy": {"type": "page"},
    "blockOptions": {"tables": {"targetFormat": "html"}},
}


def config_of(pages=None, page_count=None, **options):
    return encode_run(ExtendOptions(**options), FILE, pages=pages, page_count=page_count)["config"]


def merged(*dictionaries):
    result = {}
    for each in dictionaries:
        for name, value in each.items():
            is_deeper = isinstance(value, dict) and isinstance(result.get(name), dict)
            result[name] = merged(result[name], value) if is_deeper else value
    return result


def test_every_option_is_documented():
    assert [name for name, field in ExtendOptions.model_fields.items() if not field.description] == []


def test_only_options_that_change_the_result_take_part_in_the_payload_key():
    assert set(ExtendOptions.model_fields) - set(ExtendOptions().semantic) == NOT_SEMANTIC


def test_target_page_chunking_and_table_format_are_always_sent_and_nothing_else():
    assert config_of() == EXPLICIT


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_stands_in_its_place(name):
    given, sent = SETTINGS[name]
    version = ONLY_IN.get(name, ApiVersion.V2026_02_09)
    options = read_options(ExtendOptions, {name: given, "api_version": version.value}, provider="extend")

    body = encode_run(options, FILE, pages=None, page_count=None)

    assert body["config"] == merged(EXPLICIT, sent)
    assert json.loads(json.dumps(body)) == body


def test_no_setting_is_forgotten():
    assert set(SETTINGS) == {*CONFIG_PLACES, "change_tracking"}


def test_settings_without_an_option_are_passed_through_and_win():
    extra = {"advancedOptions": {"newThing": {"deep": [1]}}, "target": "other", "fresh": True}
    config = config_of(extra_config=extra, page_rotation_enabled=True)

    assert config["advancedOptions"] == {"pageRotationEnabled": True, "newThing": {"deep": [1]}}
    assert (config["target"], config["fresh"]) == ("other", True)


def test_json_comes_as_text_from_a_command_line():
    options = read_options(ExtendOptions, {"extra_config": '{"a": 1}', "run_metadata": ""}, provider="extend")

    assert (options.extra_config, options.run_metadata) == ({"a": 1}, {})
    with pytest.raises(InvalidOptionsError, match="give a JSON object"):
        read_options(ExtendOptions, {"extra_config": "{"}, provider="extend")


@pytest.mark.parametrize(
    ("pages", "page_count", "ranges"),
    [
        ("1-3,7", None, [(1, 3), (7, 7)]),
        ("2,5-", 12, [(2, 2), (5, 12)]),
        ("5-", None, [(5, 750)]),
        ("900-", None, [(900, 900)]),
        ("5-", 3, [(5, 5)]),
    ],
)
def test_pages_are_sent_as_ranges_with_both_ends(pages, page_count, ranges):
    config = config_of(PageSelection.parse(pages), page_count)

    assert config["advancedOptions"]["pageRanges"] == [{"start": a, "end": b} for a, b in ranges]


@pytest.mark.parametrize(
    ("version", "reference", "sent"),
    [
        ("2026-02-09", FILE, {"id": "file_1"}),
        ("2025-04-21", FILE, {"fileId": "file_1"}),
        ("2026-02-09", FileReference(url="https://h/a.pdf?sig=1", name="a.pdf"),
         {"url": "https://h/a.pdf?sig=1", "name": "a.pdf"}),
        ("2025-04-21", FileReference(url="https://h/a.pdf", name="a.pdf"),
         {"fileUrl": "https://h/a.pdf", "fileName": "a.pdf"}),
        ("2026-02-09", FileReference(url="https://h/"), {"url": "https://h/"}),
    ],
)  # fmt: skip
def test_files_are_named_as_each_version_wants(version, reference, sent):
    options = ExtendOptions(api_version=version)

    assert encode_run(options, reference, pages=None, page_count=None)["file"] == sent


def test_the_password_goes_with_an_address():
    options = ExtendOptions(password="open")
    body = encode_run(options, FileReference(url="https://h/a.pdf"), pages=None, page_count=None)

    assert body["file"] == {"url": "https://h/a.pdf", "settings": {"password": "open"}}


def test_metadata_and_retention_stand_beside_the_settings():
    options = ExtendOptions(run_metadata={"a": 1}, data_retention="zero")
    body = encode_run(options, FILE, pages=None, page_count=None)

    assert (body["metadata"], body["dataRetention"]) == ({"a": 1}, {"mode": "zero"})


@pytest.mark.parametrize("name", ONLY_IN)
def test_options_of_the_other_version_are_refused_with_a_next_step(name):
    value = {"run_metadata": {"a": 1}, "data_retention": "zero"}.get(name)
    other = next(version for version in ApiVersion if version is not ONLY_IN[name])

    with pytest.raises(InvalidOptionsError, match=f"'{name}'.* {ONLY_IN[name]} only; .*api_version"):
        ExtendOptions(api_version=other, **{name: value or SETTINGS[name][0]})


@pytest.mark.parametrize("options", [{"engine": "parse_auto"}, {"response_type": "url"}])
def test_values_of_the_newer_version_are_refused_in_the_older(options):
    with pytest.raises(InvalidOptionsError, match="2026-02-09"):
        ExtendOptions(api_version="2025-04-21", **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"target": "spatial", "chunking": "section"}, "cannot chunk spatial text"),
        ({"chunk_min_characters": 9, "chunk_max_characters": 3}, "chunk_min_characters"),
        ({"base_url": "api.extend.ai"}, "base_url"),
    ],
)
def test_what_does_not_go_together_is_refused(options, words):
    with pytest.raises(InvalidOptionsError, match=words):
        ExtendOptions(**options)


@pytest.mark.parametrize("options", [{"vertical_grouping_threshold": 9}, {"concurrency": 0}, {"engine": "x"}])
def test_values_out_of_range_are_refused(options):
    with pytest.raises(InvalidOptionsError, match=next(iter(options))):
        read_options(ExtendOptions, options, provider="extend")


@pytest.mark.parametrize(
    ("options", "asks"),
    [
        ({}, False),
        ({"return_ocr_words": True}, True),
        ({"return_ocr_lines": True}, True),
        ({"return_ocr_words": True, "response_type": "json"}, False),
        ({"response_type": "url"}, True),
        ({"return_ocr_words": True, "api_version": "2025-04-21"}, False),
    ],
)
def test_large_results_come_at_an_address(options, asks):
    assert ExtendOptions(**options).asks_for_url is asks


def test_the_defaults_are_the_current_version_and_html_tables():
    options = ExtendOptions(base_url=" ", workspace_id=" ", engine_version="")

    assert options.api_version is ApiVersion.V2026_02_09
    assert options.table_format is TableFormat.HTML
    assert (options.base_url, options.workspace_id, options.engine_version) == (None, None, None)
    assert options.response_type is None
    assert ResponseType.URL == "url"


def test_secrets_are_never_shown_and_survive_pickling():
    options = ExtendOptions(api_key="sk_very-secret", password="open-sesame")
    shown = repr(options) + str(options) + options.model_dump_json() + str(options.shown)

    assert "sk_very-secret" not in shown
    assert "open-sesame" not in shown
    again = pickle.loads(pickle.dumps(options))
    assert again.api_key.get_secret_value() == "sk_very-secret"
    assert again.document_password == "open-sesame"
