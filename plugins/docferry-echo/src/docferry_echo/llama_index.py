"""The LlamaIndex reader with provider echo."""

from typing import Unpack

from pydantic import SecretStr

from docferry.delivery import OptionsInput
from docferry.llama_index import DocferryReader, ReaderSettings

__all__ = ["EchoReader"]


class EchoReader(DocferryReader):
    """Reads marked-up text as chunks.

    Args:
        boxes: Whether elements have boxes.
        error: Name of the error with which every source fails.
        password: Opens locked texts.
        seconds_per_page: How long to wait at each page.
        options: The same options as `EchoOptions` or a mapping.
        settings: The other settings of `DocferryReader`.
    """

    provider: str = "echo"

    def __init__(
        self,
        *,
        boxes: bool | None = None,
        error: str | None = None,
        password: str | SecretStr | None = None,
        seconds_per_page: float | None = None,
        options: OptionsInput = None,
        **settings: Unpack[ReaderSettings],
    ) -> None:
        super().__init__(
            options=options,
            boxes=boxes,
            error=error,
            password=password,
            seconds_per_page=seconds_per_page,
            **settings,
        )
