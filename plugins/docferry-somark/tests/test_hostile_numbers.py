"""Any number of a result may be anything: it maps in bounded work, and no text is lost."""

import json

import pytest
from hostile_numbers import mutations, sweep
from somark_shapes import FINGERPRINT, KEY, block, envelope, finished, mapped, page

from docferry.model import Receipt
from docferry.provider import Response
from docferry.testing import ExchangeDriver, reader_of
from docferry_somark.api import make_api
from docferry_somark.options import SomarkOptions
from docferry_somark.result import map_payload

TEXTS = ("alpha one", "beta two", "gamma three", "cell nine", "caption five")
TABLE = "<table><tr><td colspan=2>cell nine</td></tr><tr><td rowspan=3>x</td></tr></table>"


def map_body(body):
    return map_payload(reader_of({"result.json": ("application/json", body)}), fingerprint=FINGERPRINT)


def with_pages():
    return finished(
        page(
            block("title", "alpha one", title_level=2),
            block("figure", "", idx=2, captions=[3]),
            block("figure_caption", "caption five", idx=3),
        ),
        page(block("text", "beta two"), block("table", TABLE), number=1, continues=True),
        page(block("text", "gamma three"), number=2),
    )


@pytest.mark.parametrize("data", [with_pages(), finished(markdown="\n\n".join(TEXTS), page_count=2)])
def test_any_number_may_be_anything(data):
    sweep(json.loads(envelope(data)), map_body, texts=TEXTS)


def test_any_number_of_a_status_may_be_anything():
    api = make_api(SomarkOptions(api_key=KEY), environment={})
    for name, body in mutations(json.loads(envelope(with_pages()))):
        driver = ExchangeDriver(lambda _request, body=body: Response(status=200, body=body))
        if '"code": 0' not in body.decode():
            continue  # a business code of the service is an error, whatever else there is
        (status,) = driver.run(api.poll([Receipt(remote_id="t")]))
        assert status.state.is_terminal, name
        assert status.pages_total in {None, 1, 3, 7}, name


@pytest.mark.parametrize("number", [-1, 10**20, None, "x", 1e308])
def test_where_one_page_has_no_number_of_any_page_the_places_count(number):
    document = mapped(page(block(content="a"), number=0), page(block(content="b"), number=number))

    assert [(e.text, e.regions[0].page) for e in document.elements] == [("a", 1), ("b", 2)]


def test_a_count_of_pages_that_nobody_believes_finds_none_missing():
    document = mapped(page(block(content="a")), page_count=10**20)

    assert [p.number for p in document.pages] == [1]
    assert document.warnings == ()
