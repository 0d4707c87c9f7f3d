"""The options of provider local."""

from typing import Annotated

import pydantic

from docferry.provider import ProviderOptions

__all__ = ["LocalOptions"]


class LocalOptions(ProviderOptions):
    """What can be set for a local parse; the defaults suit most documents."""

    password: pydantic.SecretStr | None = None
    """Password of encrypted PDFs, the user's or the owner's. PDFs without a password ignore it."""

    batch_pages: Annotated[int, pydantic.Field(ge=1, le=1000, json_schema_extra={"semantic": False})] = 25
    """Pages of a PDF parsed at a time. Fewer need less memory and let a cancelled parse stop earlier."""
