"""Features: what the page's tree says of each block, as numbers.

Own text (length, punctuation, links), the elements around it, what the containers hold of the page's prose, where the
block stands, what repeats. The set grew out of boilerplate detection on shallow text features (Kohlschütter 2010,
https://doi.org/10.1145/1718487.1718542) and out of readability's view that the article is the box with most prose.
"""

import math
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
ROWS = 160  # features, at most
SHORTEST = 25  # characters that a block and a description of the page must share
_STOPS = frozenset(".!?…。！？।؟۔")
_WIDE = 0x2E80
_CODES = 0x3100


@lru_cache(maxsize=1)
def _characters() -> NDArray[np.int64]:
    """A table (code point -> three counters of 20 bits) for each of three groups of character classes."""
    codes = np.arange(_CODES, dtype="<u4")
    letters = codes.view("<U1")
    unspaced = (codes >= _WIDE) | ((codes >= 0xE00) & (codes < 0xF00)) | ((codes >= 0x1780) & (codes < 0x1800))
    kinds = (
        (_among(".!?…。！？।؟۔։။።", codes), _among(",;:،、，；：؛", codes), np.char.isdigit(letters)),
        (np.char.isupper(letters), codes == ord(" "), _among("|/»›·•→>@#©–—-+_=", codes)),
        (_among("\"'“”‘’„«»「」", codes), unspaced, np.char.isalpha(letters)),
    )
    table = np.zeros((3, _CODES + 1), dtype=np.int64)
    for group, flags in enumerate(kinds):
        for i, flag in enumerate(flags):
            table[group, :_CODES] += flag.astype(np.int64) << (20 * i)
    table[2, _CODES] = (1 << 20) + (1 << 40)
    return table


def _among(characters: str, codes: Any) -> Any:
    return np.isin(codes, [ord(c) for c in characters])


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


class Table:
    """Rows of features with their names, one column a block."""

    def __init__(self, blocks: int) -> None:
        self.names: list[str] = []
        self.rows = np.empty((ROWS, blocks), dtype=np.float32)

    def add(self, name: str, row: Any) -> None:
        self.rows[len(self.names)] = row
        self.names.append(name)

    def array(self) -> Floats:
        """Return the table as an array (blocks, features)."""
        return self.rows[: len(self.names)].T


class Text:
    """What the texts of a page's blocks say, as arrays over the blocks."""

    def __init__(self, page: Segments) -> None:
        n = len(page.texts)
        self.index = np.arange(n)
        self.size = np.fromiter(map(len, page.texts), dtype=np.float32, count=n)
        counts = _counts(page.texts)
        self.stops, self.commas, self.digits, self.upper, self.spaces, self.marks, self.quotes, self.wide, self.letters = counts
        self.linked = np.array(page.linked, dtype=np.float32)
        self.length = self.size + 1.5 * self.wide
        self.density = self.linked / self.size
        self.words = self.spaces + 1 + self.wide / 2
        self.ends = np.array([t[-1] in _STOPS or t[-2:-1] in _STOPS for t in page.texts], dtype=np.float32)
        self.is_prose = ((self.length >= 70) & (self.density < 0.35) & (self.stops > 0)).astype(np.float32)
        self.prose = self.length * self.is_prose * (1 - self.density)
        self.total = max(1.0, float(self.prose.sum()))


class Boxes:
    """The containers of a page as arrays."""

    def __init__(self, page: Segments) -> None:
        boxes = page.containers
        facts = np.array([(c.parent, c.first, c.last, c.depth) for c in boxes], dtype=np.int64)
        self.parent, self.first, self.last, self.depth = facts.T.copy()
        self.parent[0] = 0
        self.count = self.last - self.first
        self.tag = np.array([_OWN.get(c.tag, 99) for c in boxes], dtype=np.int64)
        self.home = np.array(page.home, dtype=np.int64)

    def over(self, values: Any) -> Any:
        """Sum `values` of blocks, an array (..., blocks), over each container."""
        running = np.zeros((*values.shape[:-1], values.shape[-1] + 1))
        np.cumsum(values, axis=-1, dtype=np.float64, out=running[..., 1:])
        return (running[..., self.last] - running[..., self.first]).astype(np.float32)

    def levels(self) -> NDArray[np.int64]:
        """Return for each block its container and those above that hold more blocks, an array (LEVELS, blocks)."""
        up, count = self.parent, self.count
        same = (count[up] == count) & (up > 0)
        for _ in range(60):
            if not same.any():
                break
            up = np.where(same, self.parent[up], up)
            same = (count[up] == count) & (up > 0)
        out = np.empty((LEVELS, len(self.home)), dtype=np.int64)
        out[0] = self.home
        for level in range(1, LEVELS):
            out[level] = up[out[level - 1]]
        return out

    def smallest(self, amount: Any, least: float) -> int:
        """Return the smallest container that holds at least an amount, the last of them."""
        order = np.where(amount >= least, self.count, 1 << 40)
        return int(len(order) - 1 - np.argmin(order[::-1]))


