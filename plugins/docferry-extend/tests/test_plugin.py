"""The plugin keeps the hook contract, is light to import, and both frameworks find it by one import."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from extend_house import POINT

import docferry_extend
from docferry.errors import AuthenticationError, MissingCredentialError
from docferry.model import Ability
from docferry.plugin import PluginManager
from docferry.provider import JobSettings
from docferry_extend.options import ExtendOptions

NOTE = b"High water is at 06:12.\n"
README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def manager():
    return PluginManager(points=[POINT])


def test_the_plugin_loads(manager):
    info = manager.provider("extend").info

    assert info.options_type is ExtendOptions
    assert info.abilities == set(Ability)
    assert info.environment == ("EXTEND_API_KEY", "EXTEND_BASE_URL")
    assert (info.limits.max_size_bytes, info.limits.max_pages) == (None, None)


def test_the_card_names_every_documented_kind_of_file():
    documented = (
        "pdf png jpg jpeg tiff tif svg heic heif bmp gif webp psd xls xlsx xltm xltx ods docx doc wpd dotx "
        "odt pptx ppt ppm csv txt html xml rtf lis md eml pcx"
    )
    formats = docferry_extend.docferry_provider_info().formats

    assert {f".{suffix}" for suffix in documented.split(" ")} == {
        suffix for kind in formats for suffix in kind.suffixes
    }


def test_the_job_api_needs_a_key(monkeypatch):
    monkeypatch.delenv("EXTEND_API_KEY", raising=False)
    with pytest.raises(MissingCredentialError):
        docferry_extend.docferry_job_api(options=ExtendOptions())
    api = docferry_extend.docferry_job_api(options=ExtendOptions(api_key="sk_1"))
    assert api.identity.provider == "extend"


def test_reader_and_loader_take_the_key_and_hide_it(manager):
    reader = docferry_extend.ExtendReader(api_key="sk_very-secret", manager=manager)
    loader = docferry_extend.ExtendLoader("report.pdf", api_key="sk_very-secret", manager=manager)

    assert reader.is_remote
    assert loader.is_remote
    assert "sk_very-secret" not in repr(reader) + repr(loader) + str(reader.to_dict())


def test_public_names_are_found_and_others_are_not():
    assert all(hasattr(docferry_extend, name) for name in docferry_extend.__all__)
    assert set(docferry_extend._LAZY) | {"ExtendOptions"} == set(docferry_extend.__all__)
    with pytest.raises(AttributeError):
        docferry_extend.ExtendWriter  # noqa: B018 - the access is the test


def test_listing_the_provider_imports_neither_network_nor_parser_nor_framework():
    heavy = "{'httpx', 'markdown_it', 'langchain_core', 'llama_index', 'docferry_extend.api'}"
    program = (
        "import sys, docferry_extend; docferry_extend.docferry_provider_info(); "
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_the_readme_names_every_option():
    assert re.findall(r"^\| `([a-z_0-9]+)` \|", README, re.MULTILINE) == list(ExtendOptions.model_fields)


def test_a_run_is_deleted_at_the_service(house, tmp_path):
    house.parse(NOTE)
    (job,) = house.state.jobs.all()
    reach = {"base_url": house.variables["EXTEND_BASE_URL"], "api_key": house.variables["EXTEND_API_KEY"]}
    jobs = JobSettings(ledger=tmp_path / "other.sqlite3", cache=tmp_path / "payloads")

    assert docferry_extend.delete_run(f"pr_{job.id}", options=reach, jobs=jobs) is True
    assert docferry_extend.delete_run(f"pr_{job.id}", options=reach, jobs=jobs) is False
    with pytest.raises(AuthenticationError):
        docferry_extend.delete_run("pr_1", options={**reach, "api_key": "sk_nobody"}, jobs=jobs)


def test_a_job_is_resumed_in_the_version_it_was_begun_with(serve):
    from docferry.engine import current_engine
    from docferry.provider import read_options
    from docferry.sources import Source, open_source

    house = serve(settings={"canned_pages": 2})
    reach = {"base_url": house.variables["EXTEND_BASE_URL"], "api_key": house.variables["EXTEND_API_KEY"]}
    options = read_options(ExtendOptions, {**reach, "api_version": "2025-04-21"}, provider="extend")

    async def submit():
        runner, api = house.bench.runner, docferry_extend.docferry_job_api(options=options)
        async with open_source(Source.from_bytes(NOTE, name="a.txt")) as file:
            errand = await runner.errand(
                house.bench.watched(api), file, pages=None, options=options, settings=JobSettings()
            )
            return await runner.submit(errand)

    record = current_engine().run(submit())

    assert record.protocol_version == "2025-04-21"
    assert '"api_version":"2025-04-21"' in record.options_json
    assert record.receipt.remote_id.startswith("parser_run_")


def test_a_locked_document_is_sent_with_its_password(serve, tmp_path):
    from documents import encrypted_pdf

    path = encrypted_pdf(tmp_path, "open sesame", pages=2)
    house = serve()

    assert len(house.parse(path, password="open sesame").pages) == 2
    assert "password" in str(house.error(path))


@pytest.mark.parametrize("version", ["2026-02-09", "2025-04-21"])
def test_a_version_that_is_gone_names_the_option(serve, version):
    house = serve(settings={"canned_pages": 1}, quirks={"is_gone": version})

    assert "api_version" in str(house.error(NOTE, api_version=version))


def test_a_busy_service_gets_the_file_once_and_the_run_later(serve):
    fault = {"do": "refuse", "kind": "submit", "code": "RATE_LIMIT_EXCEEDED", "times": 3}
    house = serve(settings={"canned_pages": 1}, faults=[fault])
    house.parse(NOTE)

    assert house.counters.requests["upload"] == 1
    assert house.counters.requests["submit"] == 4


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "status", "kind": "upload", "status": 503, "times": 2},
        {"do": "reset", "kind": "upload", "times": 1},
        {"do": "cut_body", "kind": "upload", "times": 1},
    ],
)
def test_uploads_are_redone_freely(serve, fault):
    house = serve(settings={"canned_pages": 1}, faults=[fault])
    house.parse(NOTE)

    assert house.counters.requests["upload"] > 1
    assert sum(house.counters.submissions.values()) == 1


@pytest.mark.parametrize("do", ["reset", "cut_body", "truncate_body", "malformed"])
def test_a_run_of_which_no_answer_was_heard_is_not_begun_again(serve, do):
    fault = {"do": do, "kind": "submit", "when": "after", "times": 1}
    house = serve(settings={"canned_pages": 1}, faults=[fault])
    first = house.error(NOTE)
    house.begin_process()
    second = house.error(NOTE)

    assert {type(error).__name__ for error in (first, second)} == {"SubmissionUnknownError"}
    assert sum(house.counters.submissions.values()) == 1


@pytest.mark.parametrize("do", ["status", "reset", "cut_body", "truncate_body", "malformed", "slow_body"])
@pytest.mark.parametrize("kind", ["poll", "asset"])
def test_trouble_on_the_way_to_a_result_passes(serve, do, kind):
    house = serve(
        settings={"canned_pages": 1}, faults=[{"do": do, "kind": kind, "times": 1, "seconds": 0.01}]
    )
    document = house.parse(NOTE, response_type="url")

    assert len(document.pages) == 1
    assert sum(house.counters.faults.values()) == 1
    assert sum(house.counters.submissions.values()) == 1
