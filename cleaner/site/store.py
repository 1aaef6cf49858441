"""The file of a site memory: an SQLite database of hosts, and of keys and counts for each. No text is in it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import weakref
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from cleaner.errors import Failure

IDENTITY, VERSION = 0x6E657773, 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS hosts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, articles INTEGER NOT NULL, copies INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS lines (host INTEGER, line INTEGER, articles INTEGER NOT NULL, PRIMARY KEY (host, line)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS titles (host INTEGER, title INTEGER, body INTEGER, articles INTEGER NOT NULL, PRIMARY KEY (host, title))
    WITHOUT ROWID;
CREATE TEMP TABLE batch (host INTEGER, line INTEGER, articles INTEGER NOT NULL, PRIMARY KEY (host, line)) WITHOUT ROWID;
"""
JOIN = """
INSERT OR IGNORE INTO hosts (name, articles, copies) SELECT name, 0, 0 FROM other.hosts;
UPDATE hosts SET articles = hosts.articles + theirs.articles, copies = hosts.copies + theirs.copies
    FROM other.hosts AS theirs WHERE theirs.name = hosts.name;
INSERT INTO lines SELECT ours.id, l.line, l.articles
    FROM other.lines AS l JOIN other.hosts AS theirs ON theirs.id = l.host JOIN hosts AS ours ON ours.name = theirs.name WHERE true
    ON CONFLICT DO UPDATE SET articles = articles + excluded.articles;
INSERT INTO titles SELECT ours.id, t.title, t.body, t.articles
    FROM other.titles AS t JOIN other.hosts AS theirs ON theirs.id = t.host JOIN hosts AS ours ON ours.name = theirs.name WHERE true
    ON CONFLICT DO UPDATE SET articles = articles + excluded.articles;
"""
CACHE = 256 << 10  # KiB
STEP = 32  # keys of a question
IN = f"({', '.join('?' * STEP)})"


class Host(NamedTuple):
    """A site: its number in the file, its name, and how many different articles and copies of them were read."""

    id: int
    name: str
    articles: int
    copies: int


