"""CSV and TSV: the standard library's reader says where rows and values are; all that does not change keeps its bytes."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from cleaner.corpus.document import ERROR, Broken, Document, Fields
from cleaner.corpus.places import BLOCK, Part, pieces, split
from cleaner.errors import Failure

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


class Rows(NamedTuple):
    """Rows as they stand in the file, the line of the first, the file's columns, and its header where it comes before them."""

    first: int
    text: str
    names: list[str]
    comma: str
    header: str


class CsvRow:
    """A row as it stands, and its values; `names` are its columns."""

    __slots__ = ("names", "text", "values")

    def __init__(self, text: str, names: list[str], values: list[str]) -> None:
        self.text, self.names, self.values = text, names, values

    def fields(self) -> dict[str, Any]:
        """Return all fields by name, in order."""
        return dict(zip(self.names, self.values, strict=False))


def chunks(file: IO[bytes], fields: Fields) -> Iterator[Rows]:
    """Yield whole rows of about a mebibyte; raises Broken, and Failure where the header has no such column."""
    ends: list[Broken] = []
    longest = 2 * fields.largest
    lines = _lines(file, ends, longest)
    kept: list[str] = []
    header = next(lines, "")
    comma = max(",;\t", key=header.count)
    try:
        names = next(csv.reader([header.removeprefix("\ufeff")], delimiter=comma), [])
    except csv.Error as error:
        raise Failure(f"the header is no CSV: {error}") from None
    if header and fields.text not in names:
        raise Failure(f"the header has no column {fields.text!r} but {', '.join(names)[:200]}: name the one with the text with --field")
    first, size, number = 2, 0, 2
    reader = csv.reader(_kept(lines, kept, longest), delimiter=comma)
    while _whole(reader, number, longest) is not None:
        size += sum(map(len, kept[number - first :]))
        number = first + len(kept)
        if size >= BLOCK:
            yield Rows(first, "".join(kept), names, comma, header)
            header, first, size = "", number, 0
            kept.clear()
    if kept or header:
        yield Rows(first, "".join(kept), names, comma, header)
    if ends:
        raise ends[0]


def _lines(file: IO[bytes], ends: list[Broken], longest: int) -> Iterator[str]:
    """Yield the lines of a file; raises Failure at one that is too long."""
    number = 0
    try:
        for piece in pieces(file, BLOCK, longest):
            if isinstance(piece, Part):
                raise Failure(f"line {number + 1} is longer than {longest / 1e6:g} MB: cut it up, or raise --max-size")
            for line in split(piece):
                number += 1
                yield line.decode("utf-8", "surrogateescape")
    except Broken as broken:
        ends.append(broken)


STRING = 60  # bytes that a string takes beside its letters


class _TooLong(Exception):
    """More, or longer, lines than a row can have."""


def _kept(lines: Iterator[str], kept: list[str], longest: int = 1 << 40) -> Iterator[str]:
    size = 0
    for line in lines:
        size = len(line) + STRING + (size if kept else 0)
        if size > longest + BLOCK:  # `kept` is emptied at the end of a row
            raise _TooLong
        kept.append(line)
        yield line


def _whole(reader: Any, number: int, longest: int) -> list[str] | str | None:
    try:
        return _next(reader)
    except _TooLong:
        raise Failure(f"the row from line {number} on is longer than {longest / 1e6:g} MB: is a quote never closed?") from None


def _next(reader: Any) -> list[str] | str | None:
    """Return the next row, its error, or None at the end."""
    try:
        return next(reader, None)
    except csv.Error as error:
        return str(error)


def documents(chunk: Rows, name: str, fields: Fields) -> Iterator[Document]:
    """Yield the documents of some rows; an empty line is a row without a document and without a problem."""
    kept: list[str] = []
    reader = csv.reader(_kept(iter(_split(chunk.text)), kept), delimiter=chunk.comma)
    number = chunk.first
    while (values := _next(reader)) is not None:
        text = "".join(kept)
        place = f"{name}:{number}"
        number += len(kept)
        kept.clear()
        if isinstance(values, str):
            yield Document(None, place, row=CsvRow(text, [], []), problem=f"this row is no CSV: {values}")
        elif values and len(values) != len(chunk.names):
            problem = f"this row has {len(values)} fields, the header {len(chunk.names)}"
            yield Document(None, place, row=CsvRow(text, chunk.names if len(values) < len(chunk.names) else [], values), problem=problem)
        elif values:
            row = CsvRow(text, chunk.names, values)
            known = row.fields()
            yield Document(known[fields.text], place, known.get(fields.url), row)
        else:
            yield Document(None, place, row=CsvRow(text, [], []))


def _split(text: str) -> list[str]:
    return [line + "\n" for line in text.split("\n")[:-1]] + ([tail] if (tail := text.rpartition("\n")[2]) else [])


def written(chunk: Rows, documents: list[Document], changes: list[dict[str, Any]], fields: Fields) -> bytes:
    """Return rows as CSV with a last column for what could not be cleaned, empty in the others."""
    extra = [n for n in dict.fromkeys([fields.target, fields.removed, ERROR]) if n and n not in chunk.names]
    names = chunk.names + extra
    ending = "\r\n" if chunk.header.endswith("\r\n") or (not chunk.header and "\r\n" in chunk.text[-2:]) else "\n"
    out = []
    if chunk.header:
        out.append(chunk.header.rstrip("\r\n") + "".join(chunk.comma + _quoted(n, chunk.comma) for n in extra) + ending)
    for document, changed in zip(documents, changes, strict=True):
        row = document.row
        assert isinstance(row, CsvRow)
        out.append(_row(row, changed, names, chunk.comma) if row.names else row.text)
    return "".join(out).encode("utf-8", "surrogateescape")


def _row(row: CsvRow, changed: dict[str, Any], names: list[str], comma: str) -> str:
    body = row.text.rstrip("\r\n")
    values = re.findall(rf'(?:^|{re.escape(comma)})("(?:[^"]|"")*"|[^{re.escape(comma)}]*)', body)
    if len(values) != len(row.values) or any(_plain(v) != known for v, known in zip(values, row.values, strict=True)):
        values = [_quoted(value, comma) for value in row.values]
    values += [""] * (len(names) - len(values))
    for name, value in changed.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        values[len(names) - 1 - names[::-1].index(name)] = _quoted(text, comma)
    return comma.join(values) + (row.text[len(body) :] or "\n")


def _plain(raw: str) -> str:
    return raw[1:-1].replace('""', '"') if raw.startswith('"') else raw


def _quoted(value: str, comma: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=comma).writerow([value])
    return out.getvalue().removesuffix("\r\n") if value else ""
