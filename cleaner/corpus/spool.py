"""Crash-safe output: rows gather in NAME.part, and get the name only when they are complete.

Beside it a journal, NAME.part.json, says how far the run is: pieces of the input done, bytes of the output written, and the
summary so far. After a kill the part is cut back to what the journal knows, and the run goes on from there; since pieces are
cut at the same places every time, the result has the same bytes as that of a run that nothing stopped.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from typing import IO, Any

from cleaner.errors import Failure

INTERVAL = 1.0  # seconds at least between two entries of the journal
RARE = 50  # times what an entry takes that pass before the next


class Stdout:
    """Standard output: there is no name to give, and nothing to go on with."""

    pieces = 0
    summary: dict[str, Any] | None = None

    def write(self, data: bytes) -> None:
        """Write a piece."""
        sys.stdout.buffer.write(data)

    def done(self, summary: Callable[[], dict[str, Any]]) -> None:
        """Note that a piece is written."""

    def finish(self, shape: Any) -> None:
        """Write what is buffered."""
        sys.stdout.buffer.flush()

    def close(self) -> None:
        """Leave it open."""


class Spool:
    """A file that appears when it is complete. Raises Failure where a run can't be gone on with, and OSError."""

    def __init__(self, path: str, resume: bool, asked: dict[str, Any]) -> None:
        self.path, self.part, self.journal = path, f"{path}.part", f"{path}.part.json"
        self.asked = asked
        self.pieces = 0
        self.summary: dict[str, Any] | None = None
        self._now: Callable[[], dict[str, Any]] | None = None
        self.saved = time.monotonic()
        self.took = 0.0
        length = self._goes_on() if resume else 0
        self.file: IO[bytes] = open(self.part, "r+b" if length else "wb")  # noqa: SIM115
        self.file.truncate(length)
        self.file.seek(length)

    def _goes_on(self) -> int:
        try:
            with open(self.journal, encoding="utf-8") as file:
                state = json.load(file)
        except FileNotFoundError:
            return 0
        except (ValueError, OSError) as error:
            raise Failure(f"{self.journal}: can't be read ({error}): start again without --resume") from None
        differ = [name for name, value in self.asked.items() if state["asked"].get(name) != value]
        if differ and differ[0].startswith("content of "):
            raise Failure(f"{self.journal}: the {differ[0]} has changed since that run stopped: start again without --resume")
        if differ:
            raise Failure(f"{self.journal}: the run that stopped had another {differ[0]}: start again without --resume")
        if state["complete"] and not os.path.exists(self.part) and os.path.exists(self.path):
            return 0  # stopped between the last two steps; done again, it has the same bytes
        if not os.path.exists(self.part) or os.path.getsize(self.part) < state["bytes"]:
            raise Failure(f"{self.part}: is gone or shorter than its journal says: start again without --resume")
        self.pieces, self.summary = state["pieces"], state["summary"]
        return int(state["bytes"])

    def write(self, data: bytes) -> None:
        """Write a piece."""
        self.file.write(data)

    def done(self, summary: Callable[[], dict[str, Any]]) -> None:
        """Note that a piece is written, in the journal if it is time. `summary` gives the summary so far."""
        self.pieces += 1
        self._now = summary
        if time.monotonic() - self.saved > max(INTERVAL, RARE * self.took):
            self.save()

    def save(self, complete: bool = False) -> None:
        """Write the journal: after the bytes that it counts are safe."""
        began = time.monotonic()
        if self._now is not None:
            self.summary = self._now()
        self.file.flush()
        os.fsync(self.file.fileno())
        state = {"asked": self.asked, "pieces": self.pieces, "bytes": self.file.tell(), "complete": complete, "summary": self.summary}
        with open(f"{self.journal}.new", "w", encoding="utf-8") as file:
            json.dump(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(f"{self.journal}.new", self.journal)
        self.saved = time.monotonic()
        self.took = self.saved - began

    def finish(self, shape: Any) -> None:
        """Give the file its name; a format that needs all rows at once (`shape.finish`) makes it of the part first."""
        self.save(complete=True)
        self.file.close()
        if hasattr(shape, "finish"):
            whole = f"{self.path}.part.whole"
            shape.finish(self.part, whole)
            os.replace(whole, self.path)
            os.unlink(self.part)
        else:
            os.replace(self.part, self.path)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.journal)

    def close(self) -> None:
        """Leave the part and a journal of all that is written, or nothing where nothing is."""
        if self.file.closed:
            return
        if self._now is not None:
            self.save()
        self.file.close()
        if not self.pieces:
            os.unlink(self.part)
