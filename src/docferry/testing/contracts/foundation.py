"""What a subclass of a contract says about its provider, and what the tests make of it."""

import itertools
import os
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pytest

from docferry.errors import DocferryError
from docferry.plugin import PluginManager
from docferry.plugin.manager import ENTRY_POINT_GROUP
from docferry.provider import JobSettings
from docferry.settings import PluginPolicy
from docferry.sources import sniff_media_type
from docferry.sources.media_types import is_text
from docferry.testing.sample import Sample
from docferry.testing.trial import Trial

__all__ = ["Contract", "MakeTrial"]

MakeTrial = Callable[[], Trial]
"""Makes a trial on which nothing was parsed yet."""


class Contract:
    """The part of a contract that a provider's author fills in."""

    provider: str
    """Name of the provider."""

    samples: tuple[Sample, ...]
    """Files that the provider must parse, at least one. Of several kinds where the provider reads several;
    one with two pages or more where there are pages; one that makes as much work as usual, so that a parse
    that blocks is noticed; and two of them where the provider takes several files at once."""

    corrupt_samples: tuple[Sample, ...] | None = None
    """Files of a kind that the provider reads, with damaged content. None for the first halves of those
    samples that are not plain text; empty when nothing can be damaged."""

    heavy_modules: tuple[str, ...] = ()
    """Modules that importing the plugin must not load, besides frameworks and clients: its own engine."""

    @pytest.fixture
    def options(self) -> Mapping[str, Any]:
        """Options for every parse; override it for what the provider needs."""
        return {}

    @pytest.fixture
    def entry_point(self) -> EntryPoint:
        """The plugin as it is installed."""
        found = [point for point in entry_points(group=ENTRY_POINT_GROUP) if point.name == self.provider]
        if len(found) != 1:
            pytest.fail(
                f"{len(found)} installed distributions have an entry point '{self.provider}' in the group "
                f"'{ENTRY_POINT_GROUP}'; install the plugin, for example with: pip install -e ."
            )
        return found[0]

    @pytest.fixture
    def manager(self, entry_point: EntryPoint) -> PluginManager:
        """Finds the provider, whatever the developer's own allow and deny lists say."""
        return PluginManager(policy=PluginPolicy(), points=[entry_point])

    @pytest.fixture
    def make_trial(
        self, manager: PluginManager, options: Mapping[str, Any], tmp_path: Path
    ) -> Callable[[], Trial]:
        """Makes trials, each with an empty ledger and an empty cache."""
        numbers = itertools.count(1)

        def make() -> Trial:
            folder = tmp_path / f"trial-{next(numbers)}"
            jobs = JobSettings(ledger=folder / "ledger.sqlite3", cache=folder / "payloads")
            return Trial(name=self.provider, manager=manager, options=options, jobs=jobs)

        return make

    @pytest.fixture
    def trial(self, make_trial: MakeTrial) -> Trial:
        """A trial on which nothing was parsed yet."""
        return make_trial()

    @pytest.fixture(autouse=True)
    def _own_surroundings(
        self, manager: PluginManager, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """No test sees the developer's keys, or touches the developer's ledger and cache."""
        for name in tuple(os.environ):  # noqa: TID251 - to clear it
            if name.startswith("DOCFERRY_"):
                monkeypatch.delenv(name)
        try:
            variables = manager.provider(self.provider).info.environment
        except DocferryError:
            variables = ()  # the test of loading says why
        for name in variables:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("DOCFERRY_LEDGER", str(tmp_path / "ledger.sqlite3"))
        monkeypatch.setenv("DOCFERRY_CACHE", str(tmp_path / "payloads"))

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Have tests with the arguments `sample` and `corrupt_sample` run once for each."""
        if "sample" in metafunc.fixturenames:
            if not self.samples:
                raise pytest.Collector.CollectError(f"{type(self).__name__} has no samples")
            metafunc.parametrize("sample", self.samples, ids=_name)
        if "corrupt_sample" in metafunc.fixturenames:
            metafunc.parametrize("corrupt_sample", self._corrupt_samples(), ids=_name)

    def _corrupt_samples(self) -> tuple[Sample, ...]:
        if self.corrupt_samples is not None:
            return self.corrupt_samples
        return tuple(_cut_short(sample) for sample in self.samples if not _is_text(sample))


def _name(sample: Sample) -> str:
    return sample.name


def _is_text(sample: Sample) -> bool:
    return is_text(sniff_media_type(sample.read(), file_name=sample.name))


def _cut_short(sample: Sample) -> Sample:
    data = sample.read()
    return Sample(name=f"half-{sample.name}", content=data[: len(data) // 2])
