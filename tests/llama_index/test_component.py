"""A reader as a LlamaIndex component: secrets stay secret, JSON and pickle bring it back."""

import copy
import json
import logging
import pickle
from typing import Unpack

import pytest
from llama_index.core.readers.base import ReaderConfig
from slips import SlipOptions

from docferry.chunking import ChunkSettings, Split
from docferry.errors import InvalidOptionsError
from docferry.llama_index import DocferryReader, ReaderSettings

SECRET = "sk-very-secret"
FROM_ENVIRONMENT = "sk-from-the-environment"


class SlipsReader(DocferryReader):
    provider: str = "slips"


class NamedReader(DocferryReader):
    provider: str = "slips"

    def __init__(self, *, shout: bool | None = None, **settings: Unpack[ReaderSettings]):
        super().__init__(shout=shout, **settings)


def reader_of(manager, **settings):
    return DocferryReader(provider="slips", manager=manager, **settings)


@pytest.mark.parametrize(
    "given", [{"api_key": SECRET}, {"options": {"api_key": SECRET}}, {"options": SlipOptions(api_key=SECRET)}]
)
class TestSecrets:
    def test_no_text_of_a_reader_holds_them(self, manager, given):
        reader = reader_of(manager, **given)
        texts = (
            repr(reader),
            str(reader),
            repr(reader.options),
            str(reader.to_dict()),
            reader.to_json(),
            str(reader.model_dump()),
            reader.model_dump_json(),
            json.dumps(reader.model_dump(mode="json")),
            str(ReaderConfig(reader=reader).to_dict()),
            repr(vars(reader)),
        )
        assert reader.options.api_key.get_secret_value() == SECRET
        assert not any(SECRET in text for text in texts)

    def test_no_error_holds_them(self, manager, given):
        with pytest.raises(InvalidOptionsError) as caught:
            reader_of(manager, **given, split="pages")
        assert SECRET not in f"{caught.value!r} {caught.value}"

    def test_no_log_line_holds_them(self, manager, given, folder, caplog):
        with caplog.at_level(logging.DEBUG):
            reader_of(manager, **given, on_error="skip").load_data(folder)
        assert SECRET not in caplog.text


def test_a_value_of_the_wrong_kind_is_not_shown(manager):
    with pytest.raises(InvalidOptionsError) as caught:
        reader_of(manager, api_key=["sk", SECRET])
    assert SECRET not in str(caught.value)


class TestJson:
    def test_a_reader_comes_back_from_its_dictionary(self, manager):
        reader = reader_of(
            manager,
            shout=True,
            pages="1-3",
            chunking=ChunkSettings(max_tokens=99),
            split="page",
            metadata_profile="rich",
            on_error="skip",
            look_ahead=0,
            carries_model=False,
        )
        again = DocferryReader.from_dict(reader.to_dict(), manager=manager)
        assert again.to_dict() == reader.to_dict()
        assert again.options == SlipOptions(shout=True)
        assert again.chunking == ChunkSettings(max_tokens=99, split=Split.PAGE)
        assert DocferryReader.from_json(reader.to_json(), manager=manager).to_json() == reader.to_json()

    def test_the_key_is_taken_from_the_environment_then(self, manager, monkeypatch):
        written = reader_of(manager, api_key=SECRET).to_json()
        monkeypatch.setenv("SLIPS_API_KEY", FROM_ENVIRONMENT)
        again = DocferryReader.from_json(written, manager=manager)
        assert again.options.api_key.get_secret_value() == FROM_ENVIRONMENT
        assert FROM_ENVIRONMENT not in again.to_json()

    def test_a_key_may_be_given_with_it(self, manager):
        again = DocferryReader.from_dict(reader_of(manager).to_dict(), manager=manager, api_key=SECRET)
        assert again.options.api_key.get_secret_value() == SECRET

    def test_a_subclass_comes_back_as_itself(self, manager):
        reader = SlipsReader(manager=manager, shout=True)
        assert SlipsReader.class_name() == reader.to_dict()["class_name"] == "SlipsReader"
        again = SlipsReader.from_dict(reader.to_dict(), manager=manager)
        assert type(again) is SlipsReader
        assert again.to_dict() == reader.to_dict()

    def test_is_remote_is_the_providers_own(self, manager):
        assert reader_of(manager).is_remote
        assert reader_of(manager).to_dict()["is_remote"] is True
        assert not DocferryReader().is_remote


