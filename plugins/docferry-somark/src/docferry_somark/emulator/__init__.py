"""The SoMark service on this machine: protocol, limits, errors and results."""

from docferry_somark.emulator.quirks import SomarkQuirks
from docferry_somark.emulator.service import make_emulator

__all__ = ["SomarkQuirks", "make_emulator"]
