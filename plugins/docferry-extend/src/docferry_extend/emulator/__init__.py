"""The Extend service on this machine, in both versions of its API: protocol, limits, errors and results."""

from docferry_extend.emulator.quirks import ExtendQuirks
from docferry_extend.emulator.service import make_emulator

__all__ = ["ExtendQuirks", "make_emulator"]
