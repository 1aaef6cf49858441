"""The judge: weighs the evidence on lines that no rule knows, the bare headline, the menu's word, the unmarked caption.

Only lines that do not read as a paragraph are judged, and an article's last paragraphs, where writers' lives and other stories
follow. What is known of a line (`cleaner.cues`) goes through gradient-boosted trees (Friedman 2001) that `training.judge`
makes; weights/LINES.md says from what. A line that is surely article is not asked to the end.
"""

from __future__ import annotations

import json
import os
import re
import sys
from array import array
from functools import lru_cache
from itertools import accumulate
from math import exp, log

from cleaner import context
from cleaner.cues import Page, quick, rest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cleaner.blocks import Block

LIMIT = 0.22  # of what is less likely than this to be article, the judge says it is noise
BESIDE = 0.35  # and this is the limit above the first paragraph and below the last, for a line beside one that it says is noise: a menu
BETWEEN = 0.6  # and this is the limit for a line between two that are noise
PARAGRAPH = 0.08  # and this for what reads as a paragraph
_ODDS, _BESIDE, _BETWEEN, _PARAGRAPH = (-log(1 / limit - 1) for limit in (LIMIT, BESIDE, BETWEEN, PARAGRAPH))
SURE = 1.1  # where the first trees add up to more, the line stays
SURER = 1.2  # and this is the limit after each EACH of the others
EACH = 25
WEIGHTS = os.path.join(os.path.dirname(__file__), "weights", "lines.bin")
LEAST = 2  # paragraphs, without which there is no article to compare with
END, LONG = 4, 6  # of an article of more than so many paragraphs the last ones are judged too
TABLE, LEDGER = 3, 6  # lines, the shortest runs that may be a table
ROW = 30  # letters, the longest row of one; headlines with a time before them are longer
MOST = 1000  # lines; where more than so many would go, the document is a list of something, and none goes
LEAF = 255  # instead of a feature's number

_ENTRY = re.compile(
    r"\t[^\t]{0,40}\d|\s\|\s|(?:[.,]\d+|\d%|[$€£¥]\d+)\s?%?\W?$"
    r"|^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b.{0,60}$|^\d{1,3}[.)]?\s.{0,60}[\d)]$"
)
_COUNT = re.compile(r"\W{0,3}[\d½¼¾⅓⅔][\d.,/–½¼¾⅓⅔ -]*[^\W\d][^:|]{2,70}$")


def undecided(blocks: Sequence[Block], taken: Sequence[object]) -> list[int]:
    """Return the lines to judge: no rule took them, and they do not read as a paragraph, or are among the last that do."""
    prose = [k for k, block in enumerate(blocks) if block.prose and taken[k] is None]
    last = prose[-END] if len(prose) > LONG else len(blocks)
    return [k for k, block in enumerate(blocks) if taken[k] is None and (not block.prose or k >= last)]


def tables(blocks: Sequence[Block], asked: list[int]) -> set[int]:
    """Return the lines of runs that hold facts, as scores, schedules, prices, ranks and counts do: no trees know those.

    A run of lines in every second of which is a fact; LEDGER and more of which two in three end in an amount or begin with a date
    or a rank; or lines that all begin with a number.
    """
    found: set[int] = set()
    lines = [k for k in asked if not blocks[k].prose]
    for run in _runs(lines):
        if 2 * sum([_is_row(blocks[at]) for at in run]) >= len(run) or (
            len(run) >= LEDGER and 3 * sum([_ENTRY.search(blocks[at].text) is not None for at in run]) >= 2 * len(run)
        ):
            found.update(run)
    for run in _runs([k for k in lines if _COUNT.match(blocks[k].text)]):
        found.update(run)
    return found


def _runs(lines: list[int]) -> Iterator[list[int]]:
    """Yield the runs of lines that follow each other, of TABLE or more."""
    run: list[int] = []
    for k in [*lines, -1]:
        if run and k != run[-1] + 1:
            if len(run) >= TABLE:
                yield run
            run = []
        run.append(k)


def _is_row(block: Block) -> bool:
    return block.weight <= ROW and context.states_fact(block.text)


