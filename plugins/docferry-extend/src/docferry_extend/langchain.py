"""The LangChain loader with provider extend."""

from docferry.langchain import DocferryLoader

__all__ = ["ExtendLoader"]


class ExtendLoader(DocferryLoader):
    """Loads documents as chunks, parsed by Extend."""

    provider: str = "extend"
