"""Text: how much of the lines that people labelled as noise goes, and how much of the article with it."""

import contextlib
import difflib
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bootstrap import Array
from benchmarks.lines import Clean, tools

NOISE = ("related", "embed", "promo", "ad", "ui", "caption", "byline", "legal", "comment", "other")
UNSCORED = (None, "headline", "unsure")


def read(path: Path, sample: int = 1) -> list[dict[str, Any]]:
    """Return every `sample`th article: {"lang", "lines", "labels", "mixed"}."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for number, line in enumerate(file) if number % sample == 0]


def table(path: Path, sample: int = 1) -> dict[str, Array]:
    """Return of each tool the rows of `figures`; a tool that can't be imported has none."""
    articles = read(path, sample)
    return {name: np.array([figures(a, clean[a["lang"]]) for a in articles]) for name, clean in _loaded(articles).items()}


def rounds(path: Path, sample: int = 1, count: int = 5) -> list[dict[str, float]]:
    """Return, of each round, the processor seconds that each tool takes for all texts; the tools take turns."""
    articles = read(path, sample)
    found: list[dict[str, float]] = []
    for _ in range(count):
        found.append({})
        for name, clean in _loaded(articles).items():
            began = time.process_time()
            for article in articles:
                clean[article["lang"]]("\n".join(article["lines"]))
            found[-1][name] = time.process_time() - began
    return found


def _loaded(articles: list[dict[str, Any]]) -> dict[str, dict[str, Clean]]:
    """Return tool -> language -> function; without a tool that can't be imported."""
    out: dict[str, dict[str, Clean]] = defaultdict(dict)
    for lang in {article["lang"] for article in articles}:
        for name, load in tools(lang).items():
            with contextlib.suppress(ImportError):
                out[name][lang] = load()
    return out


def figures(article: dict[str, Any], clean: Clean) -> list[float]:
    """Return [noise characters, of these gone, article characters, of these gone, without a mistake, lines invented]."""
    left, invented = survivors(article["lines"], clean("\n".join(article["lines"])))
    noise, keep = [0.0, 0.0], [0.0, 0.0]
    for part, is_noise, whole, line, pieces in _parts(article, left):
        size = len(part.strip())
        stays = share_left(part, pieces) if whole or not is_noise else _noise_left(part, line, pieces)
        side = noise if is_noise else keep
        side[0] += size
        side[1] += size * (1 - stays)
    perfect = (not noise[0] or noise[1] / noise[0] > 0.99) and (not keep[0] or keep[1] / keep[0] < 0.001)
    return [*noise, *keep, float(perfect), float(invented)]


def _parts(article: dict[str, Any], left: list[list[str]]) -> Iterator[tuple[str, bool, bool, str, list[str]]]:
    """Yield (part of a line, whether it is noise, whether it is the whole line, the line, what is left of it)."""
    for number, (line, label, pieces) in enumerate(zip(article["lines"], article["labels"], left, strict=True), 1):
        if label in UNSCORED or not line.strip():
            continue
        if label != "MIXED":
            yield line, label in NOISE, True, line, pieces
            continue
        for part, is_noise in _cut(line, article["mixed"][str(number)]):
            if part.strip():
                yield part, is_noise, False, line, pieces


def _cut(line: str, spans: list[str]) -> list[tuple[str, bool]]:
    places, after = [], dict.fromkeys(spans, 0)
    for span in spans:  # the same words may be noise twice
        at = line.find(span, after[span])
        if at >= 0:
            places.append((at, span))
            after[span] = at + len(span)
    parts, at = [], 0
    for start, span in sorted(places):
        if start >= at:
            parts += [(line[at:start], False), (span, True)]
            at = start + len(span)
    return [*parts, (line[at:], False)]


def survivors(lines: list[str], output: str) -> tuple[list[list[str]], int]:
    """Return what is left of each line, as pieces, and the number of output lines that are part of none.

    >>> survivors(["One. Share!", "Two."], "One.\\nThree.")
    ([['One.'], []], 1)
    """
    there = [(number, " ".join(line.split())) for number, line in enumerate(lines) if line.strip()]
    out = [" ".join(line.split()) for line in output.split("\n") if line.strip()]
    left: list[list[str]] = [[] for _ in lines]
    invented = 0
    same = difflib.SequenceMatcher(None, [text for _, text in there], out, autojunk=False)
    for what, a, b, c, d in same.get_opcodes():
        if what == "equal":
            for number, text in there[a:b]:
                left[number].append(text)
            continue
        at = a
        for line in out[c:d]:  # a line that was cut inside: find the one it came from, in order
            place = next((k for k in range(at, b) if _part_of(line, there[k][1])), None)
            if place is None:
                invented += 1
            else:
                left[there[place][0]].append(line)
                at = place
    return left, invented


def _part_of(line: str, whole: str) -> bool:
    return len(line) <= len(whole) and (line in whole or _alike(whole, line) >= 0.95 * len(line))


def _alike(whole: str, part: str) -> int:
    """Characters of `part` that stand in `whole` in the same order, in runs of four or more."""
    runs = difflib.SequenceMatcher(None, whole, part, autojunk=False).get_matching_blocks()
    return sum(run.size for run in runs if run.size >= min(4, len(part)))


def share_left(part: str, pieces: list[str]) -> float:
    """Return the share of a part of a line that is still there.

    >>> share_left("The bridge is open.", ["The bridge"])
    0.5263157894736842
    """
    part, whole = " ".join(part.split()), " ".join(pieces)
    if part in whole:
        return 1.0
    return min(1.0, _alike(part, whole) / len(part))


def _noise_left(span: str, line: str, pieces: list[str]) -> float:
    span, line, whole = " ".join(span.split()), " ".join(line.split()), " ".join(pieces)
    if span in whole:
        return float(whole.count(span) >= line.count(span))
    longest = difflib.SequenceMatcher(None, span, whole, autojunk=False).find_longest_match().size
    return longest / len(span) if longest > 0.3 * len(span) else 0.0
