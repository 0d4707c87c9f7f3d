"""Which options there are, and which do not go together."""

import pickle

import pytest

from docferry.errors import InvalidOptionsError
from docferry.provider import read_options
from docferry_mineru.options import MineruOptions


def read(**given):
    return read_options(MineruOptions, given, provider="mineru")


def test_extra_formats_may_be_text_and_have_one_order():
    assert read(extra_formats="latex, DOCX") == read(extra_formats=("docx", "latex"))


def test_page_ranges_are_tidied_so_that_equal_wishes_are_equal():
    assert read(page_ranges=" 2, 4 - 6 , 9--2").page_ranges == "2,4-6,9--2"


@pytest.mark.parametrize(
    "given",
    [
        {"page_ranges": "0-3"},
        {"page_ranges": "6-4"},
        {"page_ranges": "1;2"},
        {"data_id": "a b"},
        {"data_id": "x" * 91},
        {"language": "not a code"},
        {"callback": "ftp://example.org"},
        {"base_url": "mineru.net"},
        {"base_url": "https://user:word@mineru.net"},
        {"server_url": "http://host/?q=1"},
        {"server_url": "http://host", "base_url": "https://mineru.net"},
        {"server_url": "http://host", "mode": "cloud"},
        {"files_per_batch": 201},
        {"files_per_batch": 0},
        {"model_version": "vlm2"},
        {"extra_formats": "pdf"},
        {"cache_tolerance": -1},
        {"tier": "best"},
        {"no_such_option": 1},
    ],
    ids=str,
)
def test_wrong_values_are_refused_without_being_repeated(given):
    with pytest.raises(InvalidOptionsError) as caught:
        read(**given)
    assert "word@" not in str(caught.value)


def test_only_what_changes_the_result_is_semantic():
    assert read().semantic_names == {
        "model_version",
        "is_ocr",
        "enable_formula",
        "enable_table",
        "language",
        "page_ranges",
        "extra_formats",
        "tier",
        "ocr_mode",
        "backend",
        "effort",
        "image_analysis",
    }


def test_secrets_survive_pickling_and_are_not_shown():
    options = read(api_key="sk-1234567890", seed="seed_1234567890", callback="https://example.org/x")
    assert pickle.loads(pickle.dumps(options)) == options
    assert "1234567890" not in f"{options!r} {options.shown} {options.model_dump_json()}"


def test_selected_pages_are_told_to_the_engine():
    assert read(page_ranges="2-3").selects_pages
    assert not read().selects_pages


def test_the_address_of_a_model_server_is_plain():
    assert read(model_server_url=" HTTP://GPU:30000/ ").model_server_url == "http://gpu:30000"
    assert read(model_server_url=" ").model_server_url is None
    with pytest.raises(InvalidOptionsError, match="model_server_url"):
        read(model_server_url="gpu:30000")
