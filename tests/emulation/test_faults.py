import json

import pytest

from docferry.emulation import FaultAction, FaultMoment, FaultRule, FaultScript, read_fault_rules
from docferry.errors import InvalidOptionsError

KINDS = frozenset({"submit", "poll"})


def script(*rules):
    return FaultScript(read_fault_rules(rules), service="harbour", kinds=KINDS)


def hits(script, count, *, kind="submit"):
    return [number for number in range(1, count + 1) if script.arrived(kind)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"nth": 2}, [2]),
        ({"nth": [1, 5]}, [1, 5]),
        ({"every": 3}, [3, 6]),
        ({"times": 2}, [1, 2]),
        ({"every": 2, "times": 2}, [2, 4]),
    ],
)
def test_a_rule_takes_effect_on_the_requests_it_counts(rule, expected):
    assert hits(script({"kind": "submit", "do": "reset", **rule}), 6) == expected


def test_each_kind_of_request_is_counted_by_itself():
    found = script({"kind": "poll", "nth": 2, "do": "status"})
    assert hits(found, 5) == []
    assert hits(found, 5, kind="poll") == [2]


def test_a_rule_without_kind_counts_all_requests():
    found = script({"nth": 3, "do": "status"})
    assert not found.arrived("submit")
    assert not found.arrived("poll")
    assert found.arrived("submit")


def test_a_rule_for_a_file_counts_only_requests_about_that_file():
    found = script({"kind": "submit", "file": "b*.pdf", "nth": 2, "do": "reset"})
    assert found.arrived("submit") == []
    met = [bool(found.read("submit", file_name=name)) for name in ("b.pdf", "a.pdf", "", "b2.pdf", "b.pdf")]
    assert met == [False, False, False, True, False]


def test_rules_for_other_services_are_left_out():
    assert script({"service": "pulse", "do": "reset"}, {"service": "harbour", "do": "reset"}).rules == (
        FaultRule(service="harbour", do=FaultAction.RESET),
    )


def test_spoilt_answers_come_after_everything_is_done():
    assert FaultRule(do=FaultAction.CUT_BODY).moment is FaultMoment.AFTER
    assert FaultRule(do=FaultAction.RESET).moment is FaultMoment.BEFORE


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"do": "explode"}, "rule 2 of the fault script: do"),
        ({"do": "reset", "often": 3}, "often: Extra inputs"),
        ({"do": "reset", "nth": 1, "every": 2}, "nth and every exclude each other"),
        ({"do": "reset", "nth": 0}, "requests count from 1"),
        ({"do": "reset", "file": "a*", "when": "arrival"}, "nobody knows the file yet"),
        ({"do": "refuse"}, "a refusal needs a code"),
        ({"do": "status", "status": 200}, "greater than or equal to 400"),
    ],
)
def test_a_wrong_rule_is_named(rule, words):
    with pytest.raises(InvalidOptionsError, match=words):
        read_fault_rules([{"do": "reset"}, rule])


def test_a_rule_about_an_unknown_kind_of_request_is_an_error():
    with pytest.raises(
        InvalidOptionsError, match="kind 'upload', which harbour does not have; use one of poll"
    ):
        script({"kind": "upload", "do": "reset"})


@pytest.mark.parametrize("name", ["faults.toml", "faults.json"])
def test_scripts_are_read_from_toml_and_json(tmp_path, name):
    path = tmp_path / name
    if name.endswith("toml"):
        path.write_text('[[rule]]\nkind = "poll"\nnth = [1, 3]\ndo = "refuse"\ncode = 1124\n')
    else:
        path.write_text(json.dumps([{"kind": "poll", "nth": [1, 3], "do": "refuse", "code": "1124"}]))
    assert read_fault_rules(path) == (FaultRule(kind="poll", nth=(1, 3), do=FaultAction.REFUSE, code="1124"),)


@pytest.mark.parametrize("text", ["[[rule", '{"rule": 3}', '"reset"'])
def test_what_is_no_script_is_refused(tmp_path, text):
    path = tmp_path / "faults.json"
    path.write_text(text)
    with pytest.raises(InvalidOptionsError):
        read_fault_rules(path)


def test_a_missing_script_is_named(tmp_path):
    with pytest.raises(InvalidOptionsError, match="none.toml cannot be read"):
        read_fault_rules(tmp_path / "none.toml")
