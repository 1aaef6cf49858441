"""JSON Lines: a row keeps its bytes; only the value that changed is written anew.

The scanner of the standard library reads each value and says where it ends. So numbers of any size, key order, spacing,
escapes and keys that stand twice come out as they came in; of a key that stands twice the last one counts, as for
every JSON parser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from cleaner.corpus.document import Document, Fields, lacking
from cleaner.corpus.places import BLOCK, Part, pieces, split

_SPACE = re.compile(r"[ \t\n\r]*").match
_SCAN = json.JSONDecoder(parse_int=str, parse_float=str).scan_once  # type: ignore[attr-defined]  # a number of 5,000 digits is no error here
_STRING = json.decoder.scanstring  # type: ignore[attr-defined]
_BOM = "\ufeff"


class Lines(NamedTuple):
    """Rows as they stand in the file, and the line of the first; or a part of a row too long to be held, and if it begins it."""

    first: int
    data: bytes
    part: bool
    begins: bool


class JsonRow:
    """A row, its values, and where each stands in it."""

    __slots__ = ("_spans", "text", "values")

    def __init__(self, text: str) -> None:
        """Read a row; raises ValueError or RecursionError where it is no JSON object."""
        self.text = text
        self.values: dict[str, Any] = {}
        self._spans: dict[str, tuple[int, int]] = {}
        at = _past(text, 1 if text.startswith(_BOM) else 0)
        if text[at : at + 1] != "{":
            raise ValueError("a row must be an object in { }")
        at = _past(text, at + 1)
        while text[at : at + 1] != "}":
            at = self._member(text, at)
            if text[at : at + 1] == ",":
                at = _past(text, at + 1)
                if text[at : at + 1] != '"':
                    raise ValueError(f"a key is missing at character {at + 1}")
            elif text[at : at + 1] != "}":
                raise ValueError(f"a comma is missing at character {at + 1}" if at < len(text) else "it ends in the middle")
        if _past(text, at + 1) < len(text):
            raise ValueError(f"something follows the object at character {at + 2}")

    def _member(self, text: str, at: int) -> int:
        if text[at : at + 1] != '"':
            raise ValueError(f"a key is missing at character {at + 1}" if at < len(text) else "it ends in the middle")
        key, at = _STRING(text, at + 1)
        at = _past(text, at)
        if text[at : at + 1] != ":":
            raise ValueError(f"a colon is missing at character {at + 1}")
        start = _past(text, at + 1)
        try:
            self.values[key], end = _SCAN(text, start)
        except StopIteration:
            raise ValueError(f"a value is missing at character {start + 1}") from None
        self._spans[key] = (start, end)
        return _past(text, end)

    def starts(self, key: str) -> str:
        """Return the first character of a value as it stands, which tells its type."""
        return self.text[self._spans[key][0]]

    def fields(self) -> dict[str, Any]:
        """Return all fields by name, in order, with numbers as numbers."""
        return json.loads(self.text.removeprefix(_BOM))  # type: ignore[no-any-return]

    def written(self, changes: dict[str, Any]) -> str:
        """Return the row with some values replaced, or added at its end."""
        text, ascii_only = self.text, self.text.isascii()
        for key in sorted(changes.keys() & self._spans.keys(), key=lambda k: -self._spans[k][0]):
            start, end = self._spans[key]
            text = text[:start] + as_json(changes[key], ascii_only) + text[end:]
        new = [f"{as_json(k, ascii_only)}: {as_json(v, ascii_only)}" for k, v in changes.items() if k not in self._spans]
        if not new:
            return text
        end = text.rindex("}")
        return text[:end] + ", " * bool(self._spans) + ", ".join(new) + text[end:]


def _past(text: str, at: int) -> int:
    return _SPACE(text, at).end()  # type: ignore[union-attr]


def as_json(value: Any, ascii_only: bool = False) -> str:
    """Return a value as JSON; a lone surrogate, which has no UTF-8, is escaped."""
    text = json.dumps(value, ensure_ascii=ascii_only)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value)
    return text


def chunks(file: IO[bytes], fields: Fields) -> Iterator[Lines]:
    """Yield pieces of a file of about a mebibyte; raises Broken."""
    first = 1
    begins = True
    for data in pieces(file, BLOCK, 2 * fields.largest):
        part = isinstance(data, Part)
        yield Lines(first, bytes(data), part, part and begins)
        begins = not part or data.endswith(b"\n")
        first += data.count(b"\n")


def documents(chunk: Lines, name: str, fields: Fields) -> Iterator[Document]:
    """Yield the documents of a piece; a blank line is a row without a document and without a problem."""
    if chunk.part:
        why = f"this row is longer than {2 * fields.largest / 1e6:g} MB: cut it up, or raise --max-size"
        yield Document(None, f"{name}:{chunk.first}", row=RawRow(chunk.data), problem=why if chunk.begins else "")
        return
    for number, line in enumerate(split(chunk.data), chunk.first):
        yield _document(line, f"{name}:{number}", fields)


def written(chunk: Any, documents: list[Document], changes: list[dict[str, Any]], fields: Fields) -> bytes:
    """Return rows as JSON Lines: a row that was JSON keeps its bytes, any other becomes an object."""
    out = []
    for document, changed in zip(documents, changes, strict=True):
        row = document.row
        if isinstance(row, JsonRow):
            out.append(row.written(changed).encode("utf-8") if changed else row.text.encode("utf-8"))
        elif isinstance(row, RawRow):
            out.append(row.data)
        elif row is not None:
            out.append(as_json(row.fields() | changed).encode("utf-8") + b"\n")
    return b"".join(out)


class RawRow:
    """A line that is no row: it comes out as it went in."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    def fields(self) -> dict[str, Any]:
        """Return the line as the one field that there is."""
        return {"line": self.data.decode("utf-8", "replace").rstrip("\r\n")} if self.data.strip() else {}


def _document(line: bytes, place: str, fields: Fields) -> Document:
    try:
        text = line.decode("utf-8")
        if not text.strip(" \t\r\n" + _BOM):
            return Document(None, place, row=RawRow(line))
        row = JsonRow(text)
    except UnicodeDecodeError as error:
        return Document(None, place, row=RawRow(line), problem=f"this row is not UTF-8 at byte {error.start + 1}")
    except RecursionError:
        return Document(None, place, row=RawRow(line), problem="this row is too deeply nested")
    except json.JSONDecodeError as error:
        return Document(None, place, row=RawRow(line), problem=f"this row is no JSON: {error.msg} {error.pos + 1}")
    except ValueError as error:
        return Document(None, place, row=RawRow(line), problem=f"this row is no JSON: {error}")
    source = row.values.get(fields.text)
    url = row.values.get(fields.url)
    problem = ""
    if fields.text not in row.values:
        problem = f"this row has no field {fields.text!r}"
    elif row.starts(fields.text) not in '"n':
        number = row.starts(fields.text) not in "{[tf"
        problem = lacking(0 if number else source, fields.text)
    return Document(None if problem else source, place, url if isinstance(url, str) else None, row, problem)
