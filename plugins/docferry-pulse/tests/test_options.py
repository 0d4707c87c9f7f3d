"""The options: every parameter of the service in its words, what is deprecated, and what is not sent."""

import json
import re
import warnings
from pathlib import Path

import pytest

from docferry.errors import InvalidOptionsError
from docferry.provider import read_options
from docferry_pulse.options import DEPRECATED, PARAMETERS, PulseOptions
from docferry_pulse.wire import encode_form, encode_parameters

# Each parameter, a value as given, and the value as sent.
SENT = {
    "model": ("pulse-ultra-2", "pulse-ultra-2"),
    "extraction_config_id": ("4b1f", "4b1f"),
    "figure_processing": ({"description": True, "show_images": False},) * 2,
    "extensions": (
        {
            "chunking": {"chunk_types": ["semantic", "page"], "chunk_size": 500},
            "alt_outputs": {"wlbb": True, "return_html": True, "return_xml": False},
            "footnote_references": True,
        },
    )
    * 2,
    "spreadsheet": (
        {
            "include_hidden_rows": True,
            "include_hidden_cols": True,
            "include_hidden_sheets": False,
            "use_raw_values": True,
            "only_data_rows": True,
            "only_data_cols": False,
        },
    )
    * 2,
    "storage": ({"enabled": False, "folder_name": "Reports", "folder_id": "7"},) * 2,
    "refine": (True, True),
    "refine_options": ({"tables": True, "text": False, "formatting": True},) * 2,
    "additional_prompt": ("Keep units.", "Keep units."),
    "custom_image_prompt": ("One sentence.", "One sentence."),
    "custom_refine_prompt": ("Again.", "Again."),
    "force_url": (True, True),
    "structured_output": ({"schema": {"type": "object"}, "schema_prompt": "p", "effort": True},) * 2,
    "schema": ({"type": "object"}, {"type": "object"}),
    "schema_prompt": ("p", "p"),
    "custom_prompt": ("p", "p"),
    "chunking": ("semantic,page", "semantic,page"),
    "chunk_size": (500, 500),
    "extract_figure": (True, True),
    "figure_description": (True, True),
    "show_images": (False, False),
    "return_html": (True, True),
    "thinking": (True, True),
}


def quietly(**given):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return PulseOptions(**given)


def test_the_table_has_every_parameter():
    assert set(SENT) == set(PARAMETERS.values())


@pytest.mark.parametrize("name", SENT)
def test_every_parameter_is_sent_in_the_services_words(name):
    given, sent = SENT[name]
    parameters = encode_parameters(quietly(**{name: given}), pages="")

    assert parameters == {"async": True, name: sent}


@pytest.mark.parametrize("name", [name for name, (given, _) in SENT.items() if isinstance(given, dict)])
def test_groups_may_be_given_as_json_text(name):
    given, sent = SENT[name]

    assert encode_parameters(quietly(**{name: json.dumps(given)}), pages="")[name] == sent


def test_what_is_not_set_is_not_sent():
    assert encode_parameters(PulseOptions(), pages="") == {"async": True}
    assert encode_parameters(PulseOptions(extensions={"chunking": {}}), pages="1-2") == {
        "async": True,
        "pages": "1-2",
        "extensions": {"chunking": {}},
    }


def test_a_form_has_switches_as_words_and_groups_as_json():
    parameters = encode_parameters(
        quietly(chunk_size=500, thinking=False, storage={"enabled": True}), pages="1-2,5"
    )

    assert encode_form(parameters) == (
        ("async", "true"),
        ("pages", "1-2,5"),
        ("storage", '{"enabled": true}'),
        ("chunk_size", "500"),
        ("thinking", "false"),
    )


@pytest.mark.parametrize("name", DEPRECATED)
def test_each_deprecated_option_warns_and_says_what_takes_its_place(name):
    given = SENT["schema" if name == "schema_definition" else name][0]
    with pytest.warns(FutureWarning, match=f"deprecates option '{name}'.*{DEPRECATED[name] or 'leave it'}"):
        PulseOptions(**{name: given})


def test_no_other_option_warns():
    for name, (given, _) in SENT.items():
        if name not in DEPRECATED and name != "schema":
            PulseOptions(**{name: given})


def test_both_names_of_the_schema_are_taken():
    assert quietly(schema={"a": 1}) == quietly(schema_definition={"a": 1})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"model": "gpt"}, "model"),
        ({"chunk_size": 99}, "chunk_size"),
        ({"extensions": {"chunking": {"chunk_size": 10_001}}}, "chunk_size"),
        ({"extensions": {"chunking": {"chunk_types": ["lines"]}}}, "chunk_types"),
        ({"storage": {"folder": "x"}}, "storage.folder"),
        ({"extensions": "{broken"}, "extensions"),
        ({"base_url": "ftp://x"}, "base_url"),
        ({"trust_url": True}, "send_url"),
        ({"concurrency": 0}, "concurrency"),
    ],
)
def test_bad_values_are_named(given, words):
    with pytest.raises(InvalidOptionsError, match=re.escape(words)):
        read_options(PulseOptions, given, provider="pulse")


def test_fewer_documents_at_once_with_the_slow_model():
    assert PulseOptions().concurrency == 8
    assert PulseOptions(model="pulse-ultra-2").concurrency == 2
    assert PulseOptions(model="pulse-ultra-2", concurrency=5).concurrency == 5


def test_only_what_changes_the_result_is_in_its_key():
    plain = PulseOptions()

    assert plain.semantic == {}
    for name, value in (
        ("api_key", "pk-1"),
        ("base_url", "http://10.0.0.5"),
        ("concurrency", 3),
        ("requests_per_second", 1.5),
        ("answer_timeout_seconds", 5),
        ("force_url", True),
        ("send_url", True),
        ("storage", {"folder_name": "Reports", "folder_id": "7"}),
        ("extensions", {"chunking": {}}),
    ):
        assert PulseOptions(**{name: value}).semantic == plain.semantic, name
    assert PulseOptions(storage={"enabled": False}).semantic == {"storage": {"enabled": False}}
    assert PulseOptions(model="default").semantic == {"model": "default"}


def test_the_readme_names_every_option():
    readme = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")

    named = re.findall(r"^\| `(\w+)` \|", readme, re.MULTILINE)
    assert named == list(PulseOptions.model_fields)
