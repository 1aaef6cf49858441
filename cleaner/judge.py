"""The judge: weighs the evidence on lines that no rule knows, the bare headline, the menu's word, the unmarked caption.

Only lines that do not read as a paragraph are judged, and an article's last paragraphs, where writers' lives and other stories
follow. What is known of a line (its shape, its place, its neighbours, whether the article speaks of the same things) goes through
small gradient-boosted trees (Friedman 2001) that `training.judge` makes; weights/LINES.md says from what. Plain Python, since
importing numpy costs more than cleaning a text.
"""

from __future__ import annotations

import json
import os
import re
from functools import cached_property, lru_cache
from itertools import accumulate
from math import exp, log

from cleaner import context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from cleaner.blocks import Block

LIMIT = 0.22  # of what is less likely than this to be article, the judge says it is noise
BETWEEN = 0.45  # and this is the limit for a line between two that are noise
PARAGRAPH = 0.08  # and this for what reads as a paragraph
_ODDS, _BETWEEN, _PARAGRAPH = -log(1 / LIMIT - 1), -log(1 / BETWEEN - 1), -log(1 / PARAGRAPH - 1)
WEIGHTS = os.path.join(os.path.dirname(__file__), "weights", "lines.json")
REACH = 20_000  # characters above and below a line in which its words are sought
LEAST = 2  # paragraphs, without which there is no article to compare with
END, LONG = 4, 6  # of an article of more than so many paragraphs the last ones are judged too
TABLE = 3  # lines, the shortest run that may be a table
ROW = 30  # letters, the longest row of one; headlines with a time before them are longer
SEEN = 300  # characters of a line that are looked at
NEAR = 6  # blocks on each side that count as near
SURE = 0.6  # where the first trees add up to more, the line stays
AWAY = 20  # further than this is far

_WORD = re.compile(r"[^\W\d_]{4,}|[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]{2}")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d\d\b")
_STOP_INSIDE = re.compile(r"[.!?…।؟](?=\s)|[。！？]")
_LAST = {**dict.fromkeys(":：", 1), **dict.fromkeys(",،;؛、-–—|/", 2), **dict.fromkeys("\"'”’»」", 3), **dict.fromkeys("?？؟", 4)}
_LAST |= {**dict.fromkeys("…", 5), **dict.fromkeys("!！", 6), **dict.fromkeys(")]）】", 7), **dict.fromkeys(".", 8)}
_KINDS = ("related", "promo", "ad", "ui", "comment", "embed", "caption", "byline", "legal", "other")

# What is known of a line: first what costs next to nothing, and decides most lines, then what has to be read.
QUICK = (
    # the line
    "length", "last", "stops", "item", "indent", "gap", "gap after",
    # its place
    "index", "from end", "paragraphs above", "paragraphs below", "share above", "share below", "to paragraph above", "to paragraph below",
    "run", "in run", "paragraphs near above", "paragraphs near below", "open near",
    # what the rules took
    "taken near above", "taken near below", "taken above", "taken below",
    # the document
    "blocks", "paragraphs", "paragraph share", "article", "usual paragraph", "against usual", "open share", "taken share",
    # the neighbours
    "length -3", "length -2", "length -1", "last -1", "taken -1", "length +1", "last +1", "taken +1", "length +2", "length +3",
)  # fmt: skip
READ = (
    # the line
    "words", "capitals", "longest word", "upper case", "digits", "signs", "first", "sentences", "year", "clock", "slash", "commas",
    "copies",
    # its words, in the article
    "known", "known above", "known below", "known on top",
)  # fmt: skip
NAMES = QUICK + READ


