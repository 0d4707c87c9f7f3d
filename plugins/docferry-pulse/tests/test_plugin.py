"""The plugin keeps the hook contract, is light to import, and both frameworks find it by one import."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

import docferry_pulse
from docferry.errors import MissingCredentialError
from docferry.model import Ability
from docferry.plugin import PluginManager
from docferry_pulse.options import PulseOptions


@pytest.fixture
def manager():
    return PluginManager(points=[EntryPoint(name="pulse", value="docferry_pulse", group="docferry")])


def test_the_plugin_loads(manager):
    info = manager.provider("pulse").info

    assert info.options_type is PulseOptions
    assert info.abilities == set(Ability)
    assert info.environment == ("PULSE_API_KEY", "PULSE_BASE_URL")


def test_the_card_names_every_documented_kind_of_file():
    documented = "pdf jpg jpeg png docx pptx xlsx html xlsm tiff webp doc ppt xls csv txt md"
    suffixes = {
        suffix for kind in docferry_pulse.docferry_provider_info().formats for suffix in kind.suffixes
    }

    assert {f".{suffix}" for suffix in documented.split(" ")} <= suffixes


def test_the_job_api_needs_a_key():
    with pytest.raises(MissingCredentialError):
        docferry_pulse.docferry_job_api(options=PulseOptions())
    assert docferry_pulse.docferry_job_api(options=PulseOptions(api_key="pk")).identity.provider == "pulse"


def test_reader_and_loader_take_the_key_and_hide_it(manager):
    reader = docferry_pulse.PulseReader(api_key="pk-very-secret", manager=manager)
    loader = docferry_pulse.PulseLoader("report.pdf", api_key="pk-very-secret", manager=manager)

    assert reader.is_remote
    assert loader.is_remote
    assert "pk-very-secret" not in repr(reader) + repr(loader) + str(reader.to_dict())


def test_public_names_are_found_and_others_are_not():
    assert all(hasattr(docferry_pulse, name) for name in docferry_pulse.__all__)
    assert docferry_pulse.__all__ == sorted(docferry_pulse.__all__)
    with pytest.raises(AttributeError):
        docferry_pulse.PulseWriter  # noqa: B018 - the access is the test


def test_listing_the_provider_imports_neither_network_nor_parser_nor_framework():
    heavy = "{'httpx', 'markdown_it', 'langchain_core', 'llama_index', 'docferry_pulse.api'}"
    program = (
        "import sys, docferry_pulse; docferry_pulse.docferry_provider_info(); "
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
