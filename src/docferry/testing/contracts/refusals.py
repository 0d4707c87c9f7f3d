"""Bad input and bad options: typed errors with a next step, and nothing swallowed."""

import pytest

from docferry.errors import (
    CorruptSourceError,
    EmptySourceError,
    InvalidOptionsError,
    RejectedError,
    SourceError,
    UnsupportedSourceError,
)
from docferry.model import ProviderInfo
from docferry.provider import ProviderOptions
from docferry.sources import Source
from docferry.testing.contracts.evidence import NO_DOCUMENT, check_error
from docferry.testing.contracts.foundation import Contract
from docferry.testing.sample import Sample
from docferry.testing.trial import Trial

__all__ = ["RefusalContract"]


class RefusalContract(Contract):
    """What cannot be parsed says why in one sentence, and costs no other file of the run."""

    def test_empty_file_is_refused(self, trial: Trial) -> None:
        """A file of no bytes is an EmptySourceError: open files with `context.open`, which sees to it."""
        name = f"empty{_first_suffix(trial.info)}"
        error = trial.error(Source.from_bytes(b"", name=name))
        assert isinstance(error, EmptySourceError), f"{type(error).__name__} is no EmptySourceError"
        check_error(error, source=name)

    def test_unsupported_file_is_refused(self, trial: Trial) -> None:
        """A file of no known kind is an UnsupportedSourceError, whatever its name promises."""
        name = f"noise{_first_suffix(trial.info)}"
        error = trial.error(Source.from_bytes(NO_DOCUMENT, name=name))
        kinds = (UnsupportedSourceError, CorruptSourceError)
        assert isinstance(error, kinds), f"{type(error).__name__} is no UnsupportedSourceError"
        check_error(error, source=name)

    def test_corrupt_file_is_refused(self, trial: Trial, corrupt_sample: Sample) -> None:
        """Damaged content is an error about the source, or the service's verdict: never half a document."""
        error = trial.error(corrupt_sample)
        kinds = (SourceError, RejectedError) if trial.info.is_remote else (SourceError,)
        assert isinstance(error, kinds), f"{type(error).__name__} is no error about the source"
        check_error(error, source=corrupt_sample.name, passages=self._all_passages())

    def test_failed_source_costs_no_other(self, trial: Trial) -> None:
        """Good files before and behind a bad one are delivered, in order."""
        good, bad = self.samples[0], Source.from_bytes(NO_DOCUMENT, name="bad")
        outcomes = trial.outcomes(good, bad, good)
        assert [outcome.is_success for outcome in outcomes] == [True, False, True]

    def test_unknown_option_is_named_with_the_one_that_was_meant(self, trial: Trial) -> None:
        """A misspelt option is an InvalidOptionsError before anything is parsed, not silently ignored."""
        meant = max(_options_type(trial).model_fields, key=len, default="")
        misspelt = f"{meant[:-1]}{meant[-1:] * 2}" if meant else "whatever"
        with pytest.raises(InvalidOptionsError) as caught:
            trial.ingestor(options={misspelt: "1"})
        assert misspelt in str(caught.value), "the error names the option"
        assert not meant or f"did you mean {meant}?" in str(caught.value), "the error suggests the right name"
        check_error(caught.value, source="")

    def _all_passages(self) -> list[str]:
        return [passage for sample in self.samples for page in sample.pages for passage in page]


def _options_type(trial: Trial) -> type[ProviderOptions]:
    return trial.info.options_type


def _first_suffix(info: ProviderInfo) -> str:
    return info.formats[0].suffixes[0] if info.formats[0].suffixes else ""
