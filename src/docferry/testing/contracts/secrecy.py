"""Secrets: never in a repr, in JSON, in an error or in a log."""

import logging
import pickle
import re
from collections.abc import Mapping
from typing import Any

import pydantic
import pytest

from docferry.model import ProviderInfo
from docferry.provider import ProviderOptions, read_options
from docferry.sources import Source
from docferry.testing.contracts.evidence import NO_DOCUMENT, secrets_in
from docferry.testing.contracts.foundation import Contract
from docferry.testing.trial import Trial

__all__ = ["SecrecyContract", "secret_fields", "secrets_of"]

MARKER = "marker-5d1e93c07a"
"""What unset secrets are set to; it must not be found anywhere."""

SECRET_NAME = re.compile(r"(^|_)(api_?key|key|token|secret|password|credentials?)$")
SECRET_TYPES = (pydantic.SecretStr, pydantic.SecretBytes)


class SecrecyContract(Contract):
    """What the user keeps secret stays so."""

    def test_secret_options_are_secret_types(self, trial: Trial) -> None:
        """An option named like a secret is a pydantic.SecretStr."""
        options_type: type[ProviderOptions] = trial.info.options_type
        named = {name for name in options_type.model_fields if SECRET_NAME.search(name)}
        assert named - secret_fields(trial.info) == set(), "make these options pydantic.SecretStr"

    def test_secrets_are_not_in_what_options_show(self, trial: Trial) -> None:
        """Neither as text nor as JSON nor in what a ledger and a payload's key hold."""
        options = read_options(trial.info.options_type, _marked(trial), provider=self.provider)
        shown = f"{options!r} {options} {options.model_dump_json()} {options.shown} {options.semantic}"
        assert [secret for secret in secrets_of(options) if secret in shown] == []

    def test_options_survive_pickling(self, trial: Trial) -> None:
        """Worker processes get them so, with the secrets that were given as arguments."""
        options = read_options(trial.info.options_type, _marked(trial), provider=self.provider)
        assert pickle.loads(pickle.dumps(options)) == options  # noqa: S301 - pickled on the same line

    def test_secrets_are_not_in_logs_or_errors(self, trial: Trial, caplog: pytest.LogCaptureFixture) -> None:
        """Whatever is logged at any level, and whatever goes wrong."""
        marked = _marked(trial)
        secrets = secrets_of(read_options(trial.info.options_type, marked, provider=self.provider))
        bad = [Source.from_bytes(NO_DOCUMENT, name="bad"), *self._corrupt_samples()]
        with caplog.at_level(logging.DEBUG):
            outcomes = trial.outcomes(self.samples[0], *bad, options=marked)
        logged = [caplog.text, *(f"{record.getMessage()} {record.args!r}" for record in caplog.records)]
        assert [secret for secret in secrets if any(secret in text for text in logged)] == []
        for outcome in outcomes:
            if outcome.error is not None:
                assert secrets_in(outcome.error, secrets) == []


def secret_fields(info: ProviderInfo) -> set[str]:
    """Names of the options that are secrets."""
    options_type: type[ProviderOptions] = info.options_type
    return {
        name
        for name, field in options_type.model_fields.items()
        if any(kind.__name__ in str(field.annotation) for kind in SECRET_TYPES)
    }


def secrets_of(options: ProviderOptions) -> list[str]:
    """The values of the options that are secrets."""
    values = [getattr(options, name) for name in type(options).model_fields]
    texts = [value.get_secret_value() for value in values if isinstance(value, SECRET_TYPES)]
    return [text if isinstance(text, str) else text.decode() for text in texts]


def _marked(trial: Trial) -> Mapping[str, Any]:
    """The options of the trial, with every secret set that is not."""
    return dict.fromkeys(secret_fields(trial.info), MARKER) | dict(trial.options)
