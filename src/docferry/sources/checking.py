"""Whether a provider can take a file, found out before anything is sent or paid."""

from dataclasses import replace

from docferry.errors import EncryptedSourceError, SourceTooLargeError, UnsupportedSourceError
from docferry.model import ProviderInfo
from docferry.sources.faults import too_large_error
from docferry.sources.media_types import media_type_of_suffix, suffixes_of
from docferry.sources.naming import last_part, suffix_of
from docferry.sources.pages import count_pages
from docferry.sources.sniff import UNKNOWN
from docferry.sources.sniff_container import OLE_MEDIA_TYPE, ZIP_MEDIA_TYPE
from docferry.sources.source_file import SourceFile

__all__ = ["check_source_file"]

# What sniffing says of kinds it does not know. A provider may know more.
_GENERIC = frozenset({UNKNOWN, ZIP_MEDIA_TYPE, OLE_MEDIA_TYPE, "text/plain", "application/xml"})
_ENCRYPTED_OFFICE = frozenset({".docx", ".pptx", ".xlsx", ".doc", ".ppt", ".xls"})


def check_source_file(file: SourceFile, *, info: ProviderInfo) -> SourceFile:
    """Check kind, size and number of pages against a provider's card; counting pages blocks.

    Pages are counted when the card has a limit on them and the file is a PDF that needs no password.

    Args:
        file: The file; of a part made by `slice_pages` the part is checked.
        info: The provider's card.

    Returns:
        The file, with the number of its pages if they were counted.

    Raises:
        UnsupportedSourceError: The provider does not read this kind of file.
        EncryptedSourceError: It is an Office file with a password.
        SourceTooLargeError: It has too many bytes or pages.
        CorruptSourceError: Its pages cannot be counted.
    """
    _check_kind(file, info)
    max_size_bytes = info.limits.max_size_bytes
    if max_size_bytes is not None and file.size_bytes > max_size_bytes:
        raise too_large_error(file.size_bytes, max_size_bytes=max_size_bytes, name=file.name)
    if info.limits.max_pages is None:
        return file
    return _counted(file, info.limits.max_pages, info)


def _check_kind(file: SourceFile, info: ProviderInfo) -> None:
    suffix = suffix_of(last_part(file.name))
    if info.reads(media_type=file.media_type) or _is_for_the_provider_to_tell(file, suffix, info):
        return
    if file.media_type == OLE_MEDIA_TYPE and suffix in _ENCRYPTED_OFFICE:
        raise EncryptedSourceError(
            "is an Office file with a password", next_step="save it without the password", source=file.name
        )
    readable = ", ".join(file_format.name for file_format in info.formats) or "nothing"
    raise UnsupportedSourceError(
        f"{_what_it_is(file, suffix)}; {info.title} reads {readable}",
        next_step="convert the file, or choose a provider that reads it",
        source=file.name,
    )


def _is_for_the_provider_to_tell(file: SourceFile, suffix: str, info: ProviderInfo) -> bool:
    """Whether neither the suffix nor the content is known to us, but the provider claims the suffix."""
    is_claimed = any(suffix in file_format.suffixes for file_format in info.formats)
    return is_claimed and file.media_type in _GENERIC and not media_type_of_suffix(suffix)


def _what_it_is(file: SourceFile, suffix: str) -> str:
    promised = media_type_of_suffix(suffix)
    if promised and promised != file.media_type:
        holds = "bytes of no known kind" if file.media_type == UNKNOWN else file.media_type
        return f"is named {suffix} but holds {holds}"
    if file.media_type == UNKNOWN:
        return "is a file of no known kind"
    usual_suffix = next(iter(suffixes_of(file.media_type)), "")
    return f"is a {usual_suffix} file" if usual_suffix else f"is {file.media_type}"


def _counted(file: SourceFile, max_pages: int, info: ProviderInfo) -> SourceFile:
    try:
        page_count = count_pages(file)
    except EncryptedSourceError:
        return file  # a password may be among the provider's options
    if page_count is not None and page_count > max_pages:
        raise SourceTooLargeError(
            f"has {page_count:,} pages, and {info.title} takes {max_pages:,}",
            next_step="select pages, or split the file",
            source=file.name,
        )
    return replace(file, page_count=page_count)
