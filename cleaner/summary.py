"""The summary of a run: documents, characters, removals by kind and rule, failures by reason, time, and all by host."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from cleaner.api import Cleaned
from cleaner.output import Totals
from cleaner.targets import write

HOSTS = 10  # in the table; the file has all


class Summary(Totals):
    """Totals that can be joined, kept and gone on with."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0  # not documents: pictures, redirects, requests
        self.reasons: Counter[str] = Counter()
        self.hosts: dict[str, Counter[str]] = {}
        self.began = time.monotonic()
        self.before = 0.0  # seconds of the runs that this one goes on with

    def cleaned(self, done: Cleaned, url: str | None = None) -> None:
        """Count a cleaned document, for its host too if its address is known."""
        self.add(done)
        if host := hostname(url):
            self._host(host).update(documents=1, read=len(done.source), written=len(done.text), removed=len(done.removed))

    def failure(self, reason: str, url: str | None = None) -> None:
        """Count a document that came out unchanged."""
        self.failed += 1
        self.reasons[reason] += 1
        if host := hostname(url):
            self._host(host).update(failed=1)

    def _host(self, host: str) -> Counter[str]:
        return self.hosts.setdefault(host, Counter(documents=0, read=0, written=0, removed=0, failed=0))

    def join(self, other: Summary) -> None:
        """Add the counts of another part of the run."""
        for name in ("documents", "read", "written", "failed", "skipped"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("lines", "characters", "rules", "reasons"):
            getattr(self, name).update(getattr(other, name))
        for host, counts in other.hosts.items():
            self._host(host).update(counts)

    @property
    def seconds(self) -> float:
        """The time of the run, and of those it goes on with."""
        return self.before + time.monotonic() - self.began

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values, as `--stats-to` writes them."""
        return {
            "documents": self.documents,
            "failed": self.failed,
            "skipped": self.skipped,
            "characters": {"judged": self.read, "kept": self.written},
            "seconds": round(self.seconds, 3),
            "kinds": {kind: {"removed": n, "characters": self.characters[kind]} for kind, n in self.lines.most_common()},
            "rules": dict(self.rules.most_common()),
            "failures": dict(self.reasons.most_common()),
            "hosts": {host: dict(counts) for host, counts in self._by_size()},
        }

    @classmethod
    def of(cls, values: dict[str, Any]) -> Summary:
        """Return the summary that `as_dict` wrote."""
        summary = cls()
        summary.documents, summary.failed, summary.skipped = values["documents"], values["failed"], values["skipped"]
        summary.read, summary.written = values["characters"]["judged"], values["characters"]["kept"]
        for kind, counts in values["kinds"].items():
            summary.lines[kind], summary.characters[kind] = counts["removed"], counts["characters"]
        summary.rules.update(values["rules"])
        summary.reasons.update(values["failures"])
        summary.hosts = {host: Counter(counts) for host, counts in values["hosts"].items()}
        summary.before = values["seconds"]
        return summary

    def _by_size(self) -> list[tuple[str, Counter[str]]]:
        return sorted(self.hosts.items(), key=lambda h: (-h[1]["documents"], h[0]))

    def notes(self) -> list[str]:
        """Return the lines that stand below the table."""
        lines = super().notes()
        if self.skipped:
            lines.append(f"{self.skipped} records that are no documents were left out")
        lines += [f"failed {n:8}  {reason}" for reason, n in self.reasons.most_common()]
        lines += [f"{h}: {c['documents']} documents, {c['removed']} removed" for h, c in self._by_size()[:HOSTS]]
        rate = f", {self.documents / self.seconds:.0f} documents a second" if self.seconds else ""
        return [*lines, f"{self.seconds:.1f} seconds{rate}"]

    def write(self, path: str) -> None:
        """Write everything as JSON; raises OSError."""
        write(path, [json.dumps(self.as_dict(), ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass"), b"\n"])


def hostname(url: str | None) -> str:
    """Return the host of an address without www., or nothing.

    >>> hostname("https://www.example.org/a"), hostname("no address"), hostname(None)
    ('example.org', '', '')
    """
    if not url:
        return ""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
