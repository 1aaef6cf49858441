"""Segments: a page's tree cut into blocks, each with the chain of elements that contain it.

A block is a run of text that no block-level tag and no `<br>` interrupts (jusText's paragraphs: Pomikálek 2011,
https://is.muni.cz/th/45523/fi_d). Containers are kept in document order, so that each of them holds an unbroken
range of blocks, and what is summed over a container is the difference of two running sums.

No tree is made: the blocks are built from the parser's events. That takes half the time, and no depth is too deep.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from cleaner.elements import DEEP, LARGEST, SMALL, WHOLE, Elements, OnPage, Pruned, step
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
_INLINE, _LINK, _BOLD, _BREAK, _SKIPPED = range(1, 6)  # sorts of tags; 0: a block
_SORTS = {
    **dict.fromkeys(INLINE, _INLINE),
    **dict.fromkeys(BOLD, _BOLD),
    **dict.fromkeys(BREAKS, _BREAK),
    **dict.fromkeys(SKIPPED, _SKIPPED),
    "a": _LINK,
}
MOST = 50_000  # blocks of a page, as elements for trafilatura; of 2,000 pages none had more than 10,200 elements
TOLD = 20  # descriptions of a page that are looked at
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
    `raw`: of preformatted blocks, the text as it stands. `title`: the page's title element; `told`: descriptions of the
    page for search and sharing. `said`: scripts of linked data (JSON-LD) that hold the article's text. `dropped`: what
    rules for elements took out.
    """

    __slots__ = ("broken", "containers", "dropped", "home", "lines", "linked", "raw", "said", "strong", "texts", "title", "told")

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
        self.told: list[str] = []

    def cut(self, block: int, box: int) -> None:
        """Leave out the last blocks, from `block` on, and the last containers, from `box` on."""
        for values in (self.texts, self.home, self.linked, self.strong, self.broken, self.lines):
            del values[block:]
        del self.containers[box:]
        self.raw = {k: raw for k, raw in self.raw.items() if k < block} if self.raw else self.raw

    def remove(self, first: int, last: int) -> None:
        """Leave out the blocks from `first` to `last`; containers that hold nothing else stay, without a block."""
        for values in (self.texts, self.home, self.linked, self.strong, self.broken, self.lines):
            del values[first:last]
        for box in self.containers:
            box.first -= max(0, min(box.first, last) - first)
            box.last -= max(0, min(box.last, last) - first)
        moved = {k if k < first else k - (last - first): raw for k, raw in self.raw.items() if not first <= k < last}
        self.raw = moved
        self.dropped = [p._replace(before=p.before - max(0, min(p.before, last) - first)) for p in self.dropped]

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


class Frame(NamedTuple):
    """An open element that a rule names: where it began, and the text before it that its end goes on with."""

    depth: int
    said: tuple[str, str]
    step: str  # of a path
    first: int  # block
    box: int  # container
    run: list[str]
    counts: tuple[int, int, bool, int]  # linked, strong, broke, line


def segment(html: str, rules: OnPage | None = None, keep: Collection[str] = (), numbered: bool = False) -> Segments:
    """Cut a page into blocks; broken markup is mended as libxml2 does, nothing is fetched.

    What `rules` for elements name is left out and listed in `dropped`, unless it is of a kind to `keep`.
    `numbered`: with lines of the source, which takes longer; else they are 0.

    >>> segment("<p>One <b>two</b>.<ul><li>Three").texts
    ['One two.', 'Three']
    """
    from lxml import etree

    reader = Reader(rules, keep)
    parser = etree.HTMLParser(target=reader, encoding="utf-8", no_network=True, huge_tree=True)
    lines = html.split("\n") if numbered else (html,)
    try:
        for reader.line, line in enumerate(lines, 1 if numbered else 0):
            parser.feed(line.encode("utf-8", "replace") + b"\n")
        parser.close()
    except etree.XMLSyntaxError:  # nothing but spaces and comments
        reader.close()
    return reader.found


