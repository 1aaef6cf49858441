"""Pages: HTML to blocks. One parse: the page is cut into blocks less what rules for elements name, the tagger finds the main content.

Metadata, and the main content where the tagger is in doubt, are trafilatura's, which is imported only then.
"""

import re
from bisect import bisect_left
from collections.abc import Collection
from itertools import islice
from typing import Any, NamedTuple

from cleaner import article
from cleaner.blocks import Block
from cleaner.elements import DEEP, LARGEST, SMALL, WHOLE, Elements, OnPage, Pruned, step, xpath
from cleaner.errors import TooLarge
from cleaner.segments import MOST, Segments, segment
from cleaner.tagger import tagger

_HTML = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*|<\?xml[^>]{0,200}>\s*)*"
    r"<(?:!doctype\s+html|html|head|body|article|main|section|div|table|meta|title|script|link|h[1-6])\b",
    re.IGNORECASE | re.DOTALL,
)
_FRAGMENT = re.compile(r"\s*<(p|ul|ol|blockquote|figure|span|a|b|i|em|strong|header|nav)\b[^<>]*>", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:p|ul|ol|blockquote|figure|div)\s*>", re.IGNORECASE)
LITTLE = 250  # characters; an article shorter than this is doubted
DOUBTED = 0.8  # expected F1 under which the tagger's choice is doubted

Found = tuple[str, list[Block], list[Pruned]]  # text, its blocks, what went beside it
NOTHING: Found = ("", [], [])


class Metadata(NamedTuple):
    """What a page says of itself."""

    title: str | None = None
    author: str | None = None
    date: str | None = None
    language: str | None = None
    site: str | None = None
    url: str | None = None


class Page(NamedTuple):
    """A page's main content as blocks of the text `text`, and what was pruned.

    `engine`: whose choice it is, "own" or "trafilatura".
    """

    text: str
    blocks: list[Block]
    pruned: list[Pruned]
    metadata: Metadata
    found: bool
    engine: str = ""


def is_html(text: str) -> bool:
    """Whether a document is HTML, told by how it begins.

    >>> is_html("<!DOCTYPE html><html>"), is_html("<p>One.</p>"), is_html("2 < 3, he wrote.")
    (True, True, False)
    """
    head = text[:5000]
    if "<" not in head:
        return False
    if _HTML.match(head):
        return True
    return _FRAGMENT.match(head) is not None and _CLOSED.search(text) is not None


def selected(selector: str, html: str) -> bool:
    """Whether a CSS selector finds something in a piece of HTML."""
    import cssselect

    tree = parse(f"<html><body>{html}</body></html>")
    return tree is not None and bool(xpath(cssselect.HTMLTranslator().css_to_xpath(selector))(tree))


def parse(html: str, methods: bool = False) -> Any:
    """Return the tree of a page, or None where there is none; broken markup is mended, nothing is fetched.

    `methods`: with lxml.html's elements, as trafilatura wants them; plain ones take half the time.
    """
    from lxml import etree

    data = html.encode("utf-8", "replace")
    options: dict[str, Any] = {"encoding": "utf-8", "remove_comments": True, "remove_pis": True, "no_network": True, "huge_tree": False}
    try:
        if not methods:
            return etree.fromstring(data, parser=etree.HTMLParser(**options))
        from lxml import html as lxml_html

        return lxml_html.document_fromstring(data, parser=lxml_html.HTMLParser(**options))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def read(
    html: str,
    elements: Elements,
    url: str | None = None,
    metadata: bool = False,
    keep: Collection[str] = (),
    engine: str = "auto",
    lines: bool = True,
) -> Page:
    """Read a page; `elements` are the rules for what to prune, `keep` kinds to leave in.

    `lines`: list what lies beside the article, with lines of the source, which takes time.
    `engine`: "own", "trafilatura", or "auto", which takes trafilatura's answer where the tagger is in doubt.
    Raises TooLarge.
    """
    about = _about(html, url) if metadata else Metadata()
    if engine == "trafilatura" and _too_large(parse(html)):
        raise TooLarge(f"more than {MOST:,} elements")
    rules = elements.on(html)
    found, sure = (NOTHING, False) if engine == "trafilatura" else _found(html, elements, rules, keep, lines)
    used = "trafilatura" if engine == "trafilatura" else "own"
    if engine == "trafilatura" or (engine == "auto" and not sure):
        other = _fallback(html, rules, keep, url, quick=engine == "auto")
        if len(other[0]) > min(len(found[0]), LITTLE):
            found, used = other, "trafilatura"
    return Page(*found, about, bool(found[0]), used)


