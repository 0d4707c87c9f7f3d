"""An emulator goes nowhere but to this machine."""

import pytest

from docferry.emulation.reach import is_of_this_machine


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000/a", True),
        ("https://localhost/a", True),
        ("http://[::1]/a", True),
        ("http://192.168.0.1/a", False),
        ("https://localhost.example/a", False),
        ("nothing", False),
    ],
)
def test_addresses_of_this_machine_are_known(url, expected):
    assert is_of_this_machine(url) is expected
