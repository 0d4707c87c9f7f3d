"""Markdown and HTML into what documents are made of: the counterpart of `docferry.rendering`. Pure."""

from docferry.reading.html import HtmlTable, HtmlText, read_html
from docferry.reading.markdown import Piece, read_markdown

__all__ = ["HtmlTable", "HtmlText", "Piece", "read_html", "read_markdown"]
