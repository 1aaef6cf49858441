"""Segments: a page's tree cut into blocks, each with the chain of elements that contain it.

A block is a run of text that no block-level tag and no `<br>` interrupts (jusText's paragraphs: Pomikálek 2011,
https://is.muni.cz/th/45523/fi_d). Containers are kept in document order, so that each of them holds an unbroken
range of blocks, and what is summed over a container is the difference of two running sums.
"""

from collections.abc import Collection
from typing import Any

from cleaner.elements import DEEP, OnPage, Pruned, step
from cleaner.errors import TooLarge

INLINE = frozenset(
    (
        *(
            "a",
            "abbr",
            "acronym",
            "amp-img",
            "b",
            "bdi",
            "bdo",
            "big",
            "cite",
            "code",
            "data",
            "del",
            "dfn",
            "em",
            "font",
            "i",
            "img",
            "ins",
        ),
        *("kbd", "label", "mark", "nobr", "picture", "q", "rp", "rt", "ruby", "s", "samp", "small", "source", "span", "strike", "strong"),
        *("sub", "sup", "time", "tt", "u", "var", "wbr"),
    )
)
SKIPPED = frozenset(
    (
        *(
            "amp-ad",
            "amp-analytics",
            "applet",
            "area",
            "audio",
            "base",
            "canvas",
            "datalist",
            "dialog",
            "embed",
            "frame",
            "frameset",
            "head",
        ),
        *("iframe", "input", "link", "map", "math", "meta", "meter", "noframes", "noscript", "object", "option", "param", "progress"),
        *("script", "select", "style", "svg", "template", "textarea", "title", "track", "video"),
    )
)
BOLD = frozenset(("b", "strong"))
BREAKS = frozenset(("br", "hr"))
MOST = 50_000  # blocks of a page, as elements for trafilatura; of 2,000 pages none had more than 10,200 elements
DEEPEST = 200  # levels of containers; what lies deeper belongs to the last of them


class Container:
    """A block-level element: `first` to `last` is the range of blocks it holds, `names` its class and id as written,
    `style` the class alone.

    `kind`: what a rule for elements calls it, if it is to be kept all the same.
    """

    __slots__ = ("depth", "first", "hidden", "kind", "last", "names", "parent", "style", "tag")

    def __init__(self, tag: str, names: str, parent: int, depth: int, first: int, hidden: bool, style: str = "", kind: str = "") -> None:
        self.tag = tag
        self.names = names
        self.parent = parent
        self.depth = depth
        self.first = self.last = first
        self.hidden = hidden
        self.style = style
        self.kind = kind


class Segments:
    """The blocks of a page in its order, one entry a block in each list, and their containers.

    `texts`: the text, whitespace made single; `home`: index of the innermost container; `linked`: characters inside
    links, `strong`: characters in bold; `broken`: whether a `<br>` ended or began it; `lines`: line of the source.
    `raw`: of preformatted blocks, the text as it stands. `title`: the page's title element. `said`: scripts of linked
    data (JSON-LD) that hold the article's text. `dropped`: what rules for elements took out.
    """

    __slots__ = ("broken", "containers", "dropped", "home", "lines", "linked", "raw", "said", "strong", "texts", "title")

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.home: list[int] = []
        self.linked: list[int] = []
        self.strong: list[int] = []
        self.broken: list[bool] = []
        self.lines: list[int] = []
        self.containers: list[Container] = [Container("html", "", -1, 0, 0, False)]
        self.dropped: list[Pruned] = []
        self.raw: dict[int, str] = {}
        self.said: list[str] = []
        self.title = ""

    def path(self, at: int) -> str:
        """Return the path of a container: its innermost elements, each with its id or class."""
        steps: list[str] = []
        while at > 0 and len(steps) < DEEP:
            box = self.containers[at]
            if box.tag == "html":
                break
            steps.append(step(box.tag, box.names[len(box.style) + 1 :], box.style))
            at = box.parent
        return " > ".join(reversed(steps))


