"""The module: light to import, and with the names that users look for."""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from docferry.errors import DocferryError
from docferry.model import Ability
from docferry.provider import read_options
from docferry.testing.contracts.foundation import Contract
from docferry.testing.environment import EnvironmentRecorder
from docferry.testing.import_probe import probe_import
from docferry.testing.trial import Trial

__all__ = ["ModuleContract"]

HEAVY = ("langchain_core", "llama_index", "httpx", "tiktoken", "pypdfium2", "typer", "rich", "starlette")


class ModuleContract(Contract):
    """Listing providers imports every plugin, so an import does next to nothing."""

    def test_import_is_light_and_reads_no_environment(self, entry_point: EntryPoint) -> None:
        """No framework, no client, none of the provider's engine; a key read at import would be frozen."""
        trace = probe_import(entry_point.module)
        loaded = [name for name in (*HEAVY, *self.heavy_modules) if name in trace.modules]
        assert loaded == [], "import these when they are first used"
        assert trace.environment == frozenset(), "read the environment when called, not at import"

    def test_variables_on_the_card_are_those_that_are_read(
        self, trial: Trial, entry_point: EntryPoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Users set what the card names; what is read besides would surprise them."""
        info = trial.info
        package = entry_point.module.partition(".")[0]
        recorder = EnvironmentRecorder(os.environ, package=package)  # noqa: TID251 - to watch it
        monkeypatch.setattr(os, "environ", recorder)
        if Ability.JOBS in info.abilities:
            with suppress(DocferryError):  # there is no key
                trial.provider.job_api(read_options(info.options_type, None, provider=info.name))
        trial.outcomes(self.samples[0])
        unnamed = {name for name in recorder.names if not name.startswith("DOCFERRY_")} - set(
            info.environment
        )
        assert unnamed == set(), "name on the card what is read"
        assert set(info.environment) - recorder.names == set(), "read what the card names"

    def test_options_have_their_usual_name(self, trial: Trial, entry_point: EntryPoint) -> None:
        """A user who knows one provider finds the next: XOptions in the plugin's module."""
        name = f"{_prefix(self.provider)}Options"
        found = getattr(import_module(entry_point.module), name, None)
        assert found is trial.info.options_type, f"{entry_point.module}.{name} is the options class"

    @pytest.mark.skipif(find_spec("langchain_core") is None, reason="langchain-core is not installed")
    def test_loader_has_its_usual_name_and_loads(
        self, trial: Trial, entry_point: EntryPoint, tmp_path: Path
    ) -> None:
        """XLoader in the plugin's module is a LangChain loader of this provider."""
        from docferry.langchain import DocferryLoader  # noqa: PLC0415 - an extra

        loader_type = _adapter(entry_point, f"{_prefix(self.provider)}Loader", DocferryLoader)
        path = self._sample_on_disk(tmp_path)
        loader = loader_type(str(path), options=dict(trial.options), manager=trial.manager)
        documents = loader.load()
        assert documents, "the first sample gives documents"
        assert {document.metadata["source"] for document in documents} == {str(path)}
        assert {document.metadata["provider"] for document in documents} == {self.provider}

    @pytest.mark.skipif(find_spec("llama_index.core") is None, reason="llama-index-core is not installed")
    def test_reader_has_its_usual_name_and_reads(
        self, trial: Trial, entry_point: EntryPoint, tmp_path: Path
    ) -> None:
        """XReader in the plugin's module is a LlamaIndex reader of this provider."""
        from docferry.llama_index import DocferryReader  # noqa: PLC0415 - an extra

        reader_type = _adapter(entry_point, f"{_prefix(self.provider)}Reader", DocferryReader)
        path = self._sample_on_disk(tmp_path)
        reader = reader_type(options=dict(trial.options), manager=trial.manager)
        documents = reader.load_data(str(path))
        assert documents, "the first sample gives documents"
        assert {document.metadata["source"] for document in documents} == {str(path)}
        assert {document.metadata["provider"] for document in documents} == {self.provider}

    def _sample_on_disk(self, folder: Path) -> Path:
        path = folder / self.samples[0].name
        path.write_bytes(self.samples[0].read())
        return path


def _prefix(provider: str) -> str:
    """The provider's name as classes begin with it: haiku -> Haiku, my-service -> MyService."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[-_]", provider))


def _adapter(entry_point: EntryPoint, name: str, kind: type[Any]) -> Callable[..., Any]:
    found: object = getattr(import_module(entry_point.module), name, None)
    assert isinstance(found, type), f"{entry_point.module} has no class {name}"
    assert issubclass(found, kind), f"{name} is a {kind.__name__}"
    return found
