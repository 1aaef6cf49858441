"""Features: what the page's tree says of each block, as numbers.

Own text (length, punctuation, links), the elements around it, what the containers hold of the page's prose, where the
block stands, what repeats. The set grew out of boilerplate detection on shallow text features (Kohlschütter 2010,
https://doi.org/10.1145/1718487.1718542) and out of readability's view that the article is the box with most prose.
"""

import re
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.elements import words_of
from cleaner.segments import Segments

Floats = NDArray[np.float32]

OWN = (
    *("p", "h1", "h2", "h3", "h4", "li", "div", "blockquote", "td", "dd", "section", "article", "pre", "button", "dt", "header", "body"),
    *("ul", "ol", "nav", "table", "tr", "tbody"),
)
_OWN = {tag: i for i, tag in enumerate(OWN)}
_SHOWN = 17  # of them have a column
AROUND = (
    *("article", "main", "aside", "nav", "header", "footer", "form", "figure", "ul", "ol", "table", "blockquote", "section", "p", "li"),
    *("dl", "button", "details", "address"),
)
LEVELS = 5
_STOPS = frozenset(".!?…。！？।؟۔")
_WIDE = 0x2E80
_CODES = 0x3100


@lru_cache(maxsize=1)
def _characters() -> NDArray[np.int64]:
    """A table (code point -> three counters of 20 bits) for each of three groups of character classes."""
    table = np.zeros((3, _CODES + 1), dtype=np.int64)
    for code in range(_CODES):
        c = chr(code)
        kinds = (
            (c in ".!?…。！？।؟۔։။።", c in ",;:،、，；：؛", c.isdigit()),
            (c.isupper(), c == " ", c in "|/»›·•→>@#©–—-+_="),
            (c in "\"'“”‘’„«»「」", code >= _WIDE or 0xE00 <= code < 0xF00 or 0x1780 <= code < 0x1800, c.isalpha()),
        )
        for group, flags in enumerate(kinds):
            table[group, code] = sum(int(flag) << (20 * i) for i, flag in enumerate(flags))
    table[2, _CODES] = (1 << 20) + (1 << 40)
    return table


def _counts(texts: list[str]) -> Floats:
    """Count characters of nine classes in each text: an array (9, n)."""
    data = "\n".join(texts).encode("utf-32-le", "surrogatepass")
    codes = np.minimum(np.frombuffer(data, dtype="<u4"), _CODES)
    sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    starts = np.cumsum(sizes + 1) - sizes - 1
    mask = (1 << 20) - 1
    rows = []
    for table in _characters():
        sums = np.add.reduceat(table[codes], starts)
        rows += [sums & mask, (sums >> 20) & mask, sums >> 40]
    return np.array(rows, dtype=np.float32)


def _over(values: Any, first: NDArray[np.int64], last: NDArray[np.int64]) -> Floats:
    """Sum `values` of blocks over ranges of blocks."""
    running = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    return np.asarray(running[last] - running[first], dtype=np.float32)


def _log(values: Any) -> Floats:
    return np.asarray(np.log1p(np.maximum(values, 0.0)), dtype=np.float32)


