import pydantic
import pytest

from docferry.emulation import EmulatorSettings, limits_of, read_fault_rules, read_quirks
from docferry.errors import InvalidOptionsError
from docferry.model import Limits

PUBLISHED = Limits(max_pages=300, concurrency=1, requests_per_second=1.0)


def test_limits_are_those_published_unless_the_settings_say_otherwise():
    assert limits_of(EmulatorSettings(), published=PUBLISHED) == PUBLISHED
    settings = EmulatorSettings(max_pages=0, concurrency=5, max_size_bytes=10)
    assert limits_of(settings, published=PUBLISHED) == Limits(
        max_size_bytes=10, max_pages=None, concurrency=5, requests_per_second=1.0
    )


def test_settings_survive_json_but_for_the_clock(clock):
    settings = EmulatorSettings(
        clock=clock, quirks={"a": "b"}, faults=read_fault_rules([{"do": "reset", "nth": 2}])
    )
    again = EmulatorSettings.model_validate_json(settings.model_dump_json())
    assert again.model_dump() == settings.model_dump()
    assert "clock" not in settings.model_dump()


def test_every_service_has_a_key_of_its_own_by_default():
    assert EmulatorSettings().keys_for("harbour") == ("sk-harbour-emulator",)
    assert EmulatorSettings(api_keys=("a", "b")).keys_for("harbour") == ("a", "b")


def test_quirks_are_checked_against_those_of_the_service():
    class Quirks(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(extra="forbid")
        speed: int = 1

    assert read_quirks(Quirks, EmulatorSettings(quirks={"speed": "3"}), service="harbour").speed == 3
    for quirks in ({"sped": "3"}, {"speed": "fast"}):
        with pytest.raises(InvalidOptionsError, match="of the emulator of harbour"):
            read_quirks(Quirks, EmulatorSettings(quirks=quirks), service="harbour")
