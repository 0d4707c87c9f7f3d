"""What must hold for the chunks of any document, checked without the chunker's own code."""

import html
import re
from collections import Counter, defaultdict

from docferry.chunking import SpanUnit, Split
from docferry.model import ElementKind

__all__ = ["check_chunks"]

MARKUP = re.compile(
    r"</?(?:table|thead|tbody|tr|td|th|br)(?: (?:rowspan|colspan)=\"\d+\")*>|`{3,}|\$\$|#{1,6} |[-|\s\\]"
)
HEADINGS = {ElementKind.HEADING, ElementKind.TITLE}


def check_chunks(document, chunks, settings, count):
    """Assert every law. `count` is the tokenizer's own count of a text."""
    elements = [
        element for element in document.elements if settings.includes_furniture or not element.is_furniture
    ]
    by_id = {element.id: element for element in elements}
    check_counts(chunks, settings, count)
    check_spans(chunks, by_id)
    check_coverage(chunks, elements, stitches_tables=settings.stitches_tables)
    check_places(chunks, by_id)
    assert len({chunk.id for chunk in chunks}) == len(chunks)


def check_counts(chunks, settings, count):
    for chunk in chunks:
        assert chunk.text, "a chunk has text"
        assert chunk.text_to_embed == chunk.prefix + chunk.text
        assert chunk.token_count == count(chunk.text_to_embed), "the count equals a recount"
        if settings.split is Split.CHUNK:
            assert chunk.token_count <= settings.max_tokens, "no chunk is over the budget"
        if not settings.includes_headings:
            assert not chunk.prefix


def check_spans(chunks, by_id):
    for chunk in chunks:
        last = 0
        between = []
        for span in chunk.spans:
            assert last <= span.start < span.end <= len(chunk.text), "spans follow one another"
            between.append(chunk.text[last : span.start])
            last = span.end
            element = by_id[span.element_id]
            if span.unit is SpanUnit.CHARACTERS:
                shown = chunk.text[span.start : span.end]
                own = element.text[span.element_start : span.element_end]
                if element.kind in HEADINGS:
                    own = own.replace("\n", " ").replace("\r", " ")
                assert shown == own, "a span shows the element's characters"
            else:
                assert 0 <= span.element_start < span.element_end <= element.table.n_rows
        between.append(chunk.text[last:])
        assert not MARKUP.sub("", "".join(between)), "outside the spans there is markup only"


def check_coverage(chunks, elements, *, stitches_tables):
    characters = defaultdict(list)
    rows = defaultdict(list)
    for chunk in chunks:
        for span in chunk.spans:
            if span.is_repeat:
                continue
            if span.unit is SpanUnit.CHARACTERS:
                characters[span.element_id].append((span.element_start, span.element_end))
            else:
                shown = chunk.text[span.start : span.end]
                rows[span.element_id].append((span.element_start, span.element_end, shown))
    for element in elements:
        if element.table is not None and element.table.cells:
            stretches = rows.pop(element.id, [])
            # The next part of a stitched table shows its header in the header of the first part.
            n_header = element.table.n_header_rows if stitches_tables else 0
            is_next = n_header > 0 and all(start >= n_header for start, _, _ in stretches)
            check_table(element.table, stretches, first=n_header if is_next else 0)
        else:
            check_characters(element.text, characters.pop(element.id, []))
    assert not rows
    assert not characters


def check_characters(text, stretches):
    position = 0
    for start, end in stretches:
        assert start >= position, "no character is shown twice, and all in order"
        assert not text[position:start].strip(), "only white space is left out"
        position = end
    assert not text[position:].strip(), "only white space is left out at the end"


def check_table(table, stretches, *, first=0):
    texts = [[] for _ in range(table.n_rows)]
    for cell in table.cells:
        if cell.text.strip():
            texts[cell.row].append(cell.text)
    shown_rows = Counter()
    shown_text = defaultdict(str)
    position = first
    for start, end, shown in stretches:
        assert start >= position or (start, end) == (position - 1, position), "rows in order"
        assert not any(texts[row] for row in range(position, start)), "only empty rows are left out"
        position = max(position, end)
        key = (start, end)
        shown_rows.update(range(start, end) if key not in shown_text else ())
        shown_text[key] += shown
    assert not any(texts[row] for row in range(position, table.n_rows))
    assert all(count == 1 for count in shown_rows.values()), "no row is shown twice"
    for (start, end), shown in shown_text.items():
        found = plain(shown)
        for row in range(start, end):
            for text in texts[row]:
                assert plain(text) in found, "every cell is shown"


def plain(text):
    """Text without white space, entities and escapes."""
    return re.sub(r"[\s\x1c-\x1f\x85]|<br>|\\", "", html.unescape(text))


def check_places(chunks, by_id):
    on_page = Counter()
    for chunk in chunks:
        assert chunk.pages == tuple(sorted({region.page for region in chunk.regions}))
        page = chunk.pages[0] if chunk.pages else 0
        on_page[page] += 1
        assert chunk.chunk_on_page == on_page[page]
        shown = {span.element_id for span in chunk.spans}
        assert {kind for name in shown for kind in (by_id[name].kind,)} <= set(chunk.kinds)
        own = {span.element_id for span in chunk.spans if not span.is_repeat}
        with_places = {name for name in own if by_id[name].regions}
        assert with_places <= {region.element_id for region in chunk.regions}
        for region in chunk.regions:
            pages = {place.page for place in by_id[region.element_id].regions}
            assert region.page in pages