class Forest:
    """Trees, one after the other, each node before its branches.

    `feature`: the number of what a node asks, or LEAF. `value`: up to this the next node follows, of a leaf what it adds.
    `skip`: how many nodes further it goes on with more. `sizes`: each tree's number of nodes.
    """

    def __init__(self, sizes: Sequence[int], feature: bytes, skip: bytes, value: array[float]) -> None:
        self.roots = list(accumulate(sizes, initial=0))[:-1]
        self.feature, self.skip, self.value = list(feature), list(skip), value.tolist()  # lists are the fastest to look up

    def total(self, roots: Sequence[int], values: Sequence[float]) -> float:
        """Return what the trees with these roots add up to.

        >>> stump = Forest([3], bytes([0, LEAF, LEAF]), bytes([2, 0, 0]), array("f", [0.5, -1.0, 2.0]))
        >>> stump.total(stump.roots, [0.5]), stump.total(stump.roots, [0.6])
        (-1.0, 2.0)
        """
        feature, skip, value = self.feature, self.skip, self.value
        total = 0.0
        for at in roots:
            asked = feature[at]
            while asked != LEAF:
                at += 1 if values[asked] <= value[at] else skip[at]
                asked = feature[at]
            total += value[at]
        return total


class Judge:
    """The verdicts of a forest, the first trees of which ask only what is quick to know."""

    def __init__(self, forest: Forest, first: int) -> None:
        self.forest = forest
        self.first = forest.roots[:first]
        self.rest = [forest.roots[k : k + EACH] for k in range(first, len(forest.roots), EACH)]

    def __call__(self, blocks: Sequence[Block], taken: Sequence[str | None]) -> Iterator[tuple[int, str, float]]:
        """Yield the lines of a document that are noise: (index, kind, how likely it is noise)."""
        page = Page(blocks, taken)
        if page.count < LEAST:
            return
        odds = self._doubts(page)
        noise = {k for k, value in odds.items() if value < (_PARAGRAPH if page.prose[k] else _ODDS)}
        outside = [k for k, value in odds.items() if value < _BESIDE and page.above[k] in (0, page.count) and not page.prose[k]]
        for order, step in ((outside, -1), (outside[::-1], 1)):
            for k in order:
                if k + step in noise:
                    noise.add(k)
        if len(noise) > MOST:
            return
        for k, value in odds.items():
            if k in noise or (value < _BETWEEN and not page.prose[k] and all(at in noise or _is_taken(taken, at) for at in (k - 1, k + 1))):
                yield k, _kind(page, k), 1 / (1 + exp(value))

    def _doubts(self, page: Page) -> dict[int, float]:
        """Return the logarithm of the odds that a line is article, for lines that are not surely that."""
        asked = undecided(page.blocks, page.taken)
        facts = tables(page.blocks, asked)
        odds = ((k, self._odds(page, k)) for k in asked if k not in facts)
        return {k: value for k, value in odds if value is not None}

    def _odds(self, page: Page, k: int) -> float | None:
        values = quick(page, k)
        total = self.forest.total(self.first, values)
        if total > SURE:
            return None
        values += rest(page, k)
        for roots in self.rest:
            total += self.forest.total(roots, values)
            if total > SURER:
                return None
        return total


def _is_taken(taken: Sequence[str | None], k: int) -> bool:
    return 0 <= k < len(taken) and taken[k] is not None


def _kind(page: Page, k: int) -> str:
    """Name the kind that such a line most often is."""
    for at in (k - 1, k + 1):
        if 0 <= at < len(page.blocks) and page.taken[at] is not None and not page.prose[k]:
            return str(page.taken[at])
    words = page.blocks[k].text.count(" ") + 1
    if page.prose[max(0, k - 1)] and page.after[k] == k + 1 and page.blocks[k].weight > 60:
        return "caption"
    return "ui" if words <= 3 else "related"


@lru_cache(maxsize=1)
def judge() -> Judge:
    """Return the judge that ships, read once.

    The file: a line of JSON with the names of the features, the number of first trees and each tree's nodes; then of all nodes the
    features and the skips, a byte each, and the values, 32-bit floats, the lowest byte first.
    """
    with open(WEIGHTS, "rb") as file:
        head = json.loads(file.readline())
        count = sum(head["nodes"])
        feature, skip = file.read(count), file.read(count)
        value = array("f", file.read(4 * count))
    if sys.byteorder == "big":
        value.byteswap()
    return Judge(Forest(head["nodes"], feature, skip, value), head["first"])
