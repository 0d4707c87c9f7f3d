"""The LlamaIndex reader with provider mineru."""

from docferry.llama_index import DocferryReader

__all__ = ["MineruReader"]


class MineruReader(DocferryReader):
    """Reads documents as chunks, parsed by MinerU."""

    provider: str = "mineru"
