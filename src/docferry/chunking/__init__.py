"""Documents to chunks: sections from headings, an exact token budget, and proof of where each passage stands.

No providers, no I/O but the tokenizer's vocabulary, no frameworks.
"""

from docferry.chunking.chunk import Chunk
from docferry.chunking.chunker import chunk_document, stream_chunks
from docferry.chunking.settings import ChunkSettings, Split, TableFormat, Tokenizer
from docferry.chunking.spans import ChunkSpan, ChunkSpans, SpanUnit
from docferry.chunking.tokens import load_tokenizer

__all__ = [
    "Chunk",
    "ChunkSettings",
    "ChunkSpan",
    "ChunkSpans",
    "SpanUnit",
    "Split",
    "TableFormat",
    "Tokenizer",
    "chunk_document",
    "load_tokenizer",
    "stream_chunks",
]
