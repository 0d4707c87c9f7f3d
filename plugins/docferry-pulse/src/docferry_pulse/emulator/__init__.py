"""The Pulse service on this machine: protocol, limits, errors, results and webhooks."""

from docferry_pulse.emulator.quirks import PulseQuirks
from docferry_pulse.emulator.service import make_emulator

__all__ = ["PulseQuirks", "make_emulator"]
