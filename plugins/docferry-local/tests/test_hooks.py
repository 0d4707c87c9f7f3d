import subprocess
import sys

import pydantic
import pytest

import docferry_local
from docferry.errors import UnsupportedSourceError
from docferry.plugin import PluginManager
from docferry_local.options import LocalOptions


def test_the_plugin_loads_through_its_entry_point():
    provider = PluginManager().provider("local")
    assert provider.info.name == "local"
    assert provider.info.options_type is LocalOptions


@pytest.mark.parametrize(
    ("media_type", "reads"),
    [("application/pdf", True), ("text/markdown", True), ("text/plain", True), ("text/html", False)],
)
def test_the_card_names_pdf_markdown_and_plain_text(media_type, reads):
    assert docferry_local.docferry_provider_info().reads(media_type=media_type) is reads


def test_the_password_is_a_secret():
    options = LocalOptions(password="open sesame")
    assert "sesame" not in repr(options)
    assert "sesame" not in options.model_dump_json()


def test_the_size_of_a_batch_is_bounded_and_does_not_change_the_result():
    assert LocalOptions.model_fields["batch_pages"].json_schema_extra == {"semantic": False}
    with pytest.raises(pydantic.ValidationError):
        LocalOptions(batch_pages=0)


def test_an_unknown_kind_of_file_is_refused(parse):
    with pytest.raises(UnsupportedSourceError, match="does not read text/csv"):
        parse(b"a,b", name="a.csv")


def test_listing_the_provider_imports_neither_liteparse_nor_a_framework():
    program = (
        "import sys, docferry_local; docferry_local.docferry_provider_info();"
        "print([name for name in ('liteparse', 'markdown_it', 'langchain_core', 'llama_index')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="no attribute 'LocalThing'"):
        docferry_local.LocalThing  # noqa: B018 - looking it up is the test
