"""Any number of a result may be anything: it maps in bounded work, and no text is lost."""

import pytest
from extend_shapes import FINGERPRINT, KEY, block, cell, chunk, legacy_run, mapped, run
from hostile_numbers import mutations, sweep

from docferry.model import PageSelection, Receipt
from docferry.provider import Response
from docferry.testing import ExchangeDriver, reader_of
from docferry_extend.api import make_api
from docferry_extend.options import ExtendOptions
from docferry_extend.result import map_payload

TEXTS = ("alpha one", "beta two", "gamma three", "cell nine", "cell ten", "sheet six")
PAGES = [
    {"number": 1, "originalPageWidth": 612, "originalPageHeight": 792, "dpi": 96, "rotationApplied": 90},
    {"number": 2, "originalPageWidth": 612, "originalPageHeight": 792},
]


def chunks():
    table = block("table", "", page=2, children=[cell(0, 0, "cell nine"), cell(1, 1, "cell ten")])
    sheet = block(content="sheet six", page=0, box=None, metadata={"sheet": {"index": 1, "name": "S"}})
    polygon = [{"x": 10, "y": 20}, {"x": 30, "y": 40}]
    corners = block(content="beta two", page=2, box=None, polygon=polygon)
    return (
        chunk(block("heading", "# alpha one", metadata={"avgOcrConfidence": 0.9}), corners, last=2),
        chunk(table, block(content="gamma three", page=2, box=None), first=2),
        chunk(sheet, first=None),
    )


@pytest.mark.parametrize(
    ("pages", "is_legacy"),
    [(None, False), (None, True), ("2,5-", False), ("1-99999999999999999999", False), (f"{10**20}-", False)],
)
def test_any_number_may_be_anything(pages, is_legacy):
    words = [
        {"content": "alpha", "pageNumber": 1, "boundingBox": {"left": 1, "top": 2, "width": 3, "height": 4}}
    ]
    output = {"metadata": {"pages": PAGES}, "ocr": {"words": words}}
    body = legacy_run(*chunks()) if is_legacy else run(*chunks(), output=output)

    def map_body(data):
        return map_payload(
            reader_of({"run.json": ("application/json", data)}),
            selection=PageSelection.parse(pages) if pages else None,
            fingerprint=FINGERPRINT,
            keeps_images=True,
            is_spatial=False,
        )

    sweep(body, map_body, texts=TEXTS)


def test_any_number_of_a_status_may_be_anything():
    api = make_api(ExtendOptions(api_key=KEY), environment={})
    for name, body in mutations(run(chunk(block(content="a")))):
        driver = ExchangeDriver(lambda _request, body=body: Response(status=200, body=body))
        (status,) = driver.run(api.poll([Receipt(remote_id="pr_1")]))
        assert status.state.is_terminal, name
        assert status.cost.pages in {None, 1, 7}, name


def test_many_chunks_that_claim_many_pages_are_counted_once():
    claims = [
        chunk(block(content=f"t{n}", page=0, box=None), first=n + 1, last=90_000 + n) for n in range(2000)
    ]
    document = mapped(*claims, page_count=1)

    assert len(document.pages) == 91_999
    assert len(document.elements) == 2000


@pytest.mark.parametrize("far", [10**6, 10**20])
def test_cells_in_rows_that_nobody_believes_close_up(far):
    table = block("table", "", children=[cell(0, 0, "a"), cell(far, 0, "b"), cell(far, far, "c")])
    (element,) = mapped(chunk(table)).elements

    assert [(c.row, c.column, c.text) for c in element.table.cells] == [(0, 0, "a"), (1, 0, "b"), (1, 1, "c")]
