"""Every fault that the emulator can play, in every kind of request: what becomes of the file, and of others.

Three files are under way at once, over real HTTP; a fault hits the second one. A second run without faults
then finds what the first one left: nothing is submitted twice, and what can be had is delivered.
"""

import hashlib
import io
import itertools

import pytest
from PIL import Image
from somark_service import QUICK, reach

from docferry.emulation import FaultAction, FaultMoment, FaultRule, RetryAfterForm
from docferry.engine import current_engine
from docferry.errors import (
    AuthenticationError,
    DocferryError,
    InvalidResponseError,
    JobNotFoundError,
    JobTimeoutError,
    RateLimitedError,
    SubmissionUnknownError,
    UnavailableError,
)
from docferry.ingest import Ingestor, OnError
from docferry.provider import JobSettings
from docferry.sources import Source
from docferry.testing import EmulatedJobService, Workshop

SECONDS = 7.0
NAMES = ("a.png", "b.png", "c.png")

FAULTS = {
    "429": {"do": FaultAction.STATUS, "status": 429},
    "429 for a while": {"do": FaultAction.STATUS, "status": 429, "retry_after_seconds": SECONDS},
    "429 until a time": {
        "do": FaultAction.STATUS,
        "status": 429,
        "retry_after_seconds": SECONDS,
        "retry_after_form": RetryAfterForm.DATE,
    },
    "500": {"do": FaultAction.STATUS, "status": 500},
    "503 for a while": {"do": FaultAction.STATUS, "status": 503, "retry_after_seconds": SECONDS},
    "reset on arrival": {"do": FaultAction.RESET, "when": FaultMoment.ARRIVAL},
    "reset before": {"do": FaultAction.RESET, "when": FaultMoment.BEFORE},
    "reset after": {"do": FaultAction.RESET, "when": FaultMoment.AFTER},
    "500 after": {"do": FaultAction.STATUS, "status": 500, "when": FaultMoment.AFTER},
    "late": {"do": FaultAction.DELAY, "seconds": 0.05},
    "slow": {"do": FaultAction.SLOW_BODY, "seconds": 0.05},
    "cut": {"do": FaultAction.CUT_BODY},
    "truncated": {"do": FaultAction.TRUNCATE_BODY},
    "malformed": {"do": FaultAction.MALFORMED},
    "1101": {"do": FaultAction.REFUSE, "code": "1101"},
    "1124": {"do": FaultAction.REFUSE, "code": "1124"},
    "unknown word": {"do": FaultAction.STATE_WORD},
    "lost job": {"do": FaultAction.LOSE_JOB},
}
WAITED_FOR = ("429", "429 for a while", "429 until a time", "late", "slow", "1101", "1124", "unknown word")
OUT_OF_SIGHT = (
    *("500", "503 for a while", "500 after", "cut", "truncated", "malformed"),
    *("reset on arrival", "reset before", "reset after"),
)
NOT_OF_ASSETS = {"1101", "1124", "unknown word", "lost job"}

# What a fault that happens once comes to: None when the file is delivered all the same.
SUBMISSIONS = dict.fromkeys(WAITED_FOR) | dict.fromkeys(OUT_OF_SIGHT, SubmissionUnknownError)
QUESTIONS = dict.fromkeys(FAULTS)
EXPECTED = {
    "submit": SUBMISSIONS | {"lost job": JobNotFoundError},
    "sync": SUBMISSIONS | {"lost job": None},
    "poll": QUESTIONS | {"lost job": JobNotFoundError},
    "picture": {name: None for name in QUESTIONS if name not in NOT_OF_ASSETS},
    "archive": {name: None for name in QUESTIONS if name not in NOT_OF_ASSETS},
}
CASES = [(kind, fault) for kind, faults in EXPECTED.items() for fault in faults]
OPTIONS = {
    "sync": {"mode": "sync"},
    "archive": {"output_formats": "zip"},
}
ASSETS = {"picture", "archive"}
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def serving():
    with EmulatedJobService("somark", options=reach, settings=QUICK) as service:
        yield service


