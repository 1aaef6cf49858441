"""Context: what a block is, judged by the blocks around it.

A label decides over the links below it; a list ends where the article goes on. Every step here has an id of its own,
as rules have, so that `--explain` can name it and `--skip` can switch it off.
"""

from __future__ import annotations

import re

from cleaner.blocks import Block

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cleaner.matcher import Hit

# id -> (kind, why); what data can't say
STEPS = {
    "any/embedded-post": ("embed", "The text, author and date of an embedded post."),
    "any/listed-link": ("related", "A headline in a list of links under, or over, a label."),
    "any/foot": ("other", "A short line below the article's last paragraph, among others that are noise for sure."),
    "any/indented": ("caption", "A line without a full stop, indented as none of the article's paragraphs: a caption, as a rule."),
    "any/menu": ("ui", "A short line among the section names of a site's menu."),
    "any/tail": ("other", "A line without a full stop below the last paragraph: a name, a tag, another story's headline."),
    "any/judged": ("other", "A line unlike the article: the judge weighed its shape, its place, its neighbours and its words."),
    "any/code-line": ("other", "A line of the page's own script, next to one that is it for sure."),
    "site/repeated-line": ("other", "A line that the site prints in many different articles, says the site memory."),
    "site/other-headline": ("related", "The headline of another article of the site, says the site memory."),
    "any/after-the-end": ("other", "What follows the line at which the article is over."),
}


def placed(blocks: Sequence[Block], hits: list[Hit | None]) -> list[Hit | None]:
    """Return the hits without those of rules that hold at one end of a document only and stand in its middle."""
    if all(hit is None or hit.where == "any" for hit in hits):
        return hits
    prose = [i for i, block in enumerate(blocks) if block.prose and hits[i] is None]
    first, last = (prose[min(1, len(prose) - 1)], prose[max(-2, -len(prose))]) if prose else (len(blocks), -1)
    bounds = {
        "any": (-1, len(blocks)),
        "start": (-1, first),
        "end": (last, len(blocks)),
        "last": (_signed(blocks, hits, prose), len(blocks)),
        "menu": (len(blocks), -1),
    }
    menus = {k for run in _menus(blocks, hits, first, last) for k in run}
    return [hit if hit is None or k in menus or bounds[hit.where][0] < k < bounds[hit.where][1] else None for k, hit in enumerate(hits)]


def menu(blocks: Sequence[Block], hits: Sequence[Hit | None]) -> list[int]:
    """Return the short lines that stand among the section names of a site's menu."""
    if not any(map(_is_name, hits)):
        return []
    return [k for run in _menus(blocks, hits, len(blocks), -1) for k in run]


def _menus(blocks: Sequence[Block], hits: Sequence[Hit | None], first: int, last: int) -> Iterator[list[int]]:
    """Yield the runs of short lines half of which are section names, or noise for sure: 3 at an end of the document, in its middle 5."""
    run: list[int] = []
    for k in range(len(blocks) + 1):
        block = blocks[k] if k < len(blocks) else None
        if block is not None and len(block.text) <= 40 and block.weight <= 40 and not block.stops and block.text[-1] not in ":：":
            run.append(k)
            continue
        names = [k for k in run if _is_name(hits[k]) or _sure(hits[k])]
        at_end = bool(run) and (run[0] < first or run[-1] > last)
        if len(names) >= (3 if at_end else 5) and 2 * len(names) >= len(run):
            yield run
        run = []


def _signed(blocks: Sequence[Block], hits: Sequence[Hit | None], prose: list[int]) -> int:
    """Return the last paragraph if one line alone stands below it, as a signature does; else the document's end."""
    if len(prose) < 3:
        return len(blocks)
    below = [hit for hit in hits[prose[-1] + 1 :] if hit is None or hit.where == "last"]
    return prose[-1] if len(below) == 1 else len(blocks)


def foot(blocks: Sequence[Block], hits: Sequence[Hit | None]) -> list[int]:
    """Return the lines below the last paragraph that stand under one that a rule takes."""
    prose = [i for i, block in enumerate(blocks) if block.prose and hits[i] is None]
    if len(prose) < 4 and sum(blocks[i].weight for i in prose) < 1200:
        return []
    below = range(prose[-1] + 1, len(blocks))
    first = next((i for i in below if _sure(hits[i])), len(blocks))
    return [i for i in below if i > first and hits[i] is None and blocks[i].short and not blocks[i].listed]


INDENT = 4  # spaces


