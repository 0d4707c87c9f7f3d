"""An opened source: its bytes on this machine, and what is known of them."""

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

__all__ = ["SourceFile"]

UNSEEN = "application/octet-stream"
"""The kind of a file that nobody has looked into: its pages are not counted here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A source whose bytes are at hand, valid until the context that opened it ends.

    One that is `unseen` has no bytes here: its address says where a provider's service finds them.

    Args:
        name: Name of the source.
        file_name: Last part of the name with a suffix that fits the content, such as "report.pdf".
        media_type: What the bytes are, by content first and suffix second, such as "application/pdf".
        size_bytes: Number of bytes.
        fingerprint: "sha256:" and the hexadecimal digest of the whole file, also when this is a part of it.
        content: A path, or the bytes themselves for sources that came as bytes.
        part: Canonical text of the page selection when this holds only those pages of the file; else empty.
        address: Where the provider's service finds the bytes, for a file that is unseen; else empty. It may
            hold a signature: it is never shown or stored.
        page_count: Number of its pages, where somebody has counted them without a password; else None.
    """

    name: str
    file_name: str
    media_type: str
    size_bytes: int
    fingerprint: str
    content: Path | bytes = field(repr=False)
    part: str = ""
    address: str = field(default="", repr=False)
    page_count: int | None = None

    @staticmethod
    def unseen(
        *, name: str, file_name: str, fingerprint: str, part: str = "", address: str = ""
    ) -> "SourceFile":
        """A file of which only the place is known: its bytes never come here, and it holds none.

        Args:
            name: Name of the source.
            file_name: What the file is called, with the suffix that its place shows; "document" when empty.
            fingerprint: What stands for its bytes, such as `docferry.ledger.fingerprint_url` of its address.
            part: As of every file.
            address: Where the service finds it; whoever builds the request reads it from here.
        """
        return SourceFile(
            name=name,
            file_name=file_name or "document",
            media_type=UNSEEN,
            size_bytes=0,
            fingerprint=fingerprint,
            content=b"",
            part=part,
            address=address,
        )

    @property
    def suffix(self) -> str:
        """Suffix of the file name, lower case with the dot."""
        return Path(self.file_name).suffix.lower()

    def open(self) -> BinaryIO:
        """Open the bytes for reading; the caller closes."""
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")

    def read_bytes(self) -> bytes:
        """All bytes, in memory."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()
