"""The fallback: trafilatura's main content as blocks, and its metadata; imported only where one of them is needed.

Trafilatura: Barbaresi 2021, https://aclanthology.org/2021.acl-demo.15.
"""

import logging
from collections.abc import Iterator
from typing import Any

from trafilatura import bare_extraction
from trafilatura.metadata import extract_metadata
from trafilatura.settings import Document

from cleaner.article import clean_text
from cleaner.blocks import Block

# what an extraction without trafilatura's own fallbacks must hold, so that they are not tried: characters, and share of the text of
# the page's paragraphs
ENOUGH = (1000, 0.7)
QUICK = (250, 0.3)
_INLINE = {"hi", "ref", "del", "graphic", "formula", "span"}

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def metadata(tree: Any, url: str | None) -> Any:
    """Return what trafilatura reads of a page's title, author, date and site, or None."""
    try:
        return extract_metadata(tree, url)
    except (RecursionError, ValueError, TypeError, AttributeError, KeyError):
        return None


def blocks(tree: Any, url: str | None, quick: bool = False) -> tuple[str, list[Block]]:
    """Return the text of a page's main content, a block a line, and its blocks. The tree is used up.

    `quick`: more often without trafilatura's own fallbacks: on pages on which our tagger is in doubt they take as long as all
    else, and bring more boilerplate than article.
    """
    anchors = _anchors(tree)
    options: dict[str, Any] = {"url": url, "include_comments": False, "with_metadata": False}
    try:
        found = bare_extraction(tree, fast=True, **options)
        if not _enough(tree, found, quick):
            found = bare_extraction(tree, **options)
    except RecursionError:
        found = None
    if not isinstance(found, Document) or found.body is None:
        return "", []
    return _blocks(found.body, anchors)


def _enough(tree: Any, found: Any, quick: bool) -> bool:
    """Whether an extraction without trafilatura's own fallbacks will do."""
    size = len(getattr(found, "text", None) or "")
    least, share = QUICK if quick else ENOUGH
    return size > least and size >= share * sum(len(p.xpath("string()")) for p in tree.iter("p"))


def _anchors(tree: Any) -> set[str]:
    """Return the texts of the page's links, for telling a line that is nothing but a link."""
    texts = (clean_text("".join(a.itertext())) for a in tree.iter("a"))
    return {text for text in texts if len(text) > 12}


def _blocks(body: Any, anchors: set[str]) -> tuple[str, list[Block]]:
    lines: list[str] = []
    blocks: list[Block] = []
    at = 0
    for tag, piece in _pieces(body):
        text = piece.strip() if tag == "pre" else clean_text(piece)
        if not text:
            continue
        blocks.append(Block(text, at, len(lines) + 1, 1 if lines else 0, tag, 1.0 if text in anchors else 0.0))
        lines.append(text)
        at += len(text) + 1
    return "\n".join(lines), blocks


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
                cells = (clean_text("".join(cell.itertext())) for cell in child)
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