class Reader:
    """Makes blocks of a parser's events (lxml's target interface); `line` is the line that is being read."""

    def __init__(self, rules: OnPage | None, keep: Collection[str]) -> None:
        self.found = Segments()
        self.texts, self.boxes = self.found.texts, self.found.containers
        self.rules, self.keep = OnPage(Elements(()), [], {}) if rules is None else rules, keep
        self.tags, self.known, self.candidates = self.rules.tags, self.rules.known, self.rules.rules.candidates
        self.always = bool(self.rules.always or self.rules.found)  # whether every element is asked
        self.line = 0
        self.number = -1  # of elements before
        self.open: list[Mapping[str, str]] = []  # attributes of the open elements
        self.stack = [0]  # open containers
        self.over = 0  # open containers beyond the deepest level
        self.skipping = 0  # open elements that are not read, or inside one
        self.noting: list[str] | None = None  # text of a title or of linked data
        self.frames: list[Frame] = []
        self.large: list[tuple[int, int, Pruned, int]] = []  # blocks from, to; the element; its place in `dropped`
        self.prose = 0  # characters in paragraphs
        self.run: list[str] = []
        self.link = self.bold = 0  # open links and bold elements
        self.linked = self.strong = 0  # characters in them
        self.broke = False
        self.began = 0  # line at which the run began

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self.number += 1
        sort = _SORTS.get(tag, 0)
        if self.skipping or sort == _SKIPPED:
            self._skip(tag, attributes)
            return
        if sort == 0 or sort == _BREAK:
            if self.run:
                self._flush(sort == _BREAK)
            elif self.frames and self.frames[-1].run:
                self._split()
        style = names = kind = ""
        ask = self.always or tag in self.tags
        if attributes:
            style = names = attributes.get("class", "")
            known = self.known
            if style:
                found = known.get(style)
                ask = ask or bool(self.candidates(style) if found is None else found)
            number = attributes.get("id")
            if number:
                names = f"{style} {number}"
                found = known.get(number)
                ask = ask or bool(self.candidates(number) if found is None else found)
        if ask:
            kind = self._asked(tag, attributes)
        self.open.append(attributes)
        if sort == 0:
            self.broke = False
            if len(self.stack) > DEEPEST:
                self.over += 1
                return
            hidden = bool(attributes) and ("hidden" in attributes or "none" in attributes.get("style", ""))
            boxes = self.boxes
            boxes.append(Container(tag, names, self.stack[-1], len(self.stack), len(self.texts), hidden, style, kind))
            self.stack.append(len(boxes) - 1)
        elif sort == _LINK:
            self.link += 1
        elif sort == _BOLD:
            self.bold += 1

    def end(self, tag: str) -> None:
        """An element ends."""
        if self.skipping:
            self.skipping -= 1
            if self.noting is not None:
                self._noted(tag)
            return
        self.open.pop()
        sort = _SORTS.get(tag, 0)
        if sort == 0:
            if self.run:
                self._flush()
            self.broke = False
            if self.over:
                self.over -= 1
            else:
                box = self.boxes[self.stack.pop()]
                box.last = len(self.texts)
                if box.first == box.last:
                    self.boxes.pop()  # what was in it is gone already
        elif sort == _LINK:
            self.link -= 1
        elif sort == _BOLD:
            self.bold -= 1
        if self.frames and self.frames[-1].depth == len(self.open):
            self._end(self.frames.pop())

    def data(self, text: str) -> None:
        """A piece of text."""
        if self.skipping:
            if self.noting is not None:
                self.noting.append(text)
            return
        if not self.run:
            if text.isspace():
                return
            if self.line:  # a text comes with the tag that ends it
                self.began = self.line - text.lstrip().count("\n")
        self.run.append(text)
        if self.link:
            self.linked += len(text)
        if self.bold:
            self.strong += len(text)

    def close(self) -> None:
        """The page is over."""
        self._flush()
        found = self.found
        for at in self.stack:
            found.containers[at].last = len(found.texts)
        gone = len(found.texts)
        for first, last, pruned, place in reversed(self.large):
            if first < gone and len(pruned.text) <= LARGEST * self.prose:  # else it lies in one that is gone
                gone = first
                found.dropped.insert(place, pruned)
                found.remove(first, last)
        self.large.clear()

    def _flush(self, by_break: bool = False) -> None:
        """End a block."""
        if self.frames and self.frames[-1].run:
            self._split()
        raw = "".join(self.run)
        self.run.clear()
        text = " ".join(raw.split())
        if text:
            found, texts, home, size = self.found, self.texts, self.stack[-1], len(text)
            tag = self.boxes[home].tag
            if tag == "p":
                self.prose += size
            elif tag == "pre":
                found.raw[len(texts)] = raw
            if len(texts) == MOST:
                raise TooLarge(f"more than {MOST:,} blocks")
            texts.append(text)
            found.home.append(home)
            found.linked.append(min(self.linked, size))
            found.strong.append(min(self.strong, size))
            found.broken.append(self.broke or by_break)
            found.lines.append(self.began)
            self.broke = False
        self.broke = self.broke or by_break
        self.linked = self.strong = 0

    # --- elements that rules name

    def _asked(self, tag: str, attributes: Mapping[str, str]) -> str:
        """Ask the rules about an element; return its kind if it is to be kept."""
        said = self.rules.found.get(self.number) or self.rules.of(tag, attributes, self.open[-1] if self.open else {})
        if said is None:
            return ""
        if said[1] in self.keep:
            return said[1]
        if tag not in WHOLE:
            self._begin(said, step(tag, attributes.get("id"), attributes.get("class")))
        return ""

    def _begin(self, said: tuple[str, str], own: str) -> None:
        counts = self.linked, self.strong, self.broke, self.began
        self.frames.append(Frame(len(self.open), said, own, len(self.found.texts), len(self.found.containers), self.run, counts))
        self.run = []
        self.linked = self.strong = 0

    def _end(self, frame: Frame) -> None:
        """Leave an element out, if it is small; what is large is judged when the whole page is known."""
        found = self.found
        inner = " ".join("".join(self.run).split())
        text = " ".join(filter(None, (*found.texts[frame.first :], inner)))
        line = found.lines[frame.first] if frame.first < len(found.lines) else self.began
        above = found.path(self.stack[-1]) if self.line else ""
        pruned = Pruned(*frame.said, text, line, f"{above} > {frame.step}" if above else frame.step, frame.first)
        if len(text) <= SMALL:
            if text:
                found.dropped.append(pruned)
            found.cut(frame.first, frame.box)
            self.run = frame.run
            self.linked, self.strong, self.broke, self.began = frame.counts
        elif self.run:
            self.run = frame.run + self.run
            self.linked += frame.counts[0]
            self.strong += frame.counts[1]
        else:
            self.large.append((frame.first, len(found.texts), pruned, len(found.dropped)))

    def _split(self) -> None:
        """End the block before an element that is named, since a block ends inside it."""
        frame = self.frames.pop()
        run, counts = self.run, (self.linked, self.strong, self.broke, self.began)
        self.run = frame.run
        self.linked, self.strong, self.broke, self.began = frame.counts
        self._flush()
        self.run = run
        self.linked, self.strong, self.broke, self.began = counts
        self.frames.append(frame._replace(first=len(self.found.texts), run=[], counts=(0, 0, False, 0)))

    # --- elements that are not read

    def _skip(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "meta":
            name = attributes.get("property") or attributes.get("name") or ""
            if name.endswith("description") and len(self.found.told) < TOLD:
                self.found.told.append(" ".join(attributes.get("content", "").split()))
        elif tag == "title":
            if self.skipping == 1 and not self.found.title:
                self.noting = []
        elif tag == "script" and "json" in attributes.get("type", ""):
            self.noting = []
        self.skipping += 1

    def _noted(self, tag: str) -> None:
        text = "".join(self.noting or ())
        self.noting = None
        if tag == "title":
            self.found.title = " ".join(text.split())
        elif "rticleBody" in text:
            self.found.said.append(text)
