"""What every reader yields and every writer takes: a document and the row it stood in."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from cleaner.options import LARGEST

ERROR = "cleaner_error"  # the column that says why a row could not be cleaned


class Fields(NamedTuple):
    """The names of the columns that matter: text or HTML, address, where to write, where to keep what was removed.

    Also how large a document may be.
    """

    text: str = "text"
    url: str = "url"
    into: str = ""
    removed: str = ""
    largest: int = LARGEST  # bytes of a document; a row may have twice as many

    @property
    def target(self) -> str:
        """The column that takes the clean text."""
        return self.into or self.text


class Row(Protocol):
    """A row of a table, whose fields that are not named stay as they are."""

    def fields(self) -> dict[str, Any]:
        """Return all fields by name, in order."""


class Document(NamedTuple):
    """A text or page to clean, its address if known, where it stood (INPUT:ROW), its row, and what is wrong with it.

    `source` is None in a row that has no text to clean; `problem` says why, unless the field is simply empty.
    """

    source: str | bytes | None
    place: str
    url: str | None = None
    row: Row | None = None
    problem: str = ""


class Plain:
    """A row of a format that has no columns of its own: a file, or a response of an archive."""

    __slots__ = ("_fields",)

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    def fields(self) -> dict[str, Any]:
        """Return all fields by name, in order."""
        return self._fields


class Large(Plain):
    """A file above the limit, which is copied as it is: its location, and its beginning where that can't be read again."""

    __slots__ = ("beginning", "location")

    def __init__(self, fields: dict[str, Any], location: str, beginning: bytes) -> None:
        super().__init__(fields)
        self.location, self.beginning = location, beginning


class Broken(Exception):
    """An input that ends or fails in the middle; the message is a sentence for a person. What came before holds."""


def lacking(value: object, name: str) -> str:
    """Return what is wrong with a field that holds no text, in a sentence.

    >>> lacking(17, "text")
    "the field 'text' is a number, not a text"
    """
    kinds = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return f"the field {name!r} is {kinds.get(type(value), 'a ' + type(value).__name__)}, not a text"
