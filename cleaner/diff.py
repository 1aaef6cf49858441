"""Diff: what goes and what stays, as a patch that can be applied and taken back, or in colour for a person."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cleaner.api import Cleaned

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_COLOURS = {
    "related": "yellow",
    "embed": "cyan",
    "promo": "magenta",
    "ad": "red",
    "ui": "blue",
    "caption": "green",
    "byline": "bright_blue",
    "legal": "bright_black",
    "comment": "bright_magenta",
    "other": "bright_red",
}
_UNENDED = "\\ No newline at end of file\n"


def patch(name: str, source: str, cuts: tuple[tuple[int, int], ...]) -> str:
    """Return a unified diff of one hunk with the whole text in it: applied it cleans `source`, reversed it gives it back.

    >>> print(patch("a", "One.\\nAdvertisement\\nTwo.\\n", ((5, 19),)), end="")
    --- a
    +++ a
    @@ -1,3 +1,2 @@
     One.
    -Advertisement
     Two.
    """
    lines = list(changed(source, cuts))
    if not lines:
        return ""
    old, new = (sum(sign != other for sign, _ in lines) for other in "+-")
    title = re.sub(_UNSEEN, "?", name).replace("\n", "?")
    body = "".join(sign + (line if line.endswith("\n") else f"{line}\n{_UNENDED}") for sign, line in lines)
    return f"--- {title}\n+++ {title}\n@@ -{_range(old)} +{_range(new)} @@\n{body}"


def _range(lines: int) -> str:
    return f"1,{lines}" if lines else "0,0"


def changed(source: str, cuts: tuple[tuple[int, int], ...]) -> Iterator[tuple[str, str]]:
    """Yield (sign, line with its end): " " for one that stays, "-" for one that goes, "+" for what is left of those.

    The lines that stay or go are those of `source`; the lines that stay or are left are those of the clean text.
    """
    at = 0
    pending = [_slid(source, start, end) for start, end in cuts if end > start]
    while pending:
        first = _line_start(source, pending[0][0])
        stop, left = first, ""
        while pending and (pending[0][0] < stop or stop == first):
            start, end = pending.pop(0)
            left += source[stop:start] if start > stop else ""
            stop = end
            if not (_at_line_start(source, stop) and (not left or left.endswith("\n"))):
                until = _line_end(source, stop)
                while pending and pending[0][0] < until:
                    start, end = pending.pop(0)
                    left += source[stop:start]
                    stop = end
                    until = stop if _at_line_start(source, stop) and left.endswith("\n") else _line_end(source, stop)
                left += source[stop:until]
                stop = until
        yield from ((" ", line) for line in _lines(source[at:first]))
        yield from (("-", line) for line in _lines(source[first:stop]))
        yield from (("+", line) for line in _lines(left))
        at = stop
    yield from ((" ", line) for line in _lines(source[at:]))


def _slid(source: str, start: int, end: int) -> tuple[int, int]:
    """A cut from one line's end to another's takes the same lines as one from the next line's start."""
    if source[start : start + 1] == "\n" and source[end : end + 1] == "\n" and not _at_line_start(source, start):
        return start + 1, end + 1
    return start, end


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [*(line + "\n" for line in lines[:-1]), *filter(None, lines[-1:])]


def _at_line_start(text: str, place: int) -> bool:
    return place == 0 or text[place - 1 : place] == "\n"


def _line_start(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end + 1


def seen(text: str) -> str:
    """Return `text` with what could steer a terminal, or turn its direction, written out.

    >>> seen("a\\x1b[2J")
    'a\\\\x1b[2J'
    """
    return _UNSEEN.sub(lambda m: m.group().encode("unicode_escape").decode("ascii"), text)


def painted(done: Cleaned, width: int) -> str:
    """Return the judged text for a terminal of `width` columns: what goes is struck, in its kind's colour, its rule beside it."""
    from io import StringIO

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    by_line = {r.line: r for r in reversed(done.removed)}
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold", ratio=1)
    table.add_column(overflow="fold", max_width=max(12, width // 3))
    number = 0
    for sign, line in changed(done.source, done.cuts):
        number += sign != "+"
        text = Text(seen(line.rstrip("\r\n").expandtabs(4).encode("utf-8", "replace").decode()))
        removal = by_line.get(number) if sign == "-" else None
        if sign == "-":
            text.stylize(f"strike {_COLOURS[removal.kind] if removal else 'bright_black'}")
        table.add_row(text, Text(f"{removal.kind}/{removal.rule}" if removal else "", style="dim"))
    out = StringIO()
    Console(file=out, width=width, force_terminal=True, color_system="standard", highlight=False, legacy_windows=False).print(table)
    return out.getvalue()
