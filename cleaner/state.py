"""State: an article that a page keeps as data for its own script, as pages do that a browser draws; asked where the tree has no text.

The data are JSON in scripts of any name. What counts is a string, or strings of one key, that read like an article and speak of
what the page's title or description says.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

LONGEST = 3_000_000  # characters of a page's scripts that are looked at
LEAST = 250  # characters of an article
SENTENCE = 40  # characters of a string that may be a paragraph
TITLE = 500  # characters of a title that are looked at
ALIKE = 0.5  # of the title's words that must occur in the text
DEEP = 2  # strings that hold JSON, in strings that hold JSON
# a string ends at the latest with its line: then all of a script is read once, whatever is left open in it
_STRING = re.compile(r'(?:"([\w@$-]{1,40})"\s*+:\s*+)?"([^"\\\n]*+(?:\\.[^"\\\n]*+)*+)(?:"|\n|\\?\Z)', re.DOTALL)
_MARKUP = re.compile(r"<(?:p|br|div|h[1-6]|ul|li)\b[^<>]{0,500}>", re.IGNORECASE)
_WORD = re.compile(r"\w{2,}")
_STOP = ".!?…。！？।؟۔"


def article(html: str, title: str, told: list[str]) -> str:
    """Return the text or HTML of the article that a page's scripts hold, "" where there is none.

    `title` and `told`: the page's title and its descriptions.

    >>> story = "The ferry runs again. " * 20
    >>> article(f'<script>go({{"id": 7, "body": "{story}"}})</script>', "The ferry runs again", []) == story
    True
    """
    found = max(_candidates(html), key=len, default="")
    return found if len(found) >= LEAST and _speaks_of(found, title, told) else ""


def sections(html: str, tag: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield where each element of a tag that holds no other of it begins, where its inside begins and ends, and where it ends.

    >>> list(sections("a<script src=b>c</script >d<script>e", "script"))
    [(1, 15, 16, 26)]
    """
    begin, end = (re.compile(rf"<{slash}{tag}\b[^>]{{0,1000}}>", re.IGNORECASE) for slash in ("", "/"))
    opened = begin.search(html)
    while opened is not None:
        closed = end.search(html, opened.end())
        if closed is None:
            return
        yield opened.start(), opened.end(), closed.start(), closed.end()
        opened = begin.search(html, closed.end())


def without(html: str, tag: str) -> str:
    """Return a page without the elements of a tag; lines keep their numbers."""
    kept, at = [], 0
    for start, _, _, end in sections(html, tag):
        kept += [html[at:start], "\n" * html.count("\n", start, end)]
        at = end
    return "".join([*kept, html[at:]])


def _candidates(html: str) -> Iterator[str]:
    left = LONGEST
    for _, start, end, _ in sections(html, "script"):
        left -= end - start
        if left < 0:
            break
        keys: dict[str, list[str]] = {}
        for key, text in _strings(html[start:end]):
            if _MARKUP.search(text) is not None:
                yield text
            else:
                keys.setdefault(key, []).append(text)
        for texts in keys.values():
            yield "\n".join(dict.fromkeys(texts))


def _strings(script: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield (key, text) of the strings of a script that hold a sentence."""
    for match in _STRING.finditer(script):
        key, raw = match[1] or "", match[2]
        if len(raw) < SENTENCE:
            continue
        text = _said(raw)
        if '":' in text and depth < DEEP:
            yield from _strings(text, depth + 1)
        elif " " in text.strip() and any(stop in text for stop in _STOP):
            yield key, text


def _said(raw: str) -> str:
    try:
        text: Any = json.loads(f'"{raw}"', strict=False)
    except ValueError:
        return ""
    return str(text).encode("utf-8", "replace").decode()


def _speaks_of(text: str, title: str, told: list[str]) -> bool:
    """Whether a text holds what a page's descriptions begin with, or most words of its title."""
    if any(len(some) >= SENTENCE and some[:SENTENCE] in text for some in told):
        return True
    words = set(_WORD.findall(title[:TITLE].lower()))
    low = text.lower()
    return len(words) > 1 and sum(word in low for word in words) >= ALIKE * len(words)
