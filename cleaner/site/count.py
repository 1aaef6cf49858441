"""From documents to counts: in how many different articles of a site each line stands.

Copies do not count. An article scraped twice, a story in several versions, or one assembled from others, is known by its
paragraphs: where more than half of them were read before on the same site, it says nothing new about the site. Paragraphs
that are known from many articles say nothing either way. So a second run over the same corpus changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from cleaner.blocks import Block
from cleaner.site import keys
from cleaner.site.store import Store

BATCH = 1_000_000  # lines that are counted together
OFTEN = 4  # articles: a line that stands in so many is the site's, not the article's
LONGEST = 2000  # characters; longer lines are not remembered
PARAGRAPHS = 3  # a text with fewer has no headline that one could tell


class Read(NamedTuple):
    """What is remembered of one document: its site, its lines' keys, which of them are paragraphs, its headline's keys."""

    host: str
    lines: list[int]
    prose: list[bool]
    titles: list[int]


def read(blocks: list[Block], host: str, url: str | None = None, title: str | None = None) -> Read:
    """Return what is remembered of a document; its first line is its headline where it names none and that looks like one."""
    paragraphs = [block for block in blocks if block.prose]
    lines = {}
    for block in blocks:
        if len(block.text) <= LONGEST and any(c.isalpha() for c in block.text):
            lines[keys.key(block.text)] = block.prose
    if not title and len(paragraphs) >= PARAGRAPHS and blocks[0].short and not blocks[0].stops and not blocks[0].listed:
        title = blocks[0].text
    titles = keys.headline_keys(title or "")
    spelled = keys.address_key(url)
    if spelled is not None and spelled not in titles:
        titles.append(spelled)
    return Read(host, list(lines), list(lines.values()), titles)


class Counter:
    """Counts documents into a store, some at a time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.lines = self.articles = self.copies = 0
        self._hosts: dict[str, int] = {host.name: host.id for host in store.hosts()}
        self._batch: list[Read] = []
        self._size = 0

    def add(self, documents: Iterable[Read]) -> None:
        """Count documents, in their order."""
        for document in documents:
            if document.lines:
                self._batch.append(document)
                self._size += len(document.lines)
        if self._size >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what is counted to the store."""
        batch, self._batch, self._size = self._batch, [], 0
        if not batch:
            return
        number = [self._number(document.host) for document in batch]
        sizes = [len(document.lines) for document in batch]
        host = np.repeat(np.array(number), sizes)
        line = np.array([key for document in batch for key in document.lines])
        prose = np.array([p for document in batch for p in document.prose])
        article = np.repeat(np.arange(len(batch)), sizes)
        order = np.lexsort((article, line, host))
        host, line, prose, article = host[order], line[order], prose[order], article[order]
        new = np.r_[True, (host[1:] != host[:-1]) | (line[1:] != line[:-1])]
        group = np.cumsum(new) - 1  # of each occurrence, which (host, line) it is
        before = self._before(host[new], line[new])
        original, own = _originals(group, new, prose, article, before, len(batch))
        bodies = dict(zip(article[own].tolist(), line[own].tolist(), strict=True))  # of each article, one of its own paragraphs
        counts = np.bincount(group, weights=original[article], minlength=len(before)).astype(int)
        some = counts > 0
        rows = zip(host[new][some].tolist(), line[new][some].tolist(), counts[some].tolist(), strict=True)
        titles = [(number[k], title, body, 1) for k, body in bodies.items() if original[k] for title in batch[k].titles]
        hosts = np.array(number)
        sites = [(int((original & (hosts == h)).sum()), int((~original & (hosts == h)).sum()), h) for h in sorted(set(number))]
        self.store.add(rows, sorted(titles), sites)
        self.lines += len(line)
        self.articles += int(original.sum())
        self.copies += int((~original).sum())

    def _number(self, host: str) -> int:
        if host not in self._hosts:
            self._hosts[host] = self.store.numbered(host)
        return self._hosts[host]

    def _before(self, host: Any, line: Any) -> Any:
        """Return, for sorted pairs of host and line, in how many articles each was found in earlier batches."""
        before = np.zeros(len(host), dtype=int)
        found = self.store.known(zip(host.tolist(), line.tolist(), [0] * len(host), strict=True))
        if found:
            hosts, lines, counts = (np.array(column) for column in zip(*found, strict=True))
            pair = np.dtype([("host", np.int64), ("line", np.int64)])
            all_, known = np.empty(len(host), pair), np.empty(len(hosts), pair)
            all_["host"], all_["line"], known["host"], known["line"] = host, line, hosts, lines
            before[np.searchsorted(all_, known)] = counts
        return before


def _originals(group: Any, new: Any, prose: Any, article: Any, before: Any, size: int) -> tuple[Any, Any]:
    """Return for each document whether it is an article and no copy, and for each line whether it is its article's own paragraph.

    The arrays run over the lines' occurrences, sorted.
    """
    first = new & (before[group] == 0)  # this document is the first with this line
    judged = np.where(np.bincount(article, weights=prose, minlength=size)[article] > 0, prose, True)  # no paragraphs: all lines
    often = before[group] >= OFTEN
    original = np.ones(size, dtype=bool)
    for _ in range(2):  # what the first round takes for the site's own says nothing in the second
        says = judged & ~often
        total = np.bincount(article, weights=says, minlength=size)
        fresh = np.bincount(article, weights=says & first, minlength=size)
        original = 2 * fresh >= total
        often = (before + np.bincount(group, weights=original[article], minlength=len(before)))[group] >= OFTEN
    return original, first & prose & ~often
