"""Blocks: a document cut into lines, and the small facts about a line that judgement rests on."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

# What sites put before a line to mark it as an item, a link or a label.
BULLETS = "-–—*•·●○◦▪▫■□►▶▸▷›»→➤➜➔⇒☛✓✔✅❏❖◆◇★☆👉📌📰🔴🔵>|+~#="
_ITEM = re.compile(r"\s*(?:[-*•·●○◦▪▫■►▶▸›»→➤👉❏❖+]|>{1,3})(?:\s|(?<=[•·●▪■►▶▸›»→➤👉>]))")
_NUMBERED = re.compile(r"\s*\d{1,2}[.)]\s")
_EDGE = BULLETS + " \t\u00a0\u200b\u200c\u200d\u200e\u200f\ufeff\ufe0f\u2060\u3000()[]{}<>【】「」『』〔〕（）《》«"
_TAIL = _EDGE + ".:;,!?…。：؛،।॥？！»|"

# Expressions that few texts need are compiled when first used: start-up counts.
_ENTITY = r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});"
_HIDDEN = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\ufe0f\u00ad\u0307\u0640"
_WIDE = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"
_TIDY = {
    **dict.fromkeys(_HIDDEN, ""),
    **dict.fromkeys(_WIDE, " "),
    **dict.fromkeys("‘’‛´`ʼʹ", "'"),
    **dict.fromkeys("“”„‟", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **dict(zip("يكىёЁıİ", "یکیеЕiI", strict=True)),
}

_STOP = ".!?…。！？।॥؟۔։።᙮‥"
_CLOSING = "\"'”’»›)]）」』】\u200b\u200e\u200f\u00a0 *_"
_NOT_SPACED = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"


@cache
def _untidy() -> re.Pattern[str]:
    return re.compile("[" + "".join(c for c in _TIDY if not "！" <= c <= "～") + "！-～]")


def tidy(text: str) -> str:
    """Return `text` with its look-alikes made one: quotes, dashes, spaces, full-width forms, entities, hidden marks.

    Only for comparing; what is written out is always the original.

    >>> tidy("Also\\u200b read： &quot;Rain&quot; — ‘more’")
    'Also read: "Rain" - \\'more\\''
    """
    if "&" in text:
        text = re.sub(_ENTITY, _unescape, text)
    if text.isascii():
        return text.replace("`", "'").replace("\t", " ")
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return _untidy().sub(lambda found: _TIDY[found.group()], text)  # several times faster than str.translate


def fold(text: str) -> str:
    """Return `tidy(text)` in lower case.

    >>> fold("İLGİLİ HABER")
    'ilgili haber'
    """
    return tidy(text).lower()


def bare(text: str) -> str:
    """Return `fold(text)` without bullets, brackets and punctuation at its ends: a phrase as rules list it.

    >>> bare(" >>> Read more: ")
    'read more'
    """
    return fold(text).strip(_TAIL)


def spaceless(text: str) -> bool:
    """Whether `text` holds letters of a script that puts no spaces between words (Chinese, Japanese, Thai, Khmer ...).

    >>> spaceless("広告"), spaceless("광고")
    (True, False)
    """
    return re.search(_NOT_SPACED, text) is not None


def _unescape(match: re.Match[str]) -> str:
    import html

    return html.unescape(match.group())


_LATER = ("listed", "short", "weight")  # facts worked out when first asked for


class Block:
    """One line of a document (or, of a page, one element's text).

    `start` and `end` are offsets of the stripped text in the source, in characters; `line` counts from 1;
    `gap` is the number of line ends between the block before and this one. `tag` is the element's name
    ("p", "head", "item", "quote", "table", "pre"; empty in plain text), `links` the share of its text that is linked;
    `indent` is the number of spaces before it on its line; `origin` is where it stood on a page: line, path of elements,
    number of its segment.
    """

    __slots__ = ("end", "gap", "indent", "item", "line", "links", "origin", "plain", "prose", "start", "stops", "tag", "text", *_LATER)

    prose: bool  # reads like a paragraph: a sentence that ends, long enough to say something
    short: bool  # reads like a headline, label or item: no longer than two lines of print, no full stop
    listed: bool  # a bullet or a number stands before the text
    weight: int  # length in Latin letters: a character of a script without spaces says about as much as two and a half

    def __init__(self, text: str, start: int, line: int, gap: int, tag: str = "", links: float = 0.0, indent: int = 0) -> None:
        self.text = text
        self.start = start
        self.end = start + len(text)
        self.line = line
        self.gap = gap
        self.tag = tag
        self.links = links
        self.indent = indent
        self.origin: tuple[int, str, int] | None = None
        self.plain = text.lstrip(_EDGE)
        self.item = len(self.plain) < len(text) and _ITEM.match(text) is not None
        self.stops = text.rstrip(_CLOSING)[-1:] in _STOP
        self.prose = self.stops and (len(text) >= 60 or self.weight >= 60)

    def __getattr__(self, name: str) -> bool | int:
        """Work out a fact when it is first asked for, which for most blocks is never, and keep it in its slot."""
        if name not in _FACTS:
            raise AttributeError(name)
        fact = _FACTS[name](self)
        setattr(self, name, fact)
        return fact


def _weight(block: Block) -> int:
    size = len(block.text)
    if block.text.isascii() or size > 400:
        return size
    return size + 3 * len(re.findall(_NOT_SPACED, block.text)) // 2


def _short(block: Block) -> bool:
    if len(block.text) > 160 or block.weight > 160:
        return False
    return not block.stops or block.text.rstrip(_CLOSING)[-1:] in "?？؟!！…"


_FACTS: dict[str, Callable[[Block], bool | int]] = {
    "short": _short,
    "listed": lambda block: block.item or block.tag == "item" or _NUMBERED.match(block.text) is not None,
    "weight": _weight,
}

_BREAK = r"(?i)</?(?:p|br|div|li|ul|ol)\b[^<>]{0,200}>"


def cut(text: str) -> list[Block]:
    """Cut a text into blocks, a line each; `<br>` and `<p>` left in a line end a block too.

    >>> [(b.text, b.line, b.gap) for b in cut("One.\\n\\n- Two<br>Three")]
    [('One.', 1, 0), ('- Two', 3, 2), ('Three', 3, 0)]
    """
    blocks = []
    at, last = 0, 1
    end = "\n" if "\n" in text else "\r"
    pieces = "<" in text and re.search(_BREAK, text) is not None
    pieces = pieces or (end == "\n" and "\r" in text and "\r" in text.replace("\r\n", "\n"))
    for number, line in enumerate(text.split(end), 1):
        if not line:
            at += 1
            continue
        for start, piece in _pieces(line) if pieces else ((0, line),):
            stripped = piece.strip()
            if stripped:
                indent = 0 if piece[0] == stripped[0] else piece.index(stripped[0])
                blocks.append(Block(stripped, at + start + indent, number, number - last, "", 0.0, 0 if start else indent))
                last = number
        at += len(line) + 1
    return blocks


def _pieces(line: str) -> Iterator[tuple[int, str]]:
    """Yield the pieces of a line between tags, and old line ends, each with where it starts."""
    at = 0
    for tag in re.finditer(_BREAK + r"|\r", line):
        yield at, line[at : tag.start()]
        at = tag.end()
    yield at, line[at:]
