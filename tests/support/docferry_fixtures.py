"""Fixtures that all test trees share: a clean environment, made documents, the demo and the shared folder."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import documents as document_factories
import hypothesis
import pytest

# How fast examples are drawn depends on who else uses the machine, and says nothing about the code.
hypothesis.settings.register_profile(
    "docferry", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("docferry")

REPOSITORY = Path(__file__).resolve().parents[2]

CLEARED_PREFIXES = ("DOCFERRY_",)
CLEARED_SUFFIXES = ("_API_KEY", "_BASE_URL", "_PROXY", "_WEBHOOK_SECRET")
CLEARED_NAMES = ("TIKTOKEN_CACHE_DIR",)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Coroutine tests run on asyncio, the loop the engine uses."""
    return "asyncio"


@pytest.fixture(autouse=True)
def _clear_environment() -> Iterator[None]:
    """No test sees the developer's keys, addresses, proxies or caches."""
    with pytest.MonkeyPatch.context() as patch:
        for name in tuple(os.environ):
            upper = name.upper()
            if (
                upper.startswith(CLEARED_PREFIXES)
                or upper.endswith(CLEARED_SUFFIXES)
                or upper in CLEARED_NAMES
            ):
                patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def documents() -> ModuleType:
    """The factories of tests/support/documents.py: each writes into a folder and returns the path."""
    return document_factories


@pytest.fixture(scope="session")
def demo_pdf() -> Path:
    """The PDF that ships with the repository."""
    return REPOSITORY / "examples" / "demo.pdf"


@pytest.fixture(scope="session")
def demo_facts() -> dict[str, Any]:
    """What demo.pdf says on which page; keys are explained in examples/make_demo_pdf.py."""
    facts = json.loads((REPOSITORY / "examples" / "demo_facts.json").read_text(encoding="utf-8"))
    assert isinstance(facts, dict)
    return facts


@pytest.fixture(scope="session")
def shared_docs() -> Path:
    """Real documents in a folder beside the repository; tests that want them are skipped without it."""
    folder = REPOSITORY.parent / "shared" / "docs"
    if not folder.is_dir():
        pytest.skip("the folder shared/docs is not beside the repository")
    return folder
