"""The fixtures that the adapters' tests share."""

from adapter_fixtures import folder, good_folder, manager, slips

__all__ = ["folder", "good_folder", "manager", "slips"]
