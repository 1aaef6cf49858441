"""Single documents: files of folders and lists, each with its own output in a folder of the same shape."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Any, NamedTuple, cast

from cleaner.corpus import formats, places
from cleaner.corpus.document import Broken, Document, Fields, Large, Plain
from cleaner.corpus.spool import Spool
from cleaner.decode import binary, decode, encode
from cleaner.errors import Failure
from cleaner.options import Options
from cleaner.targets import Names, write

TOGETHER = 16  # documents of a piece
_OBJECT = re.compile(rb'(?:\xef\xbb\xbf)?\{[ \t]*"')


class Found(NamedTuple):
    """A file of the run: where it is, its name below the output folder, and whether a folder's walk found it."""

    location: str
    relative: str
    inside: bool = False


def below(name: str) -> Iterator[Found]:
    """Yield a file, or the documents and tables below a folder; raises Failure."""
    if name == "-" or not places.is_folder(name):
        yield Found(name, "standard-input" if name == "-" else os.path.basename(name))
        return
    try:
        for path in places.walk(name):
            if formats.told_by(path):
                yield Found(path, places.below(name, path), True)
    except OSError as error:
        raise Failure(f"{error.filename or name}: can't read this folder: {error.strerror}") from None


def listed(name: str) -> Iterator[Found]:
    """Yield the files that a list names, one a line or with NUL behind each; raises Failure."""
    try:
        with places.opened(name) as file:
            data = file.read()
    except OSError as error:
        raise Failure(f"{name}: can't read this list: {error.strerror}") from None
    names = data.split(b"\0") if b"\0" in data else data.splitlines()
    for raw in names:
        if raw:
            path = os.fsdecode(raw)
            yield Found(path, _inside(path))


def _inside(path: str) -> str:
    """Return a path as one below a folder: without a root and without going up.

    >>> _inside("/news/../a/b.html")
    'a/b.html'
    """
    parts = os.path.normpath(path.rpartition("://")[2]).split(os.sep)
    return os.path.join(*[part for part in parts if part not in ("", "..")] or ["_"])


def sniffed(location: str, field: str) -> str:
    """Return the format that the content of an input tells, as far as the name tells nothing: jsonl, parquet, warc or ""."""
    try:
        if location == "-":
            head = cast(Any, sys.stdin.buffer).peek(1 << 13) if sys.stdin is not None else b""
        elif places.remote(location) or not os.path.isfile(location):  # what a pipe gives can be read only once
            return ""
        else:
            with open(location, "rb") as file:
                head = file.read(1 << 13)
    except (OSError, ValueError):
        return ""
    return told_by_content(head, field)


def told_by_content(head: bytes, field: str) -> str:
    """Return the format that the first bytes tell: jsonl where an object on one line has the field.

    >>> told_by_content(b'{"text": "One."}', "text"), told_by_content(b'{"@type": "Article"} One.', "text")
    ('jsonl', '')
    """
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"WARC/1."):
        return "warc"
    if not _OBJECT.match(head):
        return ""
    line, end, _ = head.partition(b"\n")
    try:
        return "jsonl" if field in json.loads(line) else ""
    except ValueError:
        return "jsonl" if not end and len(head) > 4096 and json.dumps(field).encode() in head else ""


class Files(NamedTuple):
    """Some files, and the name of each below the output folder."""

    found: list[Found]
    names: list[str]


def chunks(found: Sequence[Found], options: Options, only: str = "") -> Iterator[Files]:
    """Yield files in groups, no two of them with the same output; `only` is the name of the output of a single file."""
    ending = ".md" if options.to == "markdown" else ".txt"
    free = Names(options.output, [one.location for one in found])
    group: list[Found] = []
    names: list[str] = []
    for one in found:
        stem = formats.split(one.relative)[0] if formats.told_by(one.relative) else one.relative
        group.append(one)
        names.append(only or free.free(stem, ending, one.location, one.relative))
        if len(group) == TOGETHER:
            yield Files(group, names)
            group, names = [], []
    if group:
        yield Files(group, names)


