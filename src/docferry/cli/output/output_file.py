"""Files written whole or not at all."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from docferry.errors import InvalidOptionsError

__all__ = ["OutputFile"]


class OutputFile:
    """A file that replaces an earlier one only when it is complete: a context manager with `keep`.

    Text goes to a hidden file beside the target. Leaving the block without `keep` removes that file and
    leaves the target as it was. A target that is no regular file, such as /dev/null or a named pipe, is
    written to directly, because it cannot be replaced.

    Args:
        target: Where the text shall be in the end; a symbolic link is followed.

    Raises:
        InvalidOptionsError: On entering the block; the file cannot be made there.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self._target = target.resolve()
        is_replaceable = self._target.is_file() or not self._target.exists()
        partial = self._target.with_name(f".{self._target.name}.{os.getpid()}.partial")
        self._path = partial if is_replaceable else self._target

    def __enter__(self) -> Self:
        try:
            self._file = self._path.open("wb")
        except OSError as error:
            raise InvalidOptionsError(
                f"cannot write {self.target}: {error.strerror}", next_step=_advice(self._target)
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._file.close()
        if self._path != self._target:
            self._path.unlink(missing_ok=True)

    def write(self, text: str) -> None:
        """Add text, as UTF-8.

        Raises:
            OSError: The disk does not take it.
        """
        self._file.write(text.encode("utf-8", "backslashreplace"))

    def keep(self) -> None:
        """Put the file in its place. It has the permissions of the one it replaces, or usual ones.

        Raises:
            OSError: The disk does not take it.
        """
        self._file.flush()
        if self._path == self._target:
            return
        os.fsync(self._file.fileno())
        self._file.close()
        with suppress(OSError):
            self._path.chmod(stat.S_IMODE(self._target.stat().st_mode))
        self._path.replace(self._target)


def _advice(target: Path) -> str:
    if target.parent.is_dir():
        return "choose another --output"
    return f"make the folder {target.parent} first"
