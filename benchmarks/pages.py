"""Pages with a known body: one tool on one set, alone and followed by `cleaner`, in a process of its own.

`python -m benchmarks.pages TOOL FILE SAMPLE` prints JSON: {"rows": [...]} or {"skipped": why}. A row is
[precision, recall, seconds, failed, precision and recall after cleaner, seconds of cleaner].
"""

import gzip
import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.shingles import precision_recall

LIMIT = 60  # seconds; a page that takes longer counts as failed


def read(path: Path, sample: int = 1) -> Iterator[dict[str, str]]:
    """Yield every `sample`th page of a set: {"html", "gold_clean", ...}."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            if number % sample == 0:
                yield json.loads(line)


def rows(extract: peers.Extract, path: Path, sample: int) -> Iterator[list[Any]]:
    """Yield a row for each page; the first page runs once before, so that imports are not in the time."""
    from cleaner import clean

    for number, page in enumerate(read(path, sample)):
        if number == 0:
            clean(_timed(extract, page["html"])[0], format="text")
        text, seconds, failed = _timed(extract, page["html"])
        began = time.process_time()
        after = clean(text, format="text")
        spent = time.process_time() - began
        gold = page["gold_clean"]
        yield [*precision_recall(gold, text), seconds, failed, *precision_recall(gold, after), spent]


def _timed(extract: peers.Extract, html: str) -> tuple[str, float, bool]:
    signal.alarm(LIMIT)
    began = time.process_time()
    text, error = peers.attempt(extract, html)
    seconds = time.process_time() - began
    signal.alarm(0)
    return text, seconds, error is not None


def _late(number: int, frame: object) -> None:
    raise TimeoutError


def main(tool: str, path: str, sample: str) -> dict[str, Any]:
    """Run one tool on one set."""
    signal.signal(signal.SIGALRM, _late)
    extract = peers.load(tool)
    if isinstance(extract, str):
        return {"skipped": extract}
    return {"rows": list(rows(extract, Path(path), int(sample)))}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
