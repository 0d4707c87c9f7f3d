"""The LangChain loader with provider mineru."""

from docferry.langchain import DocferryLoader

__all__ = ["MineruLoader"]


class MineruLoader(DocferryLoader):
    """Loads documents as chunks, parsed by MinerU."""

    provider: str = "mineru"
