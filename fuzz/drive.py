"""A coverage-guided fuzzer: `python fuzz/drive.py CORPUS -runs=100000` (needs `pip install atheris` and the extra "corpus").

An input's first byte chooses what the rest of it is: a text, a page, a rule file, or a table for one of the readers.
What must hold of texts is what tests/test_properties.py says; of the rest, that nothing but our own errors is raised.
"""

import io
import sys
import tempfile
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["cleaner"]):
    from cleaner import KINDS, clean, explain
    from cleaner.corpus import archive, delimited, jsonl
    from cleaner.corpus.document import Broken, Fields
    from cleaner.errors import Failure, RuleError
    from cleaner.rules import load

RULES = Path(tempfile.mkdtemp()) / "mine.toml"


def text(data: bytes) -> None:
    """Only removals; kept and removed are the input; twice is once; keeping all kinds changes nothing."""
    source = data.decode("utf-8", "surrogateescape")
    done = explain(source, format="text")
    kept, at = "", 0
    for start, end in done.cuts:
        assert at <= start < end <= len(source), "a range is out of order"
        kept, at = kept + source[at:start], end
    assert kept + source[at:] == done.text, "kept and removed are not the input"
    assert clean(done.text, format="text") == done.text, "twice is not once"
    assert clean(source, format="text", keep=KINDS) == source, "something went though all kinds are kept"


def page(data: bytes) -> None:
    """No bytes raise, as what they say they are or as HTML."""
    clean(data, engine="own")
    explain(data.decode("utf-8", "surrogateescape"), format="html", engine="own", metadata=False)


def rules(data: bytes) -> None:
    """A rule file is read or refused in a sentence."""
    RULES.write_bytes(data)
    try:
        load(RULES)
    except RuleError as error:
        if not str(error).startswith(str(RULES)):
            raise AssertionError("the file is not named") from error


def _read(reader: Any, data: bytes) -> bytes:
    out, fields = [], Fields()
    try:
        for chunk in reader.chunks(io.BufferedReader(io.BytesIO(data)), fields):
            documents = list(reader.documents(chunk, "x", fields))
            writer = reader if hasattr(reader, "written") else jsonl
            out.append(writer.written(chunk, documents, [{} for _ in documents], fields))
    except (Broken, Failure):
        return data
    return b"".join(out)


def lines(data: bytes) -> None:
    """What does not change keeps its bytes."""
    if not data.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")):
        assert _read(jsonl, data) == data, "a row that nobody changed has other bytes"


def table(data: bytes) -> None:
    """A table is read and written, or refused in a sentence."""
    _read(delimited, data)


def crawl(data: bytes) -> None:
    """So is an archive."""
    _read(archive, data)


TARGETS = (text, page, text, page, text, lines, table, crawl, rules)


def check(data: bytes) -> None:
    """Raise where a property does not hold."""
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])


if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
