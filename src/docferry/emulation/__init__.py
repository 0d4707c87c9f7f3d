"""What emulators of parsing services are made of: jobs over time, accounts, faults, assets, and a server.

An emulator is a vendor's protocol over real HTTP on this machine. Its results come from the provider named
`local`, or are made up for load tests. This room knows no vendor's field names.
"""

try:
    import python_multipart as _multipart  # noqa: F401 # pyright: ignore[reportUnusedImport]
    import starlette as _starlette  # noqa: F401 # pyright: ignore[reportUnusedImport]
    import uvicorn as _uvicorn  # noqa: F401 # pyright: ignore[reportUnusedImport]
except ModuleNotFoundError as error:
    from docferry.errors import MissingExtraError

    raise MissingExtraError(
        f"emulators need {error.name}", next_step="run: pip install docferry[emulator]"
    ) from error

from docferry.emulation.accounts import Account, Accounts, Quota, RateLimit
from docferry.emulation.assets import Asset, AssetStore
from docferry.emulation.clock import SteppedClock
from docferry.emulation.counters import Counters
from docferry.emulation.faults import (
    FaultAction,
    FaultMoment,
    FaultRule,
    FaultScript,
    RetryAfterForm,
    read_fault_rules,
)
from docferry.emulation.finding import load_emulator
from docferry.emulation.gate import RefusalError, Visit
from docferry.emulation.job_book import JobBook
from docferry.emulation.jobs import EmulatedJob, JobFailure, JobPlan, JobTimes
from docferry.emulation.reach import is_of_this_machine
from docferry.emulation.remote import EmulatorControl, EmulatorProcess
from docferry.emulation.results import CannedParser, LocalParser, ParsedFile, Parser, Picture, drop_last_pages
from docferry.emulation.server import EmulatorServer
from docferry.emulation.service import EmulatedService, ServiceState
from docferry.emulation.settings import EmulatorSettings, limits_of, read_quirks
from docferry.emulation.signing import AddressSigner, SignatureState
from docferry.emulation.uploads import Upload, UploadStore, base_name

__all__ = [
    "Account",
    "Accounts",
    "AddressSigner",
    "Asset",
    "AssetStore",
    "CannedParser",
    "Counters",
    "EmulatedJob",
    "EmulatedService",
    "EmulatorControl",
    "EmulatorProcess",
    "EmulatorServer",
    "EmulatorSettings",
    "FaultAction",
    "FaultMoment",
    "FaultRule",
    "FaultScript",
    "JobBook",
    "JobFailure",
    "JobPlan",
    "JobTimes",
    "LocalParser",
    "ParsedFile",
    "Parser",
    "Picture",
    "Quota",
    "RateLimit",
    "RefusalError",
    "RetryAfterForm",
    "ServiceState",
    "SignatureState",
    "SteppedClock",
    "Upload",
    "UploadStore",
    "Visit",
    "base_name",
    "drop_last_pages",
    "is_of_this_machine",
    "limits_of",
    "load_emulator",
    "read_fault_rules",
    "read_quirks",
]
