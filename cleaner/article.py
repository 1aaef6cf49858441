"""The article: the segments that the tagger holds for article, as blocks of a text, and names for what lies beside them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

from cleaner.blocks import Block
from cleaner.elements import words_of
from cleaner.segments import Container, Segments

TAGS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "head"),
    **dict.fromkeys(("li", "dt", "dd"), "item"),
    **dict.fromkeys(("td", "th"), "table"),
    "blockquote": "quote",
    "pre": "pre",
}
THRESHOLD = 0.55  # probability from which on a segment is article
SURE = 0.7  # probability of the blocks before and after a table or list that is article as a whole
LEAST = {"table": 0.0, "ul": 0.3, "ol": 0.3}  # mean probability, weighted by length, that such a table or list must have
LINKED = 0.3  # share of its text inside links that it may have
CELL = 300  # characters; a longer cell is text that a table lays out, not data
MOST = 0.8  # of the article's characters, that its element holds, and
NEAR = 4  # blocks, for each of the article, that it may hold
SAID = 30  # characters; a shorter text may occur twice by chance
TWICE = 100  # characters; a longer paragraph is not written twice
NAMED = 12  # characters of a headline that the page's title says again
STORY = 400  # characters of the page's story, after which the next may follow
AGAIN = 0.3  # of the article's characters, that must be written again for a second copy of it
OFTEN = 3  # times; a box before each embedded post says the same, and
FEW = 2  # such texts are on a page; and more than so many are said again in a second copy of the article
MANY = 60  # quotes, or longest paragraphs, that are compared with all others; time would grow with their square
LONG = 800  # characters of other blocks, and
COPIED = 0.7  # share of a block's own, that it must hold to be their copy
_AROUND = "\"“”„‟‚‘’«»‹›「」『』'–—- .…,:"
# the words of classes that tell a kind; where one word could mean two, the earlier kind has it
KINDS = {
    "comment": "comment comments disqus respond reply replies discussion kommentar kommentare comentarios commentaires reacties",
    "related": "related recommended recommend more mostread popular trending read teaser teasers recirc promoted also outbrain taboola",
    "promo": "newsletter subscribe subscription signup promo donate donation membership app follow podcast paywall piano",
    "ad": "ad ads advert advertisement adslot sponsor sponsored affiliate dfp gpt banner",
    "caption": "caption captions credit credits figcaption copyright photo image gallery",
    "byline": "author authors byline bio contributor writer reporter profile",
    "legal": "legal disclaimer terms imprint impressum privacy license",
    "ui": "share sharing social nav navigation menu breadcrumb breadcrumbs tag tags topics meta toolbar player video audio button "
    "pagination print footer header search login toc date time",
}
_KIND = {word: kind for kind in reversed(KINDS) for word in KINDS[kind].split()}


def chosen(page: Segments, likely: Any, keep: Collection[str] = (), threshold: float = THRESHOLD) -> list[int]:
    """Return the segments that are article, by the tagger's probabilities; beside them also those of the kinds `keep`."""
    found = {k for k in range(len(page.texts)) if likely[k] >= threshold}
    found.update(*_enclosed(page, likely))
    found.difference_update(*_next_stories(page, found))
    found.difference_update(_repeated(page, sorted(found)))
    first = min(found, default=-1)
    if first >= 0 and len(page.texts[first]) >= NAMED and page.texts[first] in page.title:
        found.discard(first)  # the headline
    if keep and found:
        found.update(k for k, kind in beside(page, found) if kind in keep)
    return sorted(found)


def _enclosed(page: Segments, likely: Any) -> Iterator[range]:
    """Yield the tables, and the lists that the tagger does not deny, that stand between two sure blocks of the article.

    One cell or item says little by itself; a table stays or goes as a whole.
    """
    end = 0
    for box in page.containers:
        least = LEAST.get(box.tag)
        if least is None or box.first < end or not 0 < box.first < box.last < len(likely):
            continue
        end = box.last
        if likely[box.first - 1] <= SURE or likely[end] <= SURE:
            continue
        cells = range(box.first, end)
        sizes = [len(page.texts[k]) for k in cells]
        if box.tag == "table" and max(sizes) > CELL:
            continue
        mean = sum((size + 10) * likely[k] for size, k in zip(sizes, cells, strict=True)) / (sum(sizes) + 10 * len(sizes))
        if mean >= least and sum(page.linked[k] for k in cells) < LINKED * sum(sizes):
            yield cells


