"""Chunking: ours and the peers' against one pass of the tokenizer over the same text, in one run.

    make bench-chunking

A row is `name | ratio | chunks | over budget | bytes kept`. The ratio is processor time against encoding the
text once with tiktoken as it comes (1.00), which is done anew right before each run, because the pace of a
processor changes by a third within a minute: the median of several rounds. Peers that are not installed are
left out.
"""

import argparse
import gc
import importlib.metadata
import os
import platform
import re
import statistics
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import peers
import tiktoken
from corpus import make_corpus, pathological_texts

from docferry.chunking import ChunkSettings, chunk_document, stream_chunks, tokens
from docferry.model import Document, Element, ElementKind, Page, Region
from docferry.rendering import render_markdown

MAX_TOKENS = 512
PATHOLOGICAL_BYTES = 128 * 1024
Chunker = Callable[[list[Document], ChunkSettings], object]
WHITE = re.compile(r"\s+")


@dataclass(kw_only=True)
class Row:
    """One line of the table.

    Args:
        name: What ran.
        run: Chunks the whole corpus and gives the texts that would be embedded.
        seconds: Least processor time of a round.
        ratios: Of each round, against the pass right before it.
        texts: What the last round gave.
    """

    name: str
    run: Callable[[], list[str]]
    seconds: float = float("inf")
    ratios: list[float] = field(default_factory=list)
    texts: list[str] | None = None


def main() -> None:
    arguments = read_arguments()
    documents = make_corpus(arguments.characters)
    markdown = [render_markdown(document) for document in documents]
    text = "\n\n".join(markdown)
    ours = tokens.load_tokenizer(arguments.encoding)
    encoding = stock_encoding(arguments.encoding)
    settings = ChunkSettings(max_tokens=MAX_TOKENS, encoding=arguments.encoding)
    n_elements = sum(len(document.elements) for document in documents)
    print(f"{platform.machine()}, Python {platform.python_version()}, {versions()}")
    print(
        f"{len(text.encode()) / 1e6:.1f} MB of Markdown, {len(documents)} documents, {n_elements:,} elements"
        f", {arguments.encoding}, budget {MAX_TOKENS}, median of {arguments.rounds} rounds\n"
    )
    rows = [
        Row(name="one tokenisation pass", run=lambda: encoding.encode_ordinary(text) and [text]),
        Row(name="docferry", run=lambda: chunk_all(documents, settings)),
        *(
            Row(name=name, run=lambda cut=cut: [chunk for one in markdown for chunk in cut(one)])
            for name, cut in peers.installed(arguments.encoding, MAX_TOKENS)
        ),
    ]
    measure(rows, arguments.rounds)
    print("name | ratio | chunks | over budget | bytes kept")
    print("--- | --- | --- | --- | ---")
    for row in rows:
        print(described(row, source=text, count=ours.count))
    print_pathological(settings, documents, rows[1].seconds, len(text.encode()))
    print_memory(settings, documents)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--characters", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--encoding", default="cl100k_base")
    return parser.parse_args()


def stock_encoding(name: str) -> tiktoken.Encoding:
    """The encoding as tiktoken makes it, offline: the peers find the vocabulary where docferry does."""
    folders = [folder for folder in tokens.vocabulary_folders() if folder.is_dir()]
    if folders:
        os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(folders[0]))
    return tiktoken.get_encoding(name)


def chunk_all(documents: list[Document], settings: ChunkSettings) -> list[str]:
    return [
        chunk.text_to_embed
        for document in documents
        for chunk in chunk_document(document, settings=settings, source_name="benchmark")
    ]


def measure(rows: list[Row], rounds: int) -> None:
    """Run all rows in turns. Slow peers run twice: noise does not change their place."""
    for number in range(rounds):
        for row in rows:
            is_slow = row.seconds > 8 * rows[0].seconds and number >= 2
            if is_slow:
                continue
            base = timed(rows[0])
            row.ratios.append(timed(row) / base)


def timed(row: Row) -> float:
    gc.collect()
    start = time.process_time()
    row.texts = row.run()
    seconds = time.process_time() - start
    row.seconds = min(row.seconds, seconds)
    return seconds


def described(row: Row, *, source: str, count: Callable[[str], int]) -> str:
    ratio = f"{statistics.median(row.ratios):.2f}"
    if row.name == "one tokenisation pass" or row.texts is None:
        return f"{row.name} | {ratio} | | | "
    over = sum(count(chunk) > MAX_TOKENS for chunk in row.texts)
    share = 100 * over / max(len(row.texts), 1)
    return (
        f"{row.name} | {ratio} | {len(row.texts):,} | {share:.1f} % | {100 * kept(row.texts, source):.1f} %"
    )


def kept(chunks: list[str], source: str) -> float:
    """Share of the source's visible bytes that stand in the chunks, whatever is beside them."""
    there, found = Counter(WHITE.sub("", source)), Counter(WHITE.sub("", "".join(chunks)))
    n_bytes = sum(len(sign.encode()) * count for sign, count in there.items())
    return sum(len(sign.encode()) * min(count, found[sign]) for sign, count in there.items()) / n_bytes


def print_pathological(
    settings: ChunkSettings, documents: list[Document], seconds: float, n_bytes: int
) -> None:
    """Runs of one kind, per megabyte, against the corpus above."""
    print("\npathological run of 128 KB | cost per MB against the corpus")
    print("--- | ---")
    per_byte = seconds / n_bytes
    page = (Page(number=1),)
    for name, text in pathological_texts(PATHOLOGICAL_BYTES).items():
        element = Element(id="e", kind=ElementKind.PARAGRAPH, text=text, regions=(Region(page=1),))
        document = replace(documents[0], pages=page, elements=(element,))
        row = Row(name=name, run=lambda document=document: chunk_all([document], settings))
        measure([row], 5)
        print(f"{name} | {row.seconds / len(text.encode()) / per_byte:.2f}")


def print_memory(settings: ChunkSettings, documents: list[Document]) -> None:
    """Peak memory above the documents: all chunks kept, and one after the other."""
    print("\nmemory | MB at the peak per MB of text, whole corpus | a tenth of it")
    print("--- | --- | ---")
    some = documents[::10]
    for name, chunk in (("chunks kept", keep_chunks), ("chunks streamed", stream_away)):
        figures = [f"{peak(chunk, part, settings):.1f}" for part in (documents, some)]
        print(f"{name} | {' | '.join(figures)}")


def keep_chunks(documents: list[Document], settings: ChunkSettings) -> object:
    return [chunk_document(document, settings=settings) for document in documents]


def stream_away(documents: list[Document], settings: ChunkSettings) -> object:
    for document in documents:
        for _ in stream_chunks(document, settings=settings):
            pass
    return None


def peak(
    chunk: Callable[[list[Document], ChunkSettings], object],
    documents: list[Document],
    settings: ChunkSettings,
) -> float:
    n_bytes = sum(len(render_markdown(document).encode()) for document in documents)
    gc.collect()
    tracemalloc.start()
    chunk(documents, settings)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / n_bytes


def versions() -> str:
    return ", ".join(f"{name} {version}" for name, version in found_versions())


def found_versions() -> Iterator[tuple[str, str]]:
    for name in ("tiktoken", *peers.DISTRIBUTIONS):
        try:
            yield name, importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue


if __name__ == "__main__":
    sys.exit(main())
