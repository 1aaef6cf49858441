"""Places: files, folders, standard input and addresses such as s3://bucket/key, opened and decompressed alike."""

from __future__ import annotations

import hashlib
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, cast

from cleaner.corpus.document import Broken
from cleaner.errors import Failure

COMPRESSIONS = {".gz": b"\x1f\x8b", ".bz2": b"BZh", ".xz": b"\xfd7zXZ", ".zst": b"\x28\xb5\x2f\xfd"}
BLOCK = 1 << 20
ENDS = 1 << 16  # bytes


def remote(location: str) -> bool:
    """Whether a location is an address that fsspec opens.

    >>> remote("s3://news/2025.jsonl.gz"), remote("news/2025.jsonl.gz")
    (True, False)
    """
    return "://" in location


def filesystem(location: str) -> tuple[Any, str]:
    """Return the file system of an address, and the path in it; raises Failure."""
    try:
        import fsspec
    except ImportError:
        raise Failure(f"{location}: an address needs fsspec: pip install 'news-cleaner[corpus]'") from None
    try:
        return cast("tuple[Any, str]", fsspec.core.url_to_fs(location))
    except (ImportError, ValueError) as error:
        raise Failure(f"{location}: {error}") from None


def is_folder(location: str) -> bool:
    """Whether a location is a folder."""
    if not remote(location):
        return os.path.isdir(location)
    fs, path = filesystem(location)
    return bool(fs.isdir(path))


def size(location: str) -> int | None:
    """Return the bytes of a location, or None where nobody knows."""
    try:
        if not remote(location):
            return os.stat(location).st_size if os.path.isfile(location) else None
        fs, path = filesystem(location)
        return cast("int | None", fs.size(path))
    except OSError:
        return None


def state(location: str) -> str:
    """Return a mark of what a location holds now: another size, time of change, or other first or last bytes make it another."""
    if remote(location):
        fs, path = filesystem(location)
        try:
            return str(fs.ukey(path))
        except OSError:
            return ""
    if not os.path.isfile(location):
        return ""
    found = os.stat(location)
    digest = hashlib.blake2b(f"{found.st_size} {found.st_mtime_ns} ".encode(), digest_size=16)
    with open(location, "rb") as file:
        digest.update(file.read(ENDS))
        file.seek(max(0, found.st_size - ENDS))
        digest.update(file.read(ENDS))
    return digest.hexdigest()


