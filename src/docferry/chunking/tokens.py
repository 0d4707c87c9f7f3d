"""Tokenizers: the only module that knows tiktoken.

A vocabulary is looked for in TIKTOKEN_CACHE_DIR, then among the files that llama-index-core ships, and is
downloaded by tiktoken only when neither has it. Nothing here changes the environment or tiktoken's state.
"""

import base64
import difflib
import hashlib
import importlib.metadata
import sys
import threading
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docferry.chunking.settings import Tokenizer
from docferry.errors import InvalidOptionsError, TokenizerUnavailableError
from docferry.settings import read_environment

if TYPE_CHECKING:
    import tiktoken
    from _typeshed import ReadableBuffer

__all__ = ["TiktokenTokenizer", "load_tokenizer", "vocabulary_folders"]

_BUNDLE = "llama_index/core/_static/tiktoken_cache"
_ADDITIVE = frozenset(
    {"cl100k_base", "o200k_base", "o200k_harmony"}
)  # fuzzed by tests/chunking/test_meter.py
# cl100k_base cuts texts into words with a pattern that never gives back what it took. Giving back could not
# help it anywhere: what stands after each such place is what the place itself cannot hold. Written without,
# it finds the same words in four fifths of the time.
_POSSESSIVE = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
_GREEDY = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s+$|\s*[\r\n]|\s+(?!\S)|\s"
)
_MARK = "<|endoftext|>"
_MARKS = frozenset({_MARK})
_TOKEN_BYTES = 4
_LEAST_WITHOUT_ZERO = 1 << 24
_LOOKS_AHEAD = r"|\s+(?!\S)|"
_loaded: dict[str, "TiktokenTokenizer"] = {}
_lock = threading.Lock()


