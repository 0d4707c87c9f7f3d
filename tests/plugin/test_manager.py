"""Broken specimens fail in the named way; healthy ones load once, and only when asked for."""

import logging
import sys
import textwrap
from importlib.metadata import EntryPoint

import anyio
import pytest

from docferry.errors import (
    ForgedEventError,
    InvalidOptionsError,
    PluginLoadError,
    ProviderBugError,
    UnknownProviderError,
)
from docferry.model import WebhookEvent
from docferry.plugin import PluginManager
from docferry.provider import ProviderOptions, WebhookSettings
from docferry.settings import PluginPolicy

HEALTHY = """
from docferry.model import FileFormat, ProviderInfo
from docferry.plugin import hookimpl
from docferry.provider import ProviderOptions, WebhookSettings

@hookimpl
def docferry_provider_info():
    return ProviderInfo(name="{name}", title="T", formats=(), options_type=ProviderOptions)

@hookimpl
async def docferry_parse(source, context):
    raise AssertionError
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Writes a module and returns an entry point to it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made = []

    def write(name, text, *, module=None):
        module = module or f"specimen_{name}"
        (tmp_path / f"{module}.py").write_text(textwrap.dedent(text))
        made.append(module)
        return EntryPoint(name=name, value=module, group="docferry")

    yield write
    for module in made:
        sys.modules.pop(module, None)


def manager(*points, policy=PluginPolicy()):  # noqa: B008 - frozen
    return PluginManager(policy=policy, points=points)


def test_healthy_plugin_loads_once(install):
    plugins = manager(install("good", HEALTHY.format(name="good")))
    assert plugins.provider("good") is plugins.provider("good")
    assert plugins.provider("good").info.title == "T"


def test_names_are_read_without_import(install):
    plugins = manager(install("good", "raise AssertionError('imported')"))
    assert plugins.names == ("good",)
    assert "specimen_good" not in sys.modules


def test_only_the_named_plugin_is_imported(install):
    plugins = manager(install("good", HEALTHY.format(name="good")), install("other", "raise AssertionError"))
    plugins.provider("good")
    assert "specimen_other" not in sys.modules


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("import nothing_of_that_name", "nothing_of_that_name"),
        ("raise ValueError('bad day')", "bad day"),
        (HEALTHY.format(name="bad").replace("docferry_parse(", "docferry_prase("), "docferry_prase"),
        (HEALTHY.format(name="bad").replace("(source, context)", "(source, colour)"), "newer docferry"),
        (
            HEALTHY.format(name="bad").replace("async def docferry_parse", "async def parse"),
            "unknown hook 'parse'",
        ),
        ("x = 1", "does not implement docferry_provider_info and docferry_parse"),
        (HEALTHY.format(name="worse"), "calls itself worse"),
        (HEALTHY.format(name="bad").replace("return ProviderInfo", "return str"), "TypeError"),
        (HEALTHY.format(name="bad").replace("return ProviderInfo(", "return dict("), "returned dict"),
        (HEALTHY.format(name="bad").replace("type=ProviderOptions", "type=int"), "options type int"),
    ],
)
def test_broken_plugin_is_a_load_error_with_its_cause(install, text, cause):
    plugins = manager(install("bad", text))
    with pytest.raises(PluginLoadError, match="provider bad .* is broken") as caught:
        plugins.provider("bad")
    assert cause in str(caught.value)
    assert caught.value.next_step


def test_load_failure_is_remembered(install, tmp_path):
    plugins = manager(install("bad", "raise ValueError('once')"))
    with pytest.raises(PluginLoadError) as first:
        plugins.provider("bad")
    (tmp_path / "specimen_bad.py").write_text(HEALTHY.format(name="bad"))
    with pytest.raises(PluginLoadError) as second:
        plugins.provider("bad")
    assert second.value is first.value


def test_broken_plugin_does_not_taint_the_next(install):
    plugins = manager(
        install("bad", HEALTHY.format(name="bad").replace("docferry_parse(", "docferry_prase(")),
        install("good", HEALTHY.format(name="good")),
    )
    statuses = {status.name: status for status in plugins.statuses()}
    assert "docferry_prase" in statuses["bad"].problem
    assert statuses["good"].info is not None
    assert statuses["good"].problem == ""


def test_two_distributions_with_one_name_are_refused_by_name(install):
    first = install("same", HEALTHY.format(name="same"), module="specimen_one")
    second = install("same", HEALTHY.format(name="same"), module="specimen_two")
    with pytest.raises(PluginLoadError, match="claimed by specimen_one and specimen_two"):
        manager(first, second).provider("same")


@pytest.mark.parametrize(
    "policy", [PluginPolicy(deny=frozenset({"bad"})), PluginPolicy(allow=frozenset({"good"}))]
)
def test_refused_plugin_is_never_imported(install, policy):
    plugins = manager(
        install("bad", "raise AssertionError"), install("good", HEALTHY.format(name="good")), policy=policy
    )
    with pytest.raises(UnknownProviderError, match="list"):
        plugins.provider("bad")
    statuses = {status.name: status for status in plugins.statuses()}
    assert statuses["bad"].is_refused
    assert "specimen_bad" not in sys.modules
    assert plugins.names == ("good",)


def test_policy_comes_from_the_environment(install, monkeypatch):
    monkeypatch.setenv("DOCFERRY_PLUGINS_DENY", "bad, worse")
    plugins = PluginManager(points=[install("bad", "raise AssertionError")])
    with pytest.raises(UnknownProviderError, match="deny list"):
        plugins.provider("bad")


def test_unknown_provider_suggests_the_closest(install):
    with pytest.raises(UnknownProviderError, match="did you mean local"):
        manager(install("local", "")).provider("locl")


def test_unknown_provider_without_a_close_name_lists_all(install):
    with pytest.raises(UnknownProviderError, match="installed are: aaa, zzz"):
        manager(install("zzz", ""), install("aaa", "")).provider("local")


def test_load_failure_is_logged_without_contents(install, caplog):
    with caplog.at_level(logging.WARNING, logger="docferry.plugin"), pytest.raises(PluginLoadError):
        manager(install("bad", "raise ValueError('secret')")).provider("bad")
    assert "bad" in caplog.text
    assert "secret" not in caplog.text


def test_local_provider_comes_through_the_same_door():
    assert PluginManager().provider("local").info.name == "local"


def test_optional_hooks_that_are_missing_are_said_in_a_sentence(install):
    """docferry_job_api and docferry_emulator may be left out."""
    provider = manager(install("good", HEALTHY.format(name="good"))).provider("good")
    with pytest.raises(InvalidOptionsError, match="provider good has no remote jobs"):
        provider.job_api(ProviderOptions())
    with pytest.raises(InvalidOptionsError, match="provider good has no emulator"):
        provider.emulator(None)


def test_a_panic_of_a_rust_extension_is_the_plugins_bug(install):
    text = HEALTHY.format(name="good").replace(
        "raise AssertionError", "raise type('PanicException', (BaseException,), {})('unwrap')"
    )
    provider = manager(install("good", text)).provider("good")

    async def parse():
        await provider.parse(None, pages=None, options=None, context=None)

    with pytest.raises(ProviderBugError, match="raised PanicException"):
        anyio.run(parse)


WEBHOOK = """
from docferry.errors import ForgedEventError
from docferry.model import WebhookEvent

