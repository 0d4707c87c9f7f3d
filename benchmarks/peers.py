"""Other chunkers, each as a function from Markdown to the texts that it would have embedded."""

from collections.abc import Callable, Iterator

__all__ = ["DISTRIBUTIONS", "installed"]

Cut = Callable[[str], list[str]]
DISTRIBUTIONS = (
    "langchain-text-splitters",
    "llama-index-core",
    "chonkie",
    "semchunk",
    "semantic-text-splitter",
    "docling-core",
    "unstructured",
)
HEADERS = [("#" * level, f"h{level}") for level in range(1, 5)]


def installed(encoding: str, max_tokens: int) -> Iterator[tuple[str, Cut]]:
    """The peers that can be imported, by name."""
    for make in (langchain, llama_index, chonkie, semchunk, semantic_text_splitter, unstructured):
        try:
            yield from make(encoding, max_tokens)
        except ImportError:
            continue


def langchain(encoding: str, max_tokens: int) -> Iterator[tuple[str, Cut]]:
    from langchain_text_splitters import (
        MarkdownHeaderTextSplitter,
        RecursiveCharacterTextSplitter,
        TokenTextSplitter,
    )

    how = {"encoding_name": encoding, "chunk_size": max_tokens, "chunk_overlap": 0}
    tokens = TokenTextSplitter(**how, disallowed_special=())
    recursive = RecursiveCharacterTextSplitter.from_tiktoken_encoder(**how, disallowed_special=())
    headers = MarkdownHeaderTextSplitter(HEADERS, strip_headers=False)

    def by_headers(text: str) -> list[str]:
        return [found.page_content for found in recursive.split_documents(headers.split_text(text))]

    yield "langchain TokenTextSplitter", tokens.split_text
    yield "langchain RecursiveCharacterTextSplitter", recursive.split_text
    yield "langchain Markdown headers + recursive", by_headers


def llama_index(encoding: str, max_tokens: int) -> Iterator[tuple[str, Cut]]:
    import tiktoken
    from llama_index.core.node_parser import MarkdownNodeParser, SentenceSplitter
    from llama_index.core.schema import Document, MetadataMode

    def split(text: str) -> list[int]:
        return tiktoken.get_encoding(encoding).encode_ordinary(text)

    sentences = SentenceSplitter(chunk_size=max_tokens, chunk_overlap=0, tokenizer=split)
    markdown = MarkdownNodeParser()

    def by_headings(text: str) -> list[str]:
        return [
            node.get_content(MetadataMode.NONE)
            for node in markdown.get_nodes_from_documents([Document(text=text)])
        ]

    yield "llama-index MarkdownNodeParser", by_headings
    yield "llama-index SentenceSplitter", sentences.split_text


def chonkie(encoding: str, max_tokens: int) -> Iterator[tuple[str, Cut]]:
    import tiktoken
    from chonkie import RecursiveChunker, SentenceChunker

    tokenizer = tiktoken.get_encoding(encoding)
    for name, make in (("Recursive", RecursiveChunker), ("Sentence", SentenceChunker)):
        chunker = make(tokenizer, chunk_size=max_tokens)
        yield f"chonkie {name}Chunker", lambda text, chunker=chunker: [found.text for found in chunker(text)]


def semchunk(encoding: str, max_tokens: int) -> Iterator[tuple[str, Cut]]:
    import tiktoken
    from semchunk import chunk

    def count(text: str) -> int:
        return len(tiktoken.get_encoding(encoding).encode_ordinary(text))

    yield "semchunk", lambda text: chunk(text, chunk_size=max_tokens, token_counter=count, memoize=False)


def semantic_text_splitter(encoding: str, max_tokens: int) -> Iterator[tuple[str, Cut]]:
    from semantic_text_splitter import MarkdownSplitter

    model = {"cl100k_base": "gpt-4", "o200k_base": "gpt-4o"}[encoding]
    yield "semantic-text-splitter Markdown", MarkdownSplitter.from_tiktoken_model(model, max_tokens).chunks


def unstructured(encoding: str, max_tokens: int) -> Iterator[tuple[str, Cut]]:
    from unstructured.chunking.title import chunk_by_title
    from unstructured.documents.elements import ListItem, NarrativeText, Title

    def by_title(text: str) -> list[str]:
        elements = []
        for block in text.split("\n\n"):
            kind = Title if block.startswith("#") else ListItem if block.startswith("- ") else NarrativeText
            elements.append(kind(block))
        chunks = chunk_by_title(elements, max_tokens=max_tokens, tokenizer=encoding)
        return [found.text for found in chunks]

    yield "unstructured chunk_by_title", by_title