def states(locations: Iterable[str]) -> str:
    """Return a mark of many files: another name, size or time of change makes it another."""
    digest = hashlib.blake2b(digest_size=16)
    for location in locations:
        try:
            found = None if remote(location) else os.stat(location)
        except OSError:
            found = None
        digest.update(f"{location}\0{found and (found.st_size, found.st_mtime_ns)}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def walk(folder: str) -> Iterator[str]:
    """Yield the files below a folder, sorted folder by folder, without hidden ones; raises OSError."""
    if not remote(folder):
        yield from _walk(folder)
        return
    fs, path = filesystem(folder)
    yield from (fs.unstrip_protocol(name) for name in sorted(fs.find(path)))


def _walk(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        found = sorted((e.name, e.is_dir(follow_symlinks=False)) for e in entries if not e.name.startswith("."))
    for name, inner in found:
        path = os.path.join(folder, name)
        if inner:
            yield from _walk(path)
        elif os.path.isfile(path):
            yield path


def below(folder: str, path: str) -> str:
    """Return the path of a file that `walk` found, from its folder on."""
    if not remote(folder):
        return os.path.relpath(path, folder)
    return os.path.relpath(filesystem(path)[1], filesystem(folder)[1])


def opened(location: str) -> IO[bytes]:
    """Open a location for reading, as it is stored; raises OSError, Failure."""
    if location == "-":
        if sys.stdin is None:
            raise Failure("standard input is closed")
        return sys.stdin.buffer
    if not remote(location):
        return open(location, "rb")
    fs, path = filesystem(location)
    return io.BufferedReader(fs.open(path, "rb"), BLOCK)


def compression(file: IO[bytes]) -> str:
    """Return the ending that names a file's compression, told by its first bytes, or nothing."""
    head = cast(io.BufferedReader, file).peek(8)[:8]
    return next((ending for ending, magic in COMPRESSIONS.items() if head.startswith(magic)), "")


def decompressed(file: IO[bytes]) -> IO[bytes]:
    """Return the content of a file that may be compressed, told by its first bytes."""
    ending = compression(file)
    return codec(ending).open(file, "rb") if ending else file


def compressor(location: str) -> Callable[[bytes], bytes]:
    """Return what compresses a piece of a file for a name that asks for it; pieces in a row are one valid file."""
    ending = os.path.splitext(location)[1].lower()
    if ending == ".gz":
        return lambda data: zlib_member(data) if data else b""
    if ending in COMPRESSIONS:
        compress = codec(ending).compress
        return lambda data: compress(data) if data else b""
    return bytes


def zlib_member(data: bytes) -> bytes:
    """Return a gzip member without time or name, so that the same data gives the same bytes."""
    import gzip

    return gzip.compress(data, 6, mtime=0)


def codec(ending: str) -> Any:
    """Return the standard library's module for a compression; raises Failure where zstd has to be installed first."""
    import importlib

    if ending != ".zst":
        return importlib.import_module({".gz": "gzip", ".bz2": "bz2", ".xz": "lzma"}[ending])
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise Failure("zstd needs a package on this version of Python: pip install 'news-cleaner[corpus]'")


def blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the content of a file in pieces; raises Broken where it ends or fails early, after all that could be read."""
    stream = cast(io.BufferedReader, decompressed(file))
    while True:
        try:
            block = stream.read1(BLOCK)
        except Exception as error:  # each codec has an error class of its own
            if isinstance(error, EOFError):
                raise Broken("the compressed data ends early; all rows before its end are done") from None
            raise Broken(f"can't read on: {_reason(error)}; all rows before are done") from None
        if not block:
            return
        yield block


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else f"the compressed data is damaged ({error})"


def split(data: bytes) -> list[bytes]:
    """Split at line feeds alone, and keep them: a carriage return may stand inside of a row."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


class Part(bytes):
    """A part of a line that is too long to be held at once."""


def pieces(file: IO[bytes], size: int = BLOCK, longest: int = 1 << 40) -> Iterator[bytes]:
    """Yield whole lines of about `size` bytes together; a line of more than `longest` bytes comes in several Parts.

    Cut at the same places however the bytes arrive; raises Broken.

    >>> list(pieces(io.BufferedReader(io.BytesIO(b"one\\ntwo\\nthree")), 5))
    [b'one\\ntwo\\n', b'three']
    """
    cutter = _Cutter(size, longest)
    try:
        for block in blocks(file):
            yield from cutter.cut(block)
    except Broken:
        yield from cutter.left()
        raise
    yield from cutter.left()


class _Cutter:
    """Cuts bytes into pieces of whole lines, as they come."""

    def __init__(self, size: int, longest: int) -> None:
        self.size, self.longest = size, longest
        self.rest = bytearray()
        self.seen = size - 1  # no line end before this one closes a piece
        self.inside = False  # whether the rest begins within a line that is too long

    def cut(self, block: bytes) -> Iterator[bytes]:
        self.rest += block
        while end := self._end():
            yield self._taken(end)

    def left(self) -> Iterator[bytes]:
        if self.rest:
            yield self._taken(len(self.rest))

    def _end(self) -> int:
        """Return how many bytes are the next piece, or 0 where its end has not come."""
        rest, size = self.rest, self.size
        if not self.inside:
            end = rest.find(b"\n", self.seen) + 1
            last = rest.rfind(b"\n", 0, size - 1) + 1  # where the last line of the piece begins
            if (end or len(rest)) - last <= self.longest:
                self.seen = max(size - 1, len(rest))
                return end
            if last:
                return last
            self.inside = True
        return rest.find(b"\n", 0, size) + 1 or (size if len(rest) >= size else 0)

    def _taken(self, end: int) -> bytes:
        piece = bytes(self.rest[:end])
        del self.rest[:end]
        self.seen = self.size - 1
        if not self.inside:
            return piece
        self.inside = not piece.endswith(b"\n")
        return Part(piece)
