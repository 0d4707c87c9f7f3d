"""The parts of a payload: what fetching keeps, and what mapping reads.

Every payload holds `ABOUT_PART` and one output, which depends on the dialect:

* `cloud`: `ARCHIVE_PART` with full.md, *_content_list.json, *_content_list_v2.json, layout.json, images/ and
  the exports asked for; of a web page full.md and main.html.
* `agent`: `MARKDOWN_PART`, and below `IMAGES_FOLDER` each picture it links to.
* `server-4`: `ARCHIVE_PART` with markdown.md, middle_json.json, structured_content.json, model_output.json
  and images/.
* `server-3`: `ARCHIVE_PART` with STEM/METHOD/STEM.md, *_middle.json, both content lists and images/.
* `server-2`: as `server-3`, or `ANSWER_PART` from a server too old to send an archive, and below
  `IMAGES_FOLDER` each picture that stands in it.

An archive may change its layout to that of another dialect (the cloud runs the open-source build), so that
mapping goes by the names in it.

Pages: `docferry_mineru.result.map_payload(payload, fingerprint=..., pages=...)` puts the page numbers of a
selection back, where the service counts from the first page selected.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import BinaryIO

from docferry.provider import check_archive
from docferry.reading.values import mapping_of, page_count_of, parse_json, text_of

__all__ = [
    "ABOUT_PART",
    "ANSWER_PART",
    "ARCHIVE_PART",
    "IMAGES_FOLDER",
    "MARKDOWN_PART",
    "About",
    "Dialect",
    "check_result",
    "is_source_copy",
    "read_about",
]

ABOUT_PART = "about.json"
"""What is known of the result besides the result: an `About`. Small; written by us."""

ARCHIVE_PART = "result.zip"
"""The service's zip archive as received."""

MARKDOWN_PART = "result.md"
"""Running text as received: UTF-8 Markdown with HTML tables."""

ANSWER_PART = "result.json"
"""The answer of `/file_parse` as received.

Its results{STEM{md_content, middle_json, content_list, images}} hold JSON as strings in middle_json and
content_list, and data URIs by name in images."""

SOURCE_COPY = "_origin"
"""Ends the name, before its suffix, of the member that is a copy of the source; nobody reads it."""

READ_SUFFIXES = frozenset({".json", ".md"})
"""What is read whatever its name is: that of a source may end as those of copies do."""

IMAGES_FOLDER = "images/"
"""Begins the name of every part that is a picture linked from `MARKDOWN_PART`; the rest is as linked."""


class Dialect(StrEnum):
    """Which protocol, and with it which layout, a result came by."""

    CLOUD = "cloud"
    AGENT = "agent"
    SERVER_4 = "server-4"  # 4.0.x
    SERVER_3 = "server-3"
    SERVER_2 = "server-2"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is known of a result besides the result.

    Args:
        dialect: Which protocol it came by.
        version: Version of the server, such as "4.0.12"; empty when it is not known.
        file_name: The name that the service knows the file by, such as "report.pdf"; empty when unknown.
        pages_total: Pages that the service counted, or None.
    """

    dialect: Dialect
    version: str = ""
    file_name: str = ""
    pages_total: int | None = None

    def encode(self) -> bytes:
        """As a part's bytes."""
        return json.dumps(asdict(self), sort_keys=True).encode("ascii")


def read_about(data: bytes) -> About:
    """Read what `About.encode` wrote; what later versions add is left out."""
    raw = mapping_of(parse_json(data))
    return About(
        dialect=Dialect(text_of(raw.get("dialect"))),
        version=text_of(raw.get("version")),
        file_name=text_of(raw.get("file_name")),
        pages_total=page_count_of(raw.get("pages_total")),
    )


def is_source_copy(name: str) -> bool:
    """Whether a member of the archive is a copy of the source, whose suffix may be that of an export."""
    path = PurePosixPath(name.lower())
    return path.stem.endswith(SOURCE_COPY) and path.suffix not in READ_SUFFIXES


def check_result(stream: BinaryIO) -> None:
    """Read all of an archive but the copy of the source, which is most of it: a `PartCheck`.

    Raises:
        InvalidResponseError: As for `check_archive`.
    """
    check_archive(stream, skips=is_source_copy)
