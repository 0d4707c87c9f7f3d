"""The fixtures that the adapters' tests share."""

from adapter_fixtures import folder, good_folder, manager, slips
from depot_fixtures import depot, depot_manager, jobs

__all__ = ["depot", "depot_manager", "folder", "good_folder", "jobs", "manager", "slips"]
