"""What both adapters share: settings, options, pickling, and what failed sources mean."""

import copy
import json
import logging
import pickle

import pydantic
import pytest
from slips import SlipOptions

from docferry.chunking import ChunkSettings, Split, TableFormat
from docferry.delivery import (
    Delivery,
    FailurePolicy,
    choose_provider,
    chunking_as_values,
    read_chunking,
    source_name,
    sources_on,
    sources_to_repeat,
)
from docferry.delivery.options import without_secrets
from docferry.errors import CorruptSourceError, InvalidOptionsError
from docferry.ingest import OnError, Outcome
from docferry.model import PageSelection
from docferry.provider import ProviderOptions
from docferry.sources import FileSystemPath, Source

SECRET = "sk-very-secret"


class OtherOptions(ProviderOptions):
    shout: bool = True


class TestOptions:
    def test_they_may_be_a_mapping_an_instance_or_keywords(self, manager):
        given = (
            {"options": {"shout": True}},
            {"options": SlipOptions(shout=True)},
            {"option_values": {"shout": True}},
            {"options": {"shout": True}, "option_values": {"api_key": None}},
        )
        for arguments in given:
            delivery = Delivery(provider="slips", manager=manager, **arguments)
            assert delivery.options == SlipOptions(shout=True)

    def test_keywords_complete_an_instance(self, manager):
        delivery = Delivery(
            provider="slips",
            manager=manager,
            options=SlipOptions(shout=True),
            option_values={"api_key": SECRET},
        )
        assert delivery.options.shout
        assert delivery.options.api_key.get_secret_value() == SECRET

    def test_an_unknown_keyword_is_named_with_the_closest_option(self, manager):
        with pytest.raises(InvalidOptionsError, match="api_kay.*did you mean api_key"):
            Delivery(provider="slips", manager=manager, option_values={"api_kay": SECRET})

    def test_an_option_given_twice_is_refused(self, manager):
        with pytest.raises(InvalidOptionsError, match="'shout' is given twice"):
            Delivery(
                provider="slips",
                manager=manager,
                options={"shout": True},
                option_values={"shout": True},
            )

    def test_an_instance_of_another_providers_options_is_refused(self, manager):
        with pytest.raises(InvalidOptionsError, match="SlipOptions"):
            Delivery(provider="slips", manager=manager, options=OtherOptions())

    def test_public_options_hold_what_was_given_without_secrets(self, manager):
        delivery = Delivery(provider="slips", manager=manager, options={"api_key": SECRET, "shout": "yes"})
        assert delivery.public_options() == {"shout": True}

    def test_secrets_are_found_however_deep_they_sit(self):
        class Account(pydantic.BaseModel):
            name: str
            token: pydantic.SecretStr

        secret = pydantic.SecretStr(SECRET)
        value = {
            "key": pydantic.SecretBytes(SECRET.encode()),
            "accounts": [Account(name="a", token=secret)],
            "by_name": {"b": {"token": secret, "port": 80}},
            "words": (secret, "x"),
        }
        written = without_secrets(value)
        assert written == {"accounts": [{"name": "a"}], "by_name": {"b": {"port": 80}}, "words": ["x"]}
        assert SECRET not in json.dumps(written)


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("split", "chunks", "use one of: chunk, page, "),
            ("on_error", "ignore", "use one of: raise, skip, collect"),
            ("metadata_profile", "deep", "use one of: flat, rich"),
            ("pages", "3-1", "not a page selection"),
            ("look_ahead", -1, "use 0 or more"),
        ],
    )
    def test_a_wrong_value_is_refused_at_once(self, manager, name, value, message):
        with pytest.raises(InvalidOptionsError, match=message):
            Delivery(provider="slips", manager=manager, **{name: value})

    def test_split_wins_over_the_split_of_chunking(self, manager):
        delivery = Delivery(
            provider="slips", manager=manager, chunking=ChunkSettings(max_tokens=64), split="page"
        )
        assert delivery.chunking == ChunkSettings(max_tokens=64, split=Split.PAGE)

    def test_changes_are_settings_or_options(self, manager):
        delivery = Delivery(provider="slips", manager=manager, options={"shout": True}, pages="1")
        changed = delivery.changed({"split": "page", "api_key": SECRET, "pages": "2-3"})
        assert changed.chunking.split is Split.PAGE
        assert changed.options == SlipOptions(shout=True, api_key=SECRET)
        assert changed.pages == PageSelection.parse("2-3")
        assert delivery.chunking.split is Split.CHUNK
        assert delivery.changed({}) is delivery

    def test_the_provider_is_no_change(self, manager):
        with pytest.raises(InvalidOptionsError, match="no option 'provider'"):
            Delivery(provider="slips", manager=manager).changed({"provider": "local"})

    def test_chunking_survives_being_written_out(self):
        settings = ChunkSettings(
            max_tokens=99,
            split=Split.PAGE,
            includes_headings=False,
            includes_furniture=True,
            table_format=TableFormat.HTML,
            prefix_template="{source}",
        )
        assert read_chunking(json.loads(json.dumps(chunking_as_values(settings)))) == settings

    def test_unknown_chunk_settings_are_refused(self):
        with pytest.raises(InvalidOptionsError, match="unknown setting"):
            read_chunking({"max_token": 3})


