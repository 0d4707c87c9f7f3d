"""Which variables of the environment a plugin reads. The standard library alone, for a light import."""

import sys
from collections.abc import Iterator, MutableMapping
from types import FrameType

__all__ = ["EnvironmentRecorder"]

# Those who read on behalf of whoever called them.
_GO_BETWEENS = frozenset({__name__, "os", "_collections_abc", "collections.abc", "docferry.settings"})


class EnvironmentRecorder(MutableMapping[str, str]):
    """Stands in for `os.environ` and notes what the modules of one package read.

    What a library reads that the package calls, such as proxies or the home folder, is not noted.

    Args:
        variables: The true environment.
        package: Name of the package.
    """

    def __init__(self, variables: MutableMapping[str, str], *, package: str) -> None:
        self._variables = variables
        self._package = package
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        if self._is_read_by_package(sys._getframe(1)):  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the way to see callers
            self.names.add(name)
        return self._variables[name]

    def __setitem__(self, name: str, value: str) -> None:
        self._variables[name] = value

    def __delitem__(self, name: str) -> None:
        del self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def copy(self) -> dict[str, str]:
        """All variables, as `os.environ.copy` gives them."""
        return dict(self._variables)

    def _is_read_by_package(self, frame: FrameType | None) -> bool:
        while frame is not None and frame.f_globals.get("__name__") in _GO_BETWEENS:
            frame = frame.f_back
        module = "" if frame is None else str(frame.f_globals.get("__name__", ""))
        return module == self._package or module.startswith(f"{self._package}.")
