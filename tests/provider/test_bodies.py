"""Files on their way to a server."""

import asyncio
import dataclasses
import hashlib
import os
from pathlib import Path

import pytest
from depot import file_of

from docferry.errors import SourceError
from docferry.provider.bodies import PART_BYTES, stream_file

OPEN_FILES = Path("/proc/self/fd")


@pytest.fixture
def file(tmp_path):
    """A file on the disk that is sent in two parts."""
    content = b"x" * (PART_BYTES + 1)
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    fingerprint = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return dataclasses.replace(file_of(content=content), content=path, fingerprint=fingerprint)


async def sent(file):
    return [part async for part in stream_file(file)]


def test_a_file_is_sent_in_parts(file):
    assert [len(part) for part in asyncio.run(sent(file))] == [PART_BYTES, 1]


@pytest.mark.skipif(not OPEN_FILES.exists(), reason="no list of open files here")
@pytest.mark.parametrize("size", [0, PART_BYTES + 1], ids=["at its beginning", "at its end"])
def test_a_file_that_was_changed_is_closed(file, size):
    file.content.write_bytes(b"y" * size)
    with pytest.raises(SourceError, match="was changed") as caught:
        asyncio.run(sent(file))
    assert str(file.content) not in {os.path.realpath(link) for link in OPEN_FILES.iterdir()}
    assert caught.value.source == "a.txt"  # the error, and what it holds, is still there
