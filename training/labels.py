"""Labels: which blocks of a page are the article, found by aligning them with the article's known text.

Blocks and text are compared as words. Blocks that occur in the text claim a place in it; of all claims the heaviest
chain in order wins, so that of several identical blocks (teasers, hidden copies) one counts as article.
"""

import re
from collections import Counter

import numpy as np

_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|\w+?(?=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|\b)|\w+"
)
SHORT = 6  # words; shorter blocks must begin where a line of the text begins
ALIKE = 0.55  # share of a block's word 4-grams that must be in the text


def tokens(text: str) -> list[str]:
    """Return the words of a text; characters of scripts without spaces are words."""
    return _WORD.findall(text)


def grams(words: list[str], n: int = 4) -> Counter[tuple[str, ...]]:
    """Count a text's word n-grams, as the benchmark does."""
    return Counter(tuple(words[i : i + n]) for i in range(max(1, len(words) - n + 1)) if words[i : i + n])


def labels(texts: list[str], gold: str) -> list[int]:
    """Return 1 for each block that is the article's, else 0. `gold`: the article, a block a line."""
    lines = [tokens(line) for line in gold.split("\n")]
    words = [word for line in lines for word in line]
    begins = set(np.cumsum([0] + [len(line) for line in lines]).tolist())
    if not words:
        return [0] * len(texts)
    where: dict[tuple[str, ...], list[int]] = {}
    for i in range(len(words)):
        where.setdefault(tuple(words[i : i + 4]), []).append(i)
        where.setdefault(tuple(words[i : i + 1]), []).append(i)
    blocks = [tokens(text) for text in texts]
    found = [_claims(block, words, where, begins) for block in blocks]
    chosen = _heaviest(found, len(words))
    return _filled(blocks, chosen, words, where)


def _claims(block: list[str], words: list[str], where: dict[tuple[str, ...], list[int]], begins: set[int]) -> list[tuple[int, int, float]]:
    """The places (from, to, weight) of the text that a block could be."""
    size = len(block)
    if not size:
        return []
    starts = where.get(tuple(block[:4]) if size >= 4 else tuple(block[:1]), [])
    exact = [at for at in starts if words[at : at + size] == block]
    if size < SHORT:
        return [(at, at + size, size) for at in exact if at in begins][:20]
    if exact:
        return [(at, at + size, size) for at in exact][:20]
    hits = [where.get(tuple(block[i : i + 4])) for i in range(size - 3)]
    known = [i for i, hit in enumerate(hits) if hit]
    if len(known) < ALIKE * len(hits):
        return []
    middle = known[len(known) // 2]
    return [(max(0, at - middle), min(len(words), at - middle + size), 0.9 * len(known)) for at in (hits[middle] or [])[:10]]


def _heaviest(found: list[list[tuple[int, int, float]]], size: int) -> set[int]:
    """The blocks of the heaviest chain of claims whose places follow one another."""
    best = np.zeros(size + 1)
    tail = np.full(size + 1, -1)
    nodes: list[tuple[int, int]] = []  # (block, node before)
    for k, claims in enumerate(found):
        values = []
        for start, end, weight in claims:
            slack = min(size, start + (end - start) // 10)
            values.append((best[slack] + weight, int(tail[slack]), end))
        for value, before, end in values:
            nodes.append((k, before))
            better = best[end:] < value
            best[end:][better] = value
            tail[end:][better] = len(nodes) - 1
    chosen = set()
    at = int(tail[size])
    while at >= 0:
        block, at = nodes[at]
        chosen.add(block)
    return chosen


def _filled(blocks: list[list[str]], chosen: set[int], words: list[str], where: dict[tuple[str, ...], list[int]]) -> list[int]:
    """The chosen blocks, and those out of order that bring text which the chosen ones lack."""
    missing = grams(words)
    for k in chosen:
        missing -= grams(blocks[k])
    for k in sorted(range(len(blocks)), key=lambda k: -len(blocks[k])):
        if k not in chosen and len(blocks[k]) >= 4:
            own = grams(blocks[k])
            if sum((own & missing).values()) >= 0.6 * sum(own.values()):
                chosen.add(k)
                missing -= own
    return [int(k in chosen) for k in range(len(blocks))]