def segment(tree: Any, rules: OnPage | None = None, keep: Collection[str] = ()) -> Segments:
    """Cut a page's tree (an lxml element) into blocks; one pass, no recursion.

    What `rules` for elements name is left out and listed in `dropped`, unless it is of a kind to `keep`.
    """
    found = Segments()
    for root in (tree, *tree.itersiblings()):  # broken markup can leave more than one root
        _walk(root, found, rules, keep)
    found.containers[0].last = len(found.texts)
    return found


def _walk(root: Any, found: Segments, rules: OnPage | None, keep: Collection[str]) -> None:
    from lxml import etree

    containers, texts = found.containers, found.texts
    stack = [0]
    run: list[str] = []
    over = 0  # open containers beyond the deepest level
    link = bold = 0  # open links and bold elements
    linked = strong = 0  # characters in them
    broke = False
    line = 0

    def flush(by_break: bool = False) -> None:
        nonlocal linked, strong, broke
        raw = "".join(run)
        text = " ".join(raw.split())
        run.clear()
        if text:
            if containers[stack[-1]].tag == "pre":
                found.raw[len(texts)] = raw
            if len(texts) == MOST:
                raise TooLarge(f"more than {MOST:,} blocks")
            texts.append(text)
            found.home.append(stack[-1])
            found.linked.append(min(linked, len(text)))
            found.strong.append(min(strong, len(text)))
            found.broken.append(broke or by_break)
            found.lines.append(line)
            broke = False
        broke = broke or by_break
        linked = strong = 0

    walker = etree.iterwalk(root, events=("start", "end"))
    tags = rules.tags if rules is not None else {}
    left_out = False  # whether the element that ends next was left out
    for event, element in walker:
        tag = element.tag
        if event == "start":
            if not isinstance(tag, str) or tag in SKIPPED:
                walker.skip_subtree()
                left_out = True
                if tag == "script" or tag == "head":
                    _note(element, tag, found)
                continue
            inline = tag in INLINE
            if run and not inline:
                flush(tag == "br" or tag == "hr")
            name, number = element.get("class"), element.get("id")
            names = f"{name or ''} {number or ''}" if name or number else ""
            kind = ""
            said = rules.of(element, tag, names) if rules is not None and (names or tag in tags or rules.always) else None
            if rules is not None and said is not None:
                if said[1] in keep:
                    kind = said[1]
                elif _dropped(element, said, found, rules, stack[-1]):
                    walker.skip_subtree()
                    left_out = True
                    continue
            if inline:
                if tag == "a":
                    link += 1
                elif tag in BOLD:
                    bold += 1
            elif tag not in BREAKS:
                broke = False
                if len(stack) > DEEPEST:
                    over += 1
                else:
                    hidden = element.get("hidden") is not None or "none" in (element.get("style") or "")
                    containers.append(Container(tag, names, stack[-1], len(stack), len(texts), hidden, name or "", kind))
                    stack.append(len(containers) - 1)
            text = element.text
        else:
            if left_out:
                left_out = False
            elif tag in INLINE:
                if tag == "a":
                    link -= 1
                elif tag in BOLD:
                    bold -= 1
            elif tag not in BREAKS:
                if run:
                    flush()
                broke = False
                if over:
                    over -= 1
                else:
                    containers[stack.pop()].last = len(texts)
            text = element.tail
        if text and (run or not text.isspace()):
            if not run:
                line = element.sourceline or 0
            run.append(text)
            if link:
                linked += len(text)
            if bold:
                strong += len(text)
    flush()


def _note(element: Any, tag: str, found: Segments) -> None:
    """Note what a script of linked data, or a head with such scripts, says of the article."""
    for script in element.iter("script") if tag == "head" else (element,):
        text = script.text
        if text and "rticleBody" in text and "json" in script.get("type", ""):
            found.said.append(text)
    if tag == "head":
        found.title = element.findtext("title") or found.title


def _dropped(element: Any, said: tuple[str, str], found: Segments, rules: OnPage, at: int) -> bool:
    """Whether an element goes, by its size; it is listed then."""
    text = " ".join(" ".join(element.itertext()).split())
    if not rules.fits(text, element.tag):
        return False
    if text:
        own = step(element.tag, element.get("id"), element.get("class"))
        above = found.path(at)
        path = f"{above} > {own}" if above else own
        found.dropped.append(Pruned(*said, text, element.sourceline or 0, path, len(found.texts)))
    return True
