"""The LangChain loader with provider echo."""

from typing import Unpack

from pydantic import SecretStr

from docferry.delivery import LoadSettings, OptionsInput, SourcesInput
from docferry.langchain import DocferryLoader

__all__ = ["EchoLoader"]


class EchoLoader(DocferryLoader):
    """Loads marked-up text as chunks.

    Args:
        sources: What to load; see `DocferryLoader`.
        boxes: Whether elements have boxes.
        error: Name of the error with which every source fails.
        password: Opens locked texts.
        seconds_per_page: How long to wait at each page.
        options: The same options as `EchoOptions` or a mapping.
        settings: The other settings of `DocferryLoader`.
    """

    provider: str = "echo"

    def __init__(  # noqa: PLR0913 - the provider's options, all named and optional
        self,
        sources: SourcesInput,
        *,
        boxes: bool | None = None,
        error: str | None = None,
        password: str | SecretStr | None = None,
        seconds_per_page: float | None = None,
        options: OptionsInput = None,
        **settings: Unpack[LoadSettings],
    ) -> None:
        super().__init__(
            sources,
            options=options,
            boxes=boxes,
            error=error,
            password=password,
            seconds_per_page=seconds_per_page,
            **settings,
        )