class TiktokenTokenizer:
    """A tiktoken encoding as a `Tokenizer`; special tokens in the text count as ordinary text.

    Args:
        encoding: The encoding.
    """

    def __init__(self, encoding: "tiktoken.Encoding") -> None:
        self._encoding = encoding
        self._marked = _Marked.of(encoding)

    @property
    def name(self) -> str:
        """The encoding's name."""
        return self._encoding.name

    @property
    def is_additive(self) -> bool:
        """Whether the borders that `docferry.chunking.meter` relies on are known to hold."""
        return self._encoding.name in _ADDITIVE

    def count(self, text: str) -> int:
        """Number of tokens of the text."""
        return len(self._encoding.encode_ordinary(text))

    def count_each(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens of each text."""
        counts = self._marked.count_each(texts) if self._marked else None
        return [self.count(text) for text in texts] if counts is None else counts

    def encode(self, text: str) -> list[int]:
        """Tokens of the text."""
        return self._encoding.encode_ordinary(text)

    def decode(self, tokens: list[int]) -> str:
        """Text of the tokens; a character cut in half becomes U+FFFD."""
        return self._encoding.decode(tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marked:
    """Counts many texts in one call, with a special token between each two.

    tiktoken encodes what stands before and after a special token apart, and gives the numbers of the tokens
    as bytes, in which the mark is found again. This takes nine tenths of the time of a call for each text
    that makes a list of numbers.

    Args:
        encode: The core's own function; the public one of this kind wants numpy.
        mark: The bytes of the special token.
    """

    encode: Callable[[str, frozenset[str]], "ReadableBuffer"]
    mark: bytes

    @classmethod
    def of(cls, encoding: "tiktoken.Encoding") -> "_Marked | None":
        """None for a tiktoken or an encoding without what this needs; then texts are counted one by one."""
        core = getattr(encoding, "_core_bpe", None)
        encode = getattr(core, "encode_to_tiktoken_buffer", None)
        if encode is None or _MARK not in encoding.special_tokens_set:
            return None
        number = encoding.encode_single_token(_MARK)
        mark = number.to_bytes(_TOKEN_BYTES, sys.byteorder)
        # With one zero byte, the highest, the mark is found where a token begins and nowhere else: all tokens
        # have that zero, and across the border of two it would have to equal one of the other three bytes.
        is_safe = mark.count(0) == 1 and max(number, encoding.n_vocab) < _LEAST_WITHOUT_ZERO
        return cls(encode=encode, mark=mark) if is_safe else None

    def count_each(self, texts: Sequence[str]) -> list[int] | None:
        """Number of tokens of each text; None when a text has the mark in it, or half of a surrogate pair."""
        try:
            found = bytes(self.encode(_MARK.join(texts), _MARKS)).split(self.mark)
        except UnicodeEncodeError:
            return None
        return [len(piece) // _TOKEN_BYTES for piece in found] if len(found) == len(texts) else None


def load_tokenizer(encoding: str | Tokenizer) -> Tokenizer:
    """The tokenizer of that name, loaded once per process; a tokenizer is given back as it is.

    Args:
        encoding: Name of a tiktoken encoding, such as o200k_base, or a tokenizer.

    Raises:
        InvalidOptionsError: tiktoken knows no encoding of that name; the message has the closest one.
        TokenizerUnavailableError: The vocabulary is neither on this machine nor downloadable.
    """
    if not isinstance(encoding, str):
        return encoding
    found = _loaded.get(encoding)
    if found is not None:
        return found
    with _lock:
        if encoding not in _loaded:
            _loaded[encoding] = TiktokenTokenizer(_load_encoding(encoding))
        return _loaded[encoding]


def _load_encoding(name: str) -> "tiktoken.Encoding":
    import tiktoken  # noqa: PLC0415 - 39 ms, paid by those who count tokens
    from tiktoken import registry  # noqa: PLC0415 - as above

    known = tiktoken.list_encoding_names()
    constructors: dict[str, Callable[[], dict[str, Any]]] | None = registry.ENCODING_CONSTRUCTORS
    if name not in known or constructors is None:
        close = difflib.get_close_matches(name, known, n=1)
        advice = f"did you mean {close[0]}?" if close else f"known encodings: {', '.join(sorted(known))}"
        raise InvalidOptionsError(f"there is no encoding '{name}'", next_step=advice)
    try:
        definition = _with_local_files(constructors[name])()
        if definition["pat_str"] == _POSSESSIVE:
            definition["pat_str"] = _GREEDY
        definition["pat_str"] = _grouped(definition["pat_str"])
        return tiktoken.Encoding(**definition)
    except (OSError, ValueError) as error:
        raise TokenizerUnavailableError(
            f"the vocabulary of {name} is not on this machine and cannot be downloaded",
            next_step="set TIKTOKEN_CACHE_DIR to a folder that has it, install llama-index-core, which ships"
            " cl100k_base and o200k_base, or pass a tokenizer of your own as the encoding",
        ) from error


def _grouped(pattern: str) -> str:
    """The same pattern, with the alternatives that never look ahead in a group of their own.

    The engine asks alternatives one by one when any of them looks ahead. A group without such a one is asked
    all at once, by an automaton, which takes cl100k_base from 0.70 of the stock pattern's instructions to
    0.53 and o200k_base from 1.00 to 0.80. Grouping alternatives changes nothing else.
    """
    head, mark, tail = pattern.rpartition(_LOOKS_AHEAD)
    return f"(?:{head}){mark}{tail}" if head else pattern


def _with_local_files(constructor: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """The same constructor, reading vocabularies through `_read_ranks`.

    tiktoken offers no argument for a folder: its constructors call a function of their module. Copies of
    them with a namespace of our own read elsewhere, and tiktoken itself stays as it is.
    """
    if not isinstance(constructor, types.FunctionType):
        return constructor
    namespace = dict(constructor.__globals__)
    for name, value in constructor.__globals__.items():
        if isinstance(value, types.FunctionType) and value.__globals__ is constructor.__globals__:
            namespace[name] = types.FunctionType(value.__code__, namespace, name, value.__defaults__)
    namespace["load_tiktoken_bpe"] = _read_ranks
    return types.FunctionType(constructor.__code__, namespace, constructor.__name__, constructor.__defaults__)


def _read_ranks(url: str, expected_hash: str | None = None) -> dict[bytes, int]:
    from tiktoken import load  # noqa: PLC0415 - loaded with the first encoding

    file_name = hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest()
    for folder in vocabulary_folders():
        path = folder / file_name
        content = path.read_bytes() if path.is_file() else b""
        if content and expected_hash in (None, hashlib.sha256(content).hexdigest()):
            lines = (line.split() for line in content.splitlines() if line)
            return {base64.b64decode(token): int(rank) for token, rank in lines}
    return load.load_tiktoken_bpe(url, expected_hash)


def vocabulary_folders() -> Iterator[Path]:
    """Where vocabularies are looked for on this machine, the first one first."""
    chosen = read_environment("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR")
    if chosen is not None:
        yield Path(chosen)
    try:
        distribution = importlib.metadata.distribution("llama-index-core")
    except importlib.metadata.PackageNotFoundError:
        return
    yield Path(str(distribution.locate_file(_BUNDLE)))
