"""Gives every test tree, ours and the plugins', the fixtures of tests/support/docferry_fixtures.py."""

pytest_plugins = ("docferry_fixtures",)
