"""Pages: HTML to blocks. One parse; embeds and noise elements leave the tree, the tagger finds the main content.

Before the tagger come the `element` rules, after it the same marks as for text, helped by what the page knows of links
and headings.
"""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from cleaner import article
from cleaner.blocks import Block
from cleaner.segments import KIND, segment
from cleaner.tagger import tagger

Pruned = tuple[str, str, str, int]  # rule, kind, text, line of the source

_HTML = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*|<\?xml[^>]{0,200}>\s*)*"
    r"<(?:!doctype\s+html|html|head|body|article|main|section|div|table|meta|title|script|link|h[1-6])\b",
    re.IGNORECASE | re.DOTALL,
)
_FRAGMENT = re.compile(r"\s*<(p|ul|ol|blockquote|figure|span|a|b|i|em|strong|header|nav)\b[^<>]*>", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:p|ul|ol|blockquote|figure|div)\s*>", re.IGNORECASE)
LITTLE = 250  # characters; an article shorter than this is doubted
LARGEST = 0.3  # share of a page's text that an element rule may take at most


class Metadata(NamedTuple):
    """What a page says of itself."""

    title: str | None = None
    author: str | None = None
    date: str | None = None
    language: str | None = None
    site: str | None = None
    url: str | None = None


class Page(NamedTuple):
    """A page's main content as blocks of the text `text`, and what was pruned: (rule, kind, text, line of the source)."""

    text: str
    blocks: list[Block]
    pruned: list[Pruned]
    metadata: Metadata
    found: bool


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


@lru_cache(maxsize=256)
def _xpath(expression: str) -> Any:
    from lxml import etree

    return etree.XPath(expression, smart_strings=False)


def selected(selector: str, html: str) -> bool:
    """Whether a CSS selector finds something in a piece of HTML."""
    import cssselect

    tree = parse(f"<html><body>{html}</body></html>")
    return tree is not None and bool(_xpath(cssselect.HTMLTranslator().css_to_xpath(selector))(tree))


def parse(html: str) -> Any:
    """Return the tree of a page, or None where there is none; broken markup is mended, nothing is fetched."""
    from lxml import etree
    from lxml import html as lxml_html

    data = html.encode("utf-8", "replace")
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    try:
        return lxml_html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def read(
    html: str,
    elements: Iterable[tuple[str, str, str, str]],
    url: str | None = None,
    metadata: bool = False,
    keep: Collection[str] = (),
    engine: str = "auto",
) -> Page:
    """Read a page; `elements` are (rule, kind, text that must occur, XPath) of what to prune, `keep` kinds to leave in.

    `engine`: "own", "trafilatura", or "auto", which takes trafilatura's answer where the tagger finds no article.
    """
    tree = parse(html)
    if tree is None:
        return Page("", [], [], Metadata(), False)
    about = _about(html, url) if metadata else Metadata()
    pruned = prune(tree, elements, keep)
    text, blocks = "", []
    if engine != "trafilatura":
        text, blocks, beside = _own(tree, keep)
        pruned += beside
        if len(text) < LITTLE and engine == "auto" and (other := _fallback(tree, url)) and len(other[0]) > len(text):
            text, blocks = other
            pruned = pruned[: len(pruned) - len(beside)]
    else:
        text, blocks = _fallback(tree, url)
    return Page(text, blocks, pruned, about, bool(text))


def _own(tree: Any, keep: Collection[str]) -> tuple[str, list[Block], list[Pruned]]:
    """The article as the tagger finds it, and what lies beside it."""
    page = segment(tree)
    chosen = article.chosen(page, tagger()(page), keep) if page.texts else []
    text, blocks = article.blocks(page, chosen)
    if len(text) < LITTLE and page.said:
        lines = article.from_linked_data(page.said)
        if len("\n".join(lines)) > LITTLE:
            return *article.plain(lines), []
    beside = [("page/boilerplate", kind, page.texts[k], page.lines[k]) for k, kind in article.beside(page, chosen)]
    return text, blocks, beside


def _fallback(tree: Any, url: str | None) -> tuple[str, list[Block]]:
    from cleaner import fallback

    return fallback.blocks(tree, url)


def _about(html: str, url: str | None) -> Metadata:
    """What the page says of itself, read from a tree of its own: trafilatura changes the tree it reads."""
    from cleaner import fallback

    tree = parse(html)
    found = fallback.metadata(tree, url)
    language = tree.get("lang") or getattr(found, "language", None)
    if found is None:
        return Metadata(language=language, url=url)
    return Metadata(found.title, found.author, found.date, language, found.sitename, url or found.url)


def prune(tree: Any, elements: Iterable[tuple[str, str, str, str]], keep: Collection[str] = ()) -> list[Pruned]:
    """Take out of a tree what the rules for elements name, and mark what they name of the kinds to keep."""
    pruned = []
    whole = None
    names = "\n".join({*_xpath("//@class")(tree), *_xpath("//@id")(tree)})
    for rule, kind, _, expression in [e for e in elements if e[2] in names]:
        for element in _xpath(expression)(tree):
            parent = element.getparent()
            if parent is None or element.tag in ("body", "html", "article", "main"):
                continue
            if kind in keep:
                element.set(KIND, kind)
                continue
            text = " ".join(" ".join(element.itertext()).split())
            if whole is None:
                whole = sum(len(p.xpath("string()")) for p in tree.iter("p"))
            if len(text) > max(600, LARGEST * whole):
                continue
            if text:
                pruned.append((rule, kind, text, element.sourceline or 0))
            _drop(element, parent)
    return pruned


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


