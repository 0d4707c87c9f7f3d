"""Files of a batch: how each is called, and how the service's answers are matched to them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import NamedTuple

from docferry.model import Receipt
from docferry.reading.values import Raw, scalar_text
from docferry.sources import SourceFile
from docferry_mineru.statuses import TaskAnswer, read_task

__all__ = ["ItemId", "match", "upload_name"]

MARK = "#"
"""Stands in no data_id, so that it can part what an item id is made of."""

MAX_NAME = 100
UNSAFE = re.compile(r"[\s\"'`;:&<>|?*%#\\{}\[\]^$~=+,!@()\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemId:
    """What is remembered of a file of a batch, to know it again in an answer: the receipt's item id.

    Args:
        data_id: The id that the file was sent with; of a foreign batch this may be the file's name as well.
        position: Its place in the batch, from 0; -1 when that is not known.
        name: The name that it was sent with; empty when that is not known.
    """

    data_id: str
    position: int = -1
    name: str = ""

    def __str__(self) -> str:
        """One word, which `parse` reads."""
        return self.data_id if self.position < 0 else MARK.join((self.data_id, str(self.position), self.name))

    @classmethod
    def parse(cls, text: str) -> "ItemId":
        """Read an item id: ours, or a person's word for a file of a foreign batch: its data_id or name."""
        data_id, _, rest = text.partition(MARK)
        position, _, name = rest.partition(MARK)
        if not position.isdecimal():
            return cls(data_id=text, name=text)
        return cls(data_id=data_id, position=int(position), name=name)


def match(answers: Sequence[Raw], receipts: Sequence[Receipt]) -> Mapping[Receipt, TaskAnswer]:
    """Find what is said of each receipt: by data_id, else by file name, else by place.

    What carries a data_id is found by it alone. A name that stands for several tasks or several files counts
    for nothing. The service promises no order, so that the place is trusted only while the name does not
    speak against it. Only what is found is read: a batch tells of its ended files for ever.

    Args:
        answers: What the answer says of all tasks, in its order.
        receipts: The receipts asked about, all of one batch.

    Returns:
        Tasks by receipt; receipts without one are left out.
    """
    tasks = [_Named.of(raw) for raw in answers]
    by_data_id = _only({task.data_id: task for task in tasks}, Counter(task.data_id for task in tasks))
    ids = {receipt: ItemId.parse(receipt.item_id) for receipt in receipts}
    names = Counter(task.file_name for task in tasks)
    by_name = _only({task.file_name: task for task in tasks if not task.data_id}, names)
    sent_names = Counter(item_id.name for item_id in ids.values())
    found: dict[Receipt, TaskAnswer] = {}
    for receipt, item_id in ids.items():
        is_only_one = sent_names[item_id.name] == 1
        task = by_data_id.get(item_id.data_id) or (by_name.get(item_id.name) if is_only_one else None)
        task = task or _at_place(tasks, item_id)
        if task is not None:
            found[receipt] = read_task(task.raw)
    return found


def upload_name(file: SourceFile) -> str:
    """A name that the service takes. Its suffix counts: the service tells kinds of files by it."""
    path = PurePath(UNSAFE.sub("_", re.split(r"[/\\]", file.file_name)[-1]))
    stem = path.stem.strip("._")[:MAX_NAME] or "document"
    return f"{stem}{path.suffix.lower()}"


class _Named(NamedTuple):
    """What the service says of one task, and what it calls it."""

    data_id: str
    file_name: str
    raw: Raw

    @classmethod
    def of(cls, raw: Raw) -> "_Named":
        return cls(scalar_text(raw.get("data_id")), scalar_text(raw.get("file_name")), raw)


def _only(by_key: Mapping[str, _Named], counts: Mapping[str, int]) -> Mapping[str, _Named]:
    """Those whose key is not empty and stands for one task only."""
    return {key: task for key, task in by_key.items() if key and counts[key] == 1}


def _at_place(tasks: Sequence[_Named], item_id: ItemId) -> _Named | None:
    if not 0 <= item_id.position < len(tasks):
        return None
    task = tasks[item_id.position]
    is_ours = bool(scalar_text(task.raw.get("state")).strip()) and not task.data_id
    return task if is_ours and task.file_name in ("", item_id.name) else None
