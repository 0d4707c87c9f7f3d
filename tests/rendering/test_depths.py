"""Depths of list items may be any numbers: what is written stays in proportion to what is said."""

import pytest

from docferry.model import Element, ElementKind
from docferry.rendering import render_element


@pytest.mark.parametrize(("level", "indent"), [(None, 0), (1, 0), (3, 4), (20, 38), (21, 38), (10**20, 38)])
def test_items_are_indented_down_to_a_depth_and_no_deeper(level, indent):
    item = Element(id="e1", kind=ElementKind.LIST_ITEM, text="Buoy 7", level=level)

    assert render_element(item) == " " * indent + "- Buoy 7"


def test_headings_of_any_level_are_headings():
    heading = Element(id="e1", kind=ElementKind.HEADING, text="Tides", level=10**20)

    assert render_element(heading) == "###### Tides"