@hookimpl
def docferry_webhook(body):
    {answer}
"""


def test_a_job_api_that_cannot_be_made_is_the_plugins_trouble(install):
    hook = "\n@hookimpl\ndef docferry_job_api(options):\n    return int('x')\n"
    provider = manager(install("good", HEALTHY.format(name="good") + hook)).provider("good")
    with pytest.raises(ProviderBugError, match="plugin of provider good raised ValueError"):
        provider.job_api(ProviderOptions())


def call_webhook(install, answer, body=b""):
    text = HEALTHY.format(name="good") + (WEBHOOK.format(answer=answer) if answer else "")
    provider = manager(install("good", text)).provider("good")
    return provider.webhook_events({}, body, WebhookSettings(now=0.0, environment={}))


def test_webhook_hook_returns_events(install):
    event = "return (WebhookEvent(remote_id=body.decode(), event_id='e'),)"
    assert call_webhook(install, event, b"r1") == (WebhookEvent(remote_id="r1", event_id="e"),)


def test_webhook_call_about_nothing_returns_no_events(install):
    assert call_webhook(install, "return ()") == ()


def test_webhook_of_a_provider_without_one_is_refused(install):
    with pytest.raises(InvalidOptionsError, match="provider good has no webhook"):
        call_webhook(install, "")


def test_webhook_errors_raised_on_purpose_come_through(install):
    with pytest.raises(ForgedEventError, match="no"):
        call_webhook(install, "raise ForgedEventError('no')")


@pytest.mark.parametrize("answer", ["return body[99]", "return ['r1']", "return ('r1',)", "return 'r1'"])
def test_webhook_hook_that_breaks_its_word_is_a_bug_of_the_plugin(install, answer):
    with pytest.raises(ProviderBugError, match="plugin of provider good"):
        call_webhook(install, answer)
