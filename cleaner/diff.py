"""Diff: what goes and what stays, as a patch that can be applied and taken back."""

from __future__ import annotations

from cleaner.output import harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

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
    return _hunk(name, list(changed(source, cuts)))


def exact(name: str, data: bytes, source: str, cuts: tuple[tuple[int, int], ...], errors: str = "surrogatepass") -> bytes:
    """Return a patch from the bytes of an input to the clean text in UTF-8; `source` is `data` as it was decoded.

    >>> exact("a", "Grüße.\\nAdvertisement\\n".encode("latin-1"), "Grüße.\\nAdvertisement\\n", ((7, 21),)).splitlines()[3:]
    [b'-Gr\\xfc\\xdfe.', b'+Gr\\xc3\\xbc\\xc3\\x9fe.', b'-Advertisement']
    """
    from cleaner.decode import encode

    def raw(line: bytes) -> str:
        return line.decode("utf-8", "surrogateescape")

    lines = [(sign, raw(encode(line, errors))) for sign, line in changed(source, cuts)]
    was = _lines(raw(data))
    each = iter(was)
    if len(was) == sum(sign != "+" for sign, _ in lines):
        lines = [pair for sign, line in lines for pair in _turned(sign, line, each)]
    else:
        lines = [("-", line) for line in was] + [("+", line) for sign, line in lines if sign != "-"]
    return _hunk(name, lines).encode("utf-8", "surrogateescape")


def _turned(sign: str, line: str, was: Iterator[str]) -> list[tuple[str, str]]:
    """A line of the patch, and as two if its bytes were others; takes the line as it was from `was`."""
    if sign == "+":
        return [(sign, line)]
    old = next(was)
    return [(sign, old)] if sign == "-" or old == line else [("-", old), ("+", line)]


def _hunk(name: str, lines: list[tuple[str, str]]) -> str:
    if not lines:
        return ""
    old, new = (sum(sign != other for sign, _ in lines) for other in "+-")
    title = harmless(name).replace("\n", "?")
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