class Page:
    """What is known of a whole document, once for all of its lines."""

    def __init__(self, blocks: Sequence[Block], taken: Sequence[str | None]) -> None:
        self.blocks = blocks
        self.taken = taken
        self.weights = [block.weight for block in blocks]
        self.prose = [block.prose and kind is None for block, kind in zip(blocks, taken, strict=True)]
        self.logs = [log(w + 1) for w in self.weights]
        mass = [w if p else 0 for w, p in zip(self.weights, self.prose, strict=True)]
        usual = sorted(filter(None, mass))
        self.usual = usual[len(usual) // 2] if usual else 0
        self.count, self.article = len(usual), sum(usual)
        # of the blocks above each: paragraphs, their letters, what rules took, lines without a full stop
        self.above = list(accumulate(self.prose, initial=0))
        self.mass = list(accumulate(mass, initial=0))
        self.gone = list(accumulate([kind is not None for kind in taken], initial=0))
        self.open = list(accumulate([not block.stops for block in blocks], initial=0))
        self.before, self.after = _nearest(self.prose)

    @cached_property
    def lows(self) -> list[str]:
        return [block.text.lower() for block in self.blocks]

    @cached_property
    def low(self) -> str:
        return "\n".join(self.lows)

    @cached_property
    def top(self) -> str:
        return "\n".join(self.lows[:2])

    @cached_property
    def starts(self) -> list[int]:
        return list(accumulate([len(low) + 1 for low in self.lows], initial=0))

    @cached_property
    def copies(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for block in self.blocks:
            found[block.text] = found.get(block.text, 0) + 1
        return found

    def knows(self, word: str, k: int) -> bool:
        """Whether a word stands in other lines than `k`, of those that are not far away."""
        start, end = self.starts[k], self.starts[k + 1]
        return self.low.find(word, max(0, start - REACH), start) >= 0 or self.low.find(word, end, end + REACH) >= 0


def _nearest(prose: list[bool]) -> tuple[list[int], list[int]]:
    """The nearest paragraph above and below each block: -1, or the number of blocks, if there is none."""
    n = len(prose)
    before, after, last = [-1] * n, [n] * n, -1
    for k in range(n):
        before[k] = last
        if prose[k]:
            last = k
    last = n
    for k in range(n - 1, -1, -1):
        after[k] = last
        if prose[k]:
            last = k
    return before, after


def undecided(blocks: Sequence[Block], taken: Sequence[object]) -> list[int]:
    """Return the lines to judge: no rule took them, and they do not read as a paragraph, or are among the last that do."""
    prose = [k for k, block in enumerate(blocks) if block.prose and taken[k] is None]
    last = prose[-END] if len(prose) > LONG else len(blocks)
    return [k for k, block in enumerate(blocks) if taken[k] is None and (not block.prose or k >= last)]


def tables(blocks: Sequence[Block], asked: list[int]) -> set[int]:
    """Return the lines of runs that hold facts in every second line, as scores, schedules and prices do: no trees know those."""
    found: set[int] = set()
    run: list[int] = []
    for k in [*(k for k in asked if not blocks[k].prose), -1]:
        if run and k != run[-1] + 1:
            if len(run) >= TABLE and 2 * sum([_is_row(blocks[at]) for at in run]) >= len(run):
                found.update(run)
            run = []
        run.append(k)
    return found


def _is_row(block: Block) -> bool:
    return block.weight <= ROW and context.states_fact(block.text)


def features(page: Page, k: int) -> list[float]:
    """Return what is known of line `k`, in the order of NAMES."""
    return [*quick(page, k), *read(page, k)]


def quick(page: Page, k: int) -> list[float]:
    """Return what is known of line `k` without reading it, in the order of QUICK."""
    block = page.blocks[k]
    following = page.blocks[k + 1].gap if k + 1 < len(page.blocks) else 9
    line = [page.logs[k], _last(block), block.stops, block.listed, block.indent, block.gap, following]
    return [*line, *_place(page, k), *_around(page, k)]


def read(page: Page, k: int) -> list[float]:
    """Return what line `k` says of itself, in the order of READ."""
    return [*_shape(page, page.blocks[k]), *_vocabulary(page, k)]


def _last(block: Block) -> int:
    return _LAST.get(block.text[-1], 9 if block.text[-1].isdigit() else 0)


def _shape(page: Page, block: Block) -> list[float]:
    text = block.text[:SEEN]
    size = len(text)
    tokens = text.split()
    n = len(tokens)
    letters = sum(map(str.isalpha, text))
    digits = sum(map(str.isdigit, text))
    first = block.plain[:1]
    return [
        n,
        sum([token[0].isupper() for token in tokens]) / n,
        max(map(len, tokens)),
        sum(map(str.isupper, text)) / (letters or 1),
        digits / size,
        1 - (letters + digits + n - 1) / size,
        1 if first.isupper() else 2 if first.islower() else 3 if first.isdigit() else 4 if first.isalpha() else 5,
        len(_STOP_INSIDE.findall(text)),
        _YEAR.search(text) is not None,
        _CLOCK.search(text) is not None,
        "/" in text,
        text.count(","),
        page.copies[block.text],
    ]


def _vocabulary(page: Page, k: int) -> list[float]:
    words = [word[:7] for word in set(_WORD.findall(page.lows[k][:SEEN]))]
    if not words:
        return [-1.0, -1.0, -1.0, -1.0]
    n = len(words)
    above = page.lows[page.before[k]] if page.before[k] >= 0 else ""
    below = page.lows[page.after[k]] if page.after[k] < len(page.blocks) else ""
    return [
        sum([page.knows(word, k) for word in words]) / n,
        sum([word in above for word in words]) / n if above else -1,
        sum([word in below for word in words]) / n if below else -1,
        sum([word in page.top for word in words]) / n if k > 1 else -1,
    ]


def _place(page: Page, k: int) -> list[float]:
    n = len(page.blocks)
    above, total = page.above[k], page.count
    below = total - page.above[k + 1]
    article = page.article or 1
    before, after = page.before[k], page.after[k]
    low, high = max(0, k - NEAR), min(n, k + 1 + NEAR)
    return [
        min(k, 50),
        min(n - 1 - k, 50),
        min(above, AWAY),
        min(below, AWAY),
        page.mass[k] / article,
        (page.article - page.mass[k + 1]) / article,
        min(k - before, AWAY),
        min(after - k, AWAY),
        min(after - before - 1, 2 * AWAY),
        (k - before) / (after - before),
        above - page.above[low],
        page.above[high] - page.above[k + 1],
        (page.open[high] - page.open[low]) / (high - low),
        page.gone[k] - page.gone[low],
        page.gone[high] - page.gone[k + 1],
        min(page.gone[k], AWAY),
        min(page.gone[n] - page.gone[k + 1], AWAY),
        min(n, 300),
        min(total, 100),
        total / n,
        log(page.article + 1),
        log(page.usual + 1),
        page.weights[k] / (page.usual or 1),
        page.open[n] / n,
        page.gone[n] / n,
    ]


def _around(page: Page, k: int) -> list[float]:
    n, logs = len(page.blocks), page.logs
    out = [logs[at] if at >= 0 else -1.0 for at in (k - 3, k - 2)]
    for at in (k - 1, k + 1):
        if 0 <= at < n:
            kind = page.taken[at]
            out += [logs[at], _last(page.blocks[at]), 0 if kind is None else 1 + _KINDS.index(kind)]
        else:
            out += [-1.0, -1.0, -1.0]
    return out + [logs[at] if at < n else -1.0 for at in (k + 2, k + 3)]


class Judge:
    """The trees: nested lists [feature, threshold, tree if not above it, tree else]; a number is what a leaf adds.

    `first` ask only what is QUICK; a line of which they are sure is not read.
    """

    def __init__(self, first: list[Any], rest: list[Any]) -> None:
        self.first = first
        self.rest = rest

    def __call__(self, blocks: Sequence[Block], taken: Sequence[str | None]) -> Iterator[tuple[int, str, float]]:
        """Yield the lines of a document that are noise: (index, kind, how likely it is noise)."""
        page = Page(blocks, taken)
        if page.count < LEAST:
            return
        odds = self._odds(page)
        noise = {k for k, value in odds.items() if value < (_PARAGRAPH if page.prose[k] else _ODDS)}
        for k, value in odds.items():
            if k in noise or (value < _BETWEEN and not page.prose[k] and all(at in noise or _is_taken(taken, at) for at in (k - 1, k + 1))):
                yield k, _kind(page, k), 1 / (1 + exp(value))

    def _odds(self, page: Page) -> dict[int, float]:
        """Return the logarithm of the odds that a line is article, for lines of which the first trees are not sure that it is."""
        asked = undecided(page.blocks, page.taken)
        facts = tables(page.blocks, asked)
        found: dict[int, float] = {}
        for k in asked:
            values = quick(page, k)
            first = _sum(self.first, values)
            if first <= SURE and k not in facts:
                found[k] = first + _sum(self.rest, values + read(page, k))
        return found


def _is_taken(taken: Sequence[str | None], k: int) -> bool:
    return 0 <= k < len(taken) and taken[k] is not None


def _sum(trees: list[Any], values: list[float]) -> float:
    total = 0.0
    for node in trees:
        while node.__class__ is list:
            node = node[2] if values[node[0]] <= node[1] else node[3]
        total += node
    return total


def _kind(page: Page, k: int) -> str:
    """Name the kind that such a line most often is."""
    for at in (k - 1, k + 1):
        if 0 <= at < len(page.blocks) and page.taken[at] is not None and not page.prose[k]:
            return str(page.taken[at])
    words = page.blocks[k].text.count(" ") + 1
    if page.prose[max(0, k - 1)] and page.after[k] == k + 1 and page.weights[k] > 60:
        return "caption"
    return "ui" if words <= 3 else "related"


@lru_cache(maxsize=1)
def judge() -> Judge:
    """Return the judge that ships, read once."""
    with open(WEIGHTS, "rb") as file:
        data = json.loads(file.read())
    return Judge(data["first"], data["rest"])