@pytest.fixture
def workshop(serving, point, tmp_path):
    made = Workshop(name="somark", entry_point=point, service=serving, folder=tmp_path)
    yield made
    made.close()
    serving.use_faults()


@pytest.fixture
def files():
    """Three pictures that no other test has: each becomes a page with a figure on it."""
    return [Source.from_bytes(picture(next(numbers)), name=name) for name in NAMES]


def picture(number):
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (number % 256, number // 256, 7)).save(buffer, "PNG")
    return buffer.getvalue()


def rule_of(kind, fault, *, times=1):
    given = FAULTS[fault]
    # On arrival nobody knows the file; pictures are named after their place on the page.
    is_named = kind != "picture" and given.get("when") is not FaultMoment.ARRIVAL
    name = ("b.zip" if kind == "archive" else "b.png") if is_named else "*"
    return FaultRule(kind="asset" if kind in ASSETS else kind, file=name, times=times, **given)


def parsed(workshop, bench, files, *, jobs=None, **options):
    given = {**workshop.service.options, "concurrency": 3, "requests_per_second": 1000, **options}
    trial = workshop.trial(bench, given)
    ingestor = Ingestor(
        provider="somark",
        options=given,
        chunking=None,
        on_error=OnError.COLLECT,
        jobs=jobs or trial.jobs,
        manager=trial.manager,
    )
    with ingestor.run(files) as run:
        return {outcome.source: outcome for outcome in run}


def kinds_of(outcomes):
    return {name: type(outcome.error) if outcome.error else None for name, outcome in outcomes.items()}


def has_picture(outcome):
    return all(element.image.asset_name for element in outcome.document.elements)


@pytest.mark.parametrize(("kind", "fault"), CASES, ids=lambda value: value.replace(" ", "-"))
def test_a_fault_hits_its_file_only(workshop, serving, files, kind, fault):
    options = OPTIONS.get(kind, {})
    before = sum(serving.counters.faults.values())
    serving.use_faults(rule_of(kind, fault))
    first = workshop.bench()
    outcomes = parsed(workshop, first, files, **options)
    assert fault == "lost job" or sum(serving.counters.faults.values()) == before + 1

    error = EXPECTED[kind][fault]
    hit = [name for name, kind in kinds_of(outcomes).items() if kind is not None]
    assert [kinds_of(outcomes)[name] for name in hit] == [error] * (error is not None)
    is_named = FAULTS[fault].get("when") is not FaultMoment.ARRIVAL
    assert not is_named or hit in ([], ["b.png"])
    assert all(has_picture(outcome) for outcome in outcomes.values() if outcome.error is None)
    for name in hit:
        assert service_key(workshop) not in str(outcomes[name].error)

    again = kinds_of(parsed(workshop, workshop.bench(after=first), files, **options))
    counted = [serving.counters.submissions[digest] for digest in digests(files)]
    if error is SubmissionUnknownError:
        assert again == dict.fromkeys(NAMES) | dict.fromkeys(hit, SubmissionUnknownError)
        assert max(counted) == 1
    else:
        # A job that the service has lost is over: the next run begins anew.
        assert again == dict.fromkeys(NAMES)
        assert counted == [1, 2 if error is JobNotFoundError else 1, 1]


def service_key(workshop):
    (secret,) = workshop.secrets()
    return secret


def digests(files):
    return [hashlib.sha256(file.origin).hexdigest() for file in files]


def rule_for_ever(kind, fault, *, file="*"):
    return FaultRule(kind="asset" if kind in ASSETS else kind, file=file, **FAULTS[fault])


async def asked(bench, api):
    return await bench.runner.account(api, settings=JobSettings())


ANSWERS = {name: None for name in FAULTS if name not in {"unknown word", "lost job"}} | {
    "truncated": InvalidResponseError,
    "malformed": InvalidResponseError,
}
LASTING = {
    "429": RateLimitedError,
    "1101": RateLimitedError,
    "1124": RateLimitedError,
    "500": UnavailableError,
    "reset on arrival": UnavailableError,
    "reset after": UnavailableError,
    "cut": UnavailableError,
    "malformed": InvalidResponseError,
}


@pytest.mark.parametrize("fault", ANSWERS, ids=lambda value: value.replace(" ", "-"))
def test_a_fault_in_a_question_about_the_account(workshop, serving, fault):
    serving.use_faults(FaultRule(kind="account", times=1, **FAULTS[fault]))
    bench = workshop.bench()
    api = workshop.api(bench)
    if ANSWERS[fault] is None:
        assert current_engine().run(asked(bench, api)).is_valid
    else:
        with pytest.raises(ANSWERS[fault]):
            current_engine().run(asked(bench, api))


@pytest.mark.parametrize("fault", LASTING, ids=lambda value: value.replace(" ", "-"))
def test_a_lasting_fault_in_questions_about_the_account(workshop, serving, fault):
    serving.use_faults(rule_for_ever("account", fault))
    bench = workshop.bench()
    with pytest.raises(DocferryError) as caught:
        current_engine().run(asked(bench, workshop.api(bench)))
    assert type(caught.value) is LASTING[fault]
    assert service_key(workshop) not in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("429", JobTimeoutError),
        ("500", JobTimeoutError),
        ("reset before", JobTimeoutError),
        ("cut", JobTimeoutError),
        ("1101", JobTimeoutError),
        ("1124", JobTimeoutError),
        ("unknown word", JobTimeoutError),
        ("malformed", InvalidResponseError),
    ],
)
def test_a_lasting_fault_in_questions_about_a_task_loses_nothing(workshop, serving, files, fault, error):
    serving.use_faults(rule_for_ever("poll", fault))
    first = workshop.bench()
    deadline = 20 if error is JobTimeoutError else None
    outcomes = parsed(workshop, first, files[1:2], jobs=JobSettings(deadline_seconds=deadline))
    assert kinds_of(outcomes) == {"b.png": error}
    assert outcomes["b.png"].error.job_id

    serving.use_faults()
    again = parsed(workshop, workshop.bench(after=first), files)
    assert kinds_of(again) == dict.fromkeys(NAMES)
    assert [serving.counters.submissions[digest] for digest in digests(files)] == [1, 1, 1]


