"""A caller's tokenizer, with rules of its own, is obeyed as exactly."""

import pytest
from chunk_laws import check_chunks
from random_documents import random_document
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from docferry.chunking import ChunkSettings, TableFormat, chunk_document

TEXTS = [
    "the ferry leaves the harbour at noon",
    "passengers and tides in the evening",
    "渡轮进港前检查天气",
    "naïve café 3.14",
]


class HuggingFace:
    """A tokenizer of the `tokenizers` package."""

    def __init__(self, name, tokenizer):
        self.name = name
        self._tokenizer = tokenizer

    def count(self, text):
        return len(self.encode(text))

    def encode(self, text):
        # The package takes no half of a surrogate pair.
        return self._tokenizer.encode(text.encode(errors="replace").decode()).ids

    def decode(self, tokens):
        return self._tokenizer.decode(tokens)


def word_piece():
    """As BERT's: lower case, no accents, words and punctuation apart, unknown characters one token."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator(TEXTS, trainers.WordPieceTrainer(vocab_size=200, special_tokens=["[UNK]"]))
    return HuggingFace("word-piece", tokenizer)


def byte_pairs():
    """As GPT's, with merges over spaces, so that counts of parts never add up."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=600, initial_alphabet=alphabet, min_frequency=1, show_progress=False
    )
    tokenizer.train_from_iterator(TEXTS * 3, trainer)
    return HuggingFace("byte-pairs", tokenizer)


@pytest.mark.parametrize("make", [word_piece, byte_pairs])
@pytest.mark.parametrize(
    "how", [{}, {"min_tokens": 30, "overlap_tokens": 20}, {"table_format": TableFormat.HTML}]
)
def test_all_laws_hold(make, how):
    tokenizer = make()
    for seed in range(14):
        document = random_document(seed)
        settings = ChunkSettings(max_tokens=120, encoding=tokenizer, **how)
        found = chunk_document(document, settings=settings, source_name="a name")
        check_chunks(document, found, settings, tokenizer.count)


def test_the_name_takes_part_in_ids():
    document = next(made for made in map(random_document, range(50)) if made.elements)
    tokenizer = word_piece()

    def ids():
        found = chunk_document(document, settings=ChunkSettings(max_tokens=4000, encoding=tokenizer))
        return {chunk.id for chunk in found}

    before = ids()
    tokenizer.name = "another"
    assert not ids() & before
