"""The kit for authors of plugins: a scripted transport and a clock that jumps. Nothing else imports it."""

from docferry.testing.clock import FakeClock
from docferry.testing.transport import ScriptedTransport

__all__ = ["FakeClock", "ScriptedTransport"]