class Table:
    """Columns of features with their names."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.columns: list[Floats] = []

    def add(self, name: str, column: Any) -> None:
        self.names.append(name)
        self.columns.append(np.asarray(column, dtype=np.float32))

    def array(self) -> Floats:
        """Return the table as an array (blocks, features)."""
        return np.array(self.columns, dtype=np.float32).T


def table(page: Segments) -> Table:
    """Return the features of a page's blocks (at least one), without the words of class names."""
    out = Table()
    n = len(page.texts)
    texts = page.texts
    size = np.fromiter(map(len, texts), dtype=np.float32, count=n)
    stops, commas, digits, upper, spaces, marks, quotes, wide, letters = _counts(texts)
    linked = np.array(page.linked, dtype=np.float32)
    length = size + 1.5 * wide
    density = linked / size
    words = spaces + 1 + wide / 2
    ends = np.array([t[-1] in _STOPS or t[-2:-1] in _STOPS for t in texts], dtype=np.float32)
    is_prose = ((length >= 70) & (density < 0.35) & (stops > 0)).astype(np.float32)
    prose = length * is_prose * (1 - density)
    total = max(1.0, float(prose.sum()))

    out.add("length", _log(length))
    out.add("words", _log(words))
    out.add("density", density)
    out.add("strong", np.array(page.strong, dtype=np.float32) / size)
    out.add("stops", _log(stops))
    out.add("commas", _log(commas))
    out.add("stops share", stops / words)
    out.add("commas share", commas / words)
    out.add("digits", digits / size)
    out.add("upper", upper / size)
    out.add("marks", _log(marks))
    out.add("marks share", marks / size)
    out.add("quotes", np.minimum(quotes, 6) / 6)
    out.add("letters", letters / size)
    out.add("word length", np.minimum(size / words, 30) / 10)
    out.add("ends", ends)
    out.add("colon", [t[-1] in ":：" for t in texts])
    out.add("lower start", [t[0].islower() for t in texts])
    out.add("broken", np.array(page.broken, dtype=np.float32))
    out.add("prose", is_prose)
    out.add("wide", wide / size)

    boxes = page.containers
    m = len(boxes)
    home = np.array(page.home, dtype=np.int64)
    parent = np.fromiter((c.parent for c in boxes), dtype=np.int64, count=m)
    parent[0] = 0
    first = np.fromiter((c.first for c in boxes), dtype=np.int64, count=m)
    last = np.fromiter((c.last for c in boxes), dtype=np.int64, count=m)
    depth = np.fromiter((c.depth for c in boxes), dtype=np.float32, count=m)
    tag = np.fromiter((_OWN.get(c.tag, 99) for c in boxes), dtype=np.int64, count=m)
    own = tag[home]
    for name in OWN[:_SHOWN]:
        out.add("tag " + name, own == _OWN[name])
    bits = _chain_bits(page)[home]
    for i, name in enumerate((*AROUND, "hidden")):
        out.add("in " + name, (bits >> i) & 1)
    out.add("depth", depth[home] / 20)

    # containers, each step to the next that holds more blocks
    count = last - first
    up = parent.copy()
    for _ in range(60):
        same = (count[up] == count) & (up > 0)
        if not same.any():
            break
        up = np.where(same, parent[up], up)
    box_length = _over(length, first, last)
    box_linked = _over(linked * (length / size), first, last)
    box_prose = _over(prose, first, last)
    box_number = _over(is_prose, first, last)
    box_ends = _over(ends, first, last)
    index = np.arange(n)
    # the smallest containers that hold half, and four fifths, of the prose
    order = np.where(box_prose >= 0.5 * total, count, 1 << 40)
    half = int(m - 1 - np.argmin(order[::-1]))
    order = np.where(box_prose >= 0.8 * total, count, 1 << 40)
    most = int(m - 1 - np.argmin(order[::-1]))
    for name, best in (("half", half), ("most", most)):
        inside = (index >= first[best]) & (index < last[best])
        out.add(name + " inside", inside)
        out.add(name + " before", _log(first[best] - index) / 3)
        out.add(name + " after", _log(index - last[best] + 1) / 3)
        out.add(name + " share", np.full(n, box_length[best] / max(1.0, float(length.sum()))))
    at = home
    reach = {half: np.full(n, LEVELS, dtype=np.float32), most: np.full(n, LEVELS, dtype=np.float32)}
    for level in range(LEVELS):
        k = f" {level}"
        box = np.maximum(box_length[at], 1.0)
        here = np.maximum(count[at], 1)
        out.add("box length" + k, _log(box) / 3)
        out.add("box density" + k, box_linked[at] / box)
        out.add("box prose" + k, box_prose[at] / total)
        out.add("box prose share" + k, box_prose[at] / box)
        out.add("box blocks" + k, _log(here) / 2)
        out.add("box mean" + k, _log(box / here) / 3)
        out.add("box prose blocks" + k, box_number[at] / here)
        out.add("box ends" + k, box_ends[at] / here)
        if level:
            out.add("box place" + k, (index - first[at]) / here)
            out.add("box kin" + k, same_kind(at, tag))
        for best, steps in reach.items():
            holds = (first[at] <= first[best]) & (last[at] >= last[best])
            np.minimum(steps, np.where(holds, level, LEVELS), out=steps)
        at = up[at]
    out.add("steps to half", reach[half] / LEVELS)
    out.add("steps to most", reach[most] / LEVELS)

    # blocks of one make: same tag and class names of the element and of its parent
    kinds: dict[tuple[str, str, str, str], int] = {}
    group = np.fromiter((_kind(kinds, boxes, h) for h in page.home), dtype=np.int64, count=n)
    g_number = np.bincount(group)
    g_length = np.bincount(group, length)
    g_prose = np.bincount(group, prose)
    g_linked = np.bincount(group, linked)
    g_ends = np.bincount(group, ends)
    out.add("kin number", _log(g_number[group]) / 3)
    out.add("kin mean", _log(g_length[group] / g_number[group]) / 3)
    out.add("kin prose", g_prose[group] / total)
    out.add("kin density", np.minimum(g_linked[group] / g_length[group], 1.0))
    out.add("kin ends", g_ends[group] / g_number[group])

    # place
    before = np.cumsum(prose) - prose
    out.add("place", index / n)
    out.add("blocks", np.full(n, np.log1p(n) / 5))
    out.add("total", np.full(n, np.log1p(total) / 8))
    out.add("prose before", before / total)
    out.add("prose after", 1 - (before + prose) / total)
    out.add("prose of page", prose / total)
    positions = np.where(is_prose > 0, index, -10_000)
    out.add("since prose", np.minimum(_log(index - np.maximum.accumulate(np.concatenate(([-10_000], positions[:-1])))), 4) / 4)
    positions = np.where(is_prose > 0, index, 10_000 + n)
    following = np.minimum.accumulate(np.concatenate((positions[1:], [10_000 + n]))[::-1])[::-1]
    out.add("until prose", np.minimum(_log(following - index), 4) / 4)
    out.add("nearby", _window(prose, 3) / total)
    out.add("nearby linked", _window(linked, 3) / np.maximum(_window(size, 3), 1))
    is_h1 = own == _OWN["h1"]
    heads = np.cumsum(is_h1)
    out.add("h1 before", np.minimum(heads, 3) / 3)
    out.add("h1 after", np.minimum(heads[-1] - heads, 3) / 3)
    last_head = np.maximum.accumulate(np.where(is_h1, index, -1000))
    out.add("since h1", np.minimum(_log(index - last_head), 5) / 5)
    title = " ".join(page.title.split())
    titled = np.array([len(t) > 12 and t in title for t in texts], dtype=np.float32)
    out.add("title", titled)
    last_title = np.maximum.accumulate(np.where(titled > 0, index, -1000))
    out.add("since title", np.minimum(_log(index - last_title), 5) / 5)

    # repetition
    numbers: dict[str, int] = {}
    seen = np.empty(n, dtype=np.float32)
    for i, t in enumerate(texts):
        seen[i] = numbers.get(t, 0)
        numbers[t] = numbers.get(t, 0) + 1
    copies = np.array([numbers[t] for t in texts], dtype=np.float32)
    out.add("copies", np.minimum(copies - 1, 4) / 4)
    out.add("copies before", np.minimum(seen, 4) / 4)

    # linked data
    said = body(page.said)
    out.add("said", np.full(n, float(len(said) > 200)))
    out.add("said this", np.fromiter((said_this(t, said) for t in texts), dtype=np.float32, count=n) if said else np.zeros(n))
    return out


