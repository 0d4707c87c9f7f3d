"""Pictures on request, for both adapters: which, from where, and what failures mean."""

import io
import logging

import anyio
import pytest
from PIL import Image

from docferry.delivery import Delivery, PictureSettings, cut_pictures, cut_pictures_async
from docferry.errors import InvalidOptionsError, SourceError, UnsupportedSourceError
from docferry.metadata import PICTURE_KEYS, read_regions

logger = logging.getLogger("docferry.pictures-test")


def pictures(sources, *, kinds=None, dots_per_inch=60, **settings):
    reports = []
    found = list(
        cut_pictures(
            Delivery(**settings),
            sources,
            settings=PictureSettings(kinds, dots_per_inch),
            logger=logger,
            begin=reports.append,
        )
    )
    return found, reports[0]


def test_figures_come_with_their_place_caption_and_chunk(demo_pdf):
    [figure], report = pictures(demo_pdf)
    metadata = figure.metadata
    assert list(metadata) == [key.name for key in PICTURE_KEYS]
    assert (metadata["source"], metadata["page"], metadata["kinds"]) == (str(demo_pdf), 2, "figure")
    assert metadata["caption"].startswith("Figure 1.")
    assert metadata["headings"] == "1 The year in brief > 1.1 Passengers"
    assert figure.text.startswith(metadata["caption"])
    [place] = read_regions(metadata)
    assert place.page == 2
    with Image.open(io.BytesIO(figure.content)) as image:
        ratio = image.width / image.height
    box = place.box
    assert ratio == pytest.approx((box.right - box.left) * 595 / ((box.bottom - box.top) * 842), rel=0.02)
    assert report.is_complete
    with Delivery().ingestor.run(demo_pdf) as run:
        [chunk] = [c for outcome in run for c in outcome.chunks if c.id == metadata["chunk_id"]]
    assert place.element_id in {region.element_id for region in chunk.regions}


def test_the_keys_are_those_of_chunks_in_the_same_order():
    from docferry.metadata import METADATA_KEYS

    *shared, caption = [key.name for key in PICTURE_KEYS]
    assert caption == "caption"
    assert shared == [key.name for key in METADATA_KEYS if key.name in shared]


def test_other_kinds_are_cut_when_asked_for_in_reading_order(demo_pdf):
    found, _ = pictures(demo_pdf, kinds=["table", "formula"])
    assert [picture.metadata["kinds"] for picture in found].count("table") == 4
    assert [picture.metadata["page"] for picture in found] == sorted(p.metadata["page"] for p in found)
    assert pictures(demo_pdf, kinds="formula")[0] == [p for p in found if p.metadata["kinds"] == "formula"]


def test_a_second_run_gives_the_same(demo_pdf):
    assert pictures(demo_pdf)[0] == pictures(demo_pdf)[0]


def test_the_rich_profile_has_lists(demo_pdf):
    [figure], _ = pictures(demo_pdf, metadata_profile="rich")
    assert figure.metadata["pages"] == [2]
    assert figure.metadata["kinds"] == ["figure"]
    assert read_regions(figure.metadata)[0].page == 2


def test_both_faces_give_the_same(demo_pdf):
    async def load():
        stream = cut_pictures_async(
            Delivery(),
            demo_pdf,
            settings=PictureSettings(None, 60),
            logger=logger,
            begin=lambda _report: None,
        )
        return [picture async for picture in stream]

    assert anyio.run(load) == pictures(demo_pdf)[0]


def test_only_pages_asked_for_are_cut(demo_pdf):
    assert pictures(demo_pdf, pages="3-")[0] == []
    assert len(pictures(demo_pdf, pages="2", kinds=["figure"])[0]) == 1


def test_the_documents_password_opens_it_here_too(tmp_path, documents):
    path = documents.encrypted_pdf(tmp_path, "geheim")
    found, _ = pictures(path, kinds=["paragraph"], options={"password": "geheim"})
    assert found


def test_bytes_and_streams_are_read_again(demo_pdf):
    content = demo_pdf.read_bytes()
    assert len(pictures(content)[0]) == len(pictures([io.BytesIO(content), content])[0]) // 2 == 1


def test_elements_without_a_box_give_none_and_are_told(tmp_path, caplog):
    (tmp_path / "a.md").write_text("# Boats\n\n![The Ada](ada.png)\n")
    with caplog.at_level(logging.WARNING):
        found, report = pictures(tmp_path / "a.md")
    assert found == []
    assert report.is_complete
    assert "a.md: some elements have no box to cut a picture from" in caplog.text


class TestFailures:
    """The slips are text files whose headings have boxes: there is no page to cut them from."""

    def test_raise(self, good_folder, manager):
        with pytest.raises(UnsupportedSourceError, match=r"a.txt: images can only be cut from a PDF"):
            pictures(good_folder, kinds=["heading"], provider="slips", manager=manager)

    def test_skip(self, folder, manager, caplog, demo_pdf):
        found, report = pictures(
            [folder, demo_pdf], kinds=["heading"], provider="slips", manager=manager, on_error="skip"
        )
        assert found == []
        assert [outcome.source.rpartition("/")[2] for outcome in report.failed] == [
            "a.txt",
            "b.txt",
            "c.txt",
            "demo.pdf",
        ]
        assert "b.txt: the slip is torn" in caplog.text

    def test_collect(self, demo_pdf, tmp_path):
        (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 no more")
        delivery = Delivery(on_error="collect")
        found = []
        run = cut_pictures(
            delivery,
            ["missing.pdf", tmp_path, demo_pdf],
            settings=PictureSettings(None, 60),
            logger=logger,
            begin=lambda _report: None,
        )
        with pytest.raises(ExceptionGroup) as caught:
            found.extend(run)  # what came before the error is added, too
        assert len(found) == 1
        assert [error.source.rpartition("/")[2] for error in caught.value.exceptions] == [
            "missing.pdf",
            "broken.pdf",
        ]

    def test_a_file_that_changed_since_it_was_parsed_is_not_cut(self, good_folder, manager):
        path = good_folder / "a.txt"
        delivery = Delivery(provider="slips", manager=manager, on_progress=rewrite_when_parsed(path))
        run = cut_pictures(
            delivery,
            path,
            settings=PictureSettings(["heading"], 60),
            logger=logger,
            begin=lambda _report: None,
        )
        with pytest.raises(SourceError, match=r"a.txt: was changed since it was parsed"):
            list(run)

    @pytest.mark.parametrize(
        ("kinds", "dots", "message"),
        [(["figures"], 150, "kinds is 'figures'; use one of"), (None, 0, "dots_per_inch is 0; use 1 to")],
    )
    def test_wrong_settings_are_told(self, kinds, dots, message):
        with pytest.raises(InvalidOptionsError, match=message):
            PictureSettings(kinds, dots)


def rewrite_when_parsed(path):
    def listen(event):
        if event.phase.value == "finished":
            path.write_text("# Another\n\nslip")

    return listen
