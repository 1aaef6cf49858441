"""Hand labels: what each line of scraped articles is, kept as numbers of lines; the articles stay in the data folder.

    python -m training.lines DATA tune > tune.jsonl        # or: check, all (both), fresh
    python DATA/../bench/score_text.py --data tune.jsonl --misses 100

`lines.jsonl` names an article by the id of `corpus.jsonl.gz`, or by id and scraper of `residue.jsonl.gz`, and labels its
lines, counted from 1, in runs ("1:headline 3-9:KEEP"); of a MIXED line it has the noise as ranges of characters. With `page`
it names a page of `snippets.jsonl.gz`, `scraper` is then how `text` turns it to lines, and `crc` the check sum of that text.
Rules are tuned on one half of the sites and checked on the other; the part "fresh", of other sites again, is for a last
measurement only: nobody looks at what is wrong there. The output has the form of `labelled.jsonl`.
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


def text(html: str, scraper: str) -> str:
    """Return a page's text as "bs4_p" (all paragraphs, list items, second and third headings) or "trafilatura" gives it.

    >>> text("<h2>The  bridge</h2><p>It is <b>open</b>.</p><div>Menu</div>", "bs4_p")
    'The bridge\\nIt is open .'
    """
    if scraper == "trafilatura":
        from trafilatura import extract

        return extract(html, include_comments=False) or ""
    from bs4 import BeautifulSoup

    blocks = BeautifulSoup(html, "lxml").find_all(["p", "h2", "h3", "li"])
    return "\n".join(filter(None, (" ".join(block.get_text(" ").split()) for block in blocks)))


def parts(row: dict[str, Any]) -> tuple[str, ...]:
    """Return the parts that a row of labels belongs to.

    >>> parts({"url": "https://x.example/1", "part": "fresh"}), parts({"url": "https://x.example/1"})
    (('fresh',), ('tune', 'all'))
    """
    return (row["part"],) if "part" in row else (half(row["url"]), "all")


def articles(data: Path, part: str = "all") -> Iterator[dict[str, Any]]:
    """Yield the labelled articles of a part, joined with their texts in `data`.

    KeyError if an article is not there, ValueError if a page gives another text than the one that was labelled.
    """
    rows = [row for row in map(json.loads, LABELS.read_text(encoding="utf-8").splitlines()) if part in parts(row)]
    texts = {(row["id"], None): row["text"].split("\n") for row in _rows(data / "corpus.jsonl.gz")}
    texts |= {(row["id"], row["scraper"]): row["lines"] for row in _rows(data / "residue.jsonl.gz")}
    pages = {row["id"]: row["html"] for row in _rows(data / "snippets.jsonl.gz")} if any("page" in row for row in rows) else {}
    for row in rows:
        if "page" in row:
            lines = text(pages[row["id"]], row["scraper"]).split("\n")
            if zlib.crc32("\n".join(lines).encode()) != row["crc"]:
                raise ValueError(f"{row['id']}: {row['scraper']} gives another text than the one that was labelled")
        else:
            lines = texts[row["id"], row.get("scraper")]
        mixed = {number: [lines[int(number) - 1][a:b] for a, b in spans] for number, spans in row.get("mixed", {}).items()}
        yield {**row, "lines": lines, "labels": spread(row["labels"], lines), "mixed": mixed}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def main() -> None:
    """Write the articles of a part as JSON Lines."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("data", type=Path)
    asked.add_argument("part", choices=("tune", "check", "all", "fresh"))
    options = asked.parse_args()
    for article in articles(options.data, options.part):
        json.dump(article, sys.stdout, ensure_ascii=False)
        print()


if __name__ == "__main__":
    main()
