"""What a payload holds, whichever way it came: the files of the archive, or the fields of an answer.

An archive's layout depends on the server's version, so members are found by the ends of their names; of
several the one nearest to the archive's root counts.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass

from docferry.errors import InvalidResponseError
from docferry.model import DocumentWarning
from docferry.provider import Archive, PayloadReader, open_archive
from docferry.reading.values import Raw, is_mapping, items_of, mapping_of, parse_json, text_of
from docferry_mineru.blocks import Form
from docferry_mineru.content_list import read_content_list
from docferry_mineru.content_list_v2 import read_content_list_v2
from docferry_mineru.middle import read_legacy_middle
from docferry_mineru.middle_v4 import read_middle_v4
from docferry_mineru.parts import ANSWER_PART, ARCHIVE_PART, MARKDOWN_PART
from docferry_mineru.structured import read_structured

__all__ = ["PROVIDER", "Bundle", "open_bundle"]

PROVIDER = "mineru"
MAX_JSON_BYTES = 256 * 1024**2
"""A larger file is not read: its objects would take some twenty times as much memory."""

Reader = Callable[[object], Form | None]

READERS: tuple[Reader, ...] = (
    read_middle_v4,
    read_content_list_v2,
    read_content_list,
    read_legacy_middle,
    read_structured,
)
"""Best first: which file wins when several are there."""

SPARE = "content_list"
ENOUGH = 2
"""The flat list is made from the same blocks as the other files: it is read where there are fewer of them."""
FIELDS = ("middle_json", "content_list_v2", "middle", "layout", "structured_content", SPARE)
"""Names of the fields, or ends of the names of the files, that hold a whole result."""
TEXTS = ("full.md", "markdown.md", ".md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What a payload holds.

    Args:
        forms: The files that hold the whole result, best first.
        markdown: The result as running text; None when there is none.
        archive: The zip archive, or None.
        warnings: What could not be read.
    """

    forms: tuple[Form, ...] = ()
    markdown: str | None = None
    archive: Archive | None = None
    warnings: tuple[DocumentWarning, ...] = ()


def open_bundle(payload: PayloadReader, stack: ExitStack) -> Bundle:
    """Read a payload.

    Args:
        payload: What was fetched.
        stack: Closes the archive, which must stay open while its members are read.

    Raises:
        InvalidResponseError: The archive is damaged or hostile, or the answer is not JSON.
    """
    parts = payload.payload
    if parts.part(ARCHIVE_PART) is not None:
        return _from_archive(open_archive(stack.enter_context(payload.open(ARCHIVE_PART)), provider=PROVIDER))
    if parts.part(ANSWER_PART) is not None:
        return _from_answer(payload.read(ANSWER_PART))
    if parts.part(MARKDOWN_PART) is not None:
        return Bundle(markdown=_decode(payload.read(MARKDOWN_PART)))
    return Bundle()


def _from_archive(archive: Archive) -> Bundle:
    found = ((field, _member(archive, f"{field}.json")) for field in FIELDS)
    members = {field: name for field, name in found if name}
    forms, warnings = _forms(members, lambda field: _json(archive, members[field]))
    texts = (_member(archive, ending) for ending in TEXTS)
    text = next((name for name in texts if name), "")
    return Bundle(
        forms=forms,
        markdown=_decode(archive.read(text)) if text else None,
        archive=archive,
        warnings=warnings,
    )


def _member(archive: Archive, ending: str) -> str:
    """The member whose name ends so; the one nearest to the root, and of equals the largest."""
    names = [name for name in archive.names if _ends_so(name, ending)]
    return min(names, key=lambda name: (name.count("/"), -archive.size(name)), default="")


def _ends_so(path: str, ending: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name == ending or name.endswith(ending if ending.startswith(".") else f"_{ending}")


def _json(archive: Archive, name: str) -> object:
    return parse_json(archive.read(name)) if archive.size(name) <= MAX_JSON_BYTES else None


def _from_answer(body: bytes) -> Bundle:
    answer = parse_json(body)
    if not is_mapping(answer):
        raise InvalidResponseError("the kept result is not a JSON object", provider=PROVIDER)
    output = _output(answer)
    forms, warnings = _forms(
        (field for field in FIELDS if output.get(field)), lambda field: _value(output[field])
    )
    text = output.get("md_content", output.get("markdown"))
    return Bundle(
        forms=forms,
        markdown=None if text is None else text_of(text),
        warnings=warnings,
    )


def _output(answer: Raw) -> Raw:
    """The outputs of the one file: results{STEM{...}} up to 3.x, files[{content{...}}] in 4.0."""
    results = [mapping_of(value) for value in mapping_of(answer.get("results")).values()]
    contents = [mapping_of(mapping_of(item).get("content")) for item in items_of(answer.get("files"))]
    return next((output for output in (*results, *contents) if output), answer)


def _value(field: object) -> object:
    return parse_json(field) if isinstance(field, str) else field


def _forms(
    fields: Iterable[str], load: Callable[[str], object]
) -> tuple[tuple[Form, ...], tuple[DocumentWarning, ...]]:
    forms: list[tuple[int, Form]] = []
    unread: list[str] = []
    for field in fields:
        if field == SPARE and len(forms) >= ENOUGH:
            continue
        value = load(field)
        found = ((rank, read(value)) for rank, read in enumerate(READERS))
        form = next(((rank, form) for rank, form in found if form is not None), None)
        if form is not None:
            forms.append(form)
        elif value != []:  # a content list of nothing
            unread.append(field)
    forms.sort(key=lambda pair: pair[0])
    return tuple(form for _, form in forms), tuple(map(_unread, unread))


def _unread(name: str) -> DocumentWarning:
    return DocumentWarning(
        code="output_unread",
        message=f"{name}.json of the result is damaged or of a layout that is not known; others are used.",
    )


def _decode(data: bytes) -> str:
    return data.decode("utf-8-sig", errors="replace")
