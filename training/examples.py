"""Examples: pages as the engine sees them, with labels; and pages made harder or barer."""

import gzip
import json
import random
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np

from cleaner import page
from cleaner.api import rulebook
from cleaner.elements import Elements, words_of
from cleaner.features import Floats, bits_of, table
from cleaner.segments import Container, Segments, segment
from training.labels import labels, tokens

FOLDS = 5
GRAFTS = 3  # boxes of other pages that one page gets at most


class Example(NamedTuple):
    """A page: its segments, labels (None if unknown), words a block.

    Where labels are unknown, `hints` are (part of a text, label) for some blocks, `second` is another extractor's choice.
    """

    id: str
    source: str  # the data file
    country: str
    site: str
    segments: Segments
    labels: list[int] | None
    sizes: list[int]
    gold: str
    hints: list[tuple[str, int]]
    second: list[int]

    @property
    def fold(self) -> int:
        """The part of the data it belongs to: pages of a site belong together."""
        return zlib.crc32(self.site.encode()) % FOLDS


def read(path: Path) -> Iterator[Example]:
    """Yield the examples of one data file; a page without a block is none."""
    elements = Elements(rulebook().elements)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            data = json.loads(line)
            segments = segment(data["html"], elements.on(data["html"]))
            if segments.texts:
                second = (
                    [] if "gold_clean" in data else labels(segments.texts, page.read(data["html"], elements, engine="trafilatura").text)
                )
                yield _example(data, segments, path.name.partition(".")[0], second)


def _second(html: str, segments: Segments) -> list[int]:
    """The blocks that trafilatura chooses."""
    return labels(segments.texts, page.read(html, Elements(rulebook().elements), engine="trafilatura").text)


def _example(data: dict[str, Any], segments: Segments, source: str, second: list[int]) -> Example:
    gold = data.get("gold_clean")
    hints = [(text, 1) for text in data.get("with") or ()]
    hints += [(text, 0) for key in ("without", "comments") for text in data.get(key) or ()]
    known = None if gold is None else labels(segments.texts, gold)
    sizes = [len(tokens(text)) for text in segments.texts]
    place = site(data.get("url") or data["id"])
    return Example(data["id"], source, data.get("lang") or "", place, segments, known, sizes, gold or "", hints, second)


def site(url: str) -> str:
    """Return the registered name of an address, roughly.

    >>> site("https://www.news.example.co.uk/1"), site("https://m.example.org/")
    ('example.co.uk', 'example.org')
    """
    host = urlsplit(url).hostname or url
    parts = host.split(".")
    return ".".join(parts[-3:] if len(parts) > 2 and len(parts[-2]) < 4 else parts[-2:])


def vocabulary(examples: list[Example], size: int) -> list[str]:
    """Return the words of class and id names that occur on most sites."""
    sites: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        for names in {box.names for box in example.segments.containers}:
            for word in words_of(names):
                sites[word].add(example.site)
    return sorted(sites, key=lambda word: (-len(sites[word]), word))[:size]


def arrays(segments: Segments, words: list[str]) -> tuple[Floats, Floats, Floats, Any]:
    """Return a page's features and class words, as the tagger takes them."""
    return (np.ascontiguousarray(table(segments).array()), *bits_of(segments, {word: k for k, word in enumerate(words)}))


# --- variants ----------------------------------------------------------------------------------------------------


def bare(example: Example, rng: random.Random) -> Example | None:
    """Return a page reduced to the smallest element that holds the article, often without class names, as a print view is."""
    assert example.labels is not None
    chosen = [k for k, label in enumerate(example.labels) if label]
    if not chosen:
        return None
    old = example.segments
    at = old.home[chosen[0]]
    while at > 0 and old.containers[at].last <= chosen[-1]:
        at = old.containers[at].parent
    top = old.containers[at]
    named = rng.random() < 0.3
    new = Segments()
    new.title, new.told, new.raw = old.title, old.told, {}
    places = {-1: 0}
    for k, box in enumerate(old.containers):
        if k == at or (box.parent in places and k > at and box.parent >= at):
            places[k] = len(new.containers)
            depth = box.depth - top.depth + 2
            new.containers.append(
                Container(
                    box.tag,
                    box.names if named else "",
                    places.get(box.parent, 0),
                    depth,
                    box.first - top.first,
                    box.hidden,
                    box.style if named else "",
                )
            )
            new.containers[-1].last = box.last - top.first
    rows = range(top.first, top.last)
    _copy(old, new, rows)
    new.home = [places[old.home[k]] for k in rows]
    new.containers[0].last = len(new.texts)
    return example._replace(segments=new, labels=example.labels[top.first : top.last], sizes=example.sizes[top.first : top.last])


