"""Without the framework the adapter says which extra to install."""

import subprocess
import sys

import pytest

CODE = """
import sys
sys.modules["{framework}"] = None
from docferry.errors import MissingExtraError
try:
    import docferry.{adapter}
except MissingExtraError as error:
    assert isinstance(error, ImportError)
    print(error)
"""


@pytest.mark.parametrize(
    ("framework", "adapter", "extra"),
    [
        ("langchain_core", "langchain", "docferry[langchain]"),
        ("llama_index", "llama_index", "docferry[llama-index]"),
    ],
)
def test_the_error_names_the_extra(framework, adapter, extra):
    code = CODE.format(framework=framework, adapter=adapter)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"pip install {extra}" in done.stdout


@pytest.mark.parametrize(("adapter", "other"), [("langchain", "llama_index"), ("llama_index", "langchain")])
def test_an_adapter_does_not_import_the_other_framework(adapter, other):
    code = f"import sys, docferry.{adapter}; print('docferry.{other}' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
