"""Cues: what is known of a line that no rule knows: its shape, its place, its neighbours, whether the article speaks of the same.

Numbers, in the order of NAMES, for the trees of `cleaner.judge`. Plain Python, since importing numpy costs more than cleaning a text.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import accumulate
from math import log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaner.blocks import Block

REACH = 20_000  # characters above and below a line in which its words are sought
SEEN = 300  # characters of a line that are looked at
NEAR = 6  # blocks on each side that count as near
AWAY = 20  # further than this is far

_WORD = re.compile(r"[^\W\d_]{4,}|[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]{2}")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d\d\b")
_STOP_INSIDE = re.compile(r"[.!?…।؟](?=\s)|[。！？]")
_LAST = {**dict.fromkeys(":：", 1), **dict.fromkeys(",،;؛、-–—|/", 2), **dict.fromkeys("\"'”’»」", 3), **dict.fromkeys("?？؟", 4)}
_LAST |= {**dict.fromkeys("…", 5), **dict.fromkeys("!！", 6), **dict.fromkeys(")]）】", 7), **dict.fromkeys(".", 8)}
KINDS = ("related", "promo", "ad", "ui", "comment", "embed", "caption", "byline", "legal", "other")

# What is known of a line: first the little that decides most lines, then the rest.
QUICK = (
    "length", "length +1", "gap",
    # its place
    "run", "to paragraph below", "paragraphs above", "share above", "share below", "open near", "taken above",
    # the document
    "usual paragraph", "paragraph share", "open share", "taken share",
)  # fmt: skip
REST = (
    # the line
    "last", "stops", "item", "indent", "gap after",
    # its place
    "index", "from end", "paragraphs below", "to paragraph above", "in run", "paragraphs near above", "paragraphs near below",
    # what the rules took
    "taken near above", "taken near below", "taken below",
    # the document
    "blocks", "paragraphs", "article", "against usual",
    # the neighbours
    "length -3", "length -2", "length -1", "last -1", "taken -1", "last +1", "taken +1", "length +2", "length +3",
    # its shape
    "words", "capitals", "longest word", "upper case", "digits", "signs", "first", "sentences", "year", "clock", "slash", "commas",
    "copies",
    # its words, in the article
    "known", "known above", "known below", "known on top",
)  # fmt: skip
NAMES = QUICK + REST


class Page:
    """What is known of a whole document, once for all of its lines."""

    def __init__(self, blocks: Sequence[Block], taken: Sequence[str | None]) -> None:
        self.blocks = blocks
        self.taken = taken
        self.prose = [block.prose and kind is None for block, kind in zip(blocks, taken, strict=True)]
        # of the blocks above each: paragraphs, their letters, what rules took, lines without a full stop
        count = mass = gone = opened = 0
        self.above, self.mass, self.gone, self.open = [0], [0], [0], [0]
        for block, kind, prose in zip(blocks, taken, self.prose, strict=True):
            if prose:
                count += 1
                mass += block.weight
            gone += kind is not None
            opened += not block.stops
            self.above.append(count)
            self.mass.append(mass)
            self.gone.append(gone)
            self.open.append(opened)
        usual = sorted([block.weight for block, prose in zip(blocks, self.prose, strict=True) if prose])
        self.usual = usual[count // 2] if usual else 0
        self.count, self.article = count, mass
        self.before, self.after = _nearest(self.prose)
        n = len(blocks) or 1
        self.whole = (log(self.usual + 1), count / n, opened / n, gone / n)

    def length(self, k: int) -> float:
        """The logarithm of a block's letters; -1 if there is no such block."""
        return log(self.blocks[k].weight + 1) if 0 <= k < len(self.blocks) else -1.0

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


def features(page: Page, k: int) -> list[float]:
    """Return what is known of line `k`, in the order of NAMES."""
    return [*quick(page, k), *rest(page, k)]


def quick(page: Page, k: int) -> list[float]:
    """Return what decides most lines, in the order of QUICK."""
    low, high = max(0, k - NEAR), min(len(page.blocks), k + 1 + NEAR)
    article = page.article or 1
    after = page.after[k]
    return [
        page.length(k),
        page.length(k + 1),
        page.blocks[k].gap,
        min(after - page.before[k] - 1, 2 * AWAY),
        min(after - k, AWAY),
        min(page.above[k], AWAY),
        page.mass[k] / article,
        (page.article - page.mass[k + 1]) / article,
        (page.open[high] - page.open[low]) / (high - low),
        min(page.gone[k], AWAY),
        *page.whole,
    ]


def rest(page: Page, k: int) -> list[float]:
    """Return what else is known of line `k`, in the order of REST."""
    block = page.blocks[k]
    following = page.blocks[k + 1].gap if k + 1 < len(page.blocks) else 9
    line = [_last(page, k), block.stops, block.listed, block.indent, following]
    return [*line, *_place(page, k), *_around(page, k), *_shape(page, block), *_vocabulary(page, k)]


def _last(page: Page, k: int) -> int:
    """The class of a line's last character; -1 if there is no such line."""
    if not 0 <= k < len(page.blocks):
        return -1
    last = page.blocks[k].text[-1]
    return _LAST.get(last, 9 if last.isdigit() else 0)


def _place(page: Page, k: int) -> list[float]:
    n = len(page.blocks)
    above = page.above[k]
    before, after = page.before[k], page.after[k]
    low, high = max(0, k - NEAR), min(n, k + 1 + NEAR)
    return [
        min(k, 50),
        min(n - 1 - k, 50),
        min(page.count - page.above[k + 1], AWAY),
        min(k - before, AWAY),
        (k - before) / (after - before),
        above - page.above[low],
        page.above[high] - page.above[k + 1],
        page.gone[k] - page.gone[low],
        page.gone[high] - page.gone[k + 1],
        min(page.gone[n] - page.gone[k + 1], AWAY),
        min(n, 300),
        min(page.count, 100),
        log(page.article + 1),
        page.blocks[k].weight / (page.usual or 1),
    ]


def _around(page: Page, k: int) -> list[float]:
    lengths = [page.length(at) for at in (k - 3, k - 2, k - 1, k + 2, k + 3)]
    return [*lengths[:3], _last(page, k - 1), _kind_of(page, k - 1), _last(page, k + 1), _kind_of(page, k + 1), *lengths[3:]]


def _kind_of(page: Page, k: int) -> int:
    """The number of the kind that the rules took a line as; 0 if they left it, -1 if there is none."""
    if not 0 <= k < len(page.blocks):
        return -1
    kind = page.taken[k]
    return 0 if kind is None else 1 + KINDS.index(kind)


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
