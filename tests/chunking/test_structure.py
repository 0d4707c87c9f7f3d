"""What stays together, what is cut, and where."""

import itertools

import pytest
from chunk_documents import caption, document, element, figure, grid, heading, paragraph, table, texts

from docferry.chunking import ChunkSettings, Split, TableFormat, chunk_document
from docferry.chunking.tokens import load_tokenizer
from docferry.errors import InvalidOptionsError
from docferry.model import BoundingBox, Element, ElementKind, Region

WORDS = "the ferry leaves the harbour at noon and is back before the tide turns in the evening"


def chunks(*elements, **how):
    how.setdefault("encoding", "cl100k_base")
    return chunk_document(document(*elements), settings=ChunkSettings(**how), source_name="log.pdf")


def sentences(count, *, start=0):
    return " ".join(f"Sentence {number} tells that {WORDS}." for number in range(start, start + count))


def test_a_heading_begins_a_chunk_and_names_its_passages():
    first, second = chunks(heading("Tides"), paragraph("High."), heading("Winds"), paragraph("Low."))

    assert (first.text, first.headings) == ("# Tides\n\nHigh.", ("Tides",))
    assert (second.text, second.headings, second.prefix) == ("# Winds\n\nLow.", ("Winds",), "")


def test_a_section_that_goes_on_repeats_its_heading_path_in_front_only():
    found = chunks(heading("A"), heading("B", 2), paragraph(sentences(8)), max_tokens=64)

    assert len(found) > 2
    assert found[0].text.startswith("# A\n\n## B\n\nSentence 0")
    assert {chunk.prefix for chunk in found[1:]} == {"A > B\n\n"}
    assert {chunk.headings for chunk in found} == {("A", "B")}


def test_the_prefix_can_be_turned_off():
    found = chunks(heading("A"), paragraph(sentences(8)), max_tokens=64, includes_headings=False)

    assert all(chunk.text_to_embed == chunk.text for chunk in found)


def test_a_template_writes_the_prefix():
    found = chunks(
        heading("A"),
        heading("B", 2),
        paragraph(sentences(8)),
        max_tokens=64,
        prefix_template="{source}: {headings}",
        heading_separator=" / ",
    )

    assert found[-1].prefix == "log.pdf: A / B\n\n"


def test_a_prefix_takes_a_quarter_of_the_budget_at_most():
    long = " ".join(["harbour"] * 60)
    found = chunks(heading("Outer " + long), heading("B", 2), paragraph(sentences(12)), max_tokens=80)

    count = load_tokenizer("cl100k_base").count
    assert all(count(chunk.prefix) <= 20 for chunk in found)
    assert found[-1].prefix == "… > B\n\n"


def test_a_template_with_an_unknown_field_is_refused():
    with pytest.raises(InvalidOptionsError, match="unknown field 'page'"):
        ChunkSettings(prefix_template="{page}")


@pytest.mark.parametrize(
    ("levels", "titles", "path"),
    [
        ((1, 3, 5), ("A", "B", "C"), ("A", "B", "C")),
        ((1, 1, 1), ("2 Fares", "2.1 Adults", "2.1.1 Return"), ("2 Fares", "2.1 Adults", "2.1.1 Return")),
        (
            (None, None, None),
            ("第一章 航行", "第一节 安全", "第一条 检查"),
            ("第一章 航行", "第一节 安全", "第一条 检查"),
        ),
        ((2, 2, 2), ("A", "B", "C"), ("C",)),
    ],
)
def test_the_heading_path_is_repaired(levels, titles, path):
    parts = [heading(title, level) for title, level in zip(titles, levels, strict=True)]
    found = chunks(*parts, paragraph("Text."))

    assert found[-1].headings == path


def test_heights_of_letters_order_headings_without_numbers():
    def line(text, height):
        return heading(
            text,
            box=BoundingBox(
                left=0.1, top=0.1, right=0.1 + 0.012 * len(text) * height * 40, bottom=0.1 + height
            ),
        )

    found = chunks(line("Report on ferries", 0.04), line("The winter of storms", 0.02), paragraph("Text."))

    assert found[-1].headings == ("Report on ferries", "The winter of storms")


def test_a_list_stays_together_while_it_fits():
    items = [element(ElementKind.LIST_ITEM, f"item {n} {WORDS}", level=1) for n in range(3)]
    found = chunks(paragraph(sentences(2)), paragraph("Rules:"), *items, max_tokens=110)

    (whole,) = [chunk for chunk in found if "item 0" in chunk.text]
    assert "Rules:" in whole.text
    assert "item 2" in whole.text


