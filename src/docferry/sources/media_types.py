"""Which suffixes go with which media type, for the kinds of file that documents come in."""

from types import MappingProxyType

__all__ = ["is_text", "media_type_of_suffix", "suffixes_of"]

_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"

# Media types whose bytes are text: content alone cannot tell most of them apart, so the suffix decides.
_TEXT_SUFFIXES = {
    "text/plain": (".txt", ".text", ".log", ".rst"),
    "text/markdown": (".md", ".markdown", ".mdown", ".mkd"),
    "text/html": (".html", ".htm", ".xhtml"),
    "text/csv": (".csv",),
    "text/tab-separated-values": (".tsv",),
    "application/json": (".json",),
    "application/xml": (".xml",),
    "image/svg+xml": (".svg",),
    "message/rfc822": (".eml",),
}

# The first suffix of each is the usual one.
_SUFFIXES = {
    **_TEXT_SUFFIXES,
    "application/pdf": (".pdf",),
    "application/rtf": (".rtf",),
    "application/postscript": (".ps", ".eps"),
    "application/epub+zip": (".epub",),
    f"{_OPEN_XML}.wordprocessingml.document": (".docx",),
    f"{_OPEN_XML}.presentationml.presentation": (".pptx",),
    f"{_OPEN_XML}.spreadsheetml.sheet": (".xlsx",),
    f"{_OPEN_DOCUMENT}.text": (".odt",),
    f"{_OPEN_DOCUMENT}.presentation": (".odp",),
    f"{_OPEN_DOCUMENT}.spreadsheet": (".ods",),
    "application/msword": (".doc",),
    "application/vnd.ms-powerpoint": (".ppt",),
    "application/vnd.ms-excel": (".xls",),
    "application/vnd.ms-outlook": (".msg",),
    "application/x-hwp": (".hwp",),
    "image/png": (".png", ".apng"),
    "image/jpeg": (".jpg", ".jpeg", ".jpe"),
    "image/tiff": (".tiff", ".tif"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/bmp": (".bmp",),
    "image/heic": (".heic", ".heif"),
    "image/avif": (".avif",),
    "image/jp2": (".jp2", ".jpx", ".j2k"),
    "image/vnd.adobe.photoshop": (".psd",),
    "audio/mpeg": (".mp3",),
    "audio/x-wav": (".wav",),
    "video/mp4": (".mp4",),
    "video/quicktime": (".mov",),
    "application/zip": (".zip",),
    "application/gzip": (".gz",),
    "application/x-tar": (".tar",),
    "application/x-7z-compressed": (".7z",),
    "application/x-rar-compressed": (".rar",),
}

_MEDIA_TYPES = MappingProxyType(
    {suffix: media_type for media_type, suffixes in _SUFFIXES.items() for suffix in suffixes}
)


def suffixes_of(media_type: str) -> tuple[str, ...]:
    """Suffixes that fit the media type, the usual one first; empty when it is not a known kind."""
    return _SUFFIXES.get(media_type, ())


def media_type_of_suffix(suffix: str) -> str:
    """Media type that a suffix (lower case, with the dot) promises, or an empty string."""
    return _MEDIA_TYPES.get(suffix, "")


def is_text(media_type: str) -> bool:
    """Whether files of that known kind are text."""
    return media_type in _TEXT_SUFFIXES