class Store:
    """A site memory's file. Raises Failure where it can't be opened or is none."""

    def __init__(self, path: str, write: bool = False) -> None:
        self.path, self.write = path, write
        self._hosts: dict[str, Host | None] = {}
        try:
            if write:
                self._connect(path)
                self._prepare()
            else:
                if not os.path.exists(path):
                    raise Failure(f"{path}: there is no such site memory: cleaner learn CORPUS -o {path} makes one")
                # nobody writes to it meanwhile, and threads only read
                self._connect(f"file:{_quoted(path)}?mode=ro", uri=True, check_same_thread=False)
                self._check()
        except sqlite3.Error as error:
            raise Failure(f"{path}: this is no site memory that can be opened ({error})") from None

    def _connect(self, address: str, **how: Any) -> None:
        self.db: sqlite3.Connection = sqlite3.connect(address, **how)
        weakref.finalize(self, self.db.close)  # Python 3.13 warns of one that is left open

    def _check(self) -> None:
        (identity,), (version,) = (self.db.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version"))
        if identity != IDENTITY:
            raise Failure(f"{self.path}: this is no site memory: cleaner learn CORPUS -o FILE makes one")
        if version != VERSION:
            raise Failure(f"{self.path}: this site memory is of another version of cleaner: learn it again")

    def _prepare(self) -> None:
        if self.db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            self._check()
        self.db.executescript(
            f"PRAGMA application_id = {IDENTITY}; PRAGMA user_version = {VERSION}; PRAGMA cache_size = -{CACHE};"
            "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;" + SCHEMA
        )

    def hosts(self) -> list[Host]:
        """Return all sites, the largest first."""
        return [Host(*row) for row in self.db.execute("SELECT id, name, articles, copies FROM hosts ORDER BY articles DESC, name")]

    def host(self, name: str) -> Host | None:
        """Return a site by its name; one that is read only is asked for once."""
        if name not in self._hosts or self.write:
            row = self.db.execute("SELECT id, name, articles, copies FROM hosts WHERE name = ?", (name,)).fetchone()
            self._hosts[name] = Host(*row) if row else None
        return self._hosts[name]

    def numbered(self, name: str) -> int:
        """Return the number of a site, which is new if it has none."""
        self.db.execute("INSERT OR IGNORE INTO hosts (name, articles, copies) VALUES (?, 0, 0)", (name,))
        return int(self.db.execute("SELECT id FROM hosts WHERE name = ?", (name,)).fetchone()[0])

    def counts(self, host: int, keys: Iterable[int], least: int = 1) -> dict[int, int]:
        """Return, of some lines of a site, in how many articles each one stands that is in at least so many."""
        sql = "SELECT line, articles FROM lines WHERE host = ? AND articles >= ? AND line IN"
        return dict(self._of(sql, (host, least), keys))

    def titles(self, host: int, keys: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Return, of some headlines of a site, each one that is known: the key of a paragraph of its article, and its count."""
        rows = self._of("SELECT title, body, articles FROM titles WHERE host = ? AND title IN", (host,), keys)
        return {title: (body, articles) for title, body, articles in rows}

    def _of(self, sql: str, before: tuple[int, ...], keys: Iterable[int]) -> Iterator[Any]:
        asked = list(keys)
        for at in range(0, len(asked), STEP):
            some = asked[at : at + STEP]
            yield from self.db.execute(f"{sql} {IN}", (*before, *some, *some[:1] * (STEP - len(some))))  # one statement for all sizes

    def common(self, host: int, limit: int) -> Iterator[tuple[int, int]]:
        """Yield a site's lines that stand in most articles: key and count."""
        yield from self.db.execute("SELECT line, articles FROM lines WHERE host = ? ORDER BY articles DESC, line LIMIT ?", (host, limit))

    def spread(self, host: int) -> list[tuple[int, int]]:
        """Return how many of a site's lines stand in one article, how many in two, and so on."""
        return list(self.db.execute("SELECT articles, count(*) FROM lines WHERE host = ? GROUP BY articles ORDER BY articles", (host,)))

    def known(self, rows: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """Return (host, line, articles) of those of some lines that are known. `rows`: (host, line, 0), in order."""
        self.db.execute("DELETE FROM batch")
        self.db.executemany("INSERT INTO batch VALUES (?, ?, ?)", rows)
        return self.db.execute("SELECT lines.host, lines.line, lines.articles FROM batch CROSS JOIN lines USING (host, line)").fetchall()

    def add(
        self,
        lines: Iterable[tuple[int, int, int]],
        titles: Iterable[tuple[int, int, int, int]],
        hosts: Iterable[tuple[int, int, int]],
    ) -> None:
        """Add counts: (host, line, articles), (host, title, body, articles) and (articles, copies, host), all or nothing."""
        with self.db:
            self.db.executemany(
                "INSERT INTO lines VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET articles = articles + excluded.articles", lines
            )
            self.db.executemany(
                "INSERT INTO titles VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET articles = articles + excluded.articles", titles
            )
            self.db.executemany("UPDATE hosts SET articles = articles + ?, copies = copies + ? WHERE id = ?", hosts)

    def join(self, path: str) -> None:
        """Add all that another site memory holds; raises Failure. What is a copy across the two is not known any more."""
        Store(path).close()
        self.db.execute("ATTACH ? AS other", (path,))
        with self.db:
            self.db.executescript(JOIN)
        self.db.execute("DETACH other")

    def close(self) -> None:
        """Close the file, and leave none beside it."""
        if self.write and not self.db.in_transaction:  # else something failed, and the journal is what undoes it
            with contextlib.suppress(sqlite3.Error):
                self.db.execute("PRAGMA journal_mode = DELETE")
        self.db.close()


def is_store(path: str) -> bool:
    """Whether a file is a database, as a site memory is."""
    try:
        with open(path, "rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(os.path.abspath(path))
