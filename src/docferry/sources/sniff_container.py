"""What a container holds: Office, OpenDocument and EPUB files are ZIP files, old Office files OLE files."""

import re
from collections.abc import Iterator

from docferry.sources.media_types import media_type_of_suffix

__all__ = [
    "OLE_MEDIA_TYPE",
    "OLE_SIGNATURE",
    "ZIP_MEDIA_TYPE",
    "ZIP_SIGNATURE",
    "ole_directory_offset",
    "ole_media_type",
    "zip_media_type",
]

ZIP_SIGNATURE = b"PK\x03\x04"
ZIP_MEDIA_TYPE = "application/zip"
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_MEDIA_TYPE = "application/x-ole-storage"

_ENTRY = re.compile(rb"PK(?:\x03\x04|\x01\x02)")
_END_OF_DIRECTORY = b"PK\x05\x06"
_LOCAL_ENTRY_BYTES = 30
_DIRECTORY_ENTRY_BYTES = 46
_MAX_MEDIA_TYPE_BYTES = 100
_MEDIA_TYPE = re.compile(rb"application/[A-Za-z0-9.+-]+")

_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_XML_FOLDERS = {
    "word/": f"{_OPEN_XML}.wordprocessingml.document",
    "ppt/": f"{_OPEN_XML}.presentationml.presentation",
    "xl/": f"{_OPEN_XML}.spreadsheetml.sheet",
}
_OPEN_XML_MARKS = frozenset({"[Content_Types].xml", "_rels/.rels"})
_ZIP_BASED = frozenset({".docx", ".pptx", ".xlsx", ".odt", ".odp", ".ods", ".epub"})

_OLE_STREAMS = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
    "__properties_version1.0": "application/vnd.ms-outlook",
    "HwpSummaryInformation": "application/x-hwp",
}
_OLE_ENCRYPTED_STREAM = "EncryptedPackage"


def zip_media_type(sample: bytes, *, suffix: str) -> str:
    """Name the media type of a ZIP file.

    Args:
        sample: The head of the file, or its head and its tail.
        suffix: Believed only when the sample lacks the archive's directory and shows nothing else.

    Returns:
        The type of the document that the archive is, or "application/zip".
    """
    declared = _declared_media_type(sample)
    if declared:
        return declared
    names = set(_entry_names(sample))
    if names & _OPEN_XML_MARKS:
        for folder, media_type in _OPEN_XML_FOLDERS.items():
            if any(name.startswith(folder) for name in names):
                return media_type
    if _END_OF_DIRECTORY not in sample and suffix in _ZIP_BASED:
        return media_type_of_suffix(suffix)
    return ZIP_MEDIA_TYPE


def ole_media_type(sample: bytes, *, suffix: str) -> str:
    """Name the media type of an OLE file (Office before 2007, Outlook, encrypted Office files).

    Args:
        sample: The head of the file, with the directory sector if that lies elsewhere.
        suffix: Decides when a document holds another one, and when the sample shows no directory.

    Returns:
        The type of the document, or "application/x-ole-storage", which encrypted documents are, too.
    """
    if _has_stream(sample, _OLE_ENCRYPTED_STREAM):
        return OLE_MEDIA_TYPE
    found = [media_type for name, media_type in _OLE_STREAMS.items() if _has_stream(sample, name)]
    promised = media_type_of_suffix(suffix)
    if promised in found or (not found and promised in _OLE_STREAMS.values()):
        return promised
    return found[0] if found else OLE_MEDIA_TYPE


def ole_directory_offset(head: bytes) -> int:
    """Where the directory of an OLE file begins, in bytes."""
    sector_shift = min(int.from_bytes(head[30:32], "little"), 12)
    first_sector = int.from_bytes(head[48:52], "little")
    return (first_sector + 1) << sector_shift


def _has_stream(sample: bytes, name: str) -> bool:
    return name.encode("utf-16-le") in sample


def _declared_media_type(sample: bytes) -> str:
    """What EPUB and OpenDocument say in a first entry named mimetype, stored as it is."""
    if sample[_LOCAL_ENTRY_BYTES : _LOCAL_ENTRY_BYTES + 8] != b"mimetype":
        return ""
    extra_bytes = int.from_bytes(sample[28:30], "little")
    start = _LOCAL_ENTRY_BYTES + len(b"mimetype") + extra_bytes
    # The entry's size may be missing in front; the next entry or the end of this one begins with PK.
    value = sample[start : start + _MAX_MEDIA_TYPE_BYTES].partition(b"PK")[0].strip()
    return value.decode("ascii") if _MEDIA_TYPE.fullmatch(value) else ""


def _entry_names(sample: bytes) -> Iterator[str]:
    for found in _ENTRY.finditer(sample):
        is_local = found.group() == ZIP_SIGNATURE
        header_bytes = _LOCAL_ENTRY_BYTES if is_local else _DIRECTORY_ENTRY_BYTES
        length_at = found.start() + (26 if is_local else 28)
        length = int.from_bytes(sample[length_at : length_at + 2], "little")
        start = found.start() + header_bytes
        yield sample[start : start + length].decode("utf-8", "replace")
