"""The LlamaIndex reader with provider somark."""

from docferry.llama_index import DocferryReader

__all__ = ["SomarkReader"]


class SomarkReader(DocferryReader):
    """Reads documents as chunks, parsed by SoMark."""

    provider: str = "somark"
