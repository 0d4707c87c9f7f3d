"""What the tests look at: the text of pages and elements, and how an error must be."""

import pickle
import traceback
from collections.abc import Iterable, Mapping, Sequence

from docferry.errors import DocferryError, SourceError
from docferry.model import Document, Element

__all__ = [
    "NO_DOCUMENT",
    "SHORTEST_PASSAGE",
    "check_error",
    "check_passages",
    "element_text",
    "page_numbers",
    "page_texts",
    "secrets_in",
    "without_space",
]

NO_DOCUMENT = bytes(range(256)) * 4
"""Bytes of no known kind of file."""

SHORTEST_PASSAGE = 8
"""Shorter passages may stand in a message by chance."""

TRACES_OF_A_TRACEBACK = ("Traceback", 'File "', "\n", "\r")


def without_space(text: str) -> str:
    """Text without white space: services break lines and join words differently."""
    return "".join(text.split())


def element_text(element: Element) -> str:
    """All text of an element, cells included."""
    cells = element.table.cells if element.table is not None else ()
    return " ".join([element.text, *(cell.text for cell in cells)])


def page_numbers(document: Document) -> list[int]:
    """Numbers of the document's pages, in order."""
    return [page.number for page in document.pages]


def page_texts(document: Document, *, furniture: bool = False) -> dict[int, str]:
    """By page the text that stands on it, in reading order and without white space.

    Args:
        document: The document.
        furniture: Whether to give the furniture only, or all else.
    """
    texts: dict[int, list[str]] = {page.number: [] for page in document.pages}
    for element in document.elements:
        if element.is_furniture is furniture:
            for number in {region.page for region in element.regions}:
                texts[number].append(without_space(element_text(element)))
    return {number: "".join(parts) for number, parts in texts.items()}


def check_passages(texts: Mapping[int, str], number: int, passages: Iterable[str]) -> None:
    """Check that passages stand on a page, in their order.

    Args:
        texts: By page the text that stands on it, from `page_texts`.
        number: The page.
        passages: The passages.
    """
    text = texts.get(number, "")
    start = 0
    for passage in passages:
        found = text.find(without_space(passage), start)
        if found < 0 and without_space(passage) in text:
            raise AssertionError(f"page {number} has the passage {passage!r} in another place of its order")
        assert found >= 0, f"page {number} lacks the passage {passage!r}"
        start = found + len(without_space(passage))


def check_error(error: DocferryError, *, source: str, passages: Sequence[str] = ()) -> None:
    """Check what a person reads of an error, and that it crosses to another process.

    Args:
        error: The error.
        source: Name of the source that it must be about; empty when it is about none.
        passages: Text of the source, which must not be in it.
    """
    shown = str(error)
    assert error.message.strip(), "an error says what failed"
    assert not error.message.endswith("."), "a message is a clause: the next step follows it"
    for trace in TRACES_OF_A_TRACEBACK:
        assert trace not in shown, "an error is one sentence, not the text of a traceback"
    if isinstance(error, SourceError):
        assert error.next_step.strip(), "an error about a source says what to do next"
    assert source in shown, "an error names the source it is about"
    for passage in passages:
        assert len(passage) < SHORTEST_PASSAGE or passage not in shown, "no text of the document in an error"
    _check_pickle(error)


def secrets_in(error: BaseException, secrets: Iterable[str]) -> list[str]:
    """Those secrets that an error shows, in itself or in what caused it."""
    shown = traceback.format_exception(error)
    for cause in _chain(error):
        shown += [str(cause), repr(cause), repr(cause.args), repr(vars(cause))]
    return [secret for secret in secrets if any(secret in text for text in shown)]


def _chain(error: BaseException) -> list[BaseException]:
    """An error and what caused it; an error raised anew may stand in its own chain."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain


def _check_pickle(error: DocferryError) -> None:
    try:
        copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - what was pickled on the same line
    except (TypeError, AttributeError, pickle.PicklingError) as trouble:
        raise AssertionError(f"a {type(error).__name__} does not survive pickling: {trouble}") from trouble
    assert type(copy) is type(error), "an error comes out of a pickle as what it was"
    assert str(copy) == str(error), "an error says the same after pickling"
