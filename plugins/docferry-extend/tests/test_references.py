"""Files that the service has or downloads itself are not brought here."""

import httpx
import pytest
from extend_shapes import KEY

from docferry.errors import InvalidOptionsError, SourceNotFoundError
from docferry.sources import Source
from docferry_extend import extend_file
from docferry_extend.options import ExtendOptions
from docferry_extend.references import reference_of
from docferry_extend.wire import FileReference


@pytest.mark.parametrize(
    ("source", "options", "reference"),
    [
        (Source.from_bytes(b"x", name="a.pdf"), {"sends_urls": True}, None),
        (Source.from_path("a.pdf"), {"sends_urls": True}, None),
        (Source.from_url("https://h/a.pdf?sig=1"), {}, None),
        (
            Source.from_url("https://h/d/a%20b.pdf?sig=1"),
            {"sends_urls": True},
            FileReference(url="https://h/d/a%20b.pdf?sig=1", name="a b.pdf"),
        ),
        (extend_file(" file_1 "), {}, FileReference(file_id="file_1")),
    ],
)
def test_what_is_uploaded_and_what_is_not(source, options, reference):
    assert reference_of(source, ExtendOptions(api_key=KEY, **options)) == reference


def test_a_source_of_the_service_is_called_as_wanted():
    assert extend_file("file_1").name == "file_1"
    assert extend_file("file_1", name="report.pdf").name == "report.pdf"
    with pytest.raises(InvalidOptionsError):
        extend_file(" ")


def upload(house, name="tides.pdf"):
    headers = {
        "Authorization": f"Bearer {house.variables['EXTEND_API_KEY']}",
        "x-extend-api-version": "2026-02-09",
    }
    answer = httpx.post(
        f"{house.variables['EXTEND_BASE_URL']}/files/upload",
        headers=headers,
        files={"file": (name, b"%PDF-1.4 x", "application/pdf")},
        timeout=60,
    )
    return answer.json()["id"]


@pytest.mark.parametrize("version", ["2026-02-09", "2025-04-21"])
def test_a_file_at_the_service_is_parsed_without_an_upload_and_paid_once(house, version):
    source = extend_file(upload(house), name="tides.pdf")
    first = house.parse(source, api_version=version)
    house.begin_process()
    again = house.parse(source, api_version=version)

    assert first == again
    assert len(first.pages) == 2
    assert house.counters.requests["upload"] == 1
    assert sum(house.counters.submissions.values()) == 1


def test_a_file_that_the_service_does_not_have_is_named(house):
    error = house.error(extend_file("file_none"))

    assert isinstance(error, SourceNotFoundError)
    assert "does not know the file" in str(error)


@pytest.fixture
def address(house):
    assets, origins = house.state.assets, house.state.origins
    asset = assets.put(b"%PDF-1.4 x", file_name="tides.pdf", media_type="application/pdf")
    return assets.address(asset, origin=origins[0])


@pytest.mark.parametrize("version", ["2026-02-09", "2025-04-21"])
def test_an_address_is_handed_in_without_a_download_here(house, address, version):
    document = house.parse(address, sends_urls=True, trust_url=True, api_version=version)

    assert len(document.pages) == 2
    assert house.counters.requests["upload"] == 0
    assert house.counters.requests["asset"] == 1, "the service alone read it"


def test_what_an_address_means_is_trusted_only_when_told(house, address):
    counted = []
    for again, trust_url in ((address, True), (f"{address}&other=1", True), (address, False)):
        house.parse(again, sends_urls=True, trust_url=trust_url)
        counted.append(sum(house.counters.submissions.values()))
        house.begin_process()

    assert counted == [1, 1, 2]


def test_an_address_that_the_service_cannot_reach_says_what_to_do(house):
    error = house.error("http://127.0.0.1:9/none.pdf", sends_urls=True)

    assert isinstance(error, SourceNotFoundError)
    assert "leave sends_urls out" in str(error)
