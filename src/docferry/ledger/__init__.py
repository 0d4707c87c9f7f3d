"""Durable books of remote jobs, and the cache of what was paid for. No network here.

The ledger knows which jobs exist, so that none is lost and none is paid twice; the payload store keeps their
results. API keys, the queries of signed addresses and the text of documents never enter the ledger.
"""

from docferry.ledger.blobs import BlobWriter, PayloadCorruptError
from docferry.ledger.keys import (
    canonical_json,
    fingerprint_url,
    make_job_key,
    make_payload_key,
    strip_endpoint,
)
from docferry.ledger.ledger import LeaseLostError, Ledger
from docferry.ledger.payloads import CacheInfo, PayloadStore
from docferry.ledger.record import Claim, JobRecord, JobStep, NewJob, Observation
from docferry.ledger.resolution import check_resolvable
from docferry.ledger.sqlite import SqliteLedger
from docferry.ledger.stand_in import open_store

__all__ = [
    "BlobWriter",
    "CacheInfo",
    "Claim",
    "JobRecord",
    "JobStep",
    "LeaseLostError",
    "Ledger",
    "NewJob",
    "Observation",
    "PayloadCorruptError",
    "PayloadStore",
    "SqliteLedger",
    "canonical_json",
    "check_resolvable",
    "fingerprint_url",
    "make_job_key",
    "make_payload_key",
    "open_store",
    "strip_endpoint",
]
