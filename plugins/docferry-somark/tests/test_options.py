"""The options type every parameter of the service and refuse what it would refuse."""

import pickle

import pytest

from docferry.errors import InvalidOptionsError
from docferry.provider import read_options
from docferry_somark.options import ImageFormat, OutputFormat, SomarkOptions

NOT_SEMANTIC = {
    "api_key",
    "region",
    "base_url",
    "mode",
    "concurrency",
    "requests_per_second",
    "max_size_bytes",
    "max_pages",
    "answer_timeout_seconds",
    "sync_timeout_seconds",
    "save_to",
}


def test_every_option_is_documented():
    assert [name for name, field in SomarkOptions.model_fields.items() if not field.description] == []


def test_only_options_that_change_the_result_take_part_in_the_payload_key():
    assert set(SomarkOptions.model_fields) - set(SomarkOptions().semantic) == NOT_SEMANTIC


def test_the_defaults_suit_retrieval():
    options = SomarkOptions()

    assert options.output_formats == (OutputFormat.MARKDOWN, OutputFormat.JSON)
    assert options.enable_title_level_recognition
    assert options.enable_image_understanding
    assert not options.enable_text_cross_page
    assert not options.keep_header_footer


@pytest.mark.parametrize("formats", ["zip,json", ["json", "zip"], ("zip", "json", "json"), "JSON, ZIP"])
def test_equal_wishes_give_equal_options(formats):
    options = SomarkOptions(output_formats=formats)

    assert options.output_formats == (OutputFormat.JSON, OutputFormat.ZIP)
    assert options.semantic == SomarkOptions(output_formats="json,zip", image_format="file").semantic


def test_zip_asks_for_images_as_files_by_itself():
    assert SomarkOptions(output_formats="markdown,zip").image_format is ImageFormat.FILE
    assert SomarkOptions().image_format is ImageFormat.URL


@pytest.mark.parametrize("image_format", ["url", "base64", "none"])
def test_zip_with_other_images_is_refused_before_anything_is_sent(image_format):
    with pytest.raises(InvalidOptionsError, match="only with images as files"):
        SomarkOptions(output_formats="zip", image_format=image_format)


def test_images_as_files_without_zip_are_refused():
    with pytest.raises(InvalidOptionsError, match="inside the zip archive"):
        SomarkOptions(image_format="file")


def test_no_output_at_all_is_refused():
    with pytest.raises(InvalidOptionsError, match="is empty"):
        SomarkOptions(output_formats=())


def test_unknown_values_and_names_are_refused_with_the_closest_name():
    with pytest.raises(InvalidOptionsError, match="table_format"):
        read_options(SomarkOptions, {"table_format": "latex"}, provider="somark")
    with pytest.raises(InvalidOptionsError, match="did you mean enable_inline_image"):
        read_options(SomarkOptions, {"enable_inline_images": True}, provider="somark")


def test_options_come_as_text_from_a_command_line():
    given = {"output_formats": "md,json", "enable_table_image": "false", "concurrency": "3"}
    options = read_options(SomarkOptions, given, provider="somark")

    assert options.output_formats == (OutputFormat.MARKDOWN, OutputFormat.JSON)
    assert not options.enable_table_image
    assert options.concurrency == 3


def test_the_key_is_never_shown_and_survives_pickling():
    options = SomarkOptions(api_key="sk-very-secret")

    assert "sk-very-secret" not in repr(options) + str(options) + options.model_dump_json()
    assert "sk-very-secret" not in str(options.shown)
    assert pickle.loads(pickle.dumps(options)).api_key.get_secret_value() == "sk-very-secret"