def documents(chunk: Files, name: str, fields: Fields) -> Iterator[Document]:
    """Yield a document a file."""
    for found in chunk.found:
        place = "standard input" if found.location == "-" else found.location
        row = Plain({"path": found.relative})
        try:
            data, whole, packed = _opened(found.location, fields.largest)
        except OSError as error:
            yield Document(None, place, row=row, problem=f"can't read: {error.strerror or error}")
            continue
        except (Broken, Failure) as error:
            yield Document(None, place, row=row, problem=str(error))
            continue
        if not whole:
            problem = f"larger than {fields.largest / 1e6:g} MB: cut it up, or raise --max-size"
            if packed:
                yield Document(None, place, row=row, problem=f"unpacked it is {problem}; left out")
            else:
                large = Large({"path": found.relative}, found.location, data if found.location == "-" else b"")
                yield Document(None, place, row=large, problem=problem)
            continue
        if binary(data):
            yield Document(data, place, row=row, problem="this is no text (give a text or an HTML page)")
            continue
        text = decode(data).text
        row = Plain({"path": found.relative, fields.text: text})
        yield Document(text, place, found.location if places.remote(found.location) else None, row)


def _opened(location: str, largest: int) -> tuple[bytes, bool, bool]:
    """`_read` of a file that is closed after it; standard input stays open, for its rest."""
    file = places.opened(location)
    if location == "-":
        return _read(file, largest)
    with file:
        return _read(file, largest)


def _read(file: IO[bytes], largest: int) -> tuple[bytes, bool, bool]:
    """Return the content of a file, whether that is all of it, and whether it was compressed; stops above `largest` bytes."""
    data = bytearray()
    packed = bool(places.compression(file))
    for block in places.blocks(file):
        data += block
        if len(data) > largest:
            break
    return bytes(data), len(data) <= largest, packed


def written(chunk: Files, documents: list[Document], changes: list[dict[str, Any]], fields: Fields) -> list[tuple[str, bytes | Large]]:
    """Return the name and bytes of each output; what was not read has none, what is too large is still to be copied."""
    out: list[tuple[str, bytes | Large]] = []
    for name, document, changed in zip(chunk.names, documents, changes, strict=True):
        if isinstance(document.row, Large):
            out.append((name, document.row))
        if document.source is None:
            continue
        text = changed.get(fields.target, document.source)
        out.append((name, text if isinstance(text, bytes) else encode(text)))
    return out


def _copied(row: Large) -> Iterator[bytes]:
    """Yield a file above the limit as it is."""
    if row.location == "-":
        yield row.beginning
        yield from iter(lambda: sys.stdin.buffer.read(places.BLOCK), b"")
        return
    with places.opened(row.location) as file:
        yield from iter(lambda: file.read(places.BLOCK), b"")


class Folder:
    """An output folder, or standard output for one document after another; `Spool` keeps the journal."""

    def __init__(self, path: str, resume: bool, asked: dict[str, Any]) -> None:
        self.path = path
        self.spool: Spool | None = None
        self.ended = True  # whether the last document on standard output ended its line
        if path:
            os.makedirs(path, exist_ok=True)
            self.spool = Spool(os.path.join(path, ".cleaner"), resume, asked)
        self.pieces = self.spool.pieces if self.spool else 0
        self.summary = self.spool.summary if self.spool else None

    def write(self, outputs: list[tuple[str, bytes | Large]]) -> None:
        """Write some documents, each under its name when it is complete."""
        for name, data in outputs:
            pieces = _copied(data) if isinstance(data, Large) else (data,)
            if not self.path:
                self._print(pieces)
                continue
            path = os.path.join(self.path, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            write(path, pieces)

    def _print(self, pieces: Iterable[bytes]) -> None:
        if not self.ended:
            sys.stdout.buffer.write(b"\n")
        self.ended = True
        for piece in pieces:
            sys.stdout.buffer.write(piece)
            self.ended = piece.endswith(b"\n") or not piece

    def done(self, summary: Callable[[], dict[str, Any]]) -> None:
        """Note that a piece is written."""
        self.pieces += 1
        if self.spool:
            self.spool.done(summary)

    def finish(self, shape: Any) -> None:
        """Remove the journal: everything has its name."""
        sys.stdout.buffer.flush()
        if self.spool:
            self.spool.file.close()
            for path in (self.spool.journal, self.spool.part):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path)

    def close(self) -> None:
        """Leave a journal of all that is written."""
        if self.spool:
            self.spool.close()
