"""Provider echo keeps the contract of every provider."""

from docferry.testing import ProviderContract, Sample

ALMANAC = b"""\
@header Harbour almanac
# Tides

High water is at 06:12
and at 18:40.

@caption Table 1: Depths
| Buoy | Depth in m |
|------|------------|
| 4    | 3.5        |

- Mind the rocks.
  - The northern ones most.
@page_number 1
===
@label ii
@header Harbour almanac
## Moorings

@figure A plan of the harbour
@caption Figure 1: The harbour
@formula d = v t
@code
depth = 3.5
    print(depth)

@buoyage An element of a kind that nobody knows.
@page_number 2
===
The last page has one line.
"""


class TestEcho(ProviderContract):
    provider = "echo"
    samples = (
        Sample(
            name="almanac.txt",
            content=ALMANAC,
            pages=(
                ("Tides", "High water is at 06:12 and at 18:40.", "Depths", "Depth in m", "Mind the rocks."),
                ("Moorings", "A plan of", "Figure 1", "d = v t", "print(depth)", "nobody knows"),
                ("The last page has one line.",),
            ),
            furniture=("Harbour almanac", "1", "2"),
        ),
        Sample(
            name="long.text",
            content="\n===\n".join(f"# {n}\n\nPage {n} of many.\n" * 10 for n in range(1, 201)).encode(),
            pages=tuple((f"Page {n} of many.",) for n in range(1, 201)),
        ),
    )
    corrupt_samples = (Sample(name="latin.txt", content="Die Fähre fährt über die Förde.".encode("latin-1")),)