def table(page: Segments) -> Table:
    """Return the features of a page's blocks (at least one), without the words of class names."""
    out = Table(len(page.texts))
    text, boxes = Text(page), Boxes(page)
    _own(out, text, page)
    _tags(out, boxes, page)
    _boxes(out, text, boxes)
    _kin(out, text, page)
    _place(out, text, boxes, page)
    _copies(out, page)
    _said(out, page)
    _lists(out, text, page)
    _articles(out, text, boxes, page)
    return out


def _own(out: Table, text: Text, page: Segments) -> None:
    size, words = text.size, text.words
    logs = np.log1p([text.length, words, text.stops, text.commas, text.marks])
    out.add("length", logs[0])
    out.add("words", logs[1])
    out.add("density", text.density)
    out.add("strong", np.array(page.strong, dtype=np.float32) / size)
    out.add("stops", logs[2])
    out.add("commas", logs[3])
    out.add("stops share", text.stops / words)
    out.add("commas share", text.commas / words)
    out.add("digits", text.digits / size)
    out.add("upper", text.upper / size)
    out.add("marks", logs[4])
    out.add("marks share", text.marks / size)
    out.add("quotes", np.minimum(text.quotes, 6) / 6)
    out.add("letters", text.letters / size)
    out.add("word length", np.minimum(size / words, 30) / 10)
    out.add("ends", text.ends)
    out.add("colon", [t[-1] in ":：" for t in page.texts])
    out.add("lower start", [t[0].islower() for t in page.texts])
    out.add("broken", page.broken)
    out.add("prose", text.is_prose)
    out.add("wide", text.wide / size)


def _tags(out: Table, boxes: Boxes, page: Segments) -> None:
    own = boxes.tag[boxes.home]
    for name in OWN[:_SHOWN]:
        out.add("tag " + name, own == _OWN[name])
    bits = _chain_bits(page)[boxes.home]
    around = (bits >> np.arange(len(AROUND) + 1)[:, None]) & 1
    for name, row in zip((*AROUND, "hidden"), around, strict=True):
        out.add("in " + name, row)
    out.add("depth", boxes.depth[boxes.home] / 20)


def _boxes(out: Table, text: Text, boxes: Boxes) -> None:
    """What the containers around a block hold, each step to the next that holds more blocks."""
    first, last, index = boxes.first, boxes.last, text.index
    sums = boxes.over(np.array([text.length, text.linked * (text.length / text.size), text.prose, text.is_prose, text.ends]))
    length, linked, prose, number, ends = sums
    # the smallest containers that hold half, and four fifths, of the prose
    half, most = boxes.smallest(prose, 0.5 * text.total), boxes.smallest(prose, 0.8 * text.total)
    for name, best in (("half", half), ("most", most)):
        out.add(name + " inside", (index >= first[best]) & (index < last[best]))
        out.add(name + " before", np.log1p(np.maximum(first[best] - index, 0)) / 3)
        out.add(name + " after", np.log1p(np.maximum(index - last[best] + 1, 0)) / 3)
        out.add(name + " share", length[best] / max(1.0, float(text.length.sum())))
    at = boxes.levels()
    box, here = np.maximum(length, 1.0), np.maximum(boxes.count, 1)
    facts = {
        "box length": np.log1p(box) / 3,
        "box density": linked / box,
        "box prose": prose / text.total,
        "box prose share": prose / box,
        "box blocks": np.log1p(here) / 2,
        "box mean": np.log1p(box / here) / 3,
        "box prose blocks": number / here,
        "box ends": ends / here,
    }
    rows = np.array(list(facts.values()), dtype=np.float32)[:, at]
    place = (index - first[at]) / here[at]
    kin = same_kind(boxes.tag)[at]
    for level in range(LEVELS):
        for name, row in zip(facts, rows[:, level], strict=True):
            out.add(f"{name} {level}", row)
        if level:
            out.add(f"box place {level}", place[level])
            out.add(f"box kin {level}", kin[level])
    for name, best in (("half", half), ("most", most)):
        holds = (first <= first[best]) & (last >= last[best])
        reached = np.vstack((holds[at], np.ones((1, len(index)), dtype=bool)))
        out.add(f"steps to {name}", np.argmax(reached, axis=0) / LEVELS)


