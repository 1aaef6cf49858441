"""Embedded posts: where a tweet begins and ends once a scraper has turned it into lines.

A post's attribution, "— Name (@handle) March 18, 2025", is certain; its body is what stands before it, in the same
line or in the lines above, and has to be told from the reporter's own words.
"""

import re

from cleaner.blocks import Block

LONGEST = 420  # characters of a post with its links; a longer line above an attribution is a paragraph

_MONTH = r"[^\W\d_][^\s\d,()]{1,14}"
_DATE = (
    rf"(?:\d{{1,2}}:\d\d(?:\s?[ap]\.?m\.?)?\s?[·,-]\s?)?(?:"
    rf"(?:{_MONTH}\s){{1,2}}\d{{1,2}},?\s\d{{4}}"
    rf"|\d{{1,2}}[.,]?\s?(?:de\s)?(?:{_MONTH},?\s){{1,2}}(?:de\s|\d{{1,2}},?\s)?\d{{4}}(?:\s?[гр]\.)?"
    r"|\d{4}\s?[年년/.-]\s?\d{1,2}\s?[月월/.-]\s?\d{1,2}(?:日|일|\b)"
    r"|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}"
    r")(?:,?\s(?:at|um|à|a las|às)\s\d{1,2}[:.]\d\d(?:\s?[AaPp]\.?[Mm]\.?)?)?"
)
_HANDLE = r"\(@[\w.@-]{1,60}\)"
_DASH = r"(?:[—–―-]{1,3}|&mdash;|&ndash;|&#8212;|&#8211;)"
_ATTRIBUTION = re.compile(rf"{_DASH}\s?[^\n—]{{0,80}}?{_HANDLE}\s?(?:[·,-]\s)?{_DATE}")
_ALONE = (  # without its dash; compiled when first needed
    rf"\s*(?:>\s)?{_DASH}?\s?[^\n—:.!?]{{0,60}}?{_HANDLE}\s?(?:[·,-]\s)?{_DATE}\.?\s*$"
)
_LINK = re.compile(r"(?:https?://t\.co/\w+|(?:https?://)?pic\.(?:twitter|x)\.com/\w+)(?:…|\.\.\.)?")
_LAST_LINK = re.compile(_LINK.pattern + r"\s{0,3}$")
_MARK = re.compile(
    r"(?:^|[\s.!?)])[#＃]\w{2,}|(?:^|[\s.(!?])@\w{2,}|https?://|t\.co/|pic\.(?:twitter|x)\.com|[\U0001f000-\U0001faff\u2600-\u27bf]"
)
_SAID = re.compile(r"^(?:\S+\s){3,}?[^:]{0,200}:\s+(?=\S)")
_SENTENCE = re.compile(r"(?<=[.!?…。！？।])[\"”’»)]*\s+")


def find(blocks: list[Block], taken: list[bool]) -> list[tuple[int, int, int]]:
    """Return what embedded posts take: (block, start, end), offsets in the block's text.

    `taken` says which blocks a rule has claimed already; those are no post's body.
    """
    spans: list[tuple[int, int, int]] = []
    for i, block in enumerate(blocks):
        text = block.text
        if "@" in text and "(@" in text:
            if _alone(text):
                spans.append((i, 0, len(text)))
                spans += _above(blocks, taken, i)
                continue
            spans += _inside(blocks, taken, i)
        elif "t.co/" in text or "pic." in text:
            spans += _linked(blocks, taken, i)
    return spans


def _alone(text: str) -> bool:
    """Whether a line is an attribution and nothing else."""
    if "(@" not in text:
        return False
    found = _ATTRIBUTION.search(text)
    if found is None:
        return re.match(_ALONE, text) is not None
    return not text[: found.start()].strip("> ") and not text[found.end() :].strip(" .")


def _inside(blocks: list[Block], taken: list[bool], i: int) -> list[tuple[int, int, int]]:
    """Attributions within a line: the body before each goes with it, the text after the last stays."""
    text = blocks[i].text
    spans: list[tuple[int, int, int]] = []
    at = 0
    for found in _ATTRIBUTION.finditer(text):
        start = _body(text[at : found.start()]) + at
        if not spans:
            spans += _above(blocks, taken, i, certain=not text[: found.start()].strip())
        spans.append((i, start, found.end()))
        at = found.end()
    return spans


def _body(before: str) -> int:
    """Return where, in the text before an attribution, the post's body begins."""
    if not before.strip():
        return 0
    said = _SAID.match(before)
    if said is not None and said.end() < len(before) - 15 and not _MARK.search(said.group()):
        return said.end()
    if len(before) <= LONGEST:
        return 0
    starts = [0, *(m.end() for m in _SENTENCE.finditer(before))]
    begin = len(before)
    for start in reversed(starts):
        if len(before) - start > 300 or (begin < len(before) and not _MARK.search(before[start:begin])):
            break
        begin = start
    link = _LAST_LINK.search(before)
    return link.start() if begin == len(before) and link is not None else begin


def _above(blocks: list[Block], taken: list[bool], i: int, certain: bool = True) -> list[tuple[int, int, int]]:
    """The lines of a post's body above the line of its attribution; `certain` if some must be there."""
    spans: list[tuple[int, int, int]] = []
    size, gap = 0, blocks[i].gap
    for k in range(i - 1, -1, -1):
        block = blocks[k]
        text = block.text
        size += len(_LINK.sub("", text))
        first = certain and not spans
        if taken[k] or size > (LONGEST if first else 320) or text[-1] in ":：" or block.tag == "head":
            break
        if "(@" in text and _ATTRIBUTION.search(text):
            break
        if not first:
            marked = _MARK.search(text) is not None
            loose = not block.stops and len(text) < 120
            if not marked and not (loose and blocks[k + 1].gap <= gap and _posted(blocks, k + 1, i)):
                break
        spans.append((k, 0, len(text)))
    return spans


def _posted(blocks: list[Block], first: int, last: int) -> bool:
    """Whether some line from `first` up to `last` shows the marks of a post: a tag, handle, link or emoji."""
    return any(_MARK.search(blocks[k].text) for k in range(first, last))


def _linked(blocks: list[Block], taken: list[bool], i: int) -> list[tuple[int, int, int]]:
    """A post whose attribution is gone: the line that ends in its picture's link, or the link alone."""
    text = blocks[i].text
    links = list(_LINK.finditer(text))
    if not links:
        return []
    last = links[-1]
    ends = last.end() >= len(text) - 2
    if i + 1 < len(blocks) and _alone(blocks[i + 1].text):
        return []
    if ends and len(text) <= LONGEST and not blocks[i].listed:
        said = _SAID.match(text)
        if said is None or said.end() >= last.start() or _MARK.search(said.group()):
            return [(i, 0, len(text))]
        return [(i, said.end(), len(text))]
    return [(i, link.start(), link.end()) for link in links]
