"""Hand labels: what each line of scraped articles is, kept as numbers of lines; the articles stay in the data folder.

    python -m training.lines DATA tune > tune.jsonl        # or: check, all
    python DATA/../bench/score_text.py --data tune.jsonl --misses 100

`lines.jsonl` names an article by the id of `corpus.jsonl.gz`, or by id and scraper of `residue.jsonl.gz`, and labels its
lines, counted from 1, in runs ("1:headline 3-9:KEEP"); of a MIXED line it has the noise as ranges of characters. Rules are
tuned on one half of the sites and checked on the other. The output has the form of `labelled.jsonl`.
"""

import argparse
import gzip
import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LABELS = Path(__file__).with_name("lines.jsonl")


def half(url: str) -> str:
    """Return "tune" or "check", the same for all addresses of a site."""
    return ("tune", "check")[zlib.crc32((urlsplit(url).hostname or url).removeprefix("www.").encode()) % 2]


def spread(runs: str, lines: list[str]) -> list[str | None]:
    """Return a label for each line, None for a blank one.

    >>> spread("1:headline 2-4:KEEP", ["A bridge", "One.", "", "Two."])
    ['headline', 'KEEP', None, 'KEEP']
    """
    labels: list[str | None] = [None] * len(lines)
    for run in runs.split():
        span, _, label = run.partition(":")
        first, _, last = span.partition("-")
        for number in range(int(first), int(last or first) + 1):
            labels[number - 1] = label if lines[number - 1].strip() else None
    return labels


def articles(data: Path, part: str = "all") -> Iterator[dict[str, Any]]:
    """Yield the labelled articles of a part, joined with their texts in `data`; KeyError if one is not there."""
    texts = {(row["id"], None): row["text"].split("\n") for row in _rows(data / "corpus.jsonl.gz")}
    texts |= {(row["id"], row["scraper"]): row["lines"] for row in _rows(data / "residue.jsonl.gz")}
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        lines = texts[row["id"], row.get("scraper")]
        if part in ("all", half(row["url"])):
            mixed = {number: [lines[int(number) - 1][a:b] for a, b in spans] for number, spans in row.get("mixed", {}).items()}
            yield {**row, "lines": lines, "labels": spread(row["labels"], lines), "mixed": mixed}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def main() -> None:
    """Write the articles of a part as JSON Lines."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("data", type=Path)
    asked.add_argument("part", choices=("tune", "check", "all"))
    options = asked.parse_args()
    for article in articles(options.data, options.part):
        json.dump(article, sys.stdout, ensure_ascii=False)
        print()


if __name__ == "__main__":
    main()
