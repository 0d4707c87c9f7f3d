"""The plugin keeps the hook contract, is light to import, and both frameworks find it by one import."""

import re
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import docferry_somark
from docferry.errors import MissingCredentialError
from docferry.model import Ability
from docferry.plugin import PluginManager
from docferry_somark.options import SomarkOptions


@pytest.fixture
def manager():
    return PluginManager(points=[EntryPoint(name="somark", value="docferry_somark", group="docferry")])


def test_the_plugin_loads(manager):
    info = manager.provider("somark").info

    assert info.options_type is SomarkOptions
    assert info.abilities >= {Ability.REMOTE, Ability.JOBS, Ability.ACCOUNT, Ability.OCR, Ability.BOXES}
    assert Ability.PAGE_SELECTION not in info.abilities
    assert info.environment == ("SOMARK_API_KEY", "SOMARK_BASE_URL")


def test_the_card_names_every_documented_kind_of_file():
    documented = (
        "pdf png jpg jpeg bmp tiff jp2 dib ppm pgm pbm gif heic heif webp xpm tga dds xbm doc docx ppt pptx "
        "xlsx xlsm xls"
    )
    suffixes = {
        suffix for kind in docferry_somark.docferry_provider_info().formats for suffix in kind.suffixes
    }

    assert {f".{suffix}" for suffix in documented.split(" ")} <= suffixes


def test_the_card_shows_the_published_limits():
    limits = docferry_somark.docferry_provider_info().limits

    assert (limits.max_size_bytes, limits.max_pages, limits.concurrency, limits.requests_per_second) == (
        209_715_200,
        300,
        1,
        1.0,
    )


def test_the_job_api_needs_a_key():
    with pytest.raises(MissingCredentialError):
        docferry_somark.docferry_job_api(options=SomarkOptions())
    assert (
        docferry_somark.docferry_job_api(options=SomarkOptions(api_key="sk-1")).identity.provider == "somark"
    )


def test_reader_and_loader_take_the_key_and_hide_it(manager):
    reader = docferry_somark.SomarkReader(api_key="sk-very-secret", manager=manager)
    loader = docferry_somark.SomarkLoader("report.pdf", api_key="sk-very-secret", manager=manager)

    assert reader.is_remote
    assert loader.is_remote
    assert "sk-very-secret" not in repr(reader) + repr(loader) + str(reader.to_dict())


def test_public_names_are_found_and_others_are_not():
    assert all(hasattr(docferry_somark, name) for name in docferry_somark.__all__)
    assert docferry_somark.__all__ == sorted(docferry_somark.__all__)
    with pytest.raises(AttributeError):
        docferry_somark.SomarkWriter  # noqa: B018 - the access is the test


def test_listing_the_provider_imports_neither_network_nor_parser_nor_framework():
    heavy = "{'httpx', 'markdown_it', 'langchain_core', 'llama_index', 'docferry_somark.api'}"
    program = (
        "import sys, docferry_somark; docferry_somark.docferry_provider_info(); "
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_the_readme_names_every_option():
    readme = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")

    named = re.findall(r"^\| `(\w+)` \|", readme, re.MULTILINE)
    assert named == list(SomarkOptions.model_fields)
