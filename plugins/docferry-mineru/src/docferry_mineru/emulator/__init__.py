"""The MinerU services on this machine: protocol, limits, errors and results."""

from docferry_mineru.emulator.quirks import MineruQuirks
from docferry_mineru.emulator.service import make_emulator

__all__ = ["MineruQuirks", "make_emulator"]
