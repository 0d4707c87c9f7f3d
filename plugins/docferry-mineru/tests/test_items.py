"""Files of a batch are known again, in whatever order and with whatever the service leaves out."""

import pytest
from mineru_talk import item

from docferry.model import Receipt
from docferry_mineru.items import ItemId, match, upload_name


def receipts(*names):
    return [
        Receipt(remote_id="b1", item_id=str(ItemId(data_id=f"d{number}", position=number, name=name)))
        for number, name in enumerate(names)
    ]


def task(word, *, data_id="", name=""):
    return {"state": word, "data_id": data_id, "file_name": name}


def states(tasks, wanted):
    found = match(tasks, wanted)
    return [found[receipt].state if receipt in found else None for receipt in wanted]


def test_data_ids_win_over_names_and_order():
    tasks = [task("second", data_id="d1", name="a.pdf"), task("first", data_id="d0", name="b.pdf")]
    assert states(tasks, receipts("a.pdf", "b.pdf")) == ["first", "second"]


def test_names_win_over_order():
    tasks = [task("second", name="b.pdf"), task("first", name="a.pdf")]
    assert states(tasks, receipts("a.pdf", "b.pdf")) == ["first", "second"]


def test_equal_names_go_by_order():
    tasks = [task("first", name="a.pdf"), task("second", name="a.pdf")]
    assert states(tasks, receipts("a.pdf", "a.pdf")) == ["first", "second"]


def test_the_order_counts_when_there_is_nothing_else():
    assert states([task("first"), task("second")], receipts("a.pdf", "b.pdf")) == ["first", "second"]


def test_only_those_still_waited_for_are_asked_about():
    tasks = [task("first", name="a.pdf"), task("second", name="a.pdf")]
    assert states(tasks, receipts("a.pdf", "a.pdf")[1:]) == ["second"]


def test_a_task_of_another_file_is_not_taken_for_its_place():
    tasks = [task("other", data_id="other", name="a.pdf"), task("strange", name="c.pdf")]
    assert states(tasks, receipts("a.pdf", "b.pdf")) == [None, None]


def test_a_file_that_the_answer_leaves_out_is_not_found():
    assert states([], receipts("a.pdf")) == [None]
    assert states([task("second", data_id="d1")], receipts("a.pdf", "b.pdf")) == [None, "second"]


@pytest.mark.parametrize("item_id", ["d1", "b.pdf"])
def test_a_batch_started_elsewhere_is_asked_about_by_data_id_or_name(item_id):
    tasks = [task("first", data_id="d0", name="a.pdf"), task("second", data_id="d1", name="b.pdf")]
    if item_id == "b.pdf":
        tasks = [task("first", name="a.pdf"), task("second", name="b.pdf")]
    assert states(tasks, [Receipt(remote_id="b1", item_id=item_id)]) == ["second"]


@pytest.mark.parametrize(
    "item_id",
    [
        ItemId(data_id="d1", position=3, name="a#b.pdf"),
        ItemId(data_id="d.1-x_", position=0),
        ItemId(data_id="d1"),
    ],
)
def test_an_item_id_survives_the_ledger(item_id):
    read = ItemId.parse(str(item_id))
    assert (read.data_id, read.position) == (item_id.data_id, item_id.position)
    assert read.name == (item_id.name or ("d1" if item_id.position < 0 else ""))


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("report.pdf", "report.pdf"),
        ("Q3 report (final).PDF", "Q3_report_final.pdf"),
        ("年度报告.pdf", "年度报告.pdf"),
        ("a/b\\c.docx", "c.docx"),
        ("...pdf", "document.pdf"),
        ("x" * 300 + ".html", "x" * 100 + ".html"),
        ("tab\there#1.pdf", "tab_here_1.pdf"),
    ],
)
def test_names_are_sent_in_a_form_that_every_service_takes(name, sent):
    assert upload_name(item(name).file) == sent
