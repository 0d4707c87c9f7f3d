"""The LangChain loader with provider pulse."""

from docferry.langchain import DocferryLoader

__all__ = ["PulseLoader"]


class PulseLoader(DocferryLoader):
    """Loads documents as chunks, parsed by Pulse."""

    provider: str = "pulse"
