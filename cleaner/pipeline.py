"""The pipeline: read a document into blocks, mark what is not article, write what has no mark."""

from __future__ import annotations

from cleaner import context
from cleaner.blocks import Block, cut
from cleaner.errors import TooLarge
from cleaner.matcher import LIMIT, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from cleaner.matcher import Hit, Matcher, Rulebook, Said
    from cleaner.site.memory import Site

    Verdict = tuple[str, str] | tuple[str, str, float]  # kind, rule and, of what the judge says, how sure it is
    Whole = list[Verdict | None]  # of each block
    Parts = dict[int, list["Mark"]]  # of some blocks the marks inside; offsets in the block's text


class Mark:
    """A verdict: `source[start:end]` is noise of this kind, says this rule; `score` (0 to 1) if it was a matter of weighing."""

    __slots__ = ("end", "kind", "rule", "score", "start")

    def __init__(self, start: int, end: int, kind: str, rule: str, score: float | None = None) -> None:
        self.start = start
        self.end = end
        self.kind = kind
        self.rule = rule
        self.score = score


class Removal:
    """What was removed: its kind, the id of the rule or step that says so, its text, its line (from 1).

    `at` is where it begins in the text that was judged, in characters; None beside that text, elsewhere on a page.
    `origin`, of a page: the line of its source, and the innermost elements around it ("main > div.story > p").
    `before`, of what is beside the text: how many of its lines come before; -1 where that is not known.
    `score`, of what the judge removed: how likely it is noise, 0 to 1.
    """

    __slots__ = ("at", "before", "kind", "line", "origin", "rule", "score", "text")

    def __init__(
        self,
        kind: str,
        rule: str,
        text: str,
        line: int,
        at: int | None = None,
        origin: tuple[int, str] | None = None,
        before: int = -1,
        score: float | None = None,
    ) -> None:
        self.kind = kind
        self.rule = rule
        self.text = text
        self.line = line
        self.at = at
        self.origin = origin
        self.before = before
        self.score = score

    def __repr__(self) -> str:
        return f"Removal(kind={self.kind!r}, rule={self.rule!r}, text={self.text!r}, line={self.line!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Removal) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash((self.kind, self.rule, self.text, self.line))


# --- mark --------------------------------------------------------------------------------------------------------


POST = "any/embedded-post"
MOST = 500_000  # blocks of a text: 150 MB of memory, and no article has near as many
ROUNDS = 200  # an article needs two or three
JUDGED = "any/judged"
LONG = 60  # characters of a block that tells the language


class Known:
    """What is known of a document's blocks from earlier rounds, so that they need not be judged again."""

    def __init__(self, rulebook: Matcher | Rulebook, site: Site | None = None) -> None:
        self.rulebook = rulebook
        self.site = site
        self.exceptions = rulebook.exceptions
        self.long: list[str] | None = None
        self.low: dict[str, str] = {}  # the texts of blocks, in lower case
        self.said: dict[Matcher, dict[str, Said]] = {}

    def judged(self, blocks: list[Block]) -> list[Said]:
        """Return, for each block of a document, what the rules say of it."""
        texts = [block.text for block in blocks]
        for text in texts:
            if text not in self.low:
                self.low[text] = text.lower()
        self._choose(texts)
        said = self.said.setdefault(self.rules, {})
        for block, text in zip(blocks, texts, strict=True):
            if text not in said:
                said[text] = self.rules.judge(block, self.low[text], self.called if len(text) <= LIMIT else self.called_long)
        return [said[text] for text in texts]

    def excepted(self, blocks: list[Block]) -> list[int]:
        """Return the blocks that a rule of the user's keeps, whatever other rules and steps say."""
        rules = self.exceptions
        if rules is None:
            return []
        lows = [self.low[block.text] for block in blocks]
        low = "\n".join(lows)
        called = rules.called(low, words(low))
        return [k for k, block in enumerate(blocks) if rules.judge(block, lows[k], called)[0] is not None]

    def _choose(self, texts: list[str]) -> None:
        """Choose the rules for a document; its long blocks tell the language, and while those stay, so do the rules."""
        long = [text for text in texts if len(text) >= LONG] or texts
        if long == self.long:
            return
        self.long = long
        low = "\n".join([self.low[text] for text in long])
        there = words(low)
        self.rules = self.rulebook.of(low, there)
        if len(long) < len(texts):
            more = "\n".join([self.low[text] for text in texts if len(text) < LONG])
            there += words(more)
            low += "\n" + more
        self.called = self.rules.called(low, there)
        self.called_long = [entry for entry in self.called if entry.limit > LIMIT]
        self.posts = ("@" in low and "(@" in low) or ("/" in low and ("t.co/" in low or "pic." in low))


