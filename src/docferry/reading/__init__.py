"""Markdown, HTML, JSON and pictures into what documents are made of: `docferry.rendering` reversed. Pure."""

from docferry.reading.formulas import bare_formula
from docferry.reading.html import HtmlTable, HtmlText, read_html
from docferry.reading.markdown import InlineText, Piece, read_inline, read_markdown
from docferry.reading.pictures import SUFFIXES, decode_image, image_media_type, is_remote, take_images
from docferry.reading.pieces import document_of, elements_of, read_document, tie_captions
from docferry.reading.texts import MARKDOWN_PROVIDER, read_text

__all__ = [
    "MARKDOWN_PROVIDER",
    "SUFFIXES",
    "HtmlTable",
    "HtmlText",
    "InlineText",
    "Piece",
    "bare_formula",
    "decode_image",
    "document_of",
    "elements_of",
    "image_media_type",
    "is_remote",
    "read_document",
    "read_html",
    "read_inline",
    "read_markdown",
    "read_text",
    "take_images",
    "tie_captions",
]