def _found(html: str, elements: Elements, rules: OnPage, keep: Collection[str], lines: bool) -> tuple[Found, bool]:
    """The article as the engine finds it, and whether it is sure; where the tree has no text, a script may hold it."""
    page = segment(html, rules, keep, lines)
    found, sure = _own(page, keep, lines)
    if len(found[0]) >= LITTLE or ("<script" not in html and "<noscript" not in html):
        return found, sure
    from cleaner import state

    if "<noscript" in html:  # an element left open in it takes in all that follows
        again = segment(state.without(html, "noscript"), elements.on(html), keep, lines)
        found, sure = max((found, sure), _own(again, keep, lines), key=lambda pair: len(pair[0][0]))
    if len(found[0]) < LITTLE:
        text = state.article(html, page.title, page.told)
        if text:
            said = segment(f"<article>{text.replace(chr(10), '<br>')}</article>", elements.on(text), keep)
            other, sure = _own(said, keep, False)
            if len(other[0]) >= LITTLE:
                beside = [p._replace(line=0, path="script", before=-1) for p in said.dropped]
                return (other[0], other[1], page.dropped + beside if lines else []), sure
    return found, sure


def _own(page: Segments, keep: Collection[str], named: bool) -> tuple[Found, bool]:
    """The article as the tagger finds it, and, `named`, what lies beside it; and whether the tagger is sure."""
    likely = tagger()(page).tolist() if page.texts else []
    chosen = article.chosen(page, likely)
    sure = article.expected_f1(page, likely, chosen) >= DOUBTED
    if keep:
        chosen = article.chosen(page, likely, keep)
    text, blocks = article.blocks(page, chosen)
    if len(text) < LITTLE and page.said:
        lines = article.from_linked_data(page.said)
        if len("\n".join(lines)) > LITTLE:
            return (*article.plain(lines), [p._replace(before=-1) for p in page.dropped]), True
    return (text, blocks, _beside(page, chosen, blocks) if named else []), sure and len(text) >= LITTLE


def _beside(page: Segments, chosen: list[int], blocks: list[Block]) -> list[Pruned]:
    """What the page has beside the article, and where."""
    others = [
        Pruned("page/boilerplate", kind, page.texts[k], page.lines[k], page.path(page.home[k]), k)
        for k, kind in article.beside(page, chosen)
    ]
    order = [block.origin[2] for block in blocks if block.origin]
    return [p._replace(before=bisect_left(order, p.before)) for p in page.dropped + others]


def _bounded(html: str) -> Any:
    """The tree of a page for trafilatura; None where there is none, or so large a one that it would take too long."""
    tree = parse(html, methods=True)
    return None if _too_large(tree) else tree


def _too_large(tree: Any) -> bool:
    return tree is not None and bool(tree.xpath("count(//*)") > MOST)


def _fallback(html: str, rules: OnPage, keep: Collection[str], url: str | None, quick: bool) -> Found:
    """The article as trafilatura finds it."""
    from cleaner import fallback

    tree = _bounded(html)
    if tree is None:
        return "", [], []
    pruned = _prune(tree, rules, keep)
    return *fallback.blocks(tree, url, quick), pruned


def _about(html: str, url: str | None) -> Metadata:
    """What the page says of itself, read from a tree of its own: trafilatura changes the tree it reads."""
    from cleaner import fallback

    tree = _bounded(html)
    if tree is None:
        return Metadata(url=url)
    found = fallback.metadata(tree, url)
    language = tree.get("lang") or getattr(found, "language", None)
    if found is None:
        return Metadata(language=language, url=url)
    return Metadata(found.title, found.author, found.date, language, found.sitename, url or found.url)


def _prune(tree: Any, rules: OnPage, keep: Collection[str]) -> list[Pruned]:
    """Take out of a tree what the rules for elements name."""
    pruned: list[Pruned] = []
    prose = -1
    for number, element in enumerate(list(tree.iter("*"))):
        tag, parent = element.tag, element.getparent()
        if parent is None or tag in WHOLE:
            continue
        said = rules.found.get(number) or rules.of(tag, element, parent)
        if said is None or said[1] in keep:
            continue
        text = " ".join(" ".join(element.itertext()).split())
        if len(text) > SMALL:
            prose = sum(len(p.xpath("string()")) for p in tree.iter("p")) if prose < 0 else prose
            if len(text) > LARGEST * prose:
                continue
        if text:
            pruned.append(Pruned(*said, text, element.sourceline or 0, _path(element)))
        _drop(element, parent)
    return pruned


def _path(element: Any) -> str:
    """The innermost elements that lead to an element, as `Segments.path` says them."""
    chain = [element, *islice(element.iterancestors(), DEEP)]
    return " > ".join(step(e.tag, e.get("id"), e.get("class")) for e in reversed(chain) if e.tag not in ("html",))


def _drop(element: Any, parent: Any) -> None:
    """Take an element out of its tree and leave the text that follows it."""
    tail = element.tail
    if tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
    parent.remove(element)
