"""Every system of boxes comes to the same fractions of the page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docferry_mineru.boxes import FRACTIONS, THOUSANDTHS, BoxScale, page_scale

finite = st.floats(allow_nan=False, allow_infinity=False, width=32)
fraction = st.floats(0, 1, width=32)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=9),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("scale", "value"),
    [
        (THOUSANDTHS, [250, 100, 750, 500]),
        (FRACTIONS, [0.25, 0.1, 0.75, 0.5]),
        (BoxScale(width=600, height=800), [150, 80, 450, 400]),
        (BoxScale(width=1224, height=1800), [306.0, 180.0, 918.0, 900.0]),
        (THOUSANDTHS, [250, 100, 750, 100, 750, 500, 250, 500]),
        (THOUSANDTHS, ["250", "100", "750", "500"]),
        (THOUSANDTHS, [750, 500, 250, 100]),
    ],
)
def test_boxes_of_all_systems_come_to_fractions(scale, value):
    assert scale.box(value).as_tuple() == (0.25, 0.1, 0.75, 0.5)


@pytest.mark.parametrize(
    "value", [None, [], [1, 2, 3], [1, 2, None, 4], "box", {}, [0, 0, 0, 0], [5, 5, 5, 5], [1, 2, 3, "x"]]
)
def test_what_is_no_box_is_none(value):
    assert THOUSANDTHS.box(value) is None


def test_a_box_beyond_the_page_ends_at_its_edge():
    assert THOUSANDTHS.box([-20, 10, 1200, 990]).as_tuple() == (0.0, 0.01, 1.0, 0.99)


@pytest.mark.parametrize("size", [None, [], [600], [0, 800], [600, -1], ["a", "b"], "A4", [None, 800]])
def test_a_senseless_page_size_gives_no_scale(size):
    assert page_scale(size) is None


@given(st.lists(finite, min_size=4, max_size=4), st.floats(0.5, 10000), st.floats(0.5, 10000))
def test_every_box_lies_inside_the_page(value, width, height):
    box = BoxScale(width=width, height=height).box(value)

    assert box is None or (0 <= box.left <= box.right <= 1 and 0 <= box.top <= box.bottom <= 1)


@given(st.lists(fraction, min_size=4, max_size=4), st.floats(1, 5000), st.floats(1, 5000))
def test_the_unit_does_not_matter(value, width, height):
    left, top, right, bottom = value
    inside = FRACTIONS.box(value)
    scaled = BoxScale(width=width, height=height).box(
        [left * width, top * height, right * width, bottom * height]
    )

    if inside is None or scaled is None:
        return
    assert scaled.as_tuple() == pytest.approx(inside.as_tuple(), abs=2e-6)


@given(anything)
def test_any_value_is_read(value):
    for scale in (THOUSANDTHS, FRACTIONS, page_scale(value)):
        if scale is not None:
            scale.box(value)