def test_a_long_list_is_cut_between_items():
    items = [element(ElementKind.LIST_ITEM, f"item {n} {WORDS}", level=1) for n in range(12)]
    found = chunks(*items, max_tokens=64)

    assert len(found) > 1
    assert all(line.startswith("- item") for chunk in found for line in chunk.text.split("\n"))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ElementKind.CODE, "def sail():\n    return tide\n"),
        (ElementKind.FORMULA, "v = s / t"),
        (ElementKind.FIGURE, "A chart of the sound"),
    ],
)
def test_blocks_that_fit_are_not_cut(kind, text):
    found = chunks(paragraph(sentences(3)), element(kind, text), paragraph(sentences(3)), max_tokens=72)

    assert len([chunk for chunk in found if text.strip() in chunk.text]) == 1


def test_a_formula_stays_with_the_text_around_it():
    found = chunks(
        paragraph(sentences(3)),
        paragraph("Speed is"),
        element(ElementKind.FORMULA, "v = s / t"),
        paragraph("where s is the way and t the time."),
        paragraph(sentences(3)),
        max_tokens=80,
    )

    (whole,) = [chunk for chunk in found if "v = s / t" in chunk.text]
    assert "Speed is" in whole.text
    assert "where s" in whole.text


@pytest.mark.parametrize("order", [0, 1])
def test_a_caption_stays_with_its_figure(order):
    pair = [figure("A pier in fog", name="f"), caption("Figure 1: the pier", of="f", name="c")]
    if order:
        pair.reverse()
    found = chunks(paragraph(sentences(3)), *pair, paragraph(sentences(3)), max_tokens=72)

    (whole,) = [chunk for chunk in found if "Figure 1" in chunk.text]
    assert "A pier in fog" in whole.text


def test_a_figure_without_text_stands_where_its_caption_stands():
    (found,) = chunks(figure(name="f", page=1), caption("Figure 1: the pier", of="f", name="c"))

    assert {region.element_id for region in found.regions} == {"f", "c"}
    assert ElementKind.FIGURE in found.kinds


ROWS = [["Month", "Passengers"], *[[f"Month {n}", f"{n * 997} came by ferry"] for n in range(30)]]


def test_a_table_is_whole_while_it_fits():
    found = chunks(paragraph(sentences(2)), table(ROWS[:6]), max_tokens=120)

    (whole,) = [chunk for chunk in found if "|" in chunk.text]
    assert whole.text.count("\n| Month") == 6


@pytest.mark.parametrize("table_format", TableFormat)
def test_a_long_table_is_cut_between_rows_with_its_header_on_every_piece(table_format):
    found = chunks(table(ROWS), max_tokens=120, table_format=table_format)

    assert len(found) > 2
    for chunk in found:
        assert "Passengers" in chunk.text
        rows = [span for span in chunk.spans if not span.is_repeat]
        assert rows
        if table_format is TableFormat.HTML:
            assert chunk.text.startswith("<table>")
            assert chunk.text.endswith("</table>")
            assert chunk.text.count("<tr>") == chunk.text.count("</tr>")
        else:
            assert chunk.text.split("\n")[1] == "| --- | --- |"
    assert [chunk.spans[0].is_repeat for chunk in found] == [False] + [True] * (len(found) - 1)


def test_row_spans_are_not_cut_where_that_can_be_helped():
    rows = [["Year", "Note"]]
    spans = {}
    for group in range(8):
        spans[len(rows), 0] = (3, 1)
        rows += [[f"Year {group}", f"first {WORDS}"], [None, "second"], [None, "third"]]
    found = chunks(element(ElementKind.TABLE, table=grid(rows, spans=spans)), max_tokens=100)

    assert len(found) > 2
    for chunk in found:
        lines = [line for line in chunk.text.split("\n")[2:] if line]
        assert len(lines) % 3 == 0
        assert lines[0].startswith("| Year")


def test_a_row_span_longer_than_a_chunk_is_cut():
    rows = [["Year", "Note"], ["2024", WORDS], *[[None, f"{n} {WORDS}"] for n in range(20)]]
    found = chunks(element(ElementKind.TABLE, table=grid(rows, spans={(1, 0): (21, 1)})), max_tokens=100)

    assert len(found) > 2


def test_a_row_longer_than_a_chunk_becomes_prose_under_the_names_of_its_columns():
    found = chunks(table([["Port", "Report"], ["Sund", sentences(12)]]), max_tokens=64)

    assert any("Port: Sund" in chunk.text for chunk in found)
    assert any("Report: Sentence 0" in chunk.text for chunk in found)


