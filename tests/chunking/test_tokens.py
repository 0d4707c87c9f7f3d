"""Tokenizers are found, offline, and count as tiktoken does."""

import shutil
from pathlib import Path
from random import Random

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st
from random_documents import random_text

from docferry.chunking import tokens as room
from docferry.chunking.tokens import load_tokenizer
from docferry.errors import InvalidOptionsError, TokenizerUnavailableError


@pytest.fixture(scope="module")
def stock():
    """cl100k_base exactly as tiktoken writes it down."""
    ours = load_tokenizer("cl100k_base")._encoding
    return tiktoken.Encoding(
        name="stock",
        pat_str=room._POSSESSIVE,
        mergeable_ranks=ours._mergeable_ranks,
        special_tokens=ours._special_tokens,
    )


@settings(max_examples=800)
@given(st.text(st.sampled_from("abZé中。.!'sS \t\n\r1٣ǅʰ́\xa0\u2028\x1c/\\-_👍"), max_size=24))
def test_the_quicker_pattern_finds_the_same_tokens(stock, text):
    assert load_tokenizer("cl100k_base").encode(text) == stock.encode_ordinary(text)


def test_the_quicker_pattern_finds_the_same_tokens_in_prose(stock):
    random = Random(9)  # noqa: S311 - tests want the same texts every time
    for _ in range(700):
        text = random_text(random, random.randint(1, 60))
        assert load_tokenizer("cl100k_base").encode(text) == stock.encode_ordinary(text)


def test_the_pattern_of_the_installed_tiktoken_is_the_one_replaced():
    from tiktoken_ext import openai_public

    source = Path(openai_public.__file__).read_text(encoding="utf-8")

    assert room._POSSESSIVE in source
    assert load_tokenizer("cl100k_base")._encoding._pat_str == room._GREEDY


@pytest.mark.parametrize("encoding", ["cl100k_base", "o200k_base"])
def test_counting_each_equals_counting_alone(encoding):
    tokenizer = load_tokenizer(encoding)
    texts = ["", "a", " ", "\n\n", "<|endoftext|>", "渡轮。", "\ud83d", "the end"]

    assert tokenizer.count_each(texts) == [tokenizer.count(text) for text in texts]
    assert tokenizer.count_each([]) == []


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
