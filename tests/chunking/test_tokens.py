"""Tokenizers are found, offline, and count as tiktoken does."""

import shutil
from random import Random

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st
from random_documents import random_text
from tiktoken_ext import openai_public

from docferry.chunking import tokens as room
from docferry.chunking.tokens import load_tokenizer
from docferry.errors import InvalidOptionsError, TokenizerUnavailableError

ENCODINGS = ("cl100k_base", "o200k_base")
SIGNS = "abZé中。.!'sS \t\n\r1٣ǅʰ́\xa0\u2028\x1c/\\-_👍"
PIECES = [*SIGNS, "<|", "endoftext", "|>", "<|endoftext|>", "\ud83d", " the", "\n\n"]


@pytest.fixture(scope="module")
def stock():
    """The encodings exactly as the installed tiktoken writes them down."""
    return {name: tiktoken.Encoding(**_definition(name)) for name in ENCODINGS}


def _definition(name):
    return room._with_local_files(getattr(openai_public, name))()


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=500)
@given(text=st.text(st.sampled_from(SIGNS), max_size=24))
def test_the_quicker_pattern_finds_the_same_tokens(stock, encoding, text):
    assert load_tokenizer(encoding).encode(text) == stock[encoding].encode_ordinary(text)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_quicker_pattern_finds_the_same_tokens_in_prose(stock, encoding):
    random = Random(9)  # noqa: S311 - tests want the same texts every time
    for _ in range(500):
        text = random_text(random, random.randint(1, 60))
        assert load_tokenizer(encoding).encode(text) == stock[encoding].encode_ordinary(text)


def test_the_patterns_of_the_installed_tiktoken_are_the_ones_replaced(stock):
    assert stock["cl100k_base"]._pat_str == room._POSSESSIVE
    for encoding in ENCODINGS:
        assert load_tokenizer(encoding)._encoding._pat_str.startswith("(?:")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_many_texts_are_counted_in_one_call(encoding):
    """What this rests on is still in the installed tiktoken; without it counts would be right, but slow."""
    assert load_tokenizer(encoding)._marked is not None


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=300)
@given(texts=st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), max_size=6))
def test_counting_each_of_any_texts_equals_counting_alone(encoding, texts):
    tokenizer = load_tokenizer(encoding)

    assert tokenizer.count_each(texts) == [tokenizer.count(text) for text in texts]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_counting_each_equals_counting_alone(encoding):
    tokenizer = load_tokenizer(encoding)
    plain = ["", "a", " ", "\n\n", "渡轮。", "the end", ""]

    for texts in (plain, [], [""], [*plain, "<|endoftext|>"], [*plain, "<|endoftext|", "\ud83d"]):
        assert tokenizer.count_each(texts) == [tokenizer.count(text) for text in texts]


def test_an_encoding_without_the_mark_counts_each_text_alone():
    ranks = {bytes([number]): number for number in range(256)}
    own = tiktoken.Encoding(name="bytes", pat_str=r"\S+|\s+", mergeable_ranks=ranks, special_tokens={})
    tokenizer = room.TiktokenTokenizer(own)

    assert tokenizer._marked is None
    assert tokenizer.count_each(["", "ab", "é"]) == [0, 2, 2]


def test_special_tokens_are_ordinary_text():
    assert load_tokenizer("cl100k_base").count("<|endoftext|>") > 1


def test_an_encoding_is_loaded_once():
    assert load_tokenizer("o200k_base") is load_tokenizer("o200k_base")


def test_an_unknown_encoding_names_the_closest():
    with pytest.raises(InvalidOptionsError, match="did you mean o200k_base"):
        load_tokenizer("o200k_bse")


def test_a_tokenizer_is_given_back_as_it_is():
    class Letters:
        name = "letters"

        def count(self, text):
            return len(text)

    mine = Letters()

    assert load_tokenizer(mine) is mine


@pytest.fixture
def nothing_loaded(monkeypatch):
    monkeypatch.setattr(room, "_loaded", {})


@pytest.mark.usefixtures("nothing_loaded")
def test_the_folder_of_the_environment_comes_first(tmp_path, monkeypatch):
    bundle = next(folder for folder in room.vocabulary_folders() if folder.is_dir())
    for file in bundle.iterdir():
        shutil.copy(file, tmp_path)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))

    assert next(room.vocabulary_folders()) == tmp_path
    assert load_tokenizer("cl100k_base").count("a ferry") == 2


@pytest.mark.usefixtures("nothing_loaded")
def test_a_damaged_vocabulary_is_passed_over(tmp_path, monkeypatch):
    bundle = next(folder for folder in room.vocabulary_folders() if folder.is_dir())
    for file in bundle.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes()[:1000])
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))

    assert load_tokenizer("cl100k_base").count("a ferry") == 2


@pytest.mark.usefixtures("nothing_loaded")
def test_a_vocabulary_that_cannot_be_had_tells_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    with pytest.raises(TokenizerUnavailableError, match="TIKTOKEN_CACHE_DIR"):
        load_tokenizer("p50k_base")