def _copy(old: Segments, new: Segments, rows: range) -> None:
    for name in ("texts", "linked", "strong", "broken", "lines"):
        setattr(new, name, [getattr(old, name)[k] for k in rows])


def grafted(example: Example, others: list[Example], rng: random.Random) -> Example | None:
    """Return a page with boxes of other pages put between, or after, the blocks of its article."""
    grown = example
    for _ in range(rng.randint(1, GRAFTS)):
        box = _box(rng.choice(others), rng)
        if box is not None:
            grown = _graft(grown, *box, rng) or grown
    return None if grown is example else grown


def _box(other: Example, rng: random.Random) -> tuple[Example, int] | None:
    """A container of another page that holds a few blocks, none of them article."""
    assert other.labels is not None
    running = np.concatenate(([0], np.cumsum(other.labels)))
    weight = np.concatenate(([0], np.cumsum(other.sizes)))
    fit = [
        k
        for k, c in enumerate(other.segments.containers)
        if 2 <= c.last - c.first <= 40 and running[c.last] == running[c.first] and weight[c.last] - weight[c.first] >= 30
    ]
    return (other, rng.choice(fit)) if fit else None


def _graft(example: Example, other: Example, top: int, rng: random.Random) -> Example | None:
    old, theirs = example.segments, other.segments
    assert example.labels is not None
    places = [
        k
        for k in range(1, len(old.texts))
        if example.labels[k - 1]
        and old.containers[old.home[k]].parent == old.containers[old.home[k - 1]].parent
        and old.home[k] != old.home[k - 1]
    ]
    if not places:
        return None
    k = rng.choice(places)
    host = old.containers[old.home[k]].parent
    if host < 1:
        return None
    source = theirs.containers[top]
    rows = range(source.first, source.last)
    count = len(rows)
    above = set()
    at = host
    while at >= 0:
        above.add(at)
        at = old.containers[at].parent
    new = Segments()
    new.title, new.told, new.said = old.title, old.told, old.said
    new.containers = []
    for i, box in enumerate(old.containers):
        moved = Container(box.tag, box.names, box.parent, box.depth, box.first, box.hidden, box.style)
        moved.last = box.last
        if i in above:
            moved.last += count
        elif box.first >= k:
            moved.first += count
            moved.last += count
        new.containers.append(moved)
    seats = {}
    for i in range(top, len(theirs.containers)):
        box = theirs.containers[i]
        if i != top and box.parent not in seats:
            continue
        seats[i] = len(new.containers)
        depth = old.containers[host].depth + 1 + box.depth - source.depth
        moved = Container(
            box.tag,
            box.names,
            seats.get(box.parent, host) if i != top else host,
            depth,
            box.first - source.first + k,
            box.hidden,
            box.style,
        )
        moved.last = box.last - source.first + k
        new.containers.append(moved)
    for name in ("texts", "linked", "strong", "broken", "lines"):
        mine = getattr(old, name)
        setattr(new, name, [*mine[:k], *(getattr(theirs, name)[i] for i in rows), *mine[k:]])
    new.home = [*old.home[:k], *(seats[theirs.home[i]] for i in rows), *old.home[k:]]
    known = [*example.labels[:k], *([0] * count), *example.labels[k:]]
    sizes = [*example.sizes[:k], *(other.sizes[i] for i in rows), *example.sizes[k:]]
    return example._replace(segments=new, labels=known, sizes=sizes)
