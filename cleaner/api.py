"""The library: `clean` gives the article, `explain` also what was removed and why."""

from __future__ import annotations

from functools import lru_cache

from cleaner import KINDS, pipeline
from cleaner.errors import TooLarge
from cleaner.matcher import Rulebook
from cleaner.pipeline import Removal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from os import PathLike
    from typing import Any

    from cleaner.blocks import Block
    from cleaner.site.memory import Site

FORMATS = ("auto", "text", "html")
ENGINES = ("auto", "own", "trafilatura")


class Cleaned:
    """A cleaned document.

    `text` is the article, `removed` what was taken out, in order. Of a page, `title`, `author`, `date` (YYYY-MM-DD),
    `language`, `site` and `url` are what it says of itself. `source` is the text that was judged (of a page, its main
    content), `cuts` the ranges of it, in characters, that are not in `text`; `blocks` are the lines of `text` with
    their tags. `engine` says whose choice a page's main content is: "own" or "trafilatura". `problem` says why a
    document is what it was: "more than 500,000 lines", or of a page "more than 50,000 blocks"; else it is empty.
    """

    __slots__ = ("author", "blocks", "cuts", "date", "engine", "language", "problem", "removed", "site", "source", "text", "title", "url")

    def __init__(self, done: pipeline.Done, source: str, url: str | None = None) -> None:
        self.text = done.text
        self.removed: tuple[Removal, ...] = tuple(done.removed)
        self.source = source
        self.cuts: tuple[tuple[int, int], ...] = tuple(done.cuts)
        self.blocks: tuple[Block, ...] = tuple(done.blocks)
        self.title: str | None = None
        self.author: str | None = None
        self.date: str | None = None
        self.language: str | None = None
        self.site: str | None = None
        self.url = url
        self.engine: str | None = None
        self.problem = ""

    def __repr__(self) -> str:
        return f"Cleaned(text={self.text!r}, removed={self.removed!r})"


@lru_cache(maxsize=8)
def rulebook(files: tuple[str, ...] = (), skip: frozenset[str] = frozenset()) -> Rulebook:
    """Return the rules of a run, read once; raises RuleError."""
    return Rulebook(files, skip)


def clean(
    source: str | bytes,
    *,
    format: str = "auto",
    keep: Collection[str] = (),
    url: str | None = None,
    rules: Iterable[str | PathLike[str]] = (),
    skip: Collection[str] = (),
    engine: str = "auto",
    site: str | PathLike[str] | None = None,
) -> str:
    """Return the article of a scraped text or page, without what is not the article.

    `source`: a text or HTML; bytes are decoded. `format`: "auto", "text" or "html". `keep`: kinds to leave in.
    `url`: the page's address, if known. `rules`: a user's rule files. `skip`: ids of rules not to use.
    `engine`: of a page, what finds the main content: "own", "trafilatura", or "auto", which asks trafilatura in doubt.
    `site`: a site memory's file, which `cleaner learn` makes; it knows the site by `url`.
    Raises ValueError or TypeError on wrong arguments, never on content; what can't be cleaned comes back as it is.

    >>> print(clean("The bridge is open.\\nAlso read: Who paid for it\\nThe mayor came."))
    The bridge is open.
    The mayor came.
    """
    return _run(source, format, keep, url, rules, skip, metadata=False, engine=engine, site=site, lines=False).text


def explain(
    source: str | bytes,
    *,
    format: str = "auto",
    keep: Collection[str] = (),
    url: str | None = None,
    rules: Iterable[str | PathLike[str]] = (),
    skip: Collection[str] = (),
    metadata: bool = True,
    engine: str = "auto",
    site: str | PathLike[str] | Site | None = None,
) -> Cleaned:
    """Return the article, and of everything that was removed its kind, rule, text and line.

    Arguments as for `clean`; `metadata=False` leaves out a page's title, author and date, which take time.

    >>> explain("The bridge is open.\\nAdvertisement\\nThe mayor came.").removed
    (Removal(kind='ad', rule='en/ad-marker', text='Advertisement', line=2),)
    """
    return _run(source, format, keep, url, rules, skip, metadata=metadata, engine=engine, site=site, lines=True)


def _run(
    source: str | bytes,
    format: str,
    keep: Collection[str],
    url: str | None,
    rules: Iterable[str | PathLike[str]],
    skip: Collection[str],
    metadata: bool,
    engine: str,
    site: str | PathLike[str] | Site | None,
    lines: bool,
) -> Cleaned:
    if not isinstance(source, (str, bytes, bytearray)):
        raise TypeError(f"source must be str or bytes, not {type(source).__name__}")
    if format not in FORMATS:
        raise ValueError(f"the format is {format!r}, it must be one of {', '.join(FORMATS)}")
    if engine not in ENGINES:
        raise ValueError(f"the engine is {engine!r}, it must be one of {', '.join(ENGINES)}")
    keep = frozenset((keep,) if isinstance(keep, str) else keep)
    unknown = sorted(keep - set(KINDS))
    if unknown:
        raise ValueError(f"there is no kind {unknown[0]!r}; the kinds are {', '.join(KINDS)}")
    files = tuple(file if isinstance(file, str) else file.__fspath__() for file in rules)
    book = rulebook(files, frozenset((skip,) if isinstance(skip, str) else skip))
    if site is not None:
        from cleaner.site.memory import of

        site = of(site, url)
    if isinstance(source, str):
        text = source
    else:
        from cleaner.decode import decode

        text = decode(bytes(source)).text
    try:
        if "<" in text[:5000] and format != "text":
            from cleaner import page

            if format == "html" or page.is_html(text):
                return _page(text, book, keep, url, metadata, engine, site, lines)
        return Cleaned(pipeline.run(text, book, keep, site=site), text, url)
    except TooLarge as error:
        done = Cleaned(pipeline.Done(text, [], [], []), text, url)
        done.problem = str(error)
        return done


@lru_cache(maxsize=8)
def _elements(book: Rulebook) -> Any:
    from cleaner.elements import Elements

    return Elements(book.elements)


def _page(
    html: str, book: Rulebook, keep: frozenset[str], url: str | None, metadata: bool, engine: str, site: Site | None, lines: bool
) -> Cleaned:
    from cleaner import page

    found = page.read(html, _elements(book), url, metadata, keep, engine, lines)
    done = Cleaned(pipeline.run(found.text, book, keep, found.blocks, site), found.text, url)
    for r in done.removed:
        place = found.blocks[r.line - 1].origin
        r.origin = place and place[:2]
    beside = (Removal(p.kind, p.rule, p.text, p.line, origin=(p.line, p.path), before=p.before) for p in found.pruned)
    done.removed = (*beside, *done.removed)
    done.engine = found.engine
    about = found.metadata
    done.title, done.author, done.date = about.title, about.author, about.date
    done.language, done.site, done.url = about.language, about.site, url or about.url
    return done