def indented(blocks: Sequence[Block], taken: Sequence[object]) -> list[int]:
    """Return up to two lines together that are indented and end without a full stop, where no paragraph is indented so."""
    if not any(block.indent >= INDENT for block in blocks):
        return []
    prose = [block.indent for block, verdict in zip(blocks, taken, strict=True) if verdict is None and block.prose]
    if len(prose) < 4:
        return []
    usual = frozenset(prose)
    found: list[int] = []
    run: list[int] = []
    for k in range(len(blocks) + 1):
        if k < len(blocks) and blocks[k].indent >= INDENT and blocks[k].indent not in usual:
            run.append(k)
            continue
        if len(run) <= 2 and all(_open(blocks[k]) for k in run) and run and (run[0] == 0 or blocks[run[0] - 1].text[-1] not in ":："):
            found += run
        run = []
    return found


def _open(block: Block) -> bool:
    words = any(c.isalpha() for c in block.text)
    return words and block.short and not block.stops and not block.listed and block.text[-1] not in _CLAUSE


_INNER_STOP = r"[.!?।؟۔] [^\W\d_]|[。！？]"
_CLAUSE = ":：,،;؛、»”\"'’」"  # what ends a line that goes on, or that quotes
_FACT = r"\d\s?[-–:/.]\s?\d|\t|[$€£¥₹%]|https?:|www\.|[:：]\s"
TAIL = 100  # the longest line of a tail, in Latin letters


def tail(blocks: Sequence[Block], taken: Sequence[object]) -> list[int]:
    """Return the lines below the last paragraph that no full stop ends, unless they are a list or a table of facts."""
    left = [k for k, verdict in enumerate(taken) if verdict is None]
    n = len(left)
    while n and _unended(blocks[left[n - 1]]):
        n -= 1
    run, above = left[n:], [blocks[k] for k in left[:n]]
    if not run:
        return []
    prose = [block.weight for block in above if block.prose]
    if len(prose) < 4 or 4 * sum(blocks[k].weight for k in run) > sum(prose) or above[-1].listed:
        return []
    if len(run) == 1 and _named(blocks[run[0]].plain):
        return run if above[-1].stops or above[-1].weight >= TAIL else []
    if not above[-1].stops:
        return []
    if len(run) == 1:  # perhaps the subheading of a part that is missing
        heads = any(block.short and not block.listed for block in above[2:])
        return run if not heads and not re.search(r"\d", blocks[run[0]].text) else []
    facts = sum(states_fact(blocks[k].text) for k in run)
    return run if 2 * facts < len(run) else []


def states_fact(text: str) -> bool:
    """Whether a line holds a score, a price, a time, an address or a label and its value, as a table's rows do."""
    return re.search(_FACT, text) is not None


def _named(text: str) -> bool:
    """Whether a line may be a name, a place, a tag: up to four words, each with a capital or of a script without them."""
    words = re.findall(r"[^\s/&|,]+", re.sub(r"(?<=\w )\([^()]{1,20}\)", "", text))
    return 0 < len(words) <= 4 and len(text) <= 40 and all(word[0].isupper() or _caseless(word) for word in words)


def _caseless(word: str) -> bool:
    return word[0].isalpha() and word[0].lower() == word[0].upper() and len(word) <= 8


def _unended(block: Block) -> bool:
    text = block.text
    return (
        not (block.tag or block.stops or block.listed or text[-1] in _CLAUSE)
        and block.weight <= TAIL
        and re.search(_INNER_STOP, text) is None
    )


def _is_name(hit: Hit | None) -> bool:
    return hit is not None and hit.where == "menu"


def _sure(hit: Hit | None) -> bool:
    return hit is not None and hit.kind in ("promo", "ui", "related", "ad", "comment")


_CODE = r"[\w'\"$]{1,40}\s?:\s[\w'\"/.:-]{1,80},?$|[\w\s$.'\"()\[\]:=!&|/<>+?*#@,-]*[{};,]\)?;?$|[})\];,\s]+$|/\*.*\*/$"


def code(blocks: Sequence[Block], hits: Sequence[Hit | None]) -> list[int]:
    """Return the lines of script around one that is script for sure, as far as they look like it."""
    found: list[int] = []
    for i, hit in enumerate(hits):
        if not _is_code(hit):
            continue
        for step in (-1, 1):
            k = i + step
            while 0 <= k < len(blocks) and (hits[k] is not None or re.match(_CODE, blocks[k].text)) and not blocks[k].prose:
                if _is_code(hits[k]):  # from there on, its own walk goes on
                    break
                if hits[k] is None:
                    found.append(k)
                k += step
    return found


