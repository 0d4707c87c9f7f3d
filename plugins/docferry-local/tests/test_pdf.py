import asyncio
import io
import threading

import pytest
from forks import forked, has_ended_well
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader

import docferry_local
from docferry.errors import CorruptSourceError, EncryptedSourceError, NeedsOcrError, SourceError
from docferry.model import Ability, ElementKind
from docferry.sources import Source

PASSWORD = "open sesame"


def picture():
    buffer = io.BytesIO()
    Image.effect_noise((60, 80), 50).save(buffer, "PNG")
    return ImageReader(buffer)


def scan(canvas):
    canvas.drawImage(picture(), 0, 0, 600, 800)


def blank(_canvas):
    """Draw nothing."""


def text_of(document):
    return [element.text for element in document.elements]


def test_text_comes_with_pages_boxes_and_fingerprint(parse, make_pdf, lines):
    document = parse(make_pdf(lines("Hello from page one"), lines("Hello from page two")))
    assert [(page.number, page.width, page.height) for page in document.pages] == [
        (1, 600, 800),
        (2, 600, 800),
    ]
    assert text_of(document) == ["Hello from page one", "Hello from page two"]
    assert document.provider == "local"
    assert document.source_fingerprint.startswith("sha256:")
    box = document.elements[0].regions[0].box
    assert box.left == pytest.approx(72 / 600, abs=0.005)
    assert box.top == pytest.approx(90 / 800, abs=0.01)


def test_the_card_promises_page_selection_and_boxes():
    info = docferry_local.docferry_provider_info()
    assert info.abilities == {Ability.PAGE_SELECTION, Ability.BOXES}
    assert not info.is_remote
    assert not info.environment


def test_all_pages_of_a_long_document_come_out(parse, make_pdf, lines):
    document = parse(make_pdf(*(lines(f"This is page {number}") for number in range(1, 1002))))
    assert len(document.pages) == 1001
    assert document.elements[-1].text == "This is page 1001"
    assert not document.warnings


def test_batches_do_not_change_the_result(parse, make_pdf, lines):
    content = make_pdf(*(lines(f"This is page {number}", f"with line {number}") for number in range(1, 8)))
    assert parse(content, batch_pages=2) == parse(content, batch_pages=100)


def test_progress_counts_pages_batch_by_batch(parse, make_pdf, lines):
    events = []
    parse(make_pdf(*[lines("words")] * 5), batch_pages=2, listener=events.append)
    assert [(event.pages_done, event.pages_total) for event in events] == [(2, 5), (4, 5), (5, 5)]


def test_selected_pages_keep_their_numbers(parse, make_pdf, lines):
    content = make_pdf(*(lines(f"This is page {number}") for number in range(1, 8)))
    events = []
    document = parse(content, pages="2,5-6", batch_pages=2, listener=events.append)
    assert [page.number for page in document.pages] == [2, 5, 6]
    assert [element.regions[0].page for element in document.elements] == [2, 5, 6]
    assert [element.id for element in document.elements] == ["p2-e1", "p5-e1", "p6-e1"]
    assert [(event.pages_done, event.pages_total) for event in events] == [(2, 3), (3, 3)]


def test_an_open_selection_runs_to_the_end_without_warning(parse, make_pdf, lines):
    document = parse(make_pdf(*[lines("words")] * 4), pages="3-")
    assert [page.number for page in document.pages] == [3, 4]
    assert not document.warnings


def test_a_selection_that_ends_beyond_the_document_is_a_warning(parse, make_pdf, lines):
    document = parse(make_pdf(*[lines("words")] * 4), pages="3-9")
    assert [page.number for page in document.pages] == [3, 4]
    assert [warning.code for warning in document.warnings] == ["pages_not_there"]


def test_a_selection_without_any_page_of_the_document_is_an_error(parse, make_pdf, lines):
    with pytest.raises(SourceError, match="pages 7-9 were selected, but the document ends with page 4"):
        parse(make_pdf(*[lines("words")] * 4), pages="7-9")


def test_a_path_without_the_usual_suffix_is_read(parse, make_pdf, lines, tmp_path):
    path = tmp_path / "upload.bin"
    path.write_bytes(make_pdf(lines("words")))
    assert text_of(parse(path)) == ["words"]


