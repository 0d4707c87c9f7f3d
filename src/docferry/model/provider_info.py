"""What a plugin says about its provider before anything is parsed."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from docferry.model.limits import Limits

__all__ = ["Ability", "FileFormat", "ProviderInfo"]


NO_LIMITS = Limits()


class Ability(StrEnum):
    """What a provider can do beyond parsing."""

    PAGE_SELECTION = "page_selection"  # parses some pages of a file
    BOXES = "boxes"  # says where each element stands
    OCR = "ocr"  # reads scanned pages
    REMOTE = "remote"  # sends the document to a service
    JOBS = "jobs"  # has jobs that outlive the client
    ACCOUNT = "account"  # can say what is left of a quota
    WEBHOOK = "webhook"  # its service calls back


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """A kind of file.

    Args:
        name: For people, such as "PDF".
        media_types: Such as ("application/pdf",); the first is the usual one.
        suffixes: Lower case with the dot, such as (".pdf",).
    """

    name: str
    media_types: tuple[str, ...]
    suffixes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderInfo:
    """A provider's card; making one does no I/O.

    Args:
        name: Provider name, equal to the entry point's name.
        title: Name for people.
        formats: Kinds of files it reads.
        options_type: The class of its options, a subclass of `docferry.provider.ProviderOptions`.
        limits: What it can take.
        abilities: What it can do beyond parsing.
        environment: Names of the environment variables that parsing reads, most important first: the key's.
            The secret of a webhook is none of them.
        homepage: Where to learn more, or empty.
    """

    name: str
    title: str
    formats: tuple[FileFormat, ...]
    options_type: type[Any]
    limits: Limits = NO_LIMITS
    abilities: frozenset[Ability] = frozenset()
    environment: tuple[str, ...] = ()
    homepage: str = ""

    @property
    def is_remote(self) -> bool:
        """Whether documents leave this machine."""
        return Ability.REMOTE in self.abilities

    def reads(self, *, media_type: str) -> bool:
        """Whether a file of that media type can be parsed."""
        return any(media_type in file_format.media_types for file_format in self.formats)
