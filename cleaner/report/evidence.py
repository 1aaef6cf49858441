"""Evidence: what a run removed, so that a person can judge it: samples of every rule, and the documents that lost most.

It is bounded however long the run, two of them can be joined, and the result does not depend on how the run was shared out.
"""

from __future__ import annotations

from bisect import insort
from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cleaner.api import Cleaned

SAMPLES = 5  # of a rule's removals
DOCUMENTS = 10_000  # rows in the list of documents: those that lost most
WHOLE = 20  # documents shown whole of those with nothing left, and as many of the others
LONGEST = 12_000  # characters of a document that is shown whole
TEXT = 400  # characters of a removal in a sample, and of what stands before and after it
AROUND = 90
_MASK = (1 << 64) - 1

Row = tuple[
    float, int, str, str, str, int, int, dict[str, int]
]  # share and characters removed, name, host, language, read, kept, removals by kind


class Evidence:
    """Samples and documents of a run. `seed` draws other samples; `longest`: characters of a document that is shown whole.

    >>> from cleaner import explain
    >>> evidence = Evidence()
    >>> evidence.add("story", explain("The bridge is open.\\nAdvertisement\\nShe came."))
    >>> [sample["text"] for sample in evidence.as_dict()["samples"]["ad/en/ad-marker"]]
    ['Advertisement']
    """

    def __init__(self, seed: int = 0, longest: int = LONGEST) -> None:
        self.seed = seed
        self.longest = longest
        self.samples: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        self.rows: list[Row] = []
        self.unlisted = self.nothing_left = 0
        self.empty: list[tuple[tuple[float, int, str], dict[str, Any]]] = []  # the documents shown whole, the worst first
        self.shortened: list[tuple[tuple[float, int, str], dict[str, Any]]] = []

    def add(self, name: str, done: Cleaned, host: str = "", language: str = "") -> None:
        """Note a cleaned document by its name, which tells it from all others of the run."""
        kinds: dict[str, int] = {}
        removed = done.removed
        if removed:
            start = int.from_bytes(blake2b(f"{self.seed}\0{name}".encode("utf-8", "replace"), digest_size=8).digest(), "little")
            samples = self.samples
            for number, r in enumerate(removed):
                kind = r.kind
                kinds[kind] = kinds.get(kind, 0) + 1
                place = ((start ^ (number * 0x9E3779B97F4A7C15)) * 0xBF58476D1CE4E5B9) & _MASK
                drawn = samples.setdefault(f"{kind}/{r.rule}", [])
                if len(drawn) < SAMPLES or place < drawn[-1][0]:
                    insort(drawn, (place, _sample(name, done, number)), key=_place)
                    del drawn[SAMPLES:]
        read, kept = len(done.source), len(done.text)
        gone = read - kept
        beside = sum([len(r.text) for r in removed if r.at is None]) if done.engine else 0
        whole = read + beside
        share = round((gone + beside) / whole, 4) if whole else 0.0
        left = kept if done.text.strip() else 0
        self.nothing_left += whole > 0 and not left
        self.rows.append((-share, -gone - beside, name, host, language, whole, left, kinds))
        if len(self.rows) > 2 * DOCUMENTS:
            self._cut()
        worst = self.shortened if left else self.empty
        key = (-share, -gone - beside, name)
        if len(worst) < WHOLE or key < worst[-1][0]:
            insort(worst, (key, document(name, done, self.longest)), key=_place)
            del worst[WHOLE:]

    def _cut(self) -> None:
        self.rows.sort(key=_rank)
        self.unlisted += len(self.rows[DOCUMENTS:])
        del self.rows[DOCUMENTS:]

    def join(self, other: Evidence) -> None:
        """Take in the evidence of another part of the run."""
        for key, drawn in other.samples.items():
            self.samples[key] = sorted([*self.samples.get(key, ()), *drawn], key=_place)[:SAMPLES]
        self.rows += other.rows
        self.unlisted += other.unlisted
        self.nothing_left += other.nothing_left
        if len(self.rows) > 2 * DOCUMENTS:
            self._cut()
        self.empty = sorted([*self.empty, *other.empty], key=_place)[:WHOLE]
        self.shortened = sorted([*self.shortened, *other.shortened], key=_place)[:WHOLE]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values, as `--stats-to` writes them: the samples of each rule, documents as rows, some whole."""
        self._cut()
        return {
            "seed": self.seed,
            "nothing_left": self.nothing_left,
            "samples": {key: [{"draw": place, **sample} for place, sample in drawn] for key, drawn in sorted(self.samples.items())},
            "documents": {"columns": COLUMNS, "rows": [[-row[0], -row[1], *row[2:]] for row in self.rows], "not_listed": self.unlisted},
            "documents_shown": [shown for _, shown in [*self.empty, *self.shortened]],
        }

    @classmethod
    def of(cls, values: dict[str, Any]) -> Evidence:
        """Return the evidence that `as_dict` wrote."""
        found = cls(values["seed"])
        for key, drawn in values["samples"].items():
            found.samples[key] = [(sample["draw"], {k: v for k, v in sample.items() if k != "draw"}) for sample in drawn]
        for share, gone, *rest in values["documents"]["rows"]:
            found.rows.append((-share, -gone, *rest))
        found.unlisted, found.nothing_left = values["documents"]["not_listed"], values["nothing_left"]
        ranks = {row[2]: row[:3] for row in found.rows}
        for shown in values["documents_shown"]:
            worst = found.shortened if any(text.strip() for text, number in shown["segments"] if number == -1) else found.empty
            worst.append((ranks[shown["name"]], shown))
        return found


COLUMNS = ("share", "characters_removed", "name", "host", "language", "read", "kept", "removals")


def _place(entry: tuple[Any, Any]) -> Any:
    return entry[0]


def _rank(row: Row) -> tuple[float, int, str]:
    return row[:3]


def _sample(name: str, done: Cleaned, number: int) -> dict[str, Any]:
    """A removal in its context."""
    r = done.removed[number]
    before = after = ""
    if r.at is not None:
        end = r.at + len(r.text)
        before, after = done.source[max(0, r.at - AROUND) : r.at], done.source[end : end + AROUND]
    place = {"source_line": r.origin[0], "path": r.origin[1]} if r.origin else {}
    cut = {"more": len(r.text) - TEXT} if len(r.text) > TEXT else {}
    return {"document": name, "line": r.line, **place, "before": before, "text": r.text[:TEXT], "after": after, **cut}


# --- a document --------------------------------------------------------------------------------------------------


def document(name: str, done: Cleaned, longest: int = LONGEST) -> dict[str, Any]:
    """Return a cleaned document as plain data: its facts, its removals, and the text that was judged in segments.

    A segment is [text, number of the removal that took it, or -1]; those that stay, joined, are the clean text. Of a text of
    more than `longest` characters come so many, and `more` says how many there are.
    """
    from cleaner.output import removal

    facts = {key: value for key in ("title", "url", "language", "engine") if (value := getattr(done, key)) is not None}
    removed = [{**removal(r), **({"before": r.before} if r.at is None else {})} for r in done.removed]
    pieces = segments(done)
    out = {"name": name, **facts, "segments": pieces, "removed": removed}
    if len(done.source) > longest:
        out["segments"], out["more"] = _first(pieces, longest), len(done.source) - longest
    return out


def _first(pieces: list[tuple[str, int]], longest: int) -> list[tuple[str, int]]:
    found, size = [], 0
    for text, number in pieces:
        found.append((text[: longest - size], number))
        size += len(text)
        if size >= longest:
            break
    return found


def segments(done: Cleaned) -> list[tuple[str, int]]:
    """Return the judged text in order as (text, number of the removal that took it, or -1 where it stays).

    >>> from cleaner import explain
    >>> segments(explain("The bridge is open.\\nAdvertisement\\nShe came."))
    [('The bridge is open.\\n', -1), ('Advertisement\\n', 0), ('She came.', -1)]
    """
    starts = sorted((r.at, number) for number, r in enumerate(done.removed) if r.at is not None)
    found: list[tuple[str, int]] = []
    at = k = 0
    for start, end in done.cuts:
        if start > at:
            found.append((done.source[at:start], -1))
        here = []
        while k < len(starts) and starts[k][0] < end:
            here.append(starts[k])
            k += 1
        for i, (_, number) in enumerate(here):
            first = start if i == 0 else here[i][0]
            last = here[i + 1][0] if i + 1 < len(here) else end
            found.append((done.source[first:last], number))
        if not here:  # space alone
            found.append((done.source[start:end], found[-1][1] if found and found[-1][1] >= 0 else -2))
        at = end
    if at < len(done.source):
        found.append((done.source[at:], -1))
    return found