def _next_stories(page: Segments, found: Collection[int]) -> Iterator[range]:
    """Yield the blocks of each outermost `article` with a main heading of its own that follows the one which has the page's title.

    Pages that go on with the next story when one scrolls down are made so; a live blog's entries have no main heading.
    """
    end = 0
    told = False
    for box in page.containers:
        if box.tag != "article" or box.first < end:
            continue
        end = box.last
        rows = range(box.first, end)
        heads = [page.texts[k] for k in rows if page.containers[page.home[k]].tag == "h1"]
        if heads and told:
            yield rows
        elif any(len(head) >= NAMED and head in page.title for head in heads):
            told = sum(len(page.texts[k]) for k in rows if k in found) >= STORY


def _repeated(page: Segments, found: list[int]) -> set[int]:
    """Return the blocks that say once more what others say: copies of the whole, paragraphs written twice, pull quotes."""
    texts = {k: page.texts[k].strip(_AROUND) for k in found}
    gone = _copies(page, texts)
    gone.update(_second_copy(page, texts))
    gone.update(_written_twice(page, texts))
    quotes = [k for k in found if k not in gone and len(texts[k]) >= SAID and _tag(page, k)[0] == "quote"]
    if len(quotes) <= MANY:
        for k in quotes:
            others = (j for j in found if abs(j - k) > 1 and j not in gone and len(texts[j]) > len(texts[k]))
            if any(texts[k] in texts[j] for j in others):
                gone.add(k)
    return gone


def _copies(page: Segments, texts: dict[int, str]) -> set[int]:
    """The long paragraphs that consist of other blocks of the article."""
    found = set()
    longest = sorted((j for j, text in texts.items() if len(text) >= LONG), key=lambda j: -len(texts[j]))[:MANY]
    for j in longest:
        whole = texts[j]
        if _tag(page, j)[0] == "p":
            held = [len(text) for text in texts.values() if SAID <= len(text) < len(whole) and text in whole]
            if len(held) > 2 and sum(held) >= max(LONG, COPIED * len(whole)):
                found.add(j)
    return found


def _second_copy(page: Segments, texts: dict[int, str]) -> list[int]:
    """The blocks that say again what others say, where they are a large part of the article: it is there once a size of screen."""
    seen: set[str] = set()
    again = []
    for k, text in texts.items():
        if text in seen and _tag(page, k)[0] != "pre":
            again.append(k)
        seen.add(text)
    long = [len(texts[k]) for k in again if len(texts[k]) >= SAID]
    return again if len(long) > FEW and sum(long) > AGAIN * sum(map(len, texts.values())) else []


def _written_twice(page: Segments, texts: dict[int, str]) -> list[int]:
    """The paragraphs that stand above already; and every one of a few that stand on the page again and again."""
    long = [k for k, text in texts.items() if len(text) >= TWICE]
    times = Counter(text for text in page.texts if len(text) >= TWICE)
    again = [k for k in long if times[page.texts[k]] > 1 and _tag(page, k)[0] == "p"]
    often = {page.texts[k] for k in again if times[page.texts[k]] >= OFTEN}
    if len(often) > FEW:  # the whole article is written more than once
        often = set()
    seen: set[str] = set()
    found = []
    for k in again:
        if page.texts[k] in often or page.texts[k] in seen:
            found.append(k)
        seen.add(page.texts[k])
    return found


def expected_f1(page: Segments, likely: Any, keep: Collection[int]) -> float:
    """Return the F1, weighted by length, that the segments `keep` have if the tagger's probabilities are true: its own doubt.

    Likely segments that are not kept were left out on purpose, as copies, and count for nothing.
    """
    kept = frozenset(keep)
    right = taken = rest = 0.0
    for k, (text, p) in enumerate(zip(page.texts, likely, strict=True)):
        if k in kept:
            taken += len(text)
            right += len(text) * p
        elif p < THRESHOLD:
            rest += len(text) * p
    return 2 * right / max(1e-9, taken + right + rest)


def plain(lines: list[str]) -> tuple[str, list[Block]]:
    """Return lines as a text and its blocks, each a paragraph."""
    found, at = [], 0
    for k, line in enumerate(lines):
        found.append(Block(line, at, k + 1, 1 if k else 0, "p"))
        at += len(line) + 1
    return "\n".join(lines), found


