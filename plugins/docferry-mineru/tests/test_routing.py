"""Sources on the web: who downloads them, and what becomes of their results."""

import http.server
import threading

import pytest
from mineru_files import small_pdf

from docferry.errors import SourceNotFoundError
from docferry.model import PageSelection
from docferry.sources import Source
from docferry.testing import ErrorPlace
from docferry_mineru.links import address_of, is_private, link_of, suffix_of


@pytest.fixture
def site():
    """A web server: the paths it was asked for, and its address."""
    asked, content = [], small_pdf()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, "docferry" in self.headers.get("user-agent", "").lower()))
            self.send_response(200)
            self.send_header("content-type", "application/pdf")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args):
            """Print nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield asked, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def kinds_of(cloud):
    return dict(cloud._service.counters.requests)


def fail(cloud, code):
    """Have the next address refused."""
    cloud.fail(ErrorPlace.SUBMIT, code)


def test_the_service_downloads_an_address_and_docferry_does_not(parse, cloud, site):
    asked, address = site
    (outcome,) = parse(f"{address}/tides.pdf?sign=1")
    assert outcome.error is None
    assert [page.number for page in outcome.document.pages] == [1, 2]
    assert [path for path, _ in asked] == ["/tides.pdf?sign=1"]
    assert kinds_of(cloud)["submit"] == 1
    assert "upload" not in kinds_of(cloud)


def test_several_addresses_are_handed_in_once_each(parse, cloud, site):
    _, address = site
    outcomes = parse(f"{address}/a.pdf", f"{address}/b.pdf")
    assert [outcome.error for outcome in outcomes] == [None, None]
    kinds = kinds_of(cloud)
    # Together, or each by itself: a clock that runs fast does not wait long for company.
    assert 2 * kinds.get("submit_batch", 0) + kinds.get("submit", 0) == 2


def test_an_address_is_parsed_anew_in_every_run_unless_it_is_trusted(parse, cloud, site):
    _, address = site
    parse(f"{address}/a.pdf?sign=1")
    parse(f"{address}/a.pdf?sign=2")
    assert kinds_of(cloud)["submit"] == 2
    (outcome,) = parse(f"{address}/a.pdf?sign=3", trust_url=True)
    assert outcome.error is None
    assert kinds_of(cloud)["submit"] == 2


def test_a_user_may_have_everything_uploaded(parse, cloud, site):
    asked, address = site
    (outcome,) = parse(f"{address}/a.pdf", url_sources="here")
    assert outcome.error is None
    assert len(asked) == 1
    assert kinds_of(cloud)["upload"] == 1


def test_an_address_that_the_service_cannot_reach_is_downloaded_here_and_uploaded(parse, cloud, site):
    _, address = site
    fail(cloud, "-60008")
    (outcome,) = parse(f"{address}/a.pdf")
    assert outcome.error is None
    assert kinds_of(cloud)["upload"] == 1


def test_an_address_that_fails_later_is_downloaded_here_as_well(parse, cloud, site):
    _, address = site
    fail(cloud, "-60022")
    (outcome,) = parse(f"{address}/a.pdf")
    assert outcome.error is None


def test_a_user_may_have_nothing_downloaded_here(parse, cloud, site):
    asked, address = site
    fail(cloud, "-60008")
    (outcome,) = parse(f"{address}/a.pdf", url_sources="service")
    assert type(outcome.error) is SourceNotFoundError
    assert "url_sources" in outcome.error.next_step
    assert asked == []


def test_selected_pages_are_cut_out_here(parse, cloud, site):
    _, address = site
    (outcome,) = parse(f"{address}/a.pdf", pages=PageSelection.parse("2"))
    assert [page.number for page in outcome.document.pages] == [2]
    assert kinds_of(cloud)["upload"] == 1


def test_pages_that_the_service_selects_keep_their_numbers(parse, cloud, site):
    _, address = site
    (outcome,) = parse(f"{address}/a.pdf", page_ranges="2")
    assert [page.number for page in outcome.document.pages] == [2]
    assert kinds_of(cloud)["submit"] == 1


def test_pages_counted_from_the_end_are_told_to_be_uncertain(parse, site):
    _, address = site
    (outcome,) = parse(f"{address}/a.pdf", page_ranges="-1")
    assert [page.number for page in outcome.document.pages] == [1]
    assert "page_numbers_uncertain" in [warning.code for warning in outcome.document.warnings]


def test_an_address_without_a_suffix_is_downloaded_here(parse, cloud, site):
    _, address = site
    (outcome,) = parse(f"{address}/download")
    assert outcome.error is None
    assert kinds_of(cloud)["upload"] == 1


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://localhost/a.pdf", True),
        ("http://127.0.0.1:8/a.pdf", True),
        ("http://10.0.0.5/a.pdf", True),
        ("http://[::1]/a.pdf", True),
        ("http://wiki/a.pdf", True),
        ("http://wiki.corp.internal/a.pdf", True),
        ("https://example.org/a.pdf", False),
        ("https://8.8.8.8/a.pdf", False),
    ],
)
def test_addresses_of_networks_of_ones_own_are_known(address, expected):
    assert is_private(address) is expected


@pytest.mark.parametrize(
    ("address", "suffix"),
    [("https://x.org/a.PDF?b=.doc", ".pdf"), ("https://x.org/a%2Epdf", ".pdf"), ("https://x.org/", "")],
)
def test_the_suffix_of_an_address_is_that_of_its_path(address, suffix):
    assert suffix_of(address) == suffix


def link_to(address):
    return link_of(Source.from_url(address))


def test_a_link_goes_by_its_address_without_signature():
    file = link_to("https://user:word@Example.org/a/report.pdf?sign=1#p2")
    assert file.fingerprint == link_to("https://example.org/a/report.pdf?sign=2").fingerprint
    assert file.fingerprint != link_to("https://example.org/a/other.pdf").fingerprint
    assert (file.file_name, file.suffix, file.size_bytes) == ("report.pdf", ".pdf", 0)
    assert "sign=1" not in repr(file)
    assert link_to("https://example.org/").file_name == "page.html"


def test_only_sources_on_the_web_have_an_address():
    assert address_of(Source.from_bytes(b"x", name="a.pdf")) == ""
