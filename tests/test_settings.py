"""Where the ledger and the payload cache are, and how the environment changes that."""

from pathlib import Path

import pydantic
import pytest

from docferry.errors import InvalidOptionsError
from docferry.settings import cache_folder, cache_max_bytes, ledger_path, read_secret


def test_by_default_both_are_in_folders_of_the_user():
    assert ledger_path({}).parts[-2:] == ("docferry", "ledger.sqlite3")
    assert cache_folder({}).name == "payloads"
    assert "docferry" in cache_folder({}).parts
    assert ledger_path({}).is_absolute()
    assert cache_folder({}).is_absolute()


def test_the_environment_moves_them():
    environment = {"DOCFERRY_LEDGER": "~/books.sqlite3", "DOCFERRY_CACHE": "/var/cache/docferry"}
    assert ledger_path(environment) == Path.home() / "books.sqlite3"
    assert cache_folder(environment) == Path("/var/cache/docferry")


def test_both_can_be_in_memory():
    assert str(ledger_path({"DOCFERRY_LEDGER": ":memory:"})) == ":memory:"
    assert str(cache_folder({"DOCFERRY_CACHE": ":memory:"})) == ":memory:"


def test_the_cap_of_the_cache_is_a_number_of_bytes():
    assert cache_max_bytes({}) == 2 * 1024**3
    assert cache_max_bytes({"DOCFERRY_CACHE_MAX_BYTES": " 500 "}) == 500


@pytest.mark.parametrize("text", ["2GB", "-1", "1.5", "١٢"])
def test_anything_else_is_an_invalid_option(text):
    with pytest.raises(InvalidOptionsError, match="DOCFERRY_CACHE_MAX_BYTES.*whole number such as"):
        cache_max_bytes({"DOCFERRY_CACHE_MAX_BYTES": text})


def test_a_key_that_was_given_wins_over_the_environment_and_a_blank_one_does_not():
    environment = {"HAIKU_KEY": " ", "HAIKU_API_KEY": " k-2 "}
    names = ("HAIKU_KEY", "HAIKU_API_KEY")

    assert read_secret(pydantic.SecretStr(" k-1 "), *names, environment=environment) == "k-1"
    assert read_secret(pydantic.SecretStr("  "), *names, environment=environment) == "k-2"
    assert read_secret(None, *names, environment=environment) == "k-2"
    assert read_secret(None, *names, environment={}) is None