class TestProviderChoice:
    def test_a_class_for_one_provider_serves_no_other(self):
        assert choose_provider(None, fixed="somark") == "somark"
        assert choose_provider("somark", fixed="somark") == "somark"
        with pytest.raises(InvalidOptionsError, match="made for provider local, not somark"):
            choose_provider("somark", fixed="local")

    def test_the_general_class_serves_any_and_local_by_default(self):
        assert choose_provider("somark", fixed="") == "somark"
        assert choose_provider(None, fixed="") == "local"


class TestPickling:
    def test_a_given_key_travels_and_one_from_the_environment_does_not(self, manager, monkeypatch):
        monkeypatch.setenv("SLIPS_API_KEY", "from-the-environment")
        found = Delivery(provider="slips", manager=manager)
        assert found.options.api_key.get_secret_value() == "from-the-environment"
        assert "api_key" not in found._own_arguments()["options"]
        given = Delivery(provider="slips", manager=manager, options=SlipOptions(api_key=SECRET))
        assert given._own_arguments()["options"]["api_key"].get_secret_value() == SECRET

    def test_settings_survive(self):
        delivery = Delivery(options={"password": SECRET}, pages="2-", split="page", on_error="skip")
        again = pickle.loads(pickle.dumps(delivery))
        assert again._own_arguments() == delivery._own_arguments()

    def test_a_plugin_manager_of_its_own_is_not_lost_silently(self, manager):
        with pytest.raises(pickle.PicklingError, match="own plugin manager"):
            pickle.dumps(Delivery(provider="slips", manager=manager))

    def test_a_deep_copy_is_the_same(self, manager):
        delivery = Delivery(provider="slips", manager=manager)
        assert copy.deepcopy(delivery) is delivery

    def test_repr_shows_no_option(self, manager):
        assert SECRET not in repr(Delivery(provider="slips", manager=manager, options={"api_key": SECRET}))


class TestFailurePolicy:
    FAILED = Outcome(source="a.txt", error=CorruptSourceError("it is torn", source="a.txt"))

    def test_skip_logs_the_source(self, caplog):
        policy = FailurePolicy(on_error=OnError.SKIP, logger=logging.getLogger("docferry.langchain"))
        assert not policy.delivers(self.FAILED)
        policy.raise_collected()
        [record] = caplog.records
        assert (record.name, record.levelname) == ("docferry.langchain", "WARNING")
        assert "a.txt: it is torn" in record.getMessage()

    def test_collect_raises_one_group_in_the_end(self, caplog):
        policy = FailurePolicy(on_error=OnError.COLLECT, logger=logging.getLogger("x"))
        assert not policy.delivers(self.FAILED)
        assert not policy.delivers(Outcome(source="b.txt", error=CorruptSourceError("too", source="b.txt")))
        with pytest.raises(ExceptionGroup, match="2 of the sources failed: a.txt, b.txt") as caught:
            policy.raise_collected()
        assert [error.source for error in caught.value.exceptions] == ["a.txt", "b.txt"]
        assert not caplog.records


class TestSources:
    def test_a_one_shot_iterator_can_be_repeated(self):
        assert sources_to_repeat(path for path in ("a", "b")) == ("a", "b")

    def test_other_sources_stay_as_they_are(self, tmp_path):
        path = tmp_path / "a.txt"
        path.write_bytes(b"a")
        with path.open("rb") as file:
            assert sources_to_repeat(file) is file
        several = ["a", "b"]
        assert sources_to_repeat(several) is several
        assert sources_to_repeat("a") == "a"

    def test_paths_are_put_on_the_file_system_and_nothing_else(self, tmp_path):
        class Shelf:
            def open(self, path, mode="rb"):
                raise NotImplementedError

        shelf = Shelf()
        source = Source.from_bytes(b"x", name="x.txt")
        first, second, third = sources_on(shelf, ["docs/a.pdf", tmp_path / "b.pdf", source])
        assert first == Source(name="docs/a.pdf", origin=FileSystemPath(shelf, "docs/a.pdf"))
        assert second.name == str(tmp_path / "b.pdf")
        assert third is source
        assert sources_on(shelf, "a.pdf") == (Source(name="a.pdf", origin=FileSystemPath(shelf, "a.pdf")),)
        assert sources_on(None, "a.pdf") == "a.pdf"

    def test_a_url_loses_its_query_in_the_name(self):
        assert source_name("https://u:p@example.org/a.pdf?signature=1#x") == "https://example.org/a.pdf"
        assert source_name("folder/a?b.pdf") == "folder/a?b.pdf"
