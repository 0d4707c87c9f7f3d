"""From what the caller hands in to bytes on this machine.

Sources are expanded, opened, sniffed, hashed and checked here, and their pages counted and cut out.
Nothing is parsed.
"""

from docferry.sources.checking import check_source_file
from docferry.sources.cutting import cut_boxes
from docferry.sources.expand import expand_sources
from docferry.sources.naming import is_url, last_part, public_address
from docferry.sources.opening import open_source
from docferry.sources.pages import count_pages, slice_pages
from docferry.sources.sniff import sniff_media_type
from docferry.sources.source import FileSystem, FileSystemPath, Source, SourceInput, Url
from docferry.sources.source_file import SourceFile
from docferry.sources.unchanged import check_unchanged, open_unchanged

__all__ = [
    "FileSystem",
    "FileSystemPath",
    "Source",
    "SourceFile",
    "SourceInput",
    "Url",
    "check_source_file",
    "check_unchanged",
    "count_pages",
    "cut_boxes",
    "expand_sources",
    "is_url",
    "last_part",
    "open_source",
    "open_unchanged",
    "public_address",
    "slice_pages",
    "sniff_media_type",
]