def _kin(out: Table, text: Text, page: Segments) -> None:
    """Blocks of one make: same tag and class names of the element and of its parent."""
    kinds: dict[tuple[str, str, str, str], int] = {}
    of_box: dict[int, int] = {}
    boxes = page.containers
    for home in page.home:
        if home not in of_box:
            of_box[home] = _kind(kinds, boxes, home)
    group = np.array([of_box[home] for home in page.home], dtype=np.int64)
    number = np.bincount(group)
    length = np.bincount(group, text.length)
    facts = np.array(
        (
            np.log1p(number) / 3,
            np.log1p(length / number) / 3,
            np.bincount(group, text.prose) / text.total,
            np.minimum(np.bincount(group, text.linked) / length, 1.0),
            np.bincount(group, text.ends) / number,
        )
    )[:, group]
    for name, row in zip(("number", "mean", "prose", "density", "ends"), facts, strict=True):
        out.add("kin " + name, row)


def _place(out: Table, text: Text, boxes: Boxes, page: Segments) -> None:
    n, index, prose, total = len(text.index), text.index, text.prose, text.total
    before = np.cumsum(prose) - prose
    out.add("place", index / n)
    out.add("blocks", np.log1p(n) / 5)
    out.add("total", np.log1p(total) / 8)
    out.add("prose before", before / total)
    out.add("prose after", 1 - (before + prose) / total)
    out.add("prose of page", prose / total)
    is_prose = text.is_prose > 0
    seen = np.full(n + 2, -10_000)
    seen[1:-1] = np.where(is_prose, index, -10_000)
    out.add("since prose", np.minimum(np.log1p(index - np.maximum.accumulate(seen[:n])), 4) / 4)
    seen[:] = 10_000 + n
    seen[1:-1] = np.where(is_prose, index, 10_000 + n)
    following = np.minimum.accumulate(seen[:1:-1])[::-1]
    out.add("until prose", np.minimum(np.log1p(following - index), 4) / 4)
    sums = _window(np.array((prose, text.linked, text.size)), 3)
    out.add("nearby", sums[0] / total)
    out.add("nearby linked", sums[1] / np.maximum(sums[2], 1))
    is_h1 = boxes.tag[boxes.home] == _OWN["h1"]
    heads = np.cumsum(is_h1)
    out.add("h1 before", np.minimum(heads, 3) / 3)
    out.add("h1 after", np.minimum(heads[-1] - heads, 3) / 3)
    out.add("since h1", _since(is_h1, index))
    titled = np.array([len(t) > 12 and t in page.title for t in page.texts])
    out.add("title", titled)
    out.add("since title", _since(titled, index))


def _since(there: Any, index: Any) -> Floats:
    """How far behind the last block is that has something."""
    last = np.maximum.accumulate(np.where(there, index, -1000))
    return np.asarray(np.minimum(np.log1p(index - last), 5) / 5, dtype=np.float32)


def _copies(out: Table, page: Segments) -> None:
    """Repetition."""
    numbers: dict[str, int] = {}
    seen = []
    for text in page.texts:
        number = numbers.get(text, 0)
        seen.append(number)
        numbers[text] = number + 1
    out.add("copies", np.minimum([numbers[text] - 1 for text in page.texts], 4) / 4)
    out.add("copies before", np.minimum(seen, 4) / 4)


def _said(out: Table, page: Segments) -> None:
    """Linked data."""
    said = body(page.said) if page.said else ""
    out.add("said", float(len(said) > 200))
    out.add("said this", [said_this(t, said) for t in page.texts] if said else 0.0)


_LISTS = frozenset(("ul", "ol", "dl", "table"))


def _lists(out: Table, text: Text, page: Segments) -> None:
    """What stands before and after the list or table that a block is in: one of the article follows a colon, or a paragraph."""
    rows = np.zeros((4, len(page.texts)), dtype=np.float32)
    for box in page.containers:
        if box.tag in _LISTS and box.last > box.first:
            inside = slice(box.first, box.last)
            before, after = box.first - 1, box.last
            if before >= 0:
                rows[0, inside] = page.texts[before][-1] in ":："
                rows[1, inside] = text.is_prose[before]
            if after < len(page.texts):
                rows[2, inside] = text.is_prose[after]
            rows[3, inside] = math.log1p(box.last - box.first) / 4
    for name, row in zip(("colon before", "prose before", "prose after", "blocks"), rows, strict=True):
        out.add("list " + name, row)


