"""Many at once: a few processes, each with one piece of work at a time, results in the order of the input.

Nothing is read ahead further than a few pieces, so memory stays flat. Each process notes which document it is at, and
since when; so one that hangs in a library, or takes the process down with it, is named, and the rest is done again without it.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Any

AHEAD = 4  # pieces a process may be ahead of the oldest one that is not done
GRACE = 2.0  # seconds: a document stops itself in time, unless it hangs in a library

Work = Callable[[Any, dict[int, str], Callable[[int], None]], Any]  # (piece, documents to leave out and why, note)


class Died(Exception):
    """A process died outside of any document."""


def in_order(pieces: Iterator[Any], work: Work, count: int, timeout: float | None = None) -> Iterator[Any]:
    """Yield `work(piece, {}, note)` for each piece in order, by `count` processes; in this one if that is enough."""
    first = next(pieces, None)
    if first is None:
        return
    second = next(pieces, None) if count > 1 else None
    if second is None:
        yield work(first, {}, _nothing)
        for piece in pieces:
            yield work(piece, {}, _nothing)
        return
    workers = [_Worker(work) for _ in range(count)]
    try:
        yield from _shared_out(_chained(first, second, pieces), workers, timeout)
    finally:
        for worker in workers:
            worker.stop()


def _nothing(index: int) -> None:
    """Note nothing: this process is the only one."""


def _chained(first: Any, second: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield second
    yield from rest


def _shared_out(pieces: Iterator[Any], workers: list[_Worker], timeout: float | None) -> Iterator[Any]:
    done: dict[int, Any] = {}
    given = returned = 0
    more = True
    while True:
        for worker in workers:
            if more and not worker.busy and given - returned < AHEAD * len(workers):
                piece = next(pieces, None)
                more = piece is not None
                if more:
                    worker.give(given, piece)
                    given += 1
        busy = {worker.pipe: worker for worker in workers if worker.busy}
        if not busy:
            return
        ready = wait(list(busy), 1.0 if timeout else None)
        for pipe in ready:
            worker = busy[pipe]  # type: ignore[index]
            try:
                done[worker.number] = worker.take()
            except (EOFError, ConnectionError):
                worker.again(int(worker.at[0]), f"it takes its process down (exit status {worker.status()})")
        for worker in busy.values():
            if timeout and worker.busy and (index := worker.overdue(timeout)) >= 0:
                worker.again(index, f"not done after {timeout:g} seconds")
        while returned in done:
            yield done.pop(returned)
            returned += 1


class _Worker:
    """A process, the pipe to it, and the piece it has."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.busy = False
        self.number = 0
        self.piece: Any = None
        self.without: dict[int, str] = {}
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.at = context.RawArray("d", [-1.0, 0.0])  # the document, and since when
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, self.work, self.at), daemon=True)
        self.process.start()
        theirs.close()

    def give(self, number: int, piece: Any) -> None:
        self.busy, self.number, self.piece, self.without = True, number, piece, {}
        self._send()

    def _send(self) -> None:
        self.at[0] = -1.0
        try:
            self.pipe.send((self.piece, self.without))
        except (BrokenPipeError, ConnectionError):
            raise Died(f"a process died (exit status {self.status()})") from None

    def take(self) -> Any:
        failed, result = self.pipe.recv()
        if failed:
            raise result
        self.busy, self.piece = False, None
        return result

    def overdue(self, timeout: float) -> int:
        """Return the document that takes too long, or -1; the process may be at the next one before it is stopped."""
        index = int(self.at[0])
        return index if time.monotonic() - self.at[1] > timeout + GRACE else -1

    def again(self, index: int, why: str) -> None:
        """Do the piece again in a new process, without the document `index` that this one was at."""
        self.process.kill()
        if index < 0:
            raise Died(f"a process died (exit status {self.status()})")
        self.without[index] = why
        self.stop()
        self._start()
        self._send()

    def status(self) -> int | None:
        self.process.join(5)
        return self.process.exitcode

    def stop(self) -> None:
        self.pipe.close()
        if self.busy:
            self.process.kill()
        self.process.join(5)


def _serve(pipe: Connection, work: Work, at: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process says when it is over

    def note(index: int) -> None:
        at[1] = time.monotonic()
        at[0] = index

    while True:
        try:
            piece, without = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = (False, work(piece, without, note))
        except Exception as error:
            answer = (True, error)
        at[0] = -1.0
        try:
            pipe.send(answer)
        except OSError:
            return
