"""Provider local keeps the contract of every provider."""

import json
from pathlib import Path

from docferry.testing import ProviderContract, Sample

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
FACTS = json.loads((EXAMPLES / "demo_facts.json").read_text(encoding="utf-8"))

MARKDOWN = """\
# Tide tables

High water is at **06:12** and 18:40.

| Buoy | Depth in m |
|---|---|
| 4 | 3.5 |

* Buoy 7 is free.
"""
TEXT = "The harbour master lives above the office.\n\nHe answers the telephone at night.\n"


def passages(page):
    """The headings of a page of demo.pdf, in order."""
    return tuple(
        heading["text"] for heading in (*FACTS["titles"], *FACTS["headings"]) if heading["page"] == page
    )


class TestLocal(ProviderContract):
    provider = "local"
    heavy_modules = ("liteparse", "markdown_it")
    samples = (
        Sample(
            name="demo.pdf",
            content=EXAMPLES / "demo.pdf",
            pages=tuple(passages(page) for page in range(1, FACTS["pages"] + 1)),
            furniture=(FACTS["running_head"], "2", "8"),
        ),
        Sample(
            name="tides.md",
            content=MARKDOWN.encode(),
            pages=(
                ("Tide tables", "High water is at 06:12 and 18:40.", "Depth in m", "3.5", "Buoy 7 is free."),
            ),
        ),
        Sample(
            name="harbour.txt",
            content=TEXT.encode(),
            pages=(("The harbour master lives above the office.", "He answers the telephone at night."),),
        ),
    )
