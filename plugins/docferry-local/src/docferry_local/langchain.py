"""The LangChain loader with provider local."""

from typing import Unpack

from pydantic import SecretStr

from docferry.delivery import LoadSettings, OptionsInput, SourcesInput
from docferry.langchain import DocferryLoader

__all__ = ["LocalLoader"]


class LocalLoader(DocferryLoader):
    """Loads PDF, Markdown and plain text as chunks, parsed on this machine.

    Args:
        sources: What to load; see `DocferryLoader`.
        password: Password of encrypted PDFs.
        batch_pages: Pages of a PDF parsed at a time.
        options: The same options as `LocalOptions` or a mapping.
        settings: The other settings of `DocferryLoader`.
    """

    provider: str = "local"

    def __init__(
        self,
        sources: SourcesInput,
        *,
        password: str | SecretStr | None = None,
        batch_pages: int | None = None,
        options: OptionsInput = None,
        **settings: Unpack[LoadSettings],
    ) -> None:
        super().__init__(sources, options=options, password=password, batch_pages=batch_pages, **settings)
