"""`docferry providers` shows all plugins, also those that do not work."""

import json

BROKEN = "raise RuntimeError('cannot start')\n"
MISSPELT = """
from docferry.plugin import hookimpl

@hookimpl
def docferry_provider_inof():
    return None
"""


def test_a_healthy_plugin_shows_its_card(run):
    done = run("providers", "--json")
    card = {entry["name"]: entry for entry in json.loads(done.output)}["paged"]
    assert done.code == 0
    assert card == {
        "name": "paged",
        "distribution": "docferry-paged",
        "version": "1.2.3",
        "status": "ok",
        "reason": "",
        "title": "Pages of text",
        "formats": [{"name": "Text", "media_types": ["text/plain"], "suffixes": [".txt"]}],
        "is_remote": True,
        "abilities": ["boxes", "page_selection", "remote"],
        "environment": ["PAGED_API_KEY", "PAGED_BASE_URL"],
        "homepage": "",
    }


def test_broken_plugins_are_shown_with_the_reason_and_harm_nobody(run, plugins):
    plugins("broken", BROKEN)
    plugins("misspelt", MISSPELT)
    done = run("providers", "--json")
    cards = {entry["name"]: entry for entry in json.loads(done.output)}
    assert (done.code, done.messages) == (0, "")
    assert cards["paged"]["status"] == "ok"
    assert cards["broken"]["status"] == "broken"
    assert "RuntimeError: cannot start" in cards["broken"]["reason"]
    assert "docferry_provider_inof" in cards["misspelt"]["reason"]


def test_a_refused_plugin_says_so(run):
    done = run("providers", "--json", DOCFERRY_PLUGINS_DENY="paged")
    card = {entry["name"]: entry for entry in json.loads(done.output)}["paged"]
    assert (card["status"], card["reason"]) == ("refused", "it is on the deny list")


def test_the_table_fits_100_columns_and_gives_reasons_below(run, plugins):
    plugins("broken", BROKEN)
    done = run("providers")
    assert done.code == 0
    assert max(map(len, done.output.splitlines())) <= 100
    assert "PAGED_API_KEY" in done.output
    assert "docferry-paged" in done.output
    assert "broken: the plugin of provider broken (docferry-broken 1.2.3)" in " ".join(done.output.split())


def test_parsing_with_a_broken_plugin_is_a_usage_error(run, plugins, pages):
    plugins("broken", BROKEN)
    done = run("parse", pages("a.txt", "words"), "--provider", "broken")
    assert done.code == 2
    assert done.messages == (
        "error: the plugin of provider broken (docferry-broken 1.2.3) is broken: "
        "RuntimeError: cannot start; update or uninstall docferry-broken\n"
    )


def test_a_broken_plugin_does_not_hinder_parsing_with_another(run, plugins, pages):
    plugins("broken", BROKEN)
    assert run("parse", pages("a.txt", "words"), "--provider", "paged").code == 0
