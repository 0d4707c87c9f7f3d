"""The kit for plugin authors: options, what a parse call is handed, and how to speak with a service."""

from docferry.provider.archive import Archive, check_archive, open_archive
from docferry.provider.assets import Asset, SavesAssets
from docferry.provider.clock import Clock
from docferry.provider.context import ParseContext
from docferry.provider.exchange import Exchange, FilePart, Keep, PartCheck, Request, Response
from docferry.provider.faults import read_date, read_retry_after
from docferry.provider.job_api import (
    ItemAnswer,
    JobApi,
    Leg,
    PollAdvice,
    ServiceIdentity,
    SubmitItem,
)
from docferry.provider.job_settings import JobSettings, OnInterrupt, OnUnknown
from docferry.provider.options import ProviderOptions, read_options
from docferry.provider.payload_reader import PayloadReader
from docferry.provider.remedy import Remedy, scrub
from docferry.provider.signatures import SignatureForm, verify_age, verify_digest, verify_hmac
from docferry.provider.slicing import renumber
from docferry.provider.transport import HttpTransport, NetworkSettings, Transport
from docferry.provider.webhook_settings import WebhookSettings

__all__ = [
    "Archive",
    "Asset",
    "Clock",
    "Exchange",
    "FilePart",
    "HttpTransport",
    "ItemAnswer",
    "JobApi",
    "JobSettings",
    "Keep",
    "Leg",
    "NetworkSettings",
    "OnInterrupt",
    "OnUnknown",
    "ParseContext",
    "PartCheck",
    "PayloadReader",
    "PollAdvice",
    "ProviderOptions",
    "Remedy",
    "Request",
    "Response",
    "SavesAssets",
    "ServiceIdentity",
    "SignatureForm",
    "SubmitItem",
    "Transport",
    "WebhookSettings",
    "check_archive",
    "open_archive",
    "read_date",
    "read_options",
    "read_retry_after",
    "renumber",
    "scrub",
    "verify_age",
    "verify_digest",
    "verify_hmac",
]
