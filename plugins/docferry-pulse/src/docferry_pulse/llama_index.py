"""The LlamaIndex reader with provider pulse."""

from docferry.llama_index import DocferryReader

__all__ = ["PulseReader"]


class PulseReader(DocferryReader):
    """Reads documents as chunks, parsed by Pulse."""

    provider: str = "pulse"
