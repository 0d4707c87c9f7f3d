"""What of a provider's options decides what was paid for."""

import pydantic
import pytest

from docferry.provider import ProviderOptions


class First(ProviderOptions):
    """As the first version of a plugin had them."""

    language: str = "en"
    key: pydantic.SecretStr | None = None
    timeout_seconds: float = pydantic.Field(default=60.0, json_schema_extra={"semantic": False})


class Second(First):
    """As the second version has them, which found out how to ask for footnotes and stamps."""

    keeps_footnotes: bool = pydantic.Field(default=False, json_schema_extra={"implied": False})
    stamps: tuple[str, ...] = pydantic.Field(default=("red",), json_schema_extra={"implied": []})


def test_what_the_service_does_not_see_is_no_part_of_the_key():
    options = First(key="secret", timeout_seconds=5)
    assert options.semantic == {"language": "en"}
    assert options.semantic_names == {"language"}


def test_a_default_is_part_of_the_key():
    class Changed(First):
        language: str = "zh"

    assert First().semantic == {"language": "en"}
    assert Changed().semantic == {"language": "zh"}
    assert First(language="zh").semantic == Changed().semantic


def test_an_added_option_stays_out_of_the_key_while_it_asks_for_what_was_asked_before():
    assert Second(stamps=()).semantic == First().semantic
    assert Second(stamps=(), keeps_footnotes=False).semantic == First().semantic


def test_an_added_option_enters_the_key_when_it_asks_for_more():
    assert Second().semantic == {"language": "en", "stamps": ["red"]}
    assert Second(keeps_footnotes=True, stamps=()).semantic == {"language": "en", "keeps_footnotes": True}


@pytest.mark.parametrize("default", [False, True])
def test_a_changed_default_of_an_added_option_changes_no_key_of_a_value(default):
    class Third(First):
        keeps_footnotes: bool = pydantic.Field(default=default, json_schema_extra={"implied": False})

    assert Third(keeps_footnotes=False).semantic == First().semantic
    assert Third(keeps_footnotes=True).semantic == {"language": "en", "keeps_footnotes": True}


def test_an_implied_value_is_of_the_same_kind():
    class Counting(First):
        copies: int = pydantic.Field(default=0, json_schema_extra={"implied": False})

    assert Counting().semantic == {"language": "en", "copies": 0}


def test_an_option_is_semantic_whatever_its_value():
    assert Second(stamps=()).semantic_names == {"language", "keeps_footnotes", "stamps"}
