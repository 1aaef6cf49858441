"""Keys: a line, a headline or an address as a number of 64 bits, the same wherever it is met."""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from urllib.parse import unquote, urlsplit

from cleaner.blocks import _TAIL

HEADLINE = 25  # characters, and
WORDS = 4  # words that say enough to tell a headline from a label
_WORD = re.compile(r"[^\W_]+")
_SITE = re.compile(r"\s+[|–—-]\s+(?=[^|–—]{2,40}$)")  # before the site's name, in a page's title


def key(text: str) -> int:
    """Return the key of a line: case, the width of spaces, and bullets and punctuation at its ends do not matter.

    >>> key("» Read our\u00a0newsletter") == key("READ OUR NEWSLETTER:")
    True
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _number(" ".join(text.casefold().split()).strip(_TAIL))


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little", signed=True)


def headline_keys(title: str) -> list[int]:
    """Return the keys that a headline is found by: as a page names it, without the site's name, as an address spells it.

    >>> len(headline_keys("Ferry company sues the city over its passengers | Town Press")), headline_keys("Weather")
    (3, [])
    """
    short = _SITE.split(title.strip())[0]
    texts = dict.fromkeys(text for text in (title, short) if tells(text))
    return [*map(key, texts), *(_number(slug) for slug in [_spelled(short)] if texts and slug)]


def line_keys(text: str) -> tuple[int, ...]:
    """Return the keys under which a line may be known as a headline.

    >>> address_key("https://example.org/2025/ferry-company-sues-the-city.html") in line_keys("Ferry company sues the City")
    True
    """
    slug = _spelled(text)
    return (key(text), _number(slug)) if slug else (key(text),)


def address_key(url: str | None) -> int | None:
    """Return the key of the headline that an address spells, if it does."""
    try:
        path = urlsplit(url or "").path
    except ValueError:
        return None
    last = unquote(path.rstrip("/").rpartition("/")[2]).partition(".")[0]
    slug = _spelled(re.sub(r"^\d+-|-[a-z]{0,3}\d+[a-z\d]*$", "", last))
    return _number(slug) if slug else None


def tells(text: str) -> bool:
    """Whether a line is long enough to be told from a label, and no longer than a headline."""
    return HEADLINE <= len(text) <= 200 and (len(text.split()) >= WORDS or not text.isascii())


def _spelled(text: str) -> str:
    """Return a headline as addresses spell it: Latin letters and digits with - between; nothing where it says too little."""
    plain = unicodedata.normalize("NFKD", text.replace("'", "").replace("’", "")).encode("ascii", "ignore").decode().lower()
    words = _WORD.findall(plain)
    slug = "-".join(words)
    return "/" + slug if len(words) >= WORDS and len(slug) >= HEADLINE else ""
