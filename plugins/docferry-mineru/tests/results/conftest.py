"""Fixtures for the tests of reading results."""

import sys
from pathlib import Path

import pytest

# Test folders are no packages; what several of them share is imported from here.
sys.path.append(str(Path(__file__).parent / "support"))


@pytest.fixture(scope="session")
def mineru_samples():
    """Genuine bodies and bundles, in a folder beside the repository; skipped without it."""
    folder = Path(__file__).resolve().parents[5] / "shared" / "samples" / "mineru"
    if not folder.is_dir():
        pytest.skip("the folder shared/samples is not beside the repository")
    return folder