def test_an_encrypted_document_needs_its_password(parse, make_pdf, lines):
    content = make_pdf(lines("secret words"), encrypt=StandardEncryption(PASSWORD, "owner", strength=128))
    with pytest.raises(EncryptedSourceError, match="the document is encrypted; give the option password"):
        parse(content)
    with pytest.raises(EncryptedSourceError, match="the password given does not open the document") as caught:
        parse(content, password="guess")
    assert "guess" not in str(caught.value)
    assert text_of(parse(content, password=PASSWORD)) == ["secret words"]
    assert text_of(parse(content, password="owner", pages="1")) == ["secret words"]


def test_a_document_without_user_password_opens_as_it_is(parse, make_pdf, lines):
    content = make_pdf(lines("open words"), encrypt=StandardEncryption("", "owner", strength=128))
    assert text_of(parse(content)) == ["open words"]


@pytest.mark.parametrize("pages", [None, "1"])
def test_a_truncated_file_is_corrupt(parse, make_pdf, lines, pages):
    content = make_pdf(lines("words"))
    with pytest.raises(CorruptSourceError, match="damaged, cut short, or no PDF"):
        parse(content[: len(content) // 2], pages=pages)


def test_a_picture_named_pdf_is_corrupt(parse, tmp_path):
    path = tmp_path / "scan.pdf"
    Image.new("RGB", (8, 8), "red").save(path, "PNG")
    for content in (path, path.read_bytes()):
        with pytest.raises(CorruptSourceError, match="no PDF at all"):
            parse(content)


def test_a_damaged_page_is_a_warning_and_the_others_come_out(parse, make_pdf, lines):
    content = make_pdf(lines("one"), lines("two"), lines("three"))
    parts = content.split(b"/Type /Page\n")
    damaged = b"/Type /Page\n".join(parts[:2]) + b"/Type /Pagx\n" + parts[2] + b"/Type /Page\n" + parts[3]
    document = parse(damaged)
    assert text_of(document) == ["one", "three"]
    assert [(warning.code, warning.pages) for warning in document.warnings] == [("pages_failed", (2,))]


def test_a_document_whose_pages_are_all_damaged_is_corrupt(parse, make_pdf, lines):
    content = make_pdf(lines("one"), lines("two")).replace(b"/Type /Page\n", b"/Type /Pagx\n")
    with pytest.raises(CorruptSourceError):
        parse(content)


def test_a_scan_needs_ocr_and_the_error_says_where_to_find_one(parse, make_pdf):
    with pytest.raises(NeedsOcrError, match="none of 2 pages has a text layer") as caught:
        parse(make_pdf(scan, scan))
    assert "docferry providers" in caught.value.next_step


def test_a_blank_document_has_no_text_layer_either(parse, make_pdf):
    with pytest.raises(NeedsOcrError, match="its only page has no text layer, and nothing is drawn there"):
        parse(make_pdf(blank))


def test_one_scanned_page_among_ten_is_a_warning_that_names_it(parse, make_pdf, lines):
    document = parse(make_pdf(*[lines("words")] * 6, scan, *[lines("words")] * 3))
    assert [(warning.code, warning.pages) for warning in document.warnings] == [("pages_without_text", (7,))]
    assert len(document.pages) == 10


def test_a_small_picture_without_text_is_named_too(parse, make_pdf, lines):
    document = parse(make_pdf(lines("words"), lambda canvas: canvas.drawImage(picture(), 50, 50, 90, 90)))
    assert [warning.pages for warning in document.warnings] == [(2,)]


def test_blank_pages_are_pages_and_no_warning(parse, make_pdf, lines):
    document = parse(make_pdf(lines("words"), blank, lines("words")))
    assert len(document.pages) == 3
    assert not document.warnings


def test_sideways_text_is_not_lost(parse, make_pdf, lines, together):
    def sideways(canvas):
        canvas.rotate(90)
        canvas.drawString(100, -300, "upwards along the margin")

    document = parse(make_pdf(together(lines("upright words"), sideways)))
    assert text_of(document) == ["upright words", "upwards along the margin"]


def test_boxes_follow_the_rotation_of_the_page(parse, make_pdf):
    def landscape(canvas):
        canvas.setPageRotation(90)
        canvas.rotate(90)
        canvas.drawString(72, -100, "upright on a turned page")

    document = parse(make_pdf(landscape))
    page, (element,) = document.pages[0], document.elements
    assert (page.width, page.height) == (600, 800)  # reportlab turns the media box as well
    assert element.regions[0].box.left == pytest.approx(72 / 600, abs=0.005)
    assert element.regions[0].box.bottom == pytest.approx(100 / 800, abs=0.01)


def test_running_heads_and_page_numbers_are_flagged(parse, make_pdf, lines, together):
    def page(number):
        return together(
            lines("Annual Report", top=40, size=9),
            lines(*[f"Body text {number} of the page."] * 3, top=200),
            lines(str(number), top=770, left=300, size=9),
        )

    document = parse(make_pdf(*map(page, range(1, 4))))
    furniture = [(element.kind, element.text) for element in document.elements if element.is_furniture]
    assert furniture == [
        pair
        for number in range(1, 4)
        for pair in ((ElementKind.HEADER, "Annual Report"), (ElementKind.PAGE_NUMBER, str(number)))
    ]
    assert [page.label for page in document.pages] == ["1", "2", "3"]


def test_a_changed_page_changes_only_its_own_ids(parse, make_pdf, lines):
    before = parse(make_pdf(lines("one"), lines("two"), lines("three")))
    after = parse(make_pdf(lines("one"), lines("two", "and more", leading=60), lines("three")))

    def other_pages(document):
        return [element for element in document.elements if element.regions[0].page != 2]

    assert other_pages(before) == other_pages(after)


def test_the_event_loop_runs_on_while_a_document_is_parsed(context_for, make_pdf, lines):
    content = make_pdf(*[lines("words")] * 200)

    async def both():
        beats = 0
        work = asyncio.create_task(_parse(context_for(), "a.pdf", content, batch_pages=50))
        while not work.done():
            await asyncio.sleep(0)
            beats += 1
        return beats, await work

    beats, document = asyncio.run(both())
    assert len(document.pages) == 200
    assert beats > 20


def test_documents_take_turns(context_for, make_pdf, lines):
    content = make_pdf(*[lines("words")] * 6)
    events = []

    async def both():
        await asyncio.gather(
            *(_parse(context_for(events.append), name, content, batch_pages=2) for name in ("a.pdf", "b.pdf"))
        )

    asyncio.run(both())
    assert [event.source for event in events] == ["a.pdf"] * 3 + ["b.pdf"] * 3


def test_a_cancelled_parse_stops_at_the_next_batch_and_gives_its_turn_back(context_for, make_pdf, lines):
    content = make_pdf(*[lines(*["many words on every page"] * 40)] * 200)
    events = []

    async def cancel_after_first_batch():
        started = asyncio.Event()

        def listener(event):
            events.append(event)
            started.set()

        work = asyncio.create_task(_parse(context_for(listener), "a.pdf", content, batch_pages=1))
        await started.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        return await _parse(context_for(), "b.pdf", make_pdf(*[lines("next one")] * 200))

    assert len(asyncio.run(cancel_after_first_batch()).pages) == 200
    # The second document took as long as the rest of the first would have: the thread did not read on.
    assert len(events) < 100


async def _parse(context, name, content, **options):
    return await docferry_local.docferry_parse(
        source=Source(name=name, origin=content),
        pages=None,
        options=docferry_local.LocalOptions(**options),
        context=context,
    )


def stamped(canvas):
    scan(canvas)
    canvas.drawString(72, 60, "Scanned by ACME")


def test_a_scan_with_a_stamp_on_it_is_named(parse, make_pdf, lines):
    document = parse(make_pdf(lines("This page has text"), stamped))
    assert [(warning.code, warning.pages) for warning in document.warnings] == [
        ("pages_mostly_pictures", (2,))
    ]


def test_a_fork_in_the_middle_of_a_parse_leaves_both_processes_working(parse, make_pdf, lines):
    path = make_pdf(*(lines(f"This is page {number}") for number in range(400)))
    thread = threading.Thread(target=parse, args=(path,))
    thread.start()

    def child():
        assert len(parse(path).pages) == 400

    children = [forked(child) for _ in range(3)]
    thread.join()
    assert [has_ended_well(process) for process in children] == [True, True, True]
