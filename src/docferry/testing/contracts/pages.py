"""Page selections: with the provider's own ability or with docferry's slicing, numbers are absolute."""

import pytest

from docferry.errors import SourceError
from docferry.model import Ability, PageSelection
from docferry.sources import sniff_media_type
from docferry.testing.contracts.evidence import check_error, check_passages, page_numbers, page_texts
from docferry.testing.contracts.foundation import Contract
from docferry.testing.sample import Sample
from docferry.testing.trial import Trial

__all__ = ["PageContract"]

PDF = "application/pdf"
FAR_BEHIND = 100_000


class PageContract(Contract):
    """Some pages of a file are parsed as if the others were there."""

    def test_selected_pages_keep_their_numbers(self, trial: Trial, sample: Sample) -> None:
        """Each page alone, and the first with the last: the pages asked for, with their own text."""
        _skip_unless_selectable(trial, sample)
        count = len(sample.pages)
        for wanted in ([count], [1, count]):
            document = trial.document(sample, pages=PageSelection.of(wanted))
            assert page_numbers(document) == sorted(set(wanted)), "page numbers are those of the whole file"
            texts = page_texts(document)
            for number in wanted:
                check_passages(texts, number, sample.pages[number - 1])

    def test_pages_behind_the_end_are_refused(self, trial: Trial, sample: Sample) -> None:
        """A selection without any page of the file is a SourceError, not an empty document."""
        _skip_unless_selectable(trial, sample)
        error = trial.error(sample, pages=PageSelection.of([FAR_BEHIND]))
        assert isinstance(error, SourceError), f"{type(error).__name__} is no SourceError"
        check_error(error, source=sample.name)


def _skip_unless_selectable(trial: Trial, sample: Sample) -> None:
    if Ability.PAGE_SELECTION in trial.info.abilities:
        return
    if sniff_media_type(sample.read(), file_name=sample.name) != PDF:
        pytest.skip("the provider selects no pages, and docferry slices PDFs only")
