"""Segments: a page's tree cut into blocks, each with the chain of elements that contain it.

A block is a run of text that no block-level tag and no `<br>` interrupts (jusText's paragraphs: Pomikálek 2011,
https://is.muni.cz/th/45523/fi_d). Containers are kept in document order, so that each of them holds an unbroken
range of blocks, and what is summed over a container is the difference of two running sums.
"""

from typing import Any

INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr o:p q rp rt ruby s samp small span "
    "strike strong sub sup time tt u var wbr picture source amp-img".split()
)
SKIPPED = frozenset(
    "script style noscript template svg math iframe object embed applet canvas select option textarea datalist head title meta link "
    "video audio map area param track base noframes frameset frame input progress meter dialog amp-analytics amp-ad".split()
)
KIND = "data-cleaner-kind"  # the attribute by which element rules mark what is to be kept
DEEPEST = 200  # levels of containers; what lies deeper belongs to the last of them


class Container:
    """A block-level element: `first` to `last` is the range of blocks it holds, `names` its class and id words as written.

    `kind`: what a rule for elements calls it, if it is to be kept all the same.
    """

    __slots__ = ("depth", "first", "hidden", "kind", "last", "names", "parent", "tag")

    def __init__(self, tag: str, names: str, parent: int, depth: int, first: int, hidden: bool, kind: str = "") -> None:
        self.tag = tag
        self.names = names
        self.parent = parent
        self.depth = depth
        self.first = self.last = first
        self.hidden = hidden
        self.kind = kind


class Segments:
    """The blocks of a page in its order, one entry a block in each list, and their containers.

    `texts`: the text, whitespace made single; `home`: index of the innermost container; `linked`: characters inside
    links, `strong`: characters in bold; `broken`: whether a `<br>` ended or began it; `lines`: line of the source.
    `raw`: of preformatted blocks, the text as it stands. `said`: what scripts of linked data (JSON-LD) give as the article's text. `title`: the page's title element.
    """

    __slots__ = ("broken", "containers", "home", "lines", "linked", "raw", "said", "strong", "texts", "title")

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.home: list[int] = []
        self.linked: list[int] = []
        self.strong: list[int] = []
        self.broken: list[int] = []
        self.lines: list[int] = []
        self.containers: list[Container] = []
        self.raw: dict[int, str] = {}
        self.said: list[str] = []
        self.title = ""


def segment(tree: Any) -> Segments:
    """Cut a page's tree (an lxml element) into blocks; one pass, no recursion."""
    from lxml import etree

    found = Segments()
    containers, texts = found.containers, found.texts
    containers.append(Container("html", "", -1, 0, 0, False))
    stack = [0]
    run: list[str] = []
    over = 0  # open containers beyond the deepest level
    link = bold = 0  # open links and bold elements
    linked = strong = 0  # characters in them
    broke = 0
    line = 0

    def flush(by_break: int) -> None:
        nonlocal linked, strong, broke
        raw = "".join(run)
        text = " ".join(raw.split())
        run.clear()
        if text:
            if containers[stack[-1]].tag == "pre":
                found.raw[len(texts)] = raw
            texts.append(text)
            found.home.append(stack[-1])
            found.linked.append(min(linked, len(text)))
            found.strong.append(min(strong, len(text)))
            found.broken.append(1 if broke or by_break else 0)
            found.lines.append(line)
            linked = strong = 0
            broke = by_break
        else:
            linked = strong = 0
            broke = broke or by_break if by_break else 0

    for root in (tree, *tree.itersiblings()):  # broken markup can leave more than one root
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            tag = element.tag
            if event == "start":
                if tag in INLINE:
                    if tag == "a":
                        link += 1
                    elif tag in BOLD:
                        bold += 1
                elif tag in SKIPPED:
                    walker.skip_subtree()
                    if tag == "script":
                        if element.get("type") == "application/ld+json" and element.text and "rticleBody" in element.text:
                            found.said.append(element.text)
                    elif tag == "head":
                        found.title = element.findtext("title") or ""
                        found.said += [
                            s.text
                            for s in element.iter("script")
                            if s.text and "rticleBody" in s.text and s.get("type") == "application/ld+json"
                        ]
                    continue
                elif tag == "br" or tag == "hr":
                    flush(1)
                    continue
                elif not isinstance(tag, str):
                    walker.skip_subtree()
                    continue
                else:
                    if run:
                        flush(0)
                    broke = 0
                    if len(stack) > DEEPEST:
                        over += 1
                    else:
                        attributes = element.attrib
                        names = ""
                        hidden = False
                        kind = ""
                        if attributes:
                            names = f"{attributes.get('class', '')} {attributes.get('id', '')}"
                            hidden = "hidden" in attributes or "none" in attributes.get("style", "")
                            kind = attributes.get(KIND, "")
                        containers.append(Container(tag, names, stack[-1], len(stack), len(texts), hidden, kind))
                        stack.append(len(containers) - 1)
                text = element.text
                if text:
                    if not run:
                        line = element.sourceline or 0
                    run.append(text)
                    if link:
                        linked += len(text)
                    if bold:
                        strong += len(text)
            else:
                if tag in INLINE:
                    if tag == "a":
                        link -= 1
                    elif tag in BOLD:
                        bold -= 1
                elif tag not in VOID and isinstance(tag, str):
                    if run:
                        flush(0)
                    broke = 0
                    if over:
                        over -= 1
                    else:
                        containers[stack.pop()].last = len(texts)
                tail = element.tail
                if tail:
                    if not run:
                        line = element.sourceline or 0
                    run.append(tail)
                    if link:
                        linked += len(tail)
                    if bold:
                        strong += len(tail)
    flush(0)
    containers[0].last = len(texts)
    return found


BOLD = frozenset(("b", "strong"))
VOID = SKIPPED | {"br", "hr"}
