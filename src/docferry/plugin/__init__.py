"""The plugin boundary: what a plugin may do, how it is found, and what happens when it is broken.

A plugin is a distribution with an entry point in the group "docferry" whose name is the provider's name and
whose module implements the hooks of `docferry.plugin.spec` with `@hookimpl`.
"""

from docferry.plugin.manager import PluginManager, PluginStatus, Provider
from docferry.plugin.spec import hookimpl

__all__ = ["PluginManager", "PluginStatus", "Provider", "hookimpl"]
