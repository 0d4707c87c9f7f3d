import pytest

from docferry.errors import CorruptSourceError, EmptySourceError, SourceError
from docferry_local.text import decode_text

CHINESE = "渡轮每二十分钟一班，航程九分钟。请在开船前到达码头。"


def texts(document):
    return [element.text for element in document.elements]


def test_blank_lines_separate_paragraphs_and_line_breaks_stay(parse):
    document = parse(b"one\ntwo\n\n \n\nthree\r\n\r\nfour\ffive\n", name="a.txt")
    assert texts(document) == ["one\ntwo", "three", "four", "five"]
    assert [element.id for element in document.elements] == ["p1-e1", "p1-e2", "p1-e3", "p1-e4"]


def test_text_is_one_page_without_size_or_boxes(parse):
    document = parse(b"words", name="a.txt")
    assert [(page.number, page.width) for page in document.pages] == [(1, None)]
    assert [(region.page, region.box) for region in document.elements[0].regions] == [(1, None)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_encodings_are_read_without_warning(parse, encoding):
    document = parse(f"Café {CHINESE}".encode(encoding), name="a.txt")
    assert texts(document) == [f"Café {CHINESE}"]
    assert not document.warnings


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_a_byte_order_mark_is_read(encoding):
    assert decode_text(f"\ufeff{CHINESE}".encode(encoding), name="a")[0] == CHINESE


@pytest.mark.parametrize(("text", "encoding"), [(CHINESE, "gb18030"), ("Le café – déjà “vu”", "cp1252")])
def test_other_encodings_are_guessed_with_a_warning(parse, text, encoding):
    document = parse(text.encode(encoding), name="a.txt")
    assert texts(document) == [text]
    assert [warning.code for warning in document.warnings] == ["encoding_guessed"]


def test_zero_bytes_are_no_text(parse):
    with pytest.raises(CorruptSourceError, match="zero bytes"):
        parse(b"abc\0def", name="a.txt")


def test_broken_utf_16_is_corrupt(parse):
    with pytest.raises(CorruptSourceError, match="utf-16"):
        parse(b"\xff\xfea\x00\x00\xd8", name="a.txt")


def test_white_space_alone_is_an_empty_source(parse):
    with pytest.raises(EmptySourceError):
        parse(b" \n\t\n", name="a.txt")


def test_page_one_of_a_text_is_the_text_and_others_are_not_there(parse):
    assert texts(parse(b"words", name="a.txt", pages="1-3")) == ["words"]
    with pytest.raises(SourceError, match="one page"):
        parse(b"words", name="a.txt", pages="2")


def test_progress_is_reported_once(parse):
    events = []
    parse(b"words", name="a.txt", listener=events.append)
    assert [(event.source, event.pages_done, event.pages_total) for event in events] == [("a.txt", 1, 1)]
