"""What must hold of every input, as functions of bytes: each raises AssertionError where it does not.

An input's first byte chooses what the rest of it is: a text, lines put together from the rules' own examples, two
articles to be joined, a page, a rule file, a line that should stay, a command line, or a table for one of the readers.
`python fuzz/drive.py` searches for inputs that break them; tests/test_fuzz.py tries those that once did, and some at random.
"""

import atexit
import io
import json
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from cleaner import KINDS, clean, cli, explain, options
from cleaner.api import Cleaned
from cleaner.blocks import _BREAK as BREAK
from cleaner.corpus import archive, delimited, jsonl, parquet
from cleaner.corpus.document import Broken, Fields
from cleaner.decode import binary, decode, encode
from cleaner.diff import exact
from cleaner.elements import Elements
from cleaner.errors import Failure, RuleError
from cleaner.index import index
from cleaner.matcher import Matcher, Pack, Rulebook
from cleaner.output import explained
from cleaner.page import read as read_page
from cleaner.pipeline import run
from cleaner.report import Evidence
from cleaner.report import page as report
from cleaner.rulepage import entry
from cleaner.rules import load, shipped
from cleaner.summary import Summary
from cleaner.terminal import explained as terminal_lines
from cleaner.terminal import painted

FOLDER = tempfile.TemporaryDirectory(prefix="cleaner-fuzz-")
atexit.register(FOLDER.cleanup)
RULES = Path(FOLDER.name) / "mine.toml"
ODD = ["", " ", "\t", "\r", "\x00", "\ufeff", "\u2028", "\u202e", "\u200b", "\ud800", "\x1b[2J", "\x85", "<br>", "&nbsp;", "</p><p>"]
ENDS = ["\n", "\n\n", "\r\n", "\n \n", " ", "\r", "\n\t\n", "\n    "]
PARAGRAPHS = [
    "The bridge over the river is open again, the mayor said on Monday, and the first carts crossed it before noon.",
    "She came on foot with her two sons, and all three of them stood at the rail for a while without a word.",
    "The council paid for most of the work; a firm from the next town paid for the lamps and for the painting of the rail.",
    "Nobody could say on Monday evening whether the ferry would go on as well, or whether its crew would look for other work.",
]
PARTS = ["p", "div", "h2", "li", "blockquote", "pre", "td", "span", "article", "script", "ul", "table", "a", "br", "nav", "aside"]


@cache
def examples() -> tuple[str, ...]:
    """Lines of every kind of noise, prose that looks like it, plain paragraphs, and what trips parsers."""
    rules = [rule for rule in shipped() if rule.cut != "element"]
    noise = [n if isinstance(n, str) else n[0] for rule in rules for n in rule.noise]
    return (*ODD, *PARAGRAPHS, *noise, *(p for rule in rules for p in rule.prose))


@cache
def everything() -> Matcher:
    """The rules of all languages."""
    return Rulebook().all


def assembled(data: bytes) -> str:
    """A text of lines from `examples`: of three bytes each, two choose the line and one what ends it."""
    lines = examples()
    found = []
    for at in range(0, min(len(data), 120) - 2, 3):
        number, end = int.from_bytes(data[at : at + 2], "big"), data[at + 2]
        # every other line is a paragraph, as in articles
        found.append(PARAGRAPHS[number % 4] if end & 128 else lines[number % len(lines)])
        found.append(ENDS[end & 7] if end & 64 else "\n")
    return "".join(found)


def only_removed(done: Cleaned) -> None:
    """Kept and removed are the input, and what was removed is what is named."""
    kept, at = [], 0
    for start, end in done.cuts:
        assert at <= start < end <= len(done.source), "a range is out of order"
        kept.append(done.source[at:start])
        at = end
    kept.append(done.source[at:])
    assert "".join(kept) == done.text, "kept and removed are not the input"


def promised(source: str) -> None:
    """Only removals, all named; twice is once; keeping all kinds changes nothing; bytes are cleaned as the text they hold."""
    done = explain(source, format="text")
    only_removed(done)
    lost = [line for start, end in done.cuts for line in source[start:end].split("\n")]
    gone = "".join(re.sub(BREAK, "", line) for line in lost)  # a gap between blocks may be markup
    named = "".join(removal.text for removal in done.removed)
    assert sorted("".join(gone.split())) == sorted("".join(named.split())), "what went is not what is named"
    assert clean(done.text, format="text") == done.text, "twice is not once"
    assert clean(source, format="text", keep=KINDS) == source, "something went though all kinds are kept"
    data = source.encode("utf-8", "surrogatepass")
    if "\x00" not in source and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):  # else it may be UTF-16, or lose a mark
        assert clean(data, format="text") == done.text, "bytes are not cleaned as their text"


