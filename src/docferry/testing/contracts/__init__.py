"""The contracts: what a provider promises, as tests to inherit. One module for each subject."""

from docferry.testing.contracts.job_provider import JobProviderContract
from docferry.testing.contracts.provider import ProviderContract

__all__ = ["JobProviderContract", "ProviderContract"]
