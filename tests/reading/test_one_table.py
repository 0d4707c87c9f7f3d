"""A lone HTML table goes past Markdown's rules; what comes out is what they would have made of it."""

import pytest

from docferry.reading import read_markdown
from docferry.reading.markdown_syntax import is_one_table

TABLE = "<table><tr><td>a_b_ &amp; $x<y$</td><td rowspan=2>\n* c\n\n# d</td></tr><tr><td></td></tr></table>"


@pytest.mark.parametrize(
    "text",
    [
        TABLE,
        TABLE.upper(),
        "<table border=1>words outside<tr><th>1</th></tr></table>",
        "<table><caption>Table 1</caption><tr><td>1</td></tr></table>",
        "<table></table>",
    ],
)
def test_a_lone_table_reads_as_it_does_among_others(text):
    assert is_one_table(text)
    among_others = read_markdown(f"before\n\n{text}\n\nafter")
    assert read_markdown(text) == among_others[1:-1]


@pytest.mark.parametrize(
    "text",
    [
        f"{TABLE} after",
        f"before {TABLE}",
        f"{TABLE}{TABLE}",
        "<table><tr><td>`</table>`</td></tr></table>",
        "<table><tr><td><table><tr><td>1</td></tr></table></td></tr></table>",
        "<table><tr><td>1</td></tr>",
        "<tables></table>",
        "",
    ],
)
def test_anything_else_goes_by_the_rules(text):
    assert not is_one_table(text)
