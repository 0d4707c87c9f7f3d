"""The LlamaIndex reader with provider local."""

from typing import Unpack

from pydantic import SecretStr

from docferry.delivery import OptionsInput
from docferry.llama_index import DocferryReader, ReaderSettings

__all__ = ["LocalReader"]


class LocalReader(DocferryReader):
    """Reads PDF, Markdown and plain text as chunks, parsed on this machine.

    Args:
        password: Password of encrypted PDFs.
        batch_pages: Pages of a PDF parsed at a time.
        options: The same options as `LocalOptions` or a mapping.
        settings: The other settings of `DocferryReader`.
    """

    provider: str = "local"

    def __init__(
        self,
        *,
        password: str | SecretStr | None = None,
        batch_pages: int | None = None,
        options: OptionsInput = None,
        **settings: Unpack[ReaderSettings],
    ) -> None:
        super().__init__(options=options, password=password, batch_pages=batch_pages, **settings)
