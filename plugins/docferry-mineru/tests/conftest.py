"""Fixtures of this plugin's tests."""

import sys
from pathlib import Path

import pytest

# Test folders are no packages; what several of them share is imported from here.
sys.path.append(str(Path(__file__).parent / "support"))

from docferry_mineru.server import MEMORY


@pytest.fixture(autouse=True)
def no_server_is_known():
    """Ports are used again: the server of an earlier test must not be taken for that of this one."""
    MEMORY.clear()
