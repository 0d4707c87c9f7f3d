"""Documents: what a parse of each sample must hold."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from docferry.chunking import Chunk, ChunkSettings, ChunkSpan, SpanUnit, chunk_document
from docferry.model import Ability, Document, Element, ElementKind, decode_document, encode_document
from docferry.testing.contracts.evidence import (
    check_passages,
    page_numbers,
    page_texts,
    without_space,
)
from docferry.testing.contracts.foundation import Contract, MakeTrial
from docferry.testing.sample import Sample
from docferry.testing.trial import Trial

__all__ = ["DocumentContract"]

FURNITURE = frozenset({ElementKind.HEADER, ElementKind.FOOTER, ElementKind.PAGE_NUMBER})
DEEPEST_HEADING = 6
BULLETS = ("•", "◦", "▪", "- ", "* ")
ODD_FOLDER = "年度 报告 (final)"


class DocumentContract(Contract):
    """Every sample becomes a document that keeps the model's rules and lacks nothing."""

    def test_pages_are_all_there_and_count_from_one(self, trial: Trial, sample: Sample) -> None:
        """A document without a page selection has every page of its file, 1 to n."""
        assert sample.pages, "say in Sample.pages what stands on each page"
        assert page_numbers(trial.document(sample)) == list(range(1, len(sample.pages) + 1))

    def test_text_stands_on_its_page_in_reading_order(self, trial: Trial, sample: Sample) -> None:
        """Every passage of the sample is found on its page, behind the one before it."""
        texts = page_texts(trial.document(sample))
        for number, passages in enumerate(sample.pages, start=1):
            check_passages(texts, number, passages)

    def test_furniture_is_kept_and_flagged(self, trial: Trial, sample: Sample) -> None:
        """Running heads and page numbers are in the document, and is_furniture says what they are."""
        document = trial.document(sample)
        unflagged = [
            element.id
            for element in document.elements
            if element.kind in FURNITURE and not element.is_furniture
        ]
        assert unflagged == [], "headers, footers and page numbers are furniture"
        furniture = "".join(page_texts(document, furniture=True).values())
        for passage in sample.furniture:
            assert without_space(passage) in furniture, f"{passage!r} is lost, or not flagged as furniture"

    def test_document_names_its_provider_and_its_source(self, trial: Trial, sample: Sample) -> None:
        """Who parsed which bytes."""
        document = trial.document(sample)
        assert document.provider == self.provider
        assert document.source_fingerprint == _fingerprint(sample)

    def test_elements_keep_the_rules_of_the_model(self, trial: Trial, sample: Sample) -> None:
        """Levels, captions and bullets as `docferry.model.Element` describes them."""
        document = trial.document(sample)
        known = {element.id for element in document.elements}
        for element in document.elements:
            _check_element(element, known)

    def test_boxes_are_given_as_the_card_says(self, trial: Trial) -> None:
        """The ability boxes means that elements have them, and none otherwise."""
        documents = [trial.document(sample) for sample in self.samples]
        has_boxes = any(
            region.box is not None
            for document in documents
            for element in document.elements
            for region in element.regions
        )
        assert has_boxes == (Ability.BOXES in trial.info.abilities)

    def test_chunks_lose_no_text(self, trial: Trial, sample: Sample) -> None:
        """What an element says is in the chunks once; a table's text in its cells, not beside them."""
        document = trial.document(sample)
        chunks = chunk_document(document, settings=ChunkSettings(max_tokens=64), source_name=sample.name)
        assert chunks, "a document with text gives chunks"
        spans = _spans(chunks)
        lost = [element.id for element in document.elements if _is_lost(element, spans[element.id])]
        assert lost == [], "the chunks lack text of these elements"

    def test_document_survives_its_encoding(self, trial: Trial, sample: Sample) -> None:
        """What is written as JSON is read as an equal document."""
        document = trial.document(sample)
        assert decode_document(encode_document(document)) == document

    def test_same_bytes_give_the_same_document(self, make_trial: MakeTrial, sample: Sample) -> None:
        """Ids included, without anything remembered: chunk ids and every later run stand on it."""
        first, second = make_trial().document(sample), make_trial().document(sample)
        assert _ids(first) == _ids(second), "element ids are stable"
        assert encode_document(first) == encode_document(second)

    def test_paths_and_bytes_give_the_same_text(
        self, make_trial: MakeTrial, sample: Sample, tmp_path: Path
    ) -> None:
        """A file may come as bytes, or lie in a folder with spaces and Chinese characters in its name."""
        folder = tmp_path / ODD_FOLDER
        folder.mkdir()
        path = folder / f"a {sample.name}"
        path.write_bytes(sample.read())
        from_path, from_bytes = make_trial().document(path), make_trial().document(sample)
        assert page_texts(from_path) == page_texts(from_bytes)


def _fingerprint(sample: Sample) -> str:
    return f"sha256:{hashlib.sha256(sample.read()).hexdigest()}"


def _ids(document: Document) -> list[str]:
    return [element.id for element in document.elements]


def _check_element(element: Element, known: set[str]) -> None:
    name = f"element {element.id} ({element.kind.value})"
    if element.kind in (ElementKind.TITLE, ElementKind.HEADING):
        assert element.level is None or element.level <= DEEPEST_HEADING, f"{name}: levels run from 1 to 6"
    if element.kind is ElementKind.LIST_ITEM:
        assert not element.text.startswith(BULLETS), f"{name}: list items carry no bullet sign"
    assert not element.caption_of or element.caption_of in known, f"{name}: it is the caption of nothing"


def _spans(chunks: Iterable[Chunk]) -> Mapping[str, list[ChunkSpan]]:
    """By element, where its text stands in the chunks, in order."""
    spans: defaultdict[str, list[ChunkSpan]] = defaultdict(list)
    for chunk in chunks:
        for span in chunk.spans:
            spans[span.element_id].append(span)
    return spans


def _is_lost(element: Element, spans: Sequence[ChunkSpan]) -> bool:
    if element.is_furniture:
        return False
    shown = "".join(
        element.text[span.element_start : span.element_end]
        for span in spans
        if span.unit is SpanUnit.CHARACTERS and not span.is_repeat
    )
    rows = {
        row
        for span in spans
        if span.unit is SpanUnit.ROWS
        for row in range(span.element_start, span.element_end)
    }
    cells = element.table.cells if element.table is not None else ()
    return without_space(shown) != without_space(element.text) or any(
        cell.text.strip() and cell.row not in rows for cell in cells
    )