@pytest.mark.parametrize("fault", ["500", "reset before", "cut", "truncated", "malformed"])
@pytest.mark.parametrize("mode", ["async", "sync"])
def test_an_archive_that_does_not_come_is_fetched_by_the_next_run(workshop, serving, files, fault, mode):
    options = {"output_formats": "zip", "mode": mode}
    serving.use_faults(rule_for_ever("archive", fault, file="b.zip"))
    first = workshop.bench()
    outcomes = parsed(workshop, first, files, **options)
    error = InvalidResponseError if fault in {"truncated", "malformed"} else UnavailableError
    assert kinds_of(outcomes) == {"a.png": None, "b.png": error, "c.png": None}

    serving.use_faults()
    again = parsed(workshop, workshop.bench(after=first), files, **options)
    assert kinds_of(again) == dict.fromkeys(NAMES)
    assert has_picture(again["b.png"])
    assert [serving.counters.submissions[digest] for digest in digests(files)] == [1, 1, 1]


@pytest.mark.parametrize("fault", ["500", "429", "reset before", "cut"])
def test_pictures_that_do_not_come_lose_no_text(workshop, serving, files, fault):
    serving.use_faults(rule_for_ever("picture", fault))
    outcomes = parsed(workshop, workshop.bench(), files)
    assert kinds_of(outcomes) == dict.fromkeys(NAMES)
    for outcome in outcomes.values():
        assert [warning.code for warning in outcome.document.warnings] == ["images_missing"]


@pytest.mark.parametrize(
    ("kind", "code", "error"), [("submit", "1107", AuthenticationError), ("poll", "1133", JobNotFoundError)]
)
def test_a_refusal_is_about_its_file_only(workshop, serving, files, kind, code, error):
    serving.use_faults(FaultRule(kind=kind, file="b.png", do=FaultAction.REFUSE, code=code, times=3))
    outcomes = parsed(workshop, workshop.bench(), files)
    assert kinds_of(outcomes) == {"a.png": None, "b.png": error, "c.png": None}
