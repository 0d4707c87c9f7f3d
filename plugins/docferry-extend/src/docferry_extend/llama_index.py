"""The LlamaIndex reader with provider extend."""

from docferry.llama_index import DocferryReader

__all__ = ["ExtendReader"]


class ExtendReader(DocferryReader):
    """Reads documents as chunks, parsed by Extend."""

    provider: str = "extend"