def mark(blocks: list[Block], known: Known) -> list[Mark]:
    """Return the marks of a document, in its order; a block has one mark over all of it, or some over parts."""
    judged = known.judged(blocks)
    rules = known.rules
    hits = [hit for hit, _ in judged]
    excepted = known.excepted(blocks)
    for k in excepted:
        hits[k] = None
    some = any(hits)
    if some:
        hits = context.placed(blocks, hits)
    whole = _rule_marks(hits)
    parts = _post_marks(blocks, whole, rules) if known.posts else {}
    if some:
        _list_marks(blocks, hits, whole, rules)
        _end_marks(blocks, hits, whole, rules)
        _neighbour_marks(blocks, hits, whole, rules)
    _span_marks(blocks, whole, parts, judged)
    if known.site is not None:
        _site_marks(blocks, whole, rules, known.site)
    _shape_marks(blocks, whole, rules)
    _judged_marks(blocks, whole, rules)
    for k in excepted:
        whole[k] = None
        parts.pop(k, None)
    return _joined(blocks, whole, parts) if parts or any(whole) else []


def _rule_marks(hits: list[Hit | None]) -> Whole:
    return [None if hit is None else (hit.kind, hit.id) for hit in hits]


def _step(name: str) -> tuple[str, str]:
    return context.STEPS[name][0], name


def _post_marks(blocks: list[Block], whole: Whole, rules: Matcher) -> Parts:
    parts: Parts = {}
    if POST in rules.skip:
        return parts
    from cleaner import posts

    verdict = _step(POST)
    for k, start, end in posts.find(blocks, [w is not None for w in whole]):
        if start == 0 and end == len(blocks[k].text):
            whole[k] = verdict
        else:
            parts.setdefault(k, []).append(Mark(start, end, *verdict))
    return parts


def _list_marks(blocks: list[Block], hits: list[Hit | None], whole: Whole, rules: Matcher) -> None:
    if "any/listed-link" in rules.skip:
        return
    for i, hit in enumerate(hits):
        if hit is None or hit.cut != "list" or not hit.whole:
            continue
        if hit.kind == "embed":
            for k in context.inside(blocks, hits, i):
                whole[k] = whole[k] or _step(POST)
        else:
            for k in context.items(blocks, hits, i):
                whole[k] = whole[k] or (hit.kind, "any/listed-link")


def _end_marks(blocks: list[Block], hits: list[Hit | None], whole: Whole, rules: Matcher) -> None:
    if "any/after-the-end" in rules.skip:
        return
    for hit, rest in context.rests(blocks, hits):
        for k in rest:
            whole[k] = whole[k] or (hit.kind, "any/after-the-end")


def _neighbour_marks(blocks: list[Block], hits: list[Hit | None], whole: Whole, rules: Matcher) -> None:
    steps = {"any/code-line": context.code, "any/menu": context.menu, "any/foot": context.foot}
    for name, step in steps.items():
        if name not in rules.skip:
            for k in step(blocks, hits):
                whole[k] = whole[k] or _step(name)


def _site_marks(blocks: list[Block], whole: Whole, rules: Matcher, site: Site) -> None:
    steps = {"site/repeated-line": site.repeated, "site/other-headline": site.headlines}
    for name, step in steps.items():
        if name not in rules.skip:
            for k in step(blocks, whole):
                whole[k] = whole[k] or _step(name)