def bits_of(page: Segments, words: dict[str, int]) -> tuple[Floats, Floats]:
    """Return which of `words` (word -> column) stand in class and id names: of a block's element and the one around it, of all around it.

    Two arrays (blocks, words) of 0 and 1. Sets of words are whole numbers, a bit a word, joined down the tree.
    """
    own: list[int] = []
    near: list[int] = []
    around: list[int] = []
    sets: dict[str, int] = {"": 0}
    for i, box in enumerate(page.containers):
        mine = sets.get(box.names)
        if mine is None:
            mine = 0
            for word in words_of(box.names):
                k = words.get(word)
                if k is not None:
                    mine |= 1 << k
            sets[box.names] = mine
        own.append(mine)
        over = max(0, box.parent)
        near.append(mine | own[over])
        around.append(mine | around[over] if i else mine)
    size = (len(words) + 7) // 8
    return _unpacked([near[h] for h in page.home], size, len(words)), _unpacked([around[h] for h in page.home], size, len(words))


def _unpacked(sets: list[int], size: int, width: int) -> Floats:
    data = np.frombuffer(b"".join(s.to_bytes(size, "little") for s in sets), dtype=np.uint8).reshape(len(sets), size)
    return np.unpackbits(data, axis=1, count=width, bitorder="little").astype(np.float32)


