"""Output: a cleaned document as text, Markdown or JSON, and the views of what was removed."""

from __future__ import annotations

import re
from collections import Counter

from cleaner import KINDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from cleaner.api import Cleaned
    from cleaner.pipeline import Removal


_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
_SPECIAL = r"^([#>*+-]|\d+[.)])(?=\s)"


def shaped(done: Cleaned, shape: str, rules: Iterable[str] = ()) -> str:
    """Return a cleaned document as text, markdown or json; a last line that does not end is left so in text.

    `rules`: the user's rule files that were used.
    """
    if shape == "json":
        return as_json(done, rules) + "\n"
    text = markdown(done) if shape == "markdown" else done.text
    return text + "\n" if text and done.source != done.text and not text.endswith("\n") and _is_page(done) else text


def _is_page(done: Cleaned) -> bool:
    return any(block.tag for block in done.blocks)


def as_json(done: Cleaned, rules: Iterable[str] = ()) -> str:
    """Return one JSON object on one line: text, the page's facts, every removal, and what its rules are for.

    A removal has kind, rule, text and line; of a page also `source_line` and `path`, where it stood; if the judge made it
    also `score`, how likely it is noise.
    """
    import json

    from cleaner.catalogue import catalogue

    fields = ("title", "author", "date", "language", "site", "url", "engine")
    facts = {name: getattr(done, name) for name in fields if getattr(done, name) is not None}
    counts = {"judged": len(done.source), "kept": len(done.text)}
    whole = {"text": done.text, **facts, "characters": counts, "removed": [removal(r) for r in done.removed]}
    if done.removed:
        known = catalogue(rules)
        whole["rules"] = {rule: known[rule][1] for rule in sorted({r.rule for r in done.removed}) if rule in known}
    data = json.dumps(whole, ensure_ascii=False)
    try:
        data.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate has no UTF-8: JSON can escape it
        return json.dumps(whole)
    return data


def removal(r: Removal) -> dict[str, Any]:
    """Return a removal as plain data."""
    place = {"source_line": r.origin[0], "path": r.origin[1]} if r.origin else {}
    score = {} if r.score is None else {"score": round(r.score, 3)}
    return {"kind": r.kind, "rule": r.rule, "text": r.text, "line": r.line, **score, **place}


def markdown(done: Cleaned) -> str:
    """Return a page's blocks as Markdown; a plain text is Markdown as it is."""
    if not _is_page(done):
        return done.text
    out: list[str] = []
    before = ""
    for block in done.blocks:
        together = block.tag == before and block.tag in ("item", "pre", "table", "quote")
        if out and not together:
            out += ["```", ""] if before == "pre" else [""]
        if block.tag == "pre" and not together:
            out.append("```")
        out += _table_row(block.text, together) if block.tag == "table" else [_marked(block.tag, block.text)]
        before = block.tag
    return "\n".join([*out, "```"] if before == "pre" else out)


def _marked(tag: str, text: str) -> str:
    if tag == "pre":
        return text
    text = re.sub(_SPECIAL, r"\\\1", text)
    return {"head": "## ", "item": "- ", "quote": "> "}.get(tag, "") + text


def _table_row(text: str, together: bool) -> list[str]:
    cells = text.split(" | ")
    row = f"| {' | '.join(cells)} |"
    return [row] if together else [row, "|" + " --- |" * len(cells)]


# --- views -------------------------------------------------------------------------------------------------------


def visible(text: str) -> str:
    """Return `text` on one line, with what could move a terminal's cursor or turn its direction made visible.

    >>> visible("a\\x1b[2J\\nb")
    'a\\\\x1b[2J b'
    """
    return harmless(" ".join(text.split()))


def harmless(line: str) -> str:
    """Return a line with what could move a terminal's cursor or turn its direction made visible; other spaces stay.

    >>> harmless("a\\tb\\x1b[2J")
    'a\\tb\\\\x1b[2J'
    """
    return re.sub(_CONTROL, lambda m: m.group().encode("unicode_escape").decode("ascii"), line)


def explained(name: str, done: Cleaned) -> Iterator[str]:
    """Yield a line for each removal, INPUT:LINE: KIND/RULE-ID: text; before them, whether trafilatura chose the content.

    What the judge removed has after its id how likely it is noise.
    """
    if done.engine == "trafilatura":
        yield f"{visible(name)}: trafilatura chose the main content"
    for r in done.removed:
        score = "" if r.score is None else f" {r.score:.2f}"
        yield f"{visible(name)}:{r.line}: {r.kind}/{r.rule}{score}: {visible(r.text)}"


class Totals:
    """Counts over many documents, for `--stats`."""

    def __init__(self) -> None:
        self.documents = self.read = self.written = self.failed = 0
        self.lines: Counter[str] = Counter()
        self.characters: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()

    def cleaned(self, done: Cleaned, url: str | None = None, name: str = "", language: str = "") -> None:
        """Count a cleaned document; its address, name and language are for `Summary`."""
        self.documents += 1
        self.read += len(done.source)
        self.written += len(done.text)
        for r in done.removed:
            self.lines[r.kind] += 1
            self.characters[r.kind] += len(r.text)
            self.rules[f"{r.kind}/{r.rule}"] += 1

    def failure(self, reason: str, url: str | None = None) -> None:
        """Count a document that came out unchanged; the reason is for `Summary`."""
        self.failed += 1

    def counts(self) -> list[tuple[str, int, int]]:
        """Return (kind, removals, their characters) of each kind that occurs, and of all."""
        found = [(kind, self.lines[kind], self.characters[kind]) for kind in KINDS if self.lines[kind]]
        return [*found, ("all", self.lines.total(), self.characters.total())]

    def notes(self) -> list[str]:
        """Return the lines that stand below the table."""
        documents = f"{self.documents} document{'' if self.documents == 1 else 's'}"
        return [f"{documents}, {self.failed} failed, {self.read} characters judged, {self.written} kept"]

    def table(self) -> list[str]:
        """Return the lines of a table: removals and characters by kind."""
        rows = [f"{kind:9} {removals:8} {characters:11}" for kind, removals, characters in self.counts()]
        return [f"{'kind':9} {'removed':>8} {'characters':>11}", *rows, *self.notes()]
