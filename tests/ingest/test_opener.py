"""What a provider is handed of a source."""

import dataclasses

import anyio
import pytest

from docferry.errors import SourceError
from docferry.ingest.opener import SourceOpener
from docferry.model import FileFormat, PageSelection, ProviderInfo
from docferry.provider import ProviderOptions
from docferry.sources import Source, open_source

INFO = ProviderInfo(
    name="pager",
    title="Pager",
    formats=(FileFormat(name="PDF", media_types=("application/pdf",), suffixes=(".pdf",)),),
    options_type=ProviderOptions,
)


def test_pages_are_not_cut_out_of_another_file_than_the_one_that_was_hashed(demo_pdf, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(demo_pdf.read_bytes())
    opener = SourceOpener(info=INFO, pages=PageSelection.parse("1"))

    async def main():
        async with open_source(Source.from_path(path)) as whole:
            path.write_bytes(demo_pdf.read_bytes() + b"\n")
            with pytest.raises(SourceError, match="was changed"):
                opener._checked(whole)
            path.write_bytes(demo_pdf.read_bytes())
            part = opener._checked(whole)
            assert part == dataclasses.replace(
                whole, content=part.content, size_bytes=len(part.content), part="1", page_count=1
            )

    anyio.run(main)