def text(data: bytes) -> None:
    """Any text."""
    promised(data.decode("utf-8", "surrogateescape").encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass"))


def lines(data: bytes) -> None:
    """Lines of known noise and prose in any order."""
    promised(assembled(data))


def seam(data: bytes) -> None:
    """Two articles that meet with paragraphs lose no more of these when they are joined than alone."""
    half = len(data) // 2
    first, second = assembled(data[:half]) + "\n" + PARAGRAPHS[0], PARAGRAPHS[1] + "\n" + assembled(data[half:])
    alone = clean(first, format="text").endswith(PARAGRAPHS[0]) and clean(second, format="text").startswith(PARAGRAPHS[1])
    if alone:
        done = explain(f"{first}\n\n{second}", format="text")
        over = any(removal.rule == "any/after-the-end" for removal in done.removed)  # the first says that nothing more comes
        assert over or f"{PARAGRAPHS[0]}\n\n{PARAGRAPHS[1]}" in done.text, "a paragraph is lost at the seam"


def page(data: bytes) -> None:
    """No bytes raise, as what they say they are or as HTML; a page's text is cleaned already; its bytes are its text."""
    clean(data, engine="own")
    html = data.decode("utf-8", "replace")
    done = explain(html, format="html", engine="own", metadata=False)
    only_removed(done)
    assert clean(done.text, format="text") == done.text, "a page's text is not clean"
    if "\x00" not in html and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        assert clean(html.encode(), format="html", engine="own") == done.text, "a page's bytes are not cleaned as its text"


def built(data: bytes) -> None:
    """The same of a page put together from tags and the rules' own examples."""
    known = examples()
    html = []
    for at in range(0, min(len(data), 120) - 2, 3):
        number, tag = int.from_bytes(data[at : at + 2], "big"), PARTS[data[at + 2] & 15]
        inside = PARAGRAPHS[number % 4] if data[at + 2] & 128 else known[number % len(known)]
        html.append(f"<{tag}>{inside}" + (f"</{tag}>" if data[at + 2] & 64 else ""))
    page(("<html><body>" + "".join(html)).encode("utf-8", "replace"))


def rules(data: bytes) -> None:
    """A rule file is read or refused in a sentence that names it."""
    RULES.write_bytes(data)
    _loaded()


def _loaded() -> Any:
    try:
        return load(RULES)
    except RuleError as error:
        assert str(error).startswith(str(RULES)), "the file is not named"  # noqa: PT017
        return []


def rule(data: bytes) -> None:
    """A rule with any phrases, expression and selector is refused in a sentence, or used: then the promises hold with it."""
    parts = [part.decode("utf-8", "replace") for part in (data[1:] + b"\n" * 6).split(b"\n")]
    cut = ("span", "block", "list", "rest", "element")[data[0] % 5] if data else "block"
    keys = {"id": "a", "kind": "other", "cut": cut, "why": "A test.", "noise": ["x"], "prose": ["y"]}
    ways = {
        "match": parts[0],
        "words": parts[1].split("|"),
        "lines": parts[2].split("|"),
        "leads": parts[3].split("|"),
        "selector": parts[4],
    }
    keys.update({key: value for key, value in ways.items() if value and value != [""]})
    RULES.write_text("[[rule]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in keys.items()), encoding="utf-8", newline="\n")
    tomllib.loads(RULES.read_text(encoding="utf-8"))  # else the harness is wrong
    loaded = _loaded()
    if not loaded:
        return
    book = Matcher([Pack(index(loaded))])
    source = f"{PARAGRAPHS[0]}\n{parts[5]}\n{PARAGRAPHS[1]}\n"
    done = run(source, book)
    assert run(done.text, book).text == done.text, "twice is not once"
    if parts[4]:
        found = [(name, "other", need, path) for name, need, path in book.packs[0].element]
        read_page(f"<html><body><div class='x'>{parts[5]}</div></body></html>", Elements(found), engine="own")


def _toml(value: Any) -> str:
    """JSON is TOML but for DEL, and for pairs of surrogates, which the letters themselves avoid."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _rows(reader: Any, data: bytes, file: Any = None) -> Iterator[bytes]:
    fields = Fields()
    for chunk in reader.chunks(file or io.BufferedReader(io.BytesIO(data)), fields):
        documents = list(reader.documents(chunk, "x", fields))
        writer = reader if hasattr(reader, "written") else jsonl
        yield writer.written(chunk, documents, [{} for _ in documents], fields)
        changes = [{"text": "Clean.", "cleaner_error": "why"} if document.row is not None else {} for document in documents]
        writer.written(chunk, documents, changes, fields)


def read(reader: Any, data: bytes) -> bytes | None:
    """What a reader's rows are, written again; None where it refuses them in a sentence of ours."""
    try:
        return b"".join(_rows(reader, data))
    except (Broken, Failure) as error:
        assert str(error).strip(), "refused without a word"  # noqa: PT017
        return None


_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # a terminal's cursor, or the direction of text
_COLOUR = re.compile(r"\x1b\[[\d;]*m")


def shown(data: bytes) -> None:
    """Every view of a text or page is made; those for a terminal hold nothing that steers it, and a patch has both sides exact."""
    done = explain(data, engine="own")
    out = cli._cleaned(done, data)
    for shape in ("markdown", "json"):
        cli._cleaned(done, data, shape)
    for view in (painted(done, 20 + len(data) % 100), terminal_lines(explained("a", done), 60)):
        assert not _STEERS.search(_COLOUR.sub("", view)), "a view steers the terminal"
    summary = Summary(Evidence())
    summary.cleaned(done, done.url, "a", "en")
    report(summary.as_dict(), ["a"]).encode("utf-8", "replace")
    if not done.engine and not binary(data):
        assert done.removed or out == data or data.startswith((b"\xff\xfe", b"\xfe\xff")), "bytes of a clean text have changed"
        hunk = exact("a", data, done.source, done.cuts, decode(data).errors).split(b"\n", 3)[3:]
        old, new = _sides(hunk[0] if hunk else b"")
        assert not hunk or old == data, "a patch is not of the input"
        assert not hunk or data == out or new == encode(done.text, decode(data).errors), "a patch does not clean"


def _sides(hunk: bytes) -> tuple[bytes, bytes]:
    """What a hunk applies to, and what it makes of that."""
    lines = [(line[:1], line[1:] + b"\n") for line in hunk.split(b"\n")[:-1]]
    for k, (sign, _) in enumerate(lines):
        if sign == b"\\":  # the line before does not end
            lines[k - 1 : k + 1] = [(lines[k - 1][0], lines[k - 1][1][:-1]), (b"\\", b"")]
    old, new = (b"".join(line for sign, line in lines if sign not in (other, b"\\")) for other in (b"+", b"-"))
    return old, new


def words(data: bytes) -> None:
    """Any words after `cleaner` are options, or refused in a sentence."""
    try:
        options.parsed([word.decode("utf-8", "surrogateescape") for word in data.split(b"\n")])
    except Failure as failure:
        assert str(failure).strip(), "refused without a word"  # noqa: PT017


def stays(data: bytes) -> None:
    """The entry with which a line stays is a rule, and with it the line stays; or there is a sentence why not."""
    line = data.decode("utf-8", "replace").replace("\x00", "")
    try:
        text = entry(line)
    except Failure as failure:
        assert str(failure).strip(), "refused without a word"  # noqa: PT017
        return
    RULES.write_text(text, encoding="utf-8", newline="\n")
    kept = " ".join(line.split())
    book = everything()
    book.exceptions = Matcher([Pack(index(load(RULES)))])
    assert kept in run(f"{PARAGRAPHS[0]}\n{kept}\n{PARAGRAPHS[1]}\n", book).text, "a line that should stay went"


PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


def rows(data: bytes) -> None:
    """JSON Lines: what does not change keeps its bytes."""
    again = read(jsonl, data)
    if not data.startswith(PACKED):
        assert again == data, "a row that nobody changed has other bytes"


def table(data: bytes) -> None:
    """CSV: a table is read and written, or refused in a sentence; with a header, its rows are all there."""
    read(delimited, data)
    again = read(delimited, b"text,url\n" + data)
    assert again is None or again.count(b"\n") >= data.count(b"\n"), "a row is lost"


def crawl(data: bytes) -> None:
    """An archive is read, or refused in a sentence."""
    read(archive, data)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + data
    size = str(len(head)).encode()
    record = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/../..\r\nContent-Type: application/http\r\n"
    read(archive, record + b"Content-Length: " + size + b"\r\n\r\n" + head + b"\r\n\r\n")


def columns(data: bytes) -> None:
    """Parquet is read, or refused in a sentence."""
    read(parquet, data)


READERS = (rows, table, crawl, columns)  # cost next to nothing, so they may come more often
TARGETS: tuple[Callable[[bytes], None], ...] = (
    *(text, lines, lines, seam, page, built, shown),
    *(rules, rule, stays, words),
    *(READERS * 2),
)


def check(data: bytes) -> None:
    """Raise where a property does not hold."""
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])
