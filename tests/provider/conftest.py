"""The depot's fixture."""

from depot import room

__all__ = ["room"]
