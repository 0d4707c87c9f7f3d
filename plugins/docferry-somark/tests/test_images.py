"""Pictures are found by address, decoded from text, and keep no volatile address in any text."""

import pytest
from somark_shapes import block, finished, page

from docferry.reading import decode_image, take_images
from docferry_somark.images import image_addresses, part_name
from docferry_somark.wire import read_outputs


@pytest.mark.parametrize(
    ("text", "rest", "addresses"),
    [
        ("no picture", "no picture", ()),
        ("![a](http://x/1.png)", "a", ("http://x/1.png",)),
        ("![a [b] c](http://x/(1).png 'title')", "a [b] c", ("http://x/(1).png",)),
        ("![](<u.png>)!", "!", ("u.png",)),
        ("![a](u1) and ![b](u2)", "a and b", ("u1", "u2")),
        ('<img src="u" alt="d">', "d", ("u",)),
        ("<IMG alt=d src=u />", "d", ("u",)),
        ("![not closed(u)", "![not closed(u)", ()),
        ("a ![ b", "a ![ b", ()),
        ("![two\nlines](u)", "two\nlines", ("u",)),
    ],
)
def test_descriptions_take_the_place_of_links(text, rest, addresses):
    assert take_images(text) == (rest, addresses)


def test_addresses_are_listed_once_and_in_order():
    data = finished(
        page(block("figure", "![x](u2)", img_url="u1"), block(content="![y](u1)")),
        markdown="![z](u3) ![x](u2)",
    )
    data["result"]["imgs"] = ["u4", "u1"]

    assert image_addresses(read_outputs(data["result"])) == ("u1", "u2", "u4", "u3")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://s/a.PNG?x=.jpg", "images/0001.png"),
        ("https://s/a", "images/0001"),
        ("https://s/a.exe", "images/0001"),
        ("data:image/jpeg;base64,AAAA", "images/0001.jpg"),
        ("../../a.gif", "images/0001.gif"),
    ],
)
def test_part_names_hold_nothing_of_the_address_but_a_known_suffix(address, name):
    assert part_name(0, address) == name


@pytest.mark.parametrize(
    ("address", "decoded"),
    [
        ("data:image/png;base64,aGVsbG8=", ("image/png", b"hello")),
        ("data:image/png;charset=x;base64,aGVs\nbG8", ("image/png", b"hello")),
        ("data:;base64,aGVsbG8%3D", ("", b"hello")),
        ("data:image/png;base64,***", None),
        ("iVBORw0KGgo", None),
        ("images/a.png", None),
        ("", None),
    ],
)
def test_pictures_inside_the_text_are_decoded(address, decoded):
    assert decode_image(address) == decoded
