"""What a site memory says about an article: which of its lines the site prints in many, and which are other articles' headlines.

The article that is judged is taken to be among those that were learned: it is no witness for itself. So what stands in one
other article only, or in copies of one, says nothing.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from os import fspath

from cleaner.site import keys
from cleaner.site.store import Host, Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from cleaner.blocks import Block

OTHERS = 3  # articles beside this one that a line must stand in,
SELDOM = 50  # and one in so many of the site's articles
MANY, SHARE = 10, 4  # the same for what an article could repeat: its paragraphs, lists, tables, subheadings
OWN = 3  # paragraphs that no other article has: fewer are too little of an article to judge by
DIGEST = 3  # other articles' headlines, each with a paragraph below it, are a digest of them
_MARK = r"https?:|www\.|\bt\.me/|@\w|\w@\w|[©ⓒ]"


def opened(path: str) -> Store:
    """Return a site memory's file, opened for reading once in a process and again when it is another; raises Failure."""
    try:
        found = os.stat(path)
    except OSError:
        return Store(path)
    return _opened(path, os.getpid(), found.st_ino, found.st_mtime_ns)


@lru_cache(maxsize=4)
def _opened(path: str, *state: int) -> Store:
    return Store(path)


def of(site: str | PathLike[str] | Site, url: str | None, host: str = "") -> Site:
    """Return what a site memory knows of the site of an address, or of `host` where there is no address; raises Failure."""
    if isinstance(site, Site):
        return site
    from cleaner.summary import hostname

    return Site(opened(fspath(site)), hostname(url) or host)


class Site:
    """What is remembered of one site, asked about one article."""

    def __init__(self, store: Store, name: str) -> None:
        self.store = store
        self.host: Host | None = store.host(name)
        self._keys: dict[str, int] = {}  # of the lines that were asked about
        self._counts: dict[int, int] = {}
        self._titles: dict[int, tuple[int, int]] = {}

    def repeated(self, blocks: Sequence[Block], taken: Sequence[object]) -> list[int]:
        """Return the blocks that are the site's lines, not the article's."""
        if self.host is None or self.host.articles <= OTHERS:
            return []
        others = self._others([block.text for block in blocks])
        if max(others, default=0) < OTHERS:
            return []
        own = [k for k, block in enumerate(blocks) if taken[k] is None and others[k] < OTHERS and block.prose]
        if len(own) < OWN:
            return []
        first = next((k for k, verdict in enumerate(taken) if verdict is None), 0)
        tables = _tables(blocks, taken, own)
        found = []
        for k, block in enumerate(blocks):
            if taken[k] is not None or others[k] < OTHERS or SELDOM * (others[k] + 1) < self.host.articles:
                continue
            if k == first and not block.prose:
                continue  # may be the headline of a column
            everywhere = others[k] >= MANY and SHARE * (others[k] + 1) >= self.host.articles
            at_edge = k < own[0] or (k > own[-1] and not block.prose)
            marked = re.search(_MARK, block.text) is not None
            if (everywhere and (at_edge or block.prose or keys.tells(block.text))) or ((at_edge or marked) and k not in tables):
                found.append(k)
        return found

    def headlines(self, blocks: Sequence[Block], taken: Sequence[object]) -> list[int]:
        """Return the blocks, below the first paragraph, that are the headlines of other articles."""
        if self.host is None:
            return []
        short = [
            k for k, block in enumerate(blocks) if taken[k] is None and len(block.text) <= 200 and block.short and keys.tells(block.text)
        ]
        asked = {k: keys.line_keys(blocks[k].text) for k in short}
        self._ask_titles({key for several in asked.values() for key in several})
        if not any(self._titles[key][1] for several in asked.values() for key in several):
            return []
        prose = [k for k, block in enumerate(blocks) if taken[k] is None and block.prose]
        if len(prose) < OWN:
            return []
        bodies = {self._keys.get(block.text) or keys.key(block.text) for block in blocks if block.prose}
        found = [k for k, several in asked.items() if k > prose[0] and any(_of_another(self._titles[key], bodies) for key in several)]
        leads = [k for k in found if k + 1 in prose]
        return found if len(leads) < DIGEST else [k for k in found if k not in leads]

    def _others(self, texts: list[str]) -> list[int]:
        """Return in how many other articles each line stands, as far as these are enough to matter."""
        new = {text: keys.key(text) for text in texts if text not in self._keys}
        if new and self.host is not None:
            self._keys |= new
            self._counts |= self.store.counts(self.host.id, new.values(), OTHERS + 1)
        return [self._counts.get(self._keys[text], 0) - 1 for text in texts]

    def _ask_titles(self, wanted: set[int]) -> None:
        new = wanted - self._titles.keys()
        if new and self.host is not None:
            self._titles |= dict.fromkeys(new, (0, 0)) | self.store.titles(self.host.id, new)


def _tables(blocks: Sequence[Block], taken: Sequence[object], own: list[int]) -> set[int]:
    """Return the lines that stand among numbers or list items: results, ingredients, prices."""
    found: set[int] = set()
    run: list[int] = []
    for k in range(len(blocks) + 1):
        if k < len(blocks) and taken[k] is None and k not in own:
            run.append(k)
            continue
        facts = [k for k in run if blocks[k].listed or blocks[k].plain[:1].isdigit() or _numbers(blocks[k].text)]
        if 3 * len(facts) >= len(run) and len(run) >= 3:
            found.update(run)
        run = []
    return found


def _numbers(text: str) -> bool:
    return 4 * sum(c.isdigit() for c in text) >= sum(c.isalnum() for c in text)


def _of_another(title: tuple[int, int], bodies: set[int]) -> bool:
    body, articles = title
    return articles > 0 and body not in bodies
