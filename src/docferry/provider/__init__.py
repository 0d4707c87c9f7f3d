"""The kit for plugin authors: options, and what a parse call is handed."""

from docferry.provider.context import ParseContext
from docferry.provider.options import ProviderOptions, read_options

__all__ = ["ParseContext", "ProviderOptions", "read_options"]
