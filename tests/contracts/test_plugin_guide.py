"""The plugin author's guide is true: its example runs, and every hook stands in it with its arguments."""

import hashlib
import hmac
import inspect
import json
import re
import sys
import types
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import pytest

from docferry.errors import CorruptSourceError, ForgedEventError, JobFailedError, RateLimitedError
from docferry.ingest import Ingestor
from docferry.model import Receipt, WebhookEvent
from docferry.plugin import PluginManager, spec
from docferry.provider import Response, SubmitItem, WebhookSettings

GUIDE = (Path(__file__).resolve().parents[2] / "plugins" / "README.md").read_text(encoding="utf-8")
HOOKS = {name: function for name, function in vars(spec).items() if name.startswith("docferry_")}


@pytest.fixture
def haiku(monkeypatch):
    code = next(
        block for block in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL) if "hookimpl" in block
    )
    module = types.ModuleType("docferry_haiku")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(code, "plugins/README.md", "exec"), vars(module))  # noqa: S102 - the guide's own example
    return PluginManager(points=[EntryPoint(name="haiku", value=module.__name__, group="docferry")])


def test_example_parses(haiku, tmp_path):
    poems = tmp_path / "poems.txt"
    poems.write_text("a\nb\nc\nd\ne\nf")
    outcomes = list(Ingestor(provider="haiku", manager=haiku).run(str(poems)))
    assert [chunk.text for chunk in outcomes[0].chunks] == ["a\nb\nc", "d\ne\nf"] or len(
        outcomes[0].chunks
    ) == 1
    assert outcomes[0].chunks[-1].pages[-1] == 2


def test_example_raises_what_it_says(haiku, tmp_path):
    poems = tmp_path / "poems.txt"
    poems.write_text("a\nb\nc\nd")
    with pytest.raises(CorruptSourceError, match="the last poem has 1 lines; finish the poem"):
        list(Ingestor(provider="haiku", manager=haiku).run(str(poems)))


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_stands_in_the_guide_with_its_arguments(name):
    arguments = ", ".join(inspect.signature(HOOKS[name]).parameters)
    assert f"### {name}({arguments})" in GUIDE


def test_every_hook_has_a_test():
    tests = Path(__file__).resolve().parents[1].rglob("test_*.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in tests if path != Path(__file__))
    for name in HOOKS:
        assert name in text


def test_batch_example_answers_with_a_leg_for_each_file():
    code = next(block for block in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL) if "Leg(" in block)
    names = {}
    exec(compile(code, "plugins/README.md", "exec"), names)  # noqa: S102 - the guide's own example
    items = [
        SubmitItem(file=SimpleNamespace(file_name=name), pages=None, options=None, data_id=f"id-{name}")
        for name in ("a", "b")
    ]
    submission = names["SlotApi"]().submit(items)
    assert not next(submission).commits
    slots = {"id": "s1", "addresses": ["https://store.example/1", "https://store.example/2"]}
    with pytest.raises(StopIteration) as returned:
        submission.send(Response(status=200, body=json.dumps(slots).encode()))
    second = returned.value.value[1]

    leg = second.exchange()
    request = next(leg)
    assert (request.method, request.url, request.commits) == ("PUT", "https://store.example/2", True)
    assert request.receipts == (Receipt(remote_id="s1", item_id="id-b"),)
    with pytest.raises(StopIteration) as returned:
        leg.send(Response(status=200))
    assert (returned.value.value,) == request.receipts
    for status, error in ((429, RateLimitedError), (403, JobFailedError)):
        leg = second.exchange()
        next(leg)
        with pytest.raises(error):
            leg.send(Response(status=status))


def test_entry_point_group_is_the_one_in_the_guide():
    assert "[project.entry-points.docferry]" in GUIDE


def test_webhook_example_verifies_what_it_is_sent():
    code = next(
        block for block in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL) if "docferry_webhook" in block
    )
    names = {}
    exec(compile(code, "plugins/README.md", "exec"), names)  # noqa: S102 - the guide's own example
    settings = WebhookSettings(now=1000.0, environment={"HAIKU_WEBHOOK_SECRET": "s"})
    signature = hmac.new(b"s", b"999.job-1 event-1", hashlib.sha256).hexdigest()
    headers = {"x-haiku-time": "999", "x-haiku-signature": signature}

    events = names["docferry_webhook"](headers, b"job-1 event-1", settings)

    assert events == (WebhookEvent(remote_id="job-1", event_id="event-1"),)
    with pytest.raises(ForgedEventError):
        names["docferry_webhook"](headers, b"job-2 event-1", settings)
