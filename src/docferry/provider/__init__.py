"""The kit for plugin authors: options, what a parse call is handed, and how to speak with a service."""

from docferry.provider.archive import Archive, open_archive
from docferry.provider.context import ParseContext
from docferry.provider.exchange import Exchange, FilePart, Keep, Request, Response
from docferry.provider.job_api import (
    ItemAnswer,
    JobApi,
    Leg,
    PayloadReader,
    PollAdvice,
    ServiceIdentity,
    SubmitItem,
)
from docferry.provider.job_settings import JobSettings, OnInterrupt, OnUnknown
from docferry.provider.options import ProviderOptions, read_options
from docferry.provider.signatures import SignatureForm, verify_age, verify_digest, verify_hmac
from docferry.provider.slicing import renumber
from docferry.provider.transport import NetworkSettings
from docferry.provider.webhook_settings import WebhookSettings

__all__ = [
    "Archive",
    "Exchange",
    "FilePart",
    "ItemAnswer",
    "JobApi",
    "JobSettings",
    "Keep",
    "Leg",
    "NetworkSettings",
    "OnInterrupt",
    "OnUnknown",
    "ParseContext",
    "PayloadReader",
    "PollAdvice",
    "ProviderOptions",
    "Request",
    "Response",
    "ServiceIdentity",
    "SignatureForm",
    "SubmitItem",
    "WebhookSettings",
    "open_archive",
    "read_options",
    "renumber",
    "verify_age",
    "verify_digest",
    "verify_hmac",
]