def _articles(out: Table, text: Text, boxes: Boxes, page: Segments) -> None:
    """Which of a page's articles a block is in, where one follows another; and whether descriptions of the page quote it."""
    share = np.zeros(len(page.texts), dtype=np.float32)
    before = np.zeros(len(page.texts), dtype=np.float32)
    running = np.concatenate(([0.0], np.cumsum(text.prose)))
    end = number = 0
    for box in page.containers:
        if box.tag == "article" and box.first >= end:
            prose = running[box.last] - running[box.first]
            share[box.first : box.last] = prose / text.total
            before[box.first : box.last] = min(number, 3) / 3
            number += prose > 0
            end = box.last
    out.add("article share", share)
    out.add("articles before", before)
    told = "\n".join(page.told)
    begins = {t[:40] for t in page.told if len(t) >= SHORTEST}
    if begins:
        out.add("told", [len(t) >= SHORTEST and (t[:40] in told or any(b in t for b in begins)) for t in page.texts])
    else:
        out.add("told", 0.0)


def bits_of(page: Segments, words: dict[str, int]) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return which of `words` (word -> column) stand in class and id names: of a block's element and the one around it, of all around it.

    Two arrays (sets, words) of 0 and 1, and for each block its row: few blocks of a page differ. Sets of words are whole
    numbers, a bit a word, joined down the tree.
    """
    near: list[int] = []
    around: list[int] = []
    own: list[int] = []
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
    numbers: dict[tuple[int, int], int] = {}
    rows = [numbers.setdefault((near[h], around[h]), len(numbers)) for h in page.home]
    size = (len(words) + 7) // 8
    data = b"".join(a.to_bytes(size, "little") + b.to_bytes(size, "little") for a, b in numbers)
    bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8).reshape(len(numbers), 2, size), axis=2, count=len(words), bitorder="little")
    return bits[:, 0].astype(np.float32), bits[:, 1].astype(np.float32), np.array(rows, dtype=np.int64)


def same_kind(tag: NDArray[np.int64]) -> Floats:
    """A coarse code of a container's tag: 1 a list, 0.5 a table, else 0."""
    return _SORTS[np.minimum(tag, len(OWN))]


_SORT = {**dict.fromkeys(("ul", "ol", "li", "nav"), 1.0), **dict.fromkeys(("table", "tr", "tbody", "td"), 0.5)}
_SORTS = np.array([_SORT.get(name, 0.0) for name in (*OWN, "")])


def _window(values: Any, reach: int) -> Floats:
    """Sum values, an array (..., blocks), over each block and those up to `reach` away."""
    n = values.shape[-1]
    running = np.zeros((*values.shape[:-1], n + 2 * reach + 1))
    np.cumsum(values, axis=-1, dtype=np.float64, out=running[..., reach + 1 : reach + 1 + n])
    running[..., reach + 1 + n :] = running[..., reach + n, None]
    return np.asarray(running[..., 2 * reach + 1 :] - running[..., :n], dtype=np.float32)


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


_BODY = re.compile(r'"articleBody"\s*:\s*"')
_QUOTE = re.compile(r'(?<!\\)(?:\\\\)*"')


def article_body(said: list[str]) -> str:
    """Return the longest text that scripts of linked data give as the article's, as it stands there."""
    import html
    import json

    found = ""
    for script in said:
        for match in _BODY.finditer(script):
            end = _QUOTE.search(script, match.end())
            raw = script[match.end() : end.end() - 1] if end else ""
            try:
                text = json.loads(f'"{raw}"', strict=False)
            except ValueError:
                text = raw
            found = max(found, text, key=len)
    return html.unescape(found)


def body(said: list[str]) -> str:
    """Return the article's text as linked data gives it, without markup and spaces."""
    text = article_body(said)
    return "".join((re.sub(r"<[^<>]{0,500}>", "", text) if "<" in text else text).split())


def said_this(text: str, said: str) -> float:
    """Whether linked data's article holds a block: its beginning, or its end."""
    start = text[:80].replace(" ", "")  # at least forty characters, if there are as many: spaces are single
    if len(start) < 8:
        return 0.5 if start in said else 0.0
    if start[:40] in said:
        return 1.0
    return float(len(text) > 40 and text[-80:].replace(" ", "")[-40:] in said)