class TestPickle:
    def test_a_reader_comes_back_with_the_key_it_was_given(self, demo_pdf):
        reader = DocferryReader(password=SECRET, split="page", on_error="skip", carries_model=False)
        again = pickle.loads(pickle.dumps(reader))
        assert again.to_dict() == reader.to_dict()
        assert again.options.password.get_secret_value() == SECRET
        assert again.load_data(demo_pdf) == reader.load_data(demo_pdf) != []

    def test_a_used_reader_pickles(self, demo_pdf):
        reader = DocferryReader(split="document", on_progress=lambda _event: None)
        reader.load_data(demo_pdf)
        assert len(pickle.loads(pickle.dumps(reader)).load_data(demo_pdf)) == 1

    def test_a_key_from_the_environment_does_not_travel(self, manager, monkeypatch):
        monkeypatch.setenv("SLIPS_API_KEY", FROM_ENVIRONMENT)
        reader = reader_of(manager)
        assert reader.options.api_key.get_secret_value() == FROM_ENVIRONMENT
        # The manager of these tests keeps the reader from being pickled as a whole.
        assert FROM_ENVIRONMENT.encode() not in pickle.dumps(reader._delivery._own_arguments())

    def test_a_plugin_manager_of_its_own_is_not_lost_silently(self, manager):
        with pytest.raises(pickle.PicklingError, match="own plugin manager"):
            pickle.dumps(reader_of(manager))

    def test_a_subclass_comes_back_as_itself(self):
        from docferry_local import LocalReader

        again = pickle.loads(pickle.dumps(LocalReader(password=SECRET)))
        assert type(again) is LocalReader
        assert again.options.password.get_secret_value() == SECRET

    def test_copies_work(self, manager, good_folder):
        reader = reader_of(manager)
        for again in (copy.copy(reader), copy.deepcopy(reader), reader.model_copy()):
            assert again.load_data(good_folder) == reader.load_data(good_folder)


class TestSubclass:
    def test_it_fixes_the_provider(self, manager, good_folder):
        reader = SlipsReader(manager=manager, shout=True)
        assert reader.provider == "slips"
        assert "FERRIES" in reader.load_data(good_folder)[1].text
        with pytest.raises(InvalidOptionsError, match="made for provider slips"):
            SlipsReader(manager=manager, provider="local")

    def test_it_may_name_its_options(self, manager):
        reader = NamedReader(manager=manager, shout=True, carries_model=False)
        assert reader.options == SlipOptions(shout=True)
        again = NamedReader.from_dict(reader.to_dict(), manager=manager)
        assert again.to_dict() == reader.to_dict()
        assert NamedReader(manager=manager).options == SlipOptions()

    def test_the_reader_of_the_local_plugin_takes_its_options(self, tmp_path, documents):
        from docferry_local import LocalReader

        path = documents.encrypted_pdf(tmp_path, SECRET)
        assert LocalReader(password=SECRET).load_data(path)
        assert LocalReader().load_data(path, password=SECRET)


def test_a_reader_does_not_change(manager):
    reader = reader_of(manager)
    with pytest.raises(ValueError, match="frozen"):
        reader.provider = "local"


def test_a_reader_config_reads(manager, good_folder):
    config = ReaderConfig(reader=reader_of(manager), reader_args=[good_folder], reader_kwargs={"pages": "1"})
    assert {document.metadata["page"] for document in config.read()} == {1}
