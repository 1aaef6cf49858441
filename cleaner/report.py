"""Report: what was removed from one or many documents, collected and written as one page that needs no network."""

from __future__ import annotations

import base64
import hashlib
import heapq
from collections import Counter
from html import escape
from os import fspath
from pathlib import Path

from cleaner import KINDS
from cleaner.output import harmless
from cleaner.targets import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from cleaner.api import Cleaned

SAMPLES = 5  # of a rule's removals
FULL = 40  # documents shown in full, those that lost the largest share
LONGEST = 20_000  # characters of a document, and of all samples of a rule, that are shown
ROWS = 100  # rows of a chart
BUDGET = 4_000_000  # bytes of the page; what does not fit is left out and said
_FILES = Path(__file__).parent

Sample = tuple[bytes, str, int, str, str, str]  # its place in the draw, document, line, before, removed, after


class Report:
    """Counts, samples and the most shortened documents of a run; bounded in size, and two of them can be merged.

    >>> from cleaner import explain
    >>> report = Report()
    >>> report.add("story", explain("The bridge is open.\\nAdvertisement\\nShe came."))
    >>> report.data()["rules"]["en/ad-marker"]["removals"]
    1
    """

    def __init__(self) -> None:
        self.documents = self.read = self.kept = self.empty = 0
        self.rules: Counter[tuple[str, str]] = Counter()
        self.characters: Counter[tuple[str, str]] = Counter()
        self.hosts: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.samples: dict[tuple[str, str], list[Sample]] = {}
        self.largest: list[tuple[float, int, str, Cleaned]] = []

    def add(self, name: str, done: Cleaned, host: str | None = None) -> None:
        """Count a cleaned document; `host`: of its address, if it has one."""
        self.documents += 1
        self.read += len(done.source)
        self.kept += len(done.text)
        self.empty += bool(done.source.strip() and not done.text.strip())
        for number, r in enumerate(done.removed):
            key = (r.kind, r.rule)
            self.rules[key] += 1
            self.characters[key] += len(r.text)
            place = hashlib.blake2b(f"{name}\0{number}\0{r.text[:200]}".encode("utf-8", "replace"), digest_size=8).digest()
            drawn = self.samples.setdefault(key, [])
            if len(drawn) < SAMPLES or place < drawn[-1][0]:
                before = done.source[max(0, r.at - 120) : r.at] if r.at is not None else ""
                end = 0 if r.at is None else r.at + len(r.text)
                drawn.append((place, name, r.line, before, r.text[:1000], done.source[end : end + 120] if end else ""))
                drawn.sort()
                del drawn[SAMPLES:]
        self.hosts[host or "no address"] += len(done.removed)
        self.languages[done.language or "not said"] += len(done.removed)
        gone = len(done.source) - len(done.text)
        self._keep((gone / max(1, len(done.source)), gone, name, done))

    def _keep(self, entry: tuple[float, int, str, Cleaned]) -> None:
        if len(self.largest) < FULL or entry[:3] > self.largest[-1][:3]:
            self.largest = heapq.nlargest(FULL, [*self.largest, entry], key=lambda e: e[:3])

    def merge(self, other: Report) -> None:
        """Take in what another report has counted; samples come out as if one had seen all."""
        for name in ("documents", "read", "kept", "empty"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("rules", "characters", "hosts", "languages"):
            getattr(self, name).update(getattr(other, name))
        for key, drawn in other.samples.items():
            self.samples[key] = sorted([*self.samples.get(key, []), *drawn])[:SAMPLES]
        for entry in other.largest:
            self._keep(entry)

    def data(self) -> dict[str, dict[str, dict[str, int | str]]]:
        """Return the counts as plain data: totals, and by rule, kind, host and language."""
        kinds: Counter[str] = Counter()
        for (kind, _), count in self.rules.items():
            kinds[kind] += count
        totals: dict[str, int | str] = {"documents": self.documents, "read": self.read, "kept": self.kept, "nothing_left": self.empty}
        rules: dict[str, dict[str, int | str]] = {
            rule: {"kind": kind, "removals": count, "characters": self.characters[kind, rule]}
            for (kind, rule), count in self.rules.most_common()
        }
        out = {"totals": {"all": totals}, "rules": rules}
        for name, counts in (("kinds", kinds), ("hosts", self.hosts), ("languages", self.languages)):
            out[name] = {key: {"removals": count} for key, count in counts.most_common()}
        return out

    def write(self, path: str | PathLike[str]) -> None:
        """Write the page; raises OSError."""
        write(fspath(path), [self.page().encode("utf-8", "replace")])

    def page(self) -> str:
        """Return the page: HTML of at most about `BUDGET` bytes."""
        style, script = ((_FILES / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
        policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
        head = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
            f'<meta name="viewport" content="width=device-width"><title>What cleaner removed</title><style>{style}</style></head>'
        )
        size, parts, left_out = len(head), [], 0
        for part in [*self._summary(), *self._rules(), "<h2>Documents, those that lost most first</h2>", *self._documents()]:
            size += len(part.encode("utf-8", "replace"))
            if size > BUDGET:
                left_out += 1
            else:
                parts.append(part)
        said = f"<p class=quiet>{left_out} parts left out to keep this page small.</p>" if left_out else ""
        return f"{head}<body><main>{''.join(parts)}{said}</main><script>{script}</script></body></html>"

    def _summary(self) -> Iterator[str]:
        data = self.data()
        yield (
            f"<h1>What cleaner removed</h1><p>{self.documents} documents, {self.empty} with nothing left; "
            f"{self.read} characters judged, {self.kept} kept.</p>"
        )
        for name in ("kinds", "rules", "hosts", "languages"):
            yield _chart(name, [(key, int(row["removals"])) for key, row in data[name].items()])
        boxes = "".join(f'<label><input type=checkbox checked data-kind="{k}"> {k}</label>' for k in KINDS if k in data["kinds"])
        yield f"<fieldset><legend>Show removals of</legend>{boxes}</fieldset>"
        yield "<p><label>Filter rules and documents <input id=filter type=search></label></p>"

    def _rules(self) -> Iterator[str]:
        yield f"<h2>Rules, with up to {SAMPLES} removals of each, drawn at random</h2>"
        for (kind, rule), count in self.rules.most_common():
            samples = "".join(map(_sample, self.samples[kind, rule]))
            fix = f"<pre>cleaner --skip {_shown(rule)}\ncleaner --keep {kind}</pre>"
            yield f"<section data-filter>{_fold(kind, f'{rule}: {count}', samples + fix)}</section>"

    def _documents(self) -> Iterator[str]:
        for share, gone, name, done in self.largest:
            title = f"{name}: {share:.0%} removed, {gone} characters"
            body = "".join(_article(done)) if len(done.source) <= LONGEST else "<p>Too long to show here.</p>"
            yield f"<section data-filter><h3><bdi>{_shown(title)}</bdi></h3>{body}</section>"


def _article(done: Cleaned) -> Iterator[str]:
    """Yield what stays as paragraphs and what went as folds, in place; what went beside the article comes last."""
    placed = sorted(((r.at, r) for r in done.removed if r.at is not None), key=lambda pair: pair[0])
    at = 0
    for start, end in done.cuts:
        yield _paragraphs(done.source[at:start])
        for place, r in placed:
            if start <= place < end:
                yield _fold(r.kind, f"{r.rule}, line {r.line}", f"<p dir=auto><del>{_shown(r.text)}</del></p>")
        at = end
    yield _paragraphs(done.source[at:])
    for r in done.removed:
        if r.at is None:
            yield _fold(r.kind, f"{r.rule}, line {r.line} of the page", f"<p dir=auto><del>{_shown(r.text)}</del></p>")


def _sample(sample: Sample) -> str:
    _, name, line, before, text, after = sample
    place = f"<p class=quiet dir=auto>{_shown(name)}, line {line}</p>"
    return f"<p dir=auto>{_shown(before)}<del>{_shown(text)}</del>{_shown(after)}</p>{place}"


def _paragraphs(text: str) -> str:
    return "".join(f"<p dir=auto>{_shown(line)}</p>" for line in text.split("\n") if line.strip())


def _fold(kind: str, title: str, body: str) -> str:
    return f'<details data-kind="{kind}"><summary><b>{kind}</b> <bdi>{_shown(title)}</bdi></summary>{body}</details>'


def _chart(name: str, rows: list[tuple[str, int]]) -> str:
    most = max((count for _, count in rows), default=0) or 1
    body = "".join(
        f'<tr><th scope=row><bdi>{_shown(key)}</bdi></th><td class=n>{count}</td><td><svg aria-hidden="true">'
        f'<rect width="{100 * count / most:.1f}%" height="100%"/></svg></td></tr>'
        for key, count in rows[:ROWS]
    )
    more = f"<p class=quiet>and {len(rows) - ROWS} more</p>" if len(rows) > ROWS else ""
    return f"<h2>By {name}</h2><table><tr><th>{name}</th><th>removals</th><th>share of the most</th></tr>{body}</table>{more}"


def _shown(text: str) -> str:
    return escape(harmless(text))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