def same_kind(at: NDArray[np.int64], tag: NDArray[np.int64]) -> Floats:
    """A coarse code of the container's tag: 1 a list, 0.5 a table, else 0."""
    t = tag[at]
    lists = (t == _OWN["ul"]) | (t == _OWN["ol"]) | (t == _OWN["li"]) | (t == _OWN["nav"])
    tables = (t == _OWN["table"]) | (t == _OWN["tr"]) | (t == _OWN["tbody"]) | (t == _OWN["td"])
    return np.asarray(lists + 0.5 * tables, dtype=np.float32)


def _window(values: Any, reach: int) -> Floats:
    running = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    n = len(values)
    index = np.arange(n)
    return np.asarray(running[np.minimum(index + reach + 1, n)] - running[np.maximum(index - reach, 0)], dtype=np.float32)


_BITS = {name: 1 << i for i, name in enumerate(AROUND)}


def _chain_bits(page: Segments) -> NDArray[np.int64]:
    bits = [0] * len(page.containers)
    hidden = 1 << len(AROUND)
    for i, box in enumerate(page.containers):
        bits[i] = bits[max(0, box.parent)] | _BITS.get(box.tag, 0) | (hidden if box.hidden else 0)
    return np.array(bits, dtype=np.int64)


def _kind(kinds: dict[tuple[str, str, str, str], int], boxes: Any, home: int) -> int:
    box = boxes[home]
    over = boxes[max(0, box.parent)]
    return kinds.setdefault((box.tag, box.style, over.tag, over.style), len(kinds))


_BODY = re.compile(r'"articleBody"\s*:\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)


def article_body(said: list[str]) -> str:
    """Return the longest text that scripts of linked data give as the article's, as it stands there."""
    import html
    import json

    found = ""
    for script in said:
        for match in _BODY.finditer(script):
            try:
                text = json.loads(f'"{match[1]}"', strict=False)
            except ValueError:
                text = match[1]
            found = max(found, text, key=len)
    return html.unescape(found)


def body(said: list[str]) -> str:
    """Return the article's text as linked data gives it, without markup and spaces."""
    return "".join(re.sub(r"<[^<>]{0,500}>", "", article_body(said)).split())


def said_this(text: str, said: str) -> float:
    """Whether linked data's article holds a block: its beginning, or its end."""
    bare = "".join(text.split())
    if len(bare) < 8:
        return 0.5 if bare in said else 0.0
    return float(bare[:40] in said or bare[-40:] in said)
