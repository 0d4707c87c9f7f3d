"""Results of real parses in the service's shapes."""

from pulse_documents import small_pdf

CLASSES = {
    "Text",
    "Title",
    "Header",
    "Footer",
    "Page Number",
    "Images",
    "Tables",
    "Words",
    "markdown_with_ids",
}


def test_a_real_parse_has_marks_boxes_and_costs(serve):
    result = serve().result(small_pdf())

    assert result["markdown"].count("<!-- PageBreak [") == 2
    assert result["markdown"].rstrip().endswith("<!-- PageBreak [2] -->")
    assert result["page_count"] == 2
    assert result["credits_used"] == 2.0
    assert result["plan_info"]["pages_used"] == 2
    assert set(result["bounding_boxes"]) == CLASSES
    (first, second) = result["bounding_boxes"]["Title"]
    assert (first["original_content"], first["content"], first["page_number"]) == ("Tides", "0a-Tides", 1)
    assert second["page_number"] == 2
    assert len(first["bounding_box"]) == 8
    assert all(0 <= number <= 1 for number in first["bounding_box"])


def test_the_organisations_pages_are_not_the_jobs(serve):
    client = serve()
    client.result(small_pdf())
    assert client.result(small_pdf())["plan_info"]["pages_used"] == 4
    assert client.send("GET", "/pages").json() == {"total_pages_processed": 4}


def test_selected_pages_count_as_set(serve):
    for box_pages, page in (("document", 2), ("processed", 1)):
        result = serve(box_pages=box_pages).result(small_pdf(), pages="2")
        assert result["bounding_boxes"]["Title"][0]["page_number"] == page
        assert "<!-- PageBreak [1] -->" in result["markdown"]
        assert "Tides" not in result["markdown"]
        assert result["page_count"] == 1


def test_what_the_service_may_leave_out_is_left_out(serve):
    client = serve(
        has_page_marks=False,
        has_prefixes=False,
        has_original_content=False,
        has_words=False,
        has_ordered_elements=True,
    )
    result = client.result(small_pdf())
    boxes = result["bounding_boxes"]

    assert "PageBreak" not in result["markdown"]
    assert boxes["Title"][0]["content"] == "Tides"
    assert "original_content" not in boxes["Title"][0]
    assert "Words" not in boxes
    assert [entry["source_category"] for entry in boxes["ordered_elements"]] == ["Title", "Text"] * 2


def test_chunks_and_html_come_when_asked_for(serve):
    extensions = {
        "chunking": {"chunk_types": ["page", "semantic"]},
        "alt_outputs": {"return_html": True, "wlbb": True},
        "footnote_references": True,
    }
    found = serve().result(small_pdf(), extensions=extensions)["extensions"]

    assert len(found["chunking"]["page"]) == 2
    assert set(found) == {"chunking", "altOutputs", "footnoteReferences"}
    assert set(found["altOutputs"]) == {"html", "wlbb"}


def test_tables_have_cells_with_positions(serve, demo_pdf):
    result = serve().result(("demo.pdf", demo_pdf.read_bytes()), pages="3")
    (table,) = result["bounding_boxes"]["Tables"]
    first = table["cell_data"][0]

    assert table["table_info"]["dimensions"] == [14, 5]
    assert (first["text"], first["position"]) == ("0t-Month", {"row": 0, "column": 0})
    assert first["properties"]["type"] == "header"
    assert "<table>" in result["markdown"]


def test_pictures_need_the_key(serve, demo_pdf):
    client = serve()
    wishes = {"show_images": True, "description": True}
    result = client.result(("demo.pdf", demo_pdf.read_bytes()), figure_processing=wishes)
    (image,) = result["bounding_boxes"]["Images"]

    assert image["description"]
    assert client.http.get(image["image_url"]).status_code == 401
    answer = client.http.get(image["image_url"], headers={"x-api-key": client.key})
    assert answer.content.startswith(b"\x89PNG")
    missing = image["image_url"].replace("img-1", "img-9")
    assert client.http.get(missing, headers={"x-api-key": client.key}).status_code == 404