def _is_code(hit: Hit | None) -> bool:
    return hit is not None and hit.id == "any/site-script"


def items(blocks: Sequence[Block], hits: Sequence[Hit | None], i: int) -> list[int]:
    """Return the blocks that are the list under the label `i`."""
    run = _below(blocks, hits, i)
    return run if run else _before(blocks, hits, i)


def _below(blocks: Sequence[Block], hits: Sequence[Hit | None], i: int) -> list[int]:
    first = i + 1
    while first < len(blocks) and hits[first] is not None and not _is_label(hits[first]):
        first += 1
    if first == len(blocks):
        return []
    if blocks[first].listed:
        return _listed(blocks, hits, first)
    run: list[int] = []
    gap = blocks[first].gap
    for k in range(first, len(blocks)):
        block = blocks[k]
        if _is_label(hits[k]) or not _headline(block) or block.listed or (run and block.gap > gap):
            break
        run.append(k)
    after = run[-1] + 1 if run else first
    if not run or after == len(blocks) or blocks[after].gap > gap or _is_label(hits[after]):
        return run
    if any(blocks[k].links for k in run) and not blocks[run[-1]].links:
        return [k for k in run if blocks[k].links]
    return run if _is_link(blocks, run) else run[:-1]


def _listed(blocks: Sequence[Block], hits: Sequence[Hit | None], first: int) -> list[int]:
    """The items of a bulleted list: as long as bullets of the same sort go on."""
    mark = blocks[first].text[0]
    run = []
    for k in range(first, len(blocks)):
        block = blocks[k]
        same = block.text[0] == mark or (mark.isdigit() and block.text[0].isdigit()) or block.tag == "item"
        if not block.listed or not same or block.weight > 220 or _is_label(hits[k]):
            break
        run.append(k)
    return run


def _before(blocks: Sequence[Block], hits: Sequence[Hit | None], i: int) -> list[int]:
    """The items of a list whose label comes last: bulleted lines, or linked ones, right above it."""
    run: list[int] = []
    for k in range(i - 1, -1, -1):
        block = blocks[k]
        if hits[k] is not None or not _headline(block) or not (block.item or block.links > 0.8):
            break
        run.append(k)
    over = run[-1] - 1 if run else 0
    if len(run) < 2 or len(run) > 12 or (over >= 0 and blocks[over].text[-1] in ":："):
        return []
    return run


def _headline(block: Block) -> bool:
    return block.short and block.text[-1] not in ":："


def _is_label(hit: Hit | None) -> bool:
    return hit is not None and hit.cut in ("list", "rest") and hit.whole


def _is_link(blocks: Sequence[Block], run: list[int]) -> bool:
    """Whether the last short line before the article goes on is one more link, not the next section's heading."""
    last = blocks[run[-1]]
    if last.tag == "head":
        return False
    others = [blocks[k].weight for k in run[:-1]]
    if not others:
        return last.weight >= 48
    return last.weight >= 48 and last.weight >= 0.6 * sum(others) / len(others)


def inside(blocks: Sequence[Block], hits: Sequence[Hit | None], i: int) -> list[int]:
    """Return the blocks between the line that opens an embedded post and the line that closes it, if these are one post's.

    Two paragraphs between them are the article: the line closes another post, whose first line is lost.
    """
    for k in range(i + 1, min(i + 8, len(blocks))):
        hit = hits[k]
        if hit is not None and hit.kind == "embed":
            between = range(i + 1, k)
            one = hit.cut != "list" and sum(blocks[n].prose and hits[n] is None for n in between) < 2
            return list(between) if one else []
    return []


def rests(blocks: Sequence[Block], hits: Sequence[Hit | None]) -> Iterator[tuple[Hit, range]]:
    """Yield the lines at which an article of some length is over, with what follows; boxes end where a paragraph comes."""
    if all(hit is None or hit.cut != "rest" for hit in hits):
        return
    paragraphs = weight = over = 0
    for i, (block, hit) in enumerate(zip(blocks, hits, strict=True)):
        if hit is not None and hit.cut == "rest" and paragraphs >= 2 and weight >= 400:
            if hit.kind == "comment" and over < len(blocks):
                over = len(blocks)
                yield hit, range(i + 1, over)
            elif i >= over:
                over = next((k for k in range(i + 1, len(blocks)) if blocks[k].prose and blocks[k].weight > 120), len(blocks))
                yield hit, range(i + 1, over)
        if block.prose:
            paragraphs += 1
            weight += block.weight