def _shape_marks(blocks: list[Block], whole: Whole, rules: Matcher) -> None:
    steps = {"any/indented": context.indented, "any/tail": context.tail}
    for name, step in steps.items():
        if name not in rules.skip:
            for k in step(blocks, whole):
                whole[k] = whole[k] or _step(name)


def _judged_marks(blocks: list[Block], whole: Whole, rules: Matcher) -> None:
    """What no rule and no step has taken: the judge weighs the evidence. A page's blocks have been judged with their tags."""
    taken = [verdict and verdict[0] for verdict in whole]
    if JUDGED in rules.skip or any(block.tag for block in blocks) or not any(map(_is_undecided, blocks, taken)):
        return
    from cleaner.judge import judge

    for k, kind, score in judge()(blocks, taken):
        whole[k] = (kind, JUDGED, score)


def _is_undecided(block: Block, kind: str | None) -> bool:
    return kind is None and not block.prose


def _span_marks(blocks: list[Block], whole: Whole, parts: Parts, judged: list[Said]) -> None:
    for k, (_, spans) in enumerate(judged):
        for entry in spans if whole[k] is None else ():
            name = entry.pack.tries[entry.place][0]
            kind = entry.pack.rules[name][0]
            for found in entry.pack.compiled(entry.place).finditer(blocks[k].text):
                if found.end() > found.start():
                    parts.setdefault(k, []).append(Mark(found.start(), found.end(), kind, name))


def _joined(blocks: list[Block], whole: Whole, parts: Parts) -> list[Mark]:
    """Marks with offsets in the source; a block of which its parts leave no word goes whole."""
    marks = []
    for k, block in enumerate(blocks):
        verdict = whole[k]
        if verdict is not None:
            marks.append(Mark(block.start, block.end, *verdict))
            continue
        inside = sorted(parts.get(k, ()), key=lambda m: (m.start, -m.end))
        rest, at = "", 0
        kept: list[Mark] = []
        for m in inside:
            if m.end > at:
                rest += block.text[at : max(at, m.start)]
                kept.append(Mark(block.start + max(at, m.start), block.start + m.end, m.kind, m.rule))
                at = m.end
        if not kept:
            continue
        rest += block.text[at:]
        if any(c.isalnum() for c in rest):
            marks += kept
        else:
            marks.append(Mark(block.start, block.end, kept[0].kind, kept[0].rule))
    return marks


# --- write -------------------------------------------------------------------------------------------------------


def cuts(text: str, blocks: list[Block], marks: list[Mark]) -> list[tuple[int, int]]:
    """Return the ranges of `text` to leave out: the marks, with the gaps that would stand double without them."""
    by_start = {m.start: m for m in marks}
    gone = [b.start in by_start and by_start[b.start].end == b.end for b in blocks]
    inside = iter(marks)
    mark = next(inside, None)
    ranges: list[tuple[int, int]] = []
    last = -1  # the last block that stays
    for k, block in enumerate(blocks):
        if gone[k]:
            continue
        if last < k - 1:
            ranges.append(_gap(text, blocks, last, k))
        while mark is not None and mark.start < block.end:
            if mark.start >= block.start:
                ranges.append(_span(text, block, mark))
            mark = next(inside, None)
        last = k
    if blocks and last < len(blocks) - 1:
        ranges.append((blocks[last].end if last >= 0 else blocks[0].start, blocks[-1].end))
    return ranges


def _gap(text: str, blocks: list[Block], before: int, after: int) -> tuple[int, int]:
    """The range between two blocks that stay: all but the wider of the gaps at its two ends."""
    at = blocks[before].end if before >= 0 else 0
    left = text[at : blocks[before + 1].start]
    right = text[blocks[after - 1].end : blocks[after].start]
    if before >= 0 and right.count("\n") > left.count("\n"):
        return at, blocks[after - 1].end
    if "\n" not in right:
        return blocks[before + 1].start, blocks[after].start
    # the line that stays keeps its own indent
    return at + left.rfind("\n") + 1, blocks[after - 1].end + right.rfind("\n") + 1


