"""The shared fixtures keep their promises."""

import os

import pytest

CLEARED = ("DOCFERRY_PLUGINS_DENY", "SOMARK_API_KEY", "MINERU_BASE_URL", "https_proxy", "TIKTOKEN_CACHE_DIR")


@pytest.fixture(scope="module", autouse=True)
def _developer_environment():
    with pytest.MonkeyPatch.context() as patch:
        for name in (*CLEARED, "FERRY_KEPT"):
            patch.setenv(name, "set by the developer")
        yield


def test_environment_is_cleared_of_keys_addresses_and_proxies():
    assert [name for name in CLEARED if name in os.environ] == []
    assert os.environ["FERRY_KEPT"] == "set by the developer"


def test_coroutines_run_on_asyncio(anyio_backend):
    assert anyio_backend == "asyncio"


def test_shared_docs_is_a_folder_or_the_test_is_skipped(shared_docs):
    assert shared_docs.is_dir()
