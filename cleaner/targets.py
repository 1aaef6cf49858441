"""Targets: where outputs go. No two in one place, none over another input, none under its name before it is complete."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Names:
    """Chooses the names of outputs in a folder; `inputs` are the files that the run reads."""

    def __init__(self, folder: str, inputs: Iterable[str]) -> None:
        self.folder = folder
        self.inputs = {os.path.realpath(path) for path in inputs}
        self.taken: set[str] = set()

    def free(self, stem: str, ending: str, own: str, full: str = "") -> str:
        """Return a name for the output of the input `own`: stem and ending, else with `full`, else with a number between."""
        name = next(name for name in _candidates(stem, ending, full) if self._is_free(name, own))
        self.taken.add(name)
        return name

    def _is_free(self, name: str, own: str) -> bool:
        if name in self.taken:
            return False
        path = os.path.realpath(os.path.join(self.folder, name))
        return path not in self.inputs or path == os.path.realpath(own)


def _candidates(stem: str, ending: str, full: str) -> Iterator[str]:
    yield stem + ending
    if full:
        yield full + ending
    count = 2
    while True:
        yield f"{full or stem}.{count}{ending}"
        count += 1


def is_device(path: str) -> bool:
    """Whether a path is no file or folder, as /dev/null, /dev/stdout or a named pipe: it is written to, never replaced."""
    if os.path.abspath(path).startswith(("/dev/", "/proc/")) and not path.startswith("/dev/shm/") and os.path.lexists(path):
        return not os.path.isdir(path)
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def write(path: str, pieces: Iterable[bytes]) -> None:
    """Write a file beside its place and give it its name when it is complete; a link there is replaced, not followed.

    Raises OSError with the path as its file name; nothing is left of the attempt.
    """
    if is_device(path):
        with open(path, "ab") as device:
            device.writelines(pieces)
        return
    part = f"{path}.part"
    try:
        if os.path.lexists(part):  # of an earlier run, or a link that leads elsewhere
            os.unlink(part)
        with open(part, "xb") as file:
            file.writelines(pieces)
        if os.path.isfile(path):
            os.chmod(part, stat.S_IMODE(os.stat(path).st_mode))
        os.replace(part, path)
    except BaseException as error:
        if os.path.isfile(part):
            os.unlink(part)
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, path) from None
        raise
