"""Pages with a known body: what one tool makes of each page of one set, in a process of its own.

`python -m benchmarks.pages TOOL FILE SAMPLE` prints JSON: {"rows": [[text, failed], ...]} or {"skipped": why}.
"""

import gzip
import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import peers

LIMIT = 60  # seconds; a page that takes longer counts as failed


def read(path: Path, sample: int = 1) -> Iterator[dict[str, str]]:
    """Yield every `sample`th page of a set: {"html", "gold_clean", ...}."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            if number % sample == 0:
                yield json.loads(line)


def _in_time(extract: peers.Extract, html: str) -> tuple[str, bool]:
    signal.alarm(LIMIT)
    text, error = peers.attempt(extract, html)
    signal.alarm(0)
    return text.encode("utf-8", "ignore").decode("utf-8"), error is not None


def _late(number: int, frame: object) -> None:
    raise TimeoutError


def main(tool: str, path: str, sample: str) -> dict[str, Any]:
    """Run one tool on one set."""
    signal.signal(signal.SIGALRM, _late)
    extract = peers.load(tool)
    if isinstance(extract, str):
        return {"skipped": extract}
    return {"rows": [_in_time(extract, page["html"]) for page in read(Path(path), int(sample))]}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