def blocks(page: Segments, keep: Collection[int]) -> tuple[str, list[Block]]:
    """Return the text of the segments `keep`, a line each, and its blocks with tags; the cells of a table's row share a line."""
    lines: list[str] = []
    found: list[Block] = []
    at = 0
    paths: dict[int, str] = {}
    for tag, text, linked, k in _lines(page, sorted(keep)):
        block = Block(text, at, len(lines) + 1, 1 if lines else 0, tag, linked)
        if page.lines[k]:
            home = page.home[k]
            if home not in paths:
                paths[home] = page.path(home)
            block.origin = (page.lines[k], paths[home], k)
        found.append(block)
        lines.append(text)
        at += len(text) + 1
    return "\n".join(lines), found


def _lines(page: Segments, keep: list[int]) -> Iterator[tuple[str, str, float, int]]:
    row: list[str] = []
    row_at = first = -1
    for k in keep:
        text = page.texts[k]
        tag, at = _tag(page, k)
        if row and (tag != "table" or at != row_at):
            yield *_row(row), first
            row = []
        if tag == "table":
            first = k if not row else first
            row.append(text)
            row_at = at
        elif tag == "pre":
            yield from (("pre", line.strip("\r"), 0.0, k) for line in page.raw.get(k, text).strip().split("\n") if line.strip())
        else:
            yield tag, text, 1.0 if page.linked[k] >= 0.9 * len(text) and len(text) > 12 else 0.0, k
    if row:
        yield *_row(row), first


def _row(cells: list[str]) -> tuple[str, str, float]:
    return "table" if len(cells) > 1 else "p", " | ".join(cells), 0.0


def clean_text(text: str) -> str:
    """Return a text with its whitespace made single and its letters composed (NFC)."""
    text = " ".join(text.split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _tag(page: Segments, k: int) -> tuple[str, int]:
    """The tag of a segment, by the nearest element that has a say; of a table's cell, also its row."""
    at = page.home[k]
    while at > 0:
        box = page.containers[at]
        tag = TAGS.get(box.tag)
        if tag == "table":
            data = box.last - box.first == 1 and len(page.texts[k]) <= CELL
            return ("table", box.parent) if data else ("p", -1)
        if tag is not None:
            return tag, at
        at = box.parent
    return "p", -1


def kind_of(page: Segments, k: int) -> str:
    """Return the kind of a segment that is no article, by the class words of the elements around it, the nearest first."""
    at = page.home[k]
    while at > 0:
        box = page.containers[at]
        if box.kind:
            return box.kind
        kind = _named(box.names) or _TAG_KIND.get(box.tag, "")
        if kind:
            return kind
        at = box.parent
    return "other"


_TAG_KIND = {"figure": "caption", "nav": "ui", "button": "ui", "form": "ui", "footer": "ui", "aside": "related", "address": "byline"}


@lru_cache(maxsize=4096)
def _named(names: str) -> str:
    return next((kind for kind in map(_KIND.get, words_of(names)) if kind), "")


def beside(page: Segments, keep: Collection[int]) -> list[tuple[int, str]]:
    """Return (segment, kind) of what is no article but stands in its element, or between its blocks; and of comments below."""
    if not keep:
        return []
    chosen = frozenset(keep)
    low, high = min(chosen), max(chosen)
    box = _element(page, sorted(chosen))
    if box.last - box.first <= NEAR * len(chosen):
        low, high = min(low, box.first), max(high, box.last - 1)
    kinds = [(k, kind_of(page, k)) for k in range(low, len(page.texts)) if k not in chosen]
    return [(k, kind) for k, kind in kinds if k <= high or kind == "comment"]


def _element(page: Segments, chosen: list[int]) -> Container:
    """The smallest element that holds most of the article."""
    sizes = [0]
    held = iter(chosen)
    at = next(held, -1)
    for k, text in enumerate(page.texts):
        here = k == at
        sizes.append(sizes[-1] + here * len(text))
        if here:
            at = next(held, -1)
    return min(
        (box for box in page.containers if sizes[box.last] - sizes[box.first] >= MOST * sizes[-1]),
        key=lambda box: (box.last - box.first, -box.depth),
    )


def from_linked_data(said: list[str]) -> list[str]:
    """Return the paragraphs of the longest article that a page's linked data (JSON-LD) gives."""
    from cleaner.features import article_body

    text: Any = article_body(said)
    text = re.sub(r"<br\s*/?>|</?p\b[^>]*>|</?div\b[^>]*>", "\n", text)
    lines = map(clean_text, re.sub(r"<[^<>]{1,500}>", "", text).split("\n"))
    return [line for line in lines if line]
