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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cleaner.report.evidence import Evidence

HOSTS = 10  # in the table; the file has all
GROUPS, REASONS = 100_000, 1000  # hosts, and failures, that are told apart: a run's memory stays flat
OTHERS = "(others)"


class Summary(Totals):
    """Totals that can be joined, kept and gone on with."""

    def __init__(self, evidence: Evidence | None = None) -> None:
        super().__init__()
        self.evidence = evidence  # of a run with a report
        self.skipped = 0  # responses of an archive that are no documents: pictures, redirects, errors
        self.reasons: Counter[str] = Counter()
        self.hosts: dict[str, Counter[str]] = {}
        self.languages: dict[str, Counter[str]] = {}
        self.began = time.monotonic()
        self.before = 0.0  # seconds of the runs that this one goes on with

    def cleaned(self, done: Cleaned, url: str | None = None, name: str = "", language: str = "") -> None:
        """Count a cleaned document, for its host and language too if they are known; `name` tells it from all others."""
        super().cleaned(done)
        host, language = hostname(url), language or (done.language or "").replace("_", "-").partition("-")[0].lower()
        counts = {"documents": 1, "read": len(done.source), "written": len(done.text), "removed": len(done.removed)}
        if host:
            self._of(self.hosts, host).update(counts)
        if language:
            self._of(self.languages, language).update(counts)
        if self.evidence is not None:
            self.evidence.add(name, done, host, language)

    def failure(self, reason: str, url: str | None = None) -> None:
        """Count a document that came out unchanged."""
        self.failed += 1
        self._because(reason, 1)
        if host := hostname(url):
            self._of(self.hosts, host).update(failed=1)

    def _of(self, groups: dict[str, Counter[str]], name: str) -> Counter[str]:
        if name not in groups and len(groups) >= GROUPS:
            name = OTHERS
        if name not in groups:
            groups[name] = Counter(documents=0, read=0, written=0, removed=0, failed=0)
        return groups[name]

    def _because(self, reason: str, count: int) -> None:
        self.reasons[reason if reason in self.reasons or len(self.reasons) < REASONS else OTHERS] += count

    def join(self, other: Summary) -> None:
        """Add the counts of another part of the run."""
        for name in ("documents", "read", "written", "failed", "skipped"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("lines", "characters", "rules"):
            getattr(self, name).update(getattr(other, name))
        for reason, count in other.reasons.items():
            self._because(reason, count)
        for name in ("hosts", "languages"):
            for key, counts in getattr(other, name).items():
                self._of(getattr(self, name), key).update(counts)
        if self.evidence is not None and other.evidence is not None:
            self.evidence.join(other.evidence)

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
            "hosts": {host: dict(counts) for host, counts in _by_size(self.hosts)},
            "languages": {language: dict(counts) for language, counts in _by_size(self.languages)},
            **({"evidence": self.evidence.as_dict()} if self.evidence is not None else {}),
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
        for name in ("hosts", "languages"):
            setattr(summary, name, {key: Counter(counts) for key, counts in values.get(name, {}).items()})
        if "evidence" in values:
            from cleaner.report.evidence import Evidence

            summary.evidence = Evidence.of(values["evidence"])
        summary.before = values["seconds"]
        return summary

    def notes(self) -> list[str]:
        """Return the lines that stand below the table."""
        lines = super().notes()
        if self.skipped:
            lines.append(f"{self.skipped} responses that are no text (pictures, redirects, errors) were left out")
        lines += [f"failed {n:8}  {reason}" for reason, n in self.reasons.most_common()]
        lines += [f"{h}: {c['documents']} documents, {c['removed']} removed" for h, c in _by_size(self.hosts)[:HOSTS]]
        rate = f", {self.documents / self.seconds:.0f} documents a second" if self.seconds else ""
        return [*lines, f"{self.seconds:.1f} seconds{rate}"]

    def write(self, path: str) -> None:
        """Write everything as JSON; raises OSError."""
        values = self.as_dict()
        evidence = values.pop("evidence", None)  # long, so on one line
        text = json.dumps(values, ensure_ascii=False, indent=1)
        if evidence is not None:
            text = f'{text[:-2]},\n "evidence": {json.dumps(evidence, ensure_ascii=False)}\n}}'
        write(path, [text.encode("utf-8", "surrogatepass"), b"\n"])


def _by_size(groups: dict[str, Counter[str]]) -> list[tuple[str, Counter[str]]]:
    return sorted(groups.items(), key=lambda g: (-g[1]["documents"], g[0]))


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
