"""The nouns: frozen values with units and invariants. No I/O, clocks or environment here."""

from docferry.model.codec import decode_document, encode_document
from docferry.model.document import PAGES_UNKNOWN, SCHEMA_VERSION, Document, DocumentWarning, Page
from docferry.model.element import Element, ElementKind, Image
from docferry.model.geometry import BoundingBox, LengthUnit, Region
from docferry.model.job import (
    AccountStatus,
    Cost,
    JobState,
    JobStatus,
    Payload,
    PayloadPart,
    Receipt,
    WebhookEvent,
)
from docferry.model.limits import Limits
from docferry.model.page_selection import PageSelection
from docferry.model.progress import ProgressEvent, ProgressPhase
from docferry.model.provenance import Provenance
from docferry.model.provider_info import Ability, FileFormat, ProviderInfo
from docferry.model.table import Table, TableCell, is_grid

__all__ = [
    "PAGES_UNKNOWN",
    "SCHEMA_VERSION",
    "Ability",
    "AccountStatus",
    "BoundingBox",
    "Cost",
    "Document",
    "DocumentWarning",
    "Element",
    "ElementKind",
    "FileFormat",
    "Image",
    "JobState",
    "JobStatus",
    "LengthUnit",
    "Limits",
    "Page",
    "PageSelection",
    "Payload",
    "PayloadPart",
    "ProgressEvent",
    "ProgressPhase",
    "Provenance",
    "ProviderInfo",
    "Receipt",
    "Region",
    "Table",
    "TableCell",
    "WebhookEvent",
    "decode_document",
    "encode_document",
    "is_grid",
]
