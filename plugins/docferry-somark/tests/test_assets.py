"""Pictures and archives are what is worth saving, and docferry saves them."""

from pathlib import Path

import pytest

from docferry.testing import reader_of
from docferry_somark.api import make_api
from docferry_somark.options import SomarkOptions

PARTS = {
    "result.json": ("application/json", b"{}"),
    "result.zip": ("application/zip", b"PK"),
    "images/0001.png": ("image/png", b"png"),
}


@pytest.mark.parametrize("save_to", [None, Path("out")])
def test_pictures_and_archive_are_to_be_saved_and_the_body_is_not(save_to):
    api = make_api(SomarkOptions(api_key="sk-1", save_to=save_to), environment={})

    assert api.save_to == save_to
    assert [(asset.name, asset.path) for asset in api.assets(reader_of(PARTS))] == [
        ("result.zip", "result.zip"),
        ("images/0001.png", "images/0001.png"),
    ]
