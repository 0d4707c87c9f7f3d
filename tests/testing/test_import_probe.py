import pytest

from docferry.testing.import_probe import probe_import


def test_import_that_fails_says_why(tmp_path, monkeypatch):
    (tmp_path / "hopeless.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        probe_import("hopeless")


def test_output_of_the_module_does_no_harm(tmp_path, monkeypatch):
    (tmp_path / "talkative.py").write_text("import json, os\nprint('{}')\nos.getenv('TALKATIVE_KEY')\n")
    monkeypatch.syspath_prepend(tmp_path)
    trace = probe_import("talkative")
    assert "talkative" in trace.modules
    assert trace.environment == {"TALKATIVE_KEY"}