def test_rows_stand_where_their_cells_stand():
    rows = grid(ROWS, with_boxes=True)
    found = chunks(element(ElementKind.TABLE, table=rows, name="t"), max_tokens=120)

    last = found[-1].regions[-1]
    own = [span for span in found[-1].spans if not span.is_repeat]
    assert last.box.top == pytest.approx(own[0].element_start / len(ROWS))
    assert last.box.bottom == pytest.approx(1.0)


def test_a_table_on_two_pages_has_a_region_on_each():
    regions = (Region(page=1, box=None), Region(page=2, box=None))
    both = Element(id="t", kind=ElementKind.TABLE, table=grid(ROWS[:4]), regions=regions)
    (found,) = chunks(both)

    assert found.pages == (1, 2)


def test_a_table_that_came_in_two_parts_is_stitched_when_asked():
    first = element(ElementKind.TABLE, table=grid(ROWS[:4]), name="a", page=1)
    second_grid = grid([ROWS[0], *ROWS[4:7]])
    second = Element(
        id="b",
        kind=ElementKind.TABLE,
        table=type(second_grid)(
            n_rows=second_grid.n_rows,
            n_columns=second_grid.n_columns,
            cells=second_grid.cells,
            continues_previous=True,
        ),
        regions=(Region(page=2),),
    )

    apart = chunks(first, second)
    (whole,) = chunks(first, second, stitches_tables=True)

    assert len(apart) == 2
    assert whole.text.count("Passengers") == 1
    assert whole.pages == (1, 2)


def test_paragraphs_are_cut_at_ends_of_sentences():
    found = chunks(paragraph(sentences(12)), max_tokens=64)

    assert len(found) > 2
    assert all(text.startswith("Sentence") and text.endswith(".") for text in texts(found))


def test_abbreviations_and_numbers_end_no_sentence():
    text = "Dr. Berg of No. 4, Inc. paid 3.5 per cent. " * 30
    found = chunks(paragraph(text), max_tokens=32)

    assert all(piece.startswith("Dr. Berg") and piece.endswith("cent.") for piece in texts(found))


def test_chinese_is_cut_at_its_full_stops():
    found = chunks(paragraph("渡轮应当在进港前报告值班人员，并且检查天气。" * 30), max_tokens=64)

    assert len(found) > 2
    assert all(text.endswith("。") for text in texts(found))


def test_a_run_without_spaces_is_cut_between_visible_characters():
    family = "👨\u200d👩\u200d👧\u200d👦"
    found = chunks(paragraph(family * 40), max_tokens=64)

    assert all(text.replace(family, "") == "" for text in texts(found))


def test_words_are_whole_where_a_sentence_is_cut():
    words = [f"w{n}ord" for n in range(200)]
    found = chunks(paragraph(" ".join(words)), max_tokens=32)

    assert [word for text in texts(found) for word in text.split()] == words


def test_small_neighbours_join_up_to_the_budget():
    parts = [part for n in range(6) for part in (heading(f"Part {n}"), paragraph(f"Short text {n}."))]

    apart = chunks(*parts)
    joined = chunks(*parts, min_tokens=30, max_tokens=60)

    assert len(apart) == 6
    assert len(joined) < 4
    assert all(chunk.token_count >= 30 for chunk in joined)
    assert all(chunk.token_count <= 60 for chunk in joined)


def test_paragraphs_of_a_section_fill_the_budget():
    found = chunks(*[paragraph(f"Short paragraph {n}.") for n in range(10)])

    assert len(found) == 1


def test_overlap_repeats_the_end_and_says_so():
    found = chunks(paragraph(sentences(12)), max_tokens=100, overlap_tokens=30)

    assert len(found) > 1
    for before, after in itertools.pairwise(found):
        first = after.spans[0]
        assert first.is_repeat
        assert before.text.endswith(after.text[first.start : first.end])
        assert load_tokenizer("cl100k_base").count(after.text[first.start : first.end]) <= 30


MIXED = (
    heading("A", page=1),
    paragraph("One.", page=1),
    paragraph("Two.", page=1),
    heading("B", page=2),
    paragraph("Three.", page=2),
)


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        (Split.CHUNK, ["# A\n\nOne.\n\nTwo.", "# B\n\nThree."]),
        (Split.PAGE, ["# A\n\nOne.\n\nTwo.", "# B\n\nThree."]),
        (Split.SECTION, ["# A\n\nOne.\n\nTwo.", "# B\n\nThree."]),
        (Split.ELEMENT, ["# A", "One.", "Two.", "# B", "Three."]),
        (Split.DOCUMENT, ["# A\n\nOne.\n\nTwo.\n\n# B\n\nThree."]),
    ],
)
def test_modes(split, expected):
    assert texts(chunks(*MIXED, split=split)) == expected


