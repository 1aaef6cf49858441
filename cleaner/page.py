"""Pages: HTML to blocks. One parse: embeds and noise elements leave the tree, trafilatura finds the main content.

Method: trafilatura (Barbaresi 2021, https://aclanthology.org/2021.acl-demo.15) chooses the main content; before it
come the `element` rules, after it the same marks as for text, helped by what the page knows of links and headings.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from cleaner.blocks import Block

_HTML = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*|<\?xml[^>]{0,200}>\s*)*"
    r"<(?:!doctype\s+html|html|head|body|article|main|section|div|table|meta|title|script|link|h[1-6])\b",
    re.IGNORECASE | re.DOTALL,
)
_FRAGMENT = re.compile(r"\s*<(p|ul|ol|blockquote|figure|span|a|b|i|em|strong|header|nav)\b[^<>]*>", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:p|ul|ol|blockquote|figure|div)\s*>", re.IGNORECASE)
SHARE = 0.7  # of the text of a page's paragraphs that a quick extraction must hold
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
    pruned: list[tuple[str, str, str, int]]
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

    tree = _parse(f"<html><body>{html}</body></html>")
    return tree is not None and bool(_xpath(cssselect.HTMLTranslator().css_to_xpath(selector))(tree))


def _parse(html: str) -> Any:
    """Return the tree of a page, or None where there is none; broken markup is mended, nothing is fetched."""
    from lxml import etree
    from lxml import html as lxml_html

    data = html.encode("utf-8", "replace")
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    try:
        return lxml_html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def read(html: str, elements: Iterable[tuple[str, str, str, str]], url: str | None, metadata: bool) -> Page:
    """Read a page; `elements` are (rule, kind, text that must occur, XPath) of what to prune."""
    import logging

    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    tree = _parse(html)
    if tree is None:
        return Page("", [], [], Metadata(), False)
    names = "\n".join({*_xpath("//@class")(tree), *_xpath("//@id")(tree)})
    pruned = _prune(tree, [e for e in elements if e[2] in names])
    anchors = _anchors(tree)
    try:
        found = bare_extraction(tree, url=url, include_comments=False, with_metadata=metadata, fast=True)
        if not _enough(tree, found):
            found = bare_extraction(tree, url=url, include_comments=False, with_metadata=metadata)
    except RecursionError:
        found = None
    if not isinstance(found, Document) or found.body is None:
        return Page("", [], pruned, Metadata(), False)
    text, blocks = _blocks(found.body, anchors)
    language = tree.get("lang") or found.language
    about = Metadata(found.title, found.author, found.date, language, found.sitename, url or found.url) if metadata else Metadata()
    return Page(text, blocks, pruned, about, bool(text))


def _enough(tree: Any, found: Any) -> bool:
    """Whether trafilatura's quick extraction holds most of a page's paragraphs, so that its fallbacks can add little."""
    size = len(getattr(found, "text", None) or "")
    return size > 1000 and size >= SHARE * sum(len(p.xpath("string()")) for p in tree.iter("p"))


def _prune(tree: Any, elements: Iterable[tuple[str, str, str, str]]) -> list[tuple[str, str, str, int]]:
    pruned = []
    whole = None
    for rule, kind, _, expression in elements:
        for element in _xpath(expression)(tree):
            parent = element.getparent()
            if parent is None or element.tag in ("body", "html", "article", "main"):
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


def _anchors(tree: Any) -> set[str]:
    """Return the texts of the page's links, for telling a line that is nothing but a link."""
    texts = (_clean("".join(a.itertext())) for a in tree.iter("a"))
    return {text for text in texts if len(text) > 12}


def _clean(text: str) -> str:
    text = " ".join(text.split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _blocks(body: Any, anchors: set[str]) -> tuple[str, list[Block]]:
    lines: list[str] = []
    blocks: list[Block] = []
    at = 0
    for tag, piece in _pieces(body):
        text = piece.strip() if tag == "pre" else _clean(piece)
        if not text:
            continue
        blocks.append(Block(text, at, len(lines) + 1, 1 if lines else 0, tag, 1.0 if text in anchors else 0.0))
        lines.append(text)
        at += len(text) + 1
    return "\n".join(lines), blocks


_INLINE = {"hi", "ref", "del", "graphic", "formula", "span"}


def _pieces(element: Any, tag: str = "p") -> Iterator[tuple[str, str]]:
    """Yield (tag, text) of each block in trafilatura's tree, in order."""
    run: list[str] = []
    if element.text:
        run.append(element.text)
    for child in element:
        name = child.tag if isinstance(child.tag, str) else ""
        if name in _INLINE:
            run.append("".join(child.itertext()))
        elif name in ("row", "code"):
            yield tag, "".join(run)
            run = []
            if name == "row":
                cells = (_clean("".join(cell.itertext())) for cell in child)
                yield "table", " | ".join(cell for cell in cells if cell)
            else:
                text = "".join(child.itertext())
                if "\n" in text.strip():
                    yield from (("pre", line) for line in text.split("\n"))
                else:
                    run.append(text)
        else:
            yield tag, "".join(run)
            run = []
            if name:
                yield from _pieces(child, {"lb": tag, "list": tag, "div": tag, "table": "table", "p": tag}.get(name, name))
        if child.tail:
            run.append(child.tail)
    yield tag, "".join(run)
