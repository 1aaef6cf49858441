"""The library: `clean` gives the article, `explain` also what was removed and why."""

from collections.abc import Collection, Iterable
from os import PathLike, fspath
from typing import NamedTuple

from cleaner import decode, pipeline
from cleaner.blocks import Block
from cleaner.pipeline import Removal
from cleaner.rules import KINDS, Matcher

FORMATS = ("auto", "text", "html")


class Cleaned(NamedTuple):
    """A cleaned document.

    `text` is the article, `removed` what was taken out, in order. Of a page, `title`, `author`, `date` (YYYY-MM-DD),
    `language`, `site` and `url` are what it says of itself. `source` is the text that was judged (of a page, its main
    content), `cuts` the ranges of it, in characters, that are not in `text`; `blocks` are the lines of `text` with
    their tags. `error` says why a document came back as it was, or is None.
    """

    text: str
    removed: tuple[Removal, ...]
    title: str | None = None
    author: str | None = None
    date: str | None = None
    language: str | None = None
    site: str | None = None
    url: str | None = None
    source: str = ""
    cuts: tuple[tuple[int, int], ...] = ()
    blocks: tuple[Block, ...] = ()
    error: str | None = None


def clean(
    source: str | bytes,
    *,
    format: str = "auto",
    keep: Collection[str] = (),
    url: str | None = None,
    rules: Iterable[str | PathLike[str]] = (),
    skip: Collection[str] = (),
) -> str:
    """Return the article of a scraped text or page, without what is not the article.

    `source`: a text or HTML; bytes are decoded. `format`: "auto", "text" or "html". `keep`: kinds to leave in.
    `url`: the page's address, if known. `rules`: a user's rule files. `skip`: ids of rules not to use.
    Raises ValueError or TypeError on wrong arguments, never on content; what can't be cleaned comes back as it is.

    >>> print(clean("The bridge is open.\\nAlso read: Who paid for it\\nThe mayor came."))
    The bridge is open.
    The mayor came.
    """
    return _run(source, format, keep, url, rules, skip, metadata=False).text


def explain(
    source: str | bytes,
    *,
    format: str = "auto",
    keep: Collection[str] = (),
    url: str | None = None,
    rules: Iterable[str | PathLike[str]] = (),
    skip: Collection[str] = (),
    metadata: bool = True,
) -> Cleaned:
    """Return the article, and of everything that was removed its kind, rule, text and line.

    Arguments as for `clean`; `metadata=False` leaves out a page's title, author and date, which take time.

    >>> explain("The bridge is open.\\nAdvertisement\\nThe mayor came.").removed
    (Removal(kind='ad', rule='en/ad-marker', text='Advertisement', line=2),)
    """
    return _run(source, format, keep, url, rules, skip, metadata=metadata)


def _run(
    source: str | bytes,
    format: str,
    keep: Collection[str],
    url: str | None,
    rules: Iterable[str | PathLike[str]],
    skip: Collection[str],
    metadata: bool,
) -> Cleaned:
    if not isinstance(source, (str, bytes, bytearray)):
        raise TypeError(f"source must be str or bytes, not {type(source).__name__}")
    if format not in FORMATS:
        raise ValueError(f"the format is {format!r}, it must be one of {', '.join(FORMATS)}")
    keep = frozenset((keep,) if isinstance(keep, str) else keep)
    unknown = sorted(keep - set(KINDS))
    if unknown:
        raise ValueError(f"there is no kind {unknown[0]!r}; the kinds are {', '.join(KINDS)}")
    chosen = pipeline.rules_for(tuple(fspath(file) for file in rules), frozenset((skip,) if isinstance(skip, str) else skip))
    text = source if isinstance(source, str) else decode.decode(bytes(source)).text
    if "<" in text[:5000] and format != "text":
        from cleaner import page

        if format == "html" or page.is_html(text):
            return _page(text, chosen, keep, url, metadata)
    done = pipeline.run(text, chosen, keep)
    return Cleaned(done.text, tuple(done.removed), url=url, source=text, cuts=tuple(done.cuts), blocks=tuple(done.blocks))


def _page(html: str, rules: Matcher, keep: frozenset[str], url: str | None, metadata: bool) -> Cleaned:
    from cleaner import page

    elements = [(name, rules.rules[name][0], *need) for name, *need in rules.tables["element"] if name not in rules.skip]
    found = page.read(html, [e for e in elements if e[1] not in keep], url, metadata)
    done = pipeline.run(found.text, rules, keep, found.blocks)
    pruned = [Removal(kind, rule, text, line) for rule, kind, text, line in found.pruned]
    about = found.metadata
    return Cleaned(
        done.text,
        (*pruned, *done.removed),
        title=about.title,
        author=about.author,
        date=about.date,
        language=about.language,
        site=about.site,
        url=url or about.url,
        source=found.text,
        cuts=tuple(done.cuts),
        blocks=tuple(done.blocks),
    )
