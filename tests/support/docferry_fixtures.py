"""Fixtures that all test trees share: a clean environment, made documents, the demo and the shared folder."""

import json
import os
import signal
import sys
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
USUAL_HANDLERS = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}


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


@pytest.fixture(scope="session", autouse=True)
def _usual_signals() -> Iterator[None]:
    """Ctrl-C and requests to end do what they usually do, here and in the processes that tests start.

    A process begun in the background of a shell, or by nohup, ignores them, and so do its children.
    """
    earlier = {number: signal.signal(number, usual) for number, usual in USUAL_HANDLERS.items()}
    yield
    for number, handler in earlier.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session", autouse=True)
def _no_certificates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Clients trust nobody: nothing here is encrypted, and reading all certificates takes 20 ms a client."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SSL_CERT_FILE", raising=False)
        patch.setenv("SSL_CERT_DIR", str(tmp_path_factory.mktemp("certificates")))
        yield


@pytest.fixture(autouse=True)
def _close_books() -> Iterator[None]:
    """Files and threads of the ledgers and caches that a test used end with it, not with the run."""
    yield
    if "docferry.provider.job_room" in sys.modules:
        from docferry.engine import current_engine
        from docferry.provider.job_room import close_runners

        current_engine().run(close_runners())


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
