"""The LangChain loader with provider somark."""

from docferry.langchain import DocferryLoader

__all__ = ["SomarkLoader"]


class SomarkLoader(DocferryLoader):
    """Loads documents as chunks, parsed by SoMark."""

    provider: str = "somark"