def test_pages_are_apart_unless_joined():
    parts = (heading("A", page=1), paragraph("One.", page=1), paragraph("Two.", page=2))

    assert [chunk.pages for chunk in chunks(*parts)] == [(1,), (2,)]
    assert [chunk.pages for chunk in chunks(*parts, joins_pages=True)] == [(1, 2)]


def test_chunks_count_on_their_page():
    found = chunks(heading("A"), paragraph("1."), heading("B"), paragraph("2."), heading("C", page=2))

    assert [(chunk.pages[0], chunk.chunk_on_page) for chunk in found] == [(1, 1), (1, 2), (2, 1)]


def test_ids_depend_on_source_name_settings_and_place():
    parts = (paragraph("The same.", page=1), paragraph("The same.", page=2), paragraph("Other.", page=2))

    def ids(name="a", **how):
        found = chunk_document(
            document(*parts), settings=ChunkSettings(split=Split.ELEMENT, **how), source_name=name
        )
        return [chunk.id for chunk in found]

    assert ids() == ids()
    assert len({*ids(), *ids("b"), *ids(max_tokens=100)}) == 9
    assert all(len(chunk_id) == 36 and chunk_id.count("-") == 4 for chunk_id in ids())


def test_equal_passages_on_one_page_have_ids_of_their_own():
    found = chunks(paragraph("The same."), heading("A"), paragraph("x"), split=Split.ELEMENT)
    twice = chunks(paragraph("The same."), paragraph("The same."), split=Split.ELEMENT)

    assert twice[0].id == found[0].id
    assert twice[1].id != twice[0].id


def test_furniture_is_left_out_by_default():
    parts = (element(ElementKind.HEADER, "Annual report", is_furniture=True), paragraph("Text."))

    assert texts(chunks(*parts)) == ["Text."]
    assert "Annual report" in chunks(*parts, includes_furniture=True)[0].text


def test_a_document_without_text_has_no_chunks():
    assert chunks() == ()
    assert chunks(paragraph(" \n ")) == ()
    assert chunks(figure()) == ()


@pytest.mark.parametrize(
    "how", [{"max_tokens": 15}, {"min_tokens": 257}, {"overlap_tokens": -1}, {"encoding": "no such"}]
)
def test_numbers_out_of_range_are_refused(how):
    with pytest.raises(InvalidOptionsError):
        chunks(paragraph("x"), **how)


def parts_of_table(rows, *, n_header=1, says_so=False, page=2):
    made = grid(rows, n_header=n_header)
    whole = type(made)(
        n_rows=made.n_rows, n_columns=made.n_columns, cells=made.cells, continues_previous=says_so
    )
    return element(ElementKind.TABLE, table=whole, page=page)


@pytest.mark.parametrize(
    ("second", "n_chunks"),
    [
        (parts_of_table([ROWS[0], *ROWS[4:7]]), 1),
        (parts_of_table(ROWS[4:7], n_header=0, says_so=True), 1),
        (parts_of_table(ROWS[4:7], n_header=0), 2),
        (parts_of_table([["Other", "header"], *ROWS[4:7]]), 2),
        (parts_of_table([["Month", "Passengers", "More"], ["a", "b", "c"]]), 2),
        (parts_of_table([ROWS[0], *ROWS[4:7]], page=3), 2),
    ],
)
def test_only_parts_of_one_table_are_stitched(second, n_chunks):
    found = chunks(table(ROWS[:4]), second, stitches_tables=True)

    assert len(found) == n_chunks


@pytest.mark.parametrize("table_format", TableFormat)
def test_a_stitched_table_is_cut_like_any_other(table_format):
    first, second = table(ROWS[:16]), parts_of_table([ROWS[0], *ROWS[16:]])
    found = chunks(first, second, stitches_tables=True, max_tokens=120, table_format=table_format)

    shown = [
        (span.element_id, row)
        for chunk in found
        for span in chunk.spans
        if not span.is_repeat
        for row in range(span.element_start, span.element_end)
    ]
    assert shown == [("e0", row) for row in range(16)] + [("e1", row) for row in range(1, 16)]