def _span(text: str, block: Block, mark: Mark) -> tuple[int, int]:
    """The range of a mark inside a line, with one of the spaces beside it."""
    start, end = mark.start, mark.end
    left = start == block.start or text[start - 1].isspace()
    while end < block.end and text[end].isspace() and left:
        end += 1
    if end == block.end:
        while start > block.start and text[start - 1].isspace():
            start -= 1
    return start, end


def without(text: str, ranges: list[tuple[int, int]]) -> str:
    """Return `text` without the ranges."""
    kept, at = [], 0
    for start, end in ranges:
        kept.append(text[at:start])
        at = end
    kept.append(text[at:])
    return "".join(kept)


class Done:
    """A cleaned text: its removals in order, the ranges of the source that went, the blocks that stay."""

    __slots__ = ("blocks", "cuts", "removed", "text")

    def __init__(self, text: str, removed: list[Removal], cuts: list[tuple[int, int]], blocks: list[Block]) -> None:
        self.text = text
        self.removed = removed
        self.cuts = cuts
        self.blocks = blocks


def run(
    text: str,
    rules: Matcher | Rulebook,
    keep: Collection[str] = (),
    blocks: list[Block] | None = None,
    site: Site | None = None,
) -> Done:
    """Clean a text until nothing more goes, so that cleaning twice changes nothing.

    `blocks`, of a page, know tags and links; what they leave is judged once more as the plain text it now is. `site`: what
    a corpus of the same site has taught.
    Raises TooLarge.
    """
    found: list[tuple[int, Mark, str]] = []
    gone: list[tuple[int, int]] = []
    rest, tagged = text, blocks
    now = cut(rest) if blocks is None else blocks
    if len(now) > MOST:
        raise TooLarge(f"more than {MOST:,} lines")
    known = Known(rules, site)
    for _ in range(ROUNDS):
        marks = [m for m in mark(now, known) if m.kind not in keep]
        if not marks and blocks is None:
            break
        found += zip(_origins([m.start for m in marks], gone), marks, [rest[m.start : m.end] for m in marks], strict=True)
        ranges = cuts(rest, now, marks)
        gone = _merged(gone, ranges)
        rest = without(rest, ranges)
        blocks = None
        now = cut(rest)
    else:
        raise TooLarge(f"noise within noise, {ROUNDS} times over")
    found.sort(key=lambda f: f[0])
    lines = _lines(text, [f[0] for f in found])
    removed = [Removal(m.kind, m.rule, piece, line, at, score=m.score) for (at, m, piece), line in zip(found, lines, strict=True)]
    if tagged:
        _tag(now, _origins([block.start for block in now], gone), tagged)
    return Done(rest, removed, gone, now)


def _tag(now: list[Block], origins: list[int], page: list[Block]) -> None:
    """Give the blocks that stay the tags that they had on the page, where they stood at `origins`."""
    k = 0
    for block, at in zip(now, origins, strict=True):
        while k + 1 < len(page) and page[k + 1].start <= at:
            k += 1
        block.tag, block.links = page[k].tag, page[k].links


def _lines(text: str, places: list[int]) -> list[int]:
    """Return the line, from 1, of each of some places in order."""
    lines, line, at = [], 1, 0
    for place in places:
        line += text.count("\n", at, place)
        at = place
        lines.append(line)
    return lines


def _origins(places: list[int], gone: list[tuple[int, int]]) -> list[int]:
    """Return where places of the shortened text, in order, stand in the text it came from."""
    out, k, by = [], 0, 0
    for place in places:
        while k < len(gone) and gone[k][0] <= place + by:
            by += gone[k][1] - gone[k][0]
            k += 1
        out.append(place + by)
    return out


def _merged(gone: list[tuple[int, int]], more: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return `gone`, and ranges of what it left, as ranges of the first text."""
    starts = _origins([start for start, _ in more], gone)
    ends = _origins([end - 1 for _, end in more], gone)
    out: list[tuple[int, int]] = []
    for start, end in sorted(gone + [(s, e + 1) for s, e in zip(starts, ends, strict=True)]):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out
