"""Documents as Markdown, plain text and HTML tables. Pure functions; nothing here knows tokens."""

from docferry.rendering.flow import separator
from docferry.rendering.markdown import element_body, element_marks, render_element, render_markdown
from docferry.rendering.plain import render_text
from docferry.rendering.table_html import html_rows, render_table_html
from docferry.rendering.table_markdown import markdown_rows, markdown_table, render_table_markdown

__all__ = [
    "element_body",
    "element_marks",
    "html_rows",
    "markdown_rows",
    "markdown_table",
    "render_element",
    "render_markdown",
    "render_table_html",
    "render_table_markdown",
    "render_text",
    "separator",
]
