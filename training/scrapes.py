"""Scrapes: articles as scrapers leave them, each line with what it is, for the judge to learn from.

From `residue.jsonl.gz` the outputs of five extractors; from the pages they came from the whole page as text (news only),
the article alone, all of which stays, and the headline, which `residue` counts as noise for it is not in the body. From
`snippets.jsonl.gz` five scrapes of each page whose body our own engine finds without doubt, with all snippets that belong
and none that do not. From `lines.jsonl` the articles labelled by hand.
"""

import gzip
import html
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import html_text
import trafilatura
from bs4 import BeautifulSoup
from readability import Document
from resiliparse.extract.html2text import extract_plain_text

from cleaner import explain
from cleaner.pipeline import JUDGED
from training.labels import tokens
from training.lines import articles

FOLDS = 5
LEAST = 500  # characters of a page's body
SURE = 0.9  # of the article's words a line must share to be a paragraph of it

_TITLES = re.compile(r"(?is)<(?:title|h1)\b[^>]*>(.*?)</(?:title|h1)>|<meta[^>]+?(?:og|twitter):title[^>]+?content=[\"']([^\"']{5,300})")


class Scrape(NamedTuple):
    """One article as a scraper gave it: `gold` is, for each line, 1 article, 0 noise, 2 its headline, None unknown."""

    id: str
    site: str
    news: bool
    scraper: str
    lines: list[str]
    gold: list[float | None]
    weak: bool = False  # whether our own engine has said what is article

    @property
    def fold(self) -> int:
        """The part of the data it belongs to."""
        return fold_of(self.site)


def fold_of(site: str) -> int:
    """Return the part of the data that all articles of a site belong to."""
    return zlib.crc32(site.encode()) % FOLDS


def site(url: str) -> str:
    """Return the host of an address without "www."."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


def read(folder: Path) -> Iterator[Scrape]:
    """Yield all scrapes of the data folder, in the order of its files."""
    titles: dict[str, set[str]] = {}
    for name in ("fundus", "wcxb-dev"):
        for row in _rows(folder / f"{name}.jsonl.gz"):
            its = titles[f"{name}/{row['id']}"] = set(_titles(row["html"]))
            news = bool(row["lang"])
            lines = row["gold_clean"].split("\n")
            yield Scrape(row["id"], site(row["url"]), news, "gold", lines, [1 if line.strip() else None for line in lines])
            if news:
                whole = html_text.extract_text(row["html"]).split("\n")
                gold = aligned(whole, row["gold_clean"])
                yield Scrape(row["id"], site(row["url"]), news, "html_text", whole, with_headline(whole, gold, its))
    for row in _rows(folder / "residue.jsonl.gz"):
        gold = with_headline(row["lines"], row["gold"], titles[row["id"]])
        yield Scrape(row["id"], site(row["url"]), bool(row["lang"]), row["scraper"], row["lines"], gold)


def labelled(folder: Path) -> Iterator[Scrape]:
    """Yield the articles labelled by hand; lines that are half noise, or that nobody could tell, are unknown."""
    known = {"KEEP": 1, "headline": 2, "unsure": -1, "MIXED": -1, None: None}
    for row in articles(folder):
        gold = [known.get(label, 0) for label in row["labels"]]
        yield Scrape(f"{row['id']} {row.get('scraper')}", site(row["url"]), True, "hand", row["lines"], gold)


def pages(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the pages of `snippets.jsonl.gz`."""
    yield from _rows(folder / "snippets.jsonl.gz")


def scraped(page: dict[str, Any]) -> list[Scrape]:
    """Return five scrapes of a page; none if its body is in doubt."""
    found = explain(page["html"], format="html", metadata=False, skip=(JUDGED,))
    body = " ".join(found.text.split())
    asked = [(" ".join(text.split()), True) for text in page["with"]] + [(" ".join(text.split()), False) for text in page["without"]]
    if found.engine != "own" or len(body) < LEAST or any((text in body) is not there for text, there in asked):
        return []
    out = []
    for scraper, text in _texts(page["html"]):
        lines = text.split("\n")
        out.append(Scrape(str(page["id"]), site(page["url"]), True, scraper, lines, aligned(lines, found.text), True))
    return out


def _texts(page: str) -> Iterator[tuple[str, str]]:
    soup = BeautifulSoup(page, "lxml")
    yield "bs4_p", "\n".join(element.get_text(" ", strip=True) for element in soup.find_all(["p", "h2", "h3", "li"]))
    yield "html_text", html_text.extract_text(page)
    yield "resiliparse", extract_plain_text(page, main_content=True)
    yield "trafilatura", trafilatura.extract(page, include_comments=False) or ""
    try:
        yield "readability", html_text.extract_text(Document(page).summary())
    except Exception:  # of a page it can't read; lxml's own errors, many sorts
        return


def aligned(lines: list[str], article: str) -> list[float | None]:
    """Return for each line the share of its word 4-grams that the article has, as `residue.jsonl.gz` has it.

    >>> aligned(["the bridge is open again to all", "", "Menu"], "On Monday the bridge is open again to all.")
    [1.0, None, 0]
    """
    words = tokens(article.lower())
    grams = {tuple(words[i : i + 4]) for i in range(len(words))}
    whole, own = f" {' '.join(words)} ", {" ".join(tokens(line)) for line in article.lower().split("\n")}
    out: list[float | None] = []
    for line in lines:
        its = tokens(line.lower())
        text = " ".join(its)
        if len(its) > 6:
            some = [tuple(its[i : i + 4]) for i in range(len(its) - 3)]
            out.append(round(sum(gram in grams for gram in some) / len(some), 2))
        elif not its or (text not in own and f" {text} " in whole):
            out.append(None if not line.strip() else -1)
        else:
            out.append(int(text in own))
    return out


def with_headline(lines: list[str], gold: list[float | None], titles: set[str]) -> list[float | None]:
    """Return `gold` with the page's title above the first paragraph as what stays; other copies of it are unknown.

    >>> with_headline(["A bridge is open", "It is, the mayor said on Monday to all people of the town."], [0, 1], {"a bridge is open"})
    [2, 1]
    """
    first = next(
        (k for k, (line, share) in enumerate(zip(lines, gold, strict=True)) if (share or 0) >= SURE and len(line) >= 60), len(lines)
    )
    out = list(gold)
    found = [k for k in range(first) if gold[k] == 0 and _is_title(" ".join(tokens(lines[k].lower())), titles)]
    for k in found:
        out[k] = -1
    if found:
        out[found[-1]] = 2
    return out


def _is_title(text: str, titles: set[str]) -> bool:
    return len(text) > 15 and any(len(title) > 15 and (text in title or title in text) for title in titles)


def _titles(page: str) -> Iterator[str]:
    for heading, meta in _TITLES.findall(page):
        yield " ".join(tokens(html.unescape(re.sub(r"<[^>]*>", " ", heading or meta)).lower()))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)
