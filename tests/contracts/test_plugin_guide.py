"""The plugin author's guide is true: its example runs, and every hook stands in it with its arguments."""

import hashlib
import hmac
import inspect
import io
import json
import re
import sys
import types
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import anyio
import httpx
import pytest
from reportlab.pdfgen.canvas import Canvas

from docferry.emulation import EmulatorServer, EmulatorSettings
from docferry.errors import CorruptSourceError, ForgedEventError, JobFailedError, RateLimitedError
from docferry.ingest import Ingestor
from docferry.model import ProviderInfo, Receipt, WebhookEvent
from docferry.plugin import PluginManager, spec
from docferry.provider import ParseContext, ProviderOptions, Response, SubmitItem, WebhookSettings
from docferry.sources import Source
from docferry.testing import ErrorPlace, JobProviderContract

GUIDE = (Path(__file__).resolve().parents[2] / "plugins" / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
HOOKS = {name: function for name, function in vars(spec).items() if name.startswith("docferry_")}

INFO = ProviderInfo(name="haiku", title="Haiku", formats=(), options_type=ProviderOptions)


def nothing_opens(source):
    raise AssertionError(f"{source} is opened")


def one_page_pdf():
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    canvas.drawString(72, 700, "old pond")
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def run_block(mark, names=None):
    """The names that the first example with that text in it defines."""
    names = {} if names is None else names
    code = next(block for block in BLOCKS if mark in block)
    exec(compile(code, "plugins/README.md", "exec"), names)  # noqa: S102 - the guide's own example
    return names


@pytest.fixture
def haiku(monkeypatch):
    module = types.ModuleType("docferry_haiku")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    run_block("hookimpl", vars(module))
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
    names = run_block("Leg(")
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
    names = run_block("docferry_webhook")
    settings = WebhookSettings(now=1000.0, environment={"HAIKU_WEBHOOK_SECRET": "s"})
    signature = hmac.new(b"s", b"999.job-1 event-1", hashlib.sha256).hexdigest()
    headers = {"x-haiku-time": "999", "x-haiku-signature": signature}

    events = names["docferry_webhook"](headers, b"job-1 event-1", settings)

    assert events == (WebhookEvent(remote_id="job-1", event_id="event-1"),)
    with pytest.raises(ForgedEventError):
        names["docferry_webhook"](headers, b"job-2 event-1", settings)


def test_address_example_opens_nothing_and_hands_the_address_on():
    for_the_service = run_block("def for_the_service")["for_the_service"]
    options = SimpleNamespace(trust_url=True)
    context = ParseContext(info=INFO, opener=nothing_opens, listener=print)
    source = Source.from_url("https://h.example/a.pdf?sig=1")

    async def opened():
        async with for_the_service(source, options, context).open(source) as file:
            return file

    file = anyio.run(opened)
    assert (file.file_name, file.address) == ("a.pdf", "https://h.example/a.pdf?sig=1")
    cut = replace(context, is_cut=True)
    assert for_the_service(source, options, cut) is cut
    here = Source.from_bytes(b"x", name="a.pdf")
    assert for_the_service(here, options, context) is context


def test_emulator_example_takes_a_file_and_gives_its_text():
    service = run_block("def docferry_emulator")["docferry_emulator"](
        EmulatorSettings(queue_seconds=0, work_seconds=0, seconds_per_page=0)
    )
    with EmulatorServer(service) as server:
        key = {"x-key": server.environment["HAIKU_API_KEY"]}
        with httpx.Client(base_url=server.environment["HAIKU_BASE_URL"], headers=key) as client:
            job = client.post("/jobs", files={"file": ("a.pdf", one_page_pdf())}).json()["job"]
            answer = {}
            while answer.get("state") not in ("done", "failed"):
                answer = client.get(f"/jobs/{job}").json()
            assert answer == {"state": "done", "lines": ["old pond"]}
            assert client.get("/jobs/none").status_code == 404
            assert client.get(f"/jobs/{job}", headers={"x-key": "no"}).json()["error"] == "bad_key"
    assert service.counters.submissions.total() == 1


def test_job_contract_example_names_what_a_contract_needs():
    contract = run_block("class TestHaikuService")["TestHaikuService"]
    contract.__test__ = False
    assert issubclass(contract, JobProviderContract)
    assert {error.place for error in contract.documented_errors} == {ErrorPlace.SUBMIT, ErrorPlace.JOB}


def test_adapter_examples_are_loaded_when_they_are_asked_for(monkeypatch):
    adapters = types.ModuleType("docferry_haiku.langchain")
    monkeypatch.setitem(sys.modules, adapters.__name__, adapters)
    monkeypatch.setitem(sys.modules, "docferry_haiku", types.ModuleType("docferry_haiku"))
    loader = run_block("class HaikuLoader", vars(adapters))["HaikuLoader"]
    names = run_block("_LAZY = ", {"__name__": "docferry_haiku"})
    assert names["__getattr__"]("HaikuLoader") is loader
    with pytest.raises(AttributeError, match="no attribute 'HaikuWriter'"):
        names["__getattr__"]("HaikuWriter")
