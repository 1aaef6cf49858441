"""Keys: how the blocks that an expression can match begin or end, so that it need not be tried on others."""

import re
from collections import defaultdict
from functools import cache
from typing import Any

from cleaner.blocks import fold

KEY = 6  # letters of a block's beginning, or end, that choose the expressions to try
MOST = 150  # keys of one expression


@cache
def keys(expression: str) -> tuple[str, tuple[str, ...]]:
    """Return ("head" | "tail", the beginnings or ends, of up to KEY letters, that a match can have).

    ("wide", beginnings) says that any capital may begin it; ("every", ()) that it must be tried on every block.

    >>> keys("(also|must) read")
    ('head', ('also r', 'must r'))
    >>> keys(r"[^:]{2,40} / getty images$")
    ('tail', ('images',))
    """
    from re import _parser  # type: ignore[attr-defined]

    tokens = list(_parser.parse(expression, re.IGNORECASE))
    head = _beginnings(tokens)
    wide = _any_letter(head)
    if head and not wide:
        return "head", tuple(head)
    if tokens and str(tokens[-1][0]) == "AT" and str(tokens[-1][1]) in ("AT_END", "AT_END_STRING"):
        marks = expression.endswith((r"\W*$", r"\W*\Z"))  # the end is sought without them, too
        tail = _beginnings(_mirror(tokens[: -2 if marks else -1]))
        if tail and not _any_letter(tail):
            return "tail", tuple(key[::-1] for key in tail)
    return ("wide", tuple(head)) if wide else ("every", ())


def _any_letter(keys: list[str]) -> bool:
    return sum(len(key) == 1 and key != key.upper() for key in keys) > 12


def alternatives(expression: str) -> list[str]:
    """Split an expression at the bars that stand in no bracket, so that each part has keys of its own.

    >>> alternatives(r"a(b|c)|[|]|\\|d")
    ['a(b|c)', '[|]', '\\\\|d']
    """
    parts, start, depth, at, set_at = [], 0, 0, 0, -1
    while at < len(expression):
        c = expression[at]
        if c == "\\":
            at += 1
        elif set_at >= 0:
            if c == "]" and expression[set_at + 1 : at] not in ("", "^"):
                set_at = -1
        elif c == "[":
            set_at = at
        elif c in "()":
            depth += 1 if c == "(" else -1
        elif c == "|" and depth == 0:
            parts.append(expression[start:at])
            start = at + 1
        at += 1
    return [*parts, expression[start:]]


def _beginnings(tokens: list[Any]) -> list[str]:
    found = {fold(text)[:KEY] for text, _ in _grow({("", True)}, tokens)}
    while len(found) > MOST:
        found = _shortened(found)
    return sorted(found) if all(found) else []


def _shortened(found: set[str]) -> set[str]:
    """Cut the last letter from the longest keys, of those that begin alike most first, until there are few enough."""
    size = max(map(len, found))
    groups: dict[str, set[str]] = defaultdict(set)
    for key in found:
        if len(key) == size:
            groups[key[:-1]].add(key)
    left = set(found)
    for start in sorted(groups, key=lambda start: (-len(groups[start]), start)):
        left -= groups[start]
        left.add(start)
        if len(left) <= MOST:
            break
    return left


def _grow(texts: set[tuple[str, bool]], tokens: list[Any]) -> set[tuple[str, bool]]:
    """Extend each text that is still open by what the tokens can match; one that can't be told is closed."""
    for op, value in tokens:
        open_ = {t for t, more in texts if more and len(t) < KEY}
        if not open_:
            break
        before = texts
        done = {(t, more) for t, more in texts if not more or len(t) >= KEY}
        name = str(op)
        if name in ("AT", "ASSERT", "ASSERT_NOT"):
            continue
        if name == "LITERAL":
            texts = done | {(t + chr(value), True) for t in open_}
        elif name == "IN" and (choices := _choices(value)):
            texts = done | {(t + c, True) for t in open_ for c in choices}
        elif name == "BRANCH":
            texts = done.union(*(_grow({(t, True) for t in open_}, list(branch)) for branch in value[1]))
        elif name == "SUBPATTERN":
            texts = done | _grow({(t, True) for t in open_}, list(value[3]))
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, inner = value
            now = {(t, True) for t in open_}
            for _ in range(min(low, KEY)):
                now = _grow(now, list(inner))
            more = _grow(now, list(inner)) if high > low else set()
            if int(high) > low + 1:
                more = {(t, False) for t, _ in more}
            texts = done | now | more
        else:
            texts = done | {(t, False) for t in open_}
        if len(texts) > 4000:
            return {(t, False) for t, _ in before}
    return texts


def _choices(items: list[Any]) -> list[str]:
    found: list[str] = []
    for op, value in items:
        name = str(op)
        if name == "LITERAL":
            found.append(chr(value))
        elif name == "RANGE" and value[1] - value[0] < 30:
            found += [chr(c) for c in range(value[0], value[1] + 1)]
        elif name == "CATEGORY" and str(value) == "CATEGORY_DIGIT":
            found += list("0123456789")
        elif name == "CATEGORY" and str(value) == "CATEGORY_SPACE":
            found.append(" ")
        else:
            return []
    return found


def _mirror(tokens: list[Any]) -> list[Any]:
    """Return the tokens of the expression read from its end."""
    turned: list[Any] = []
    for op, value in reversed(tokens):
        name = str(op)
        if name == "BRANCH":
            value = (value[0], [_mirror(list(b)) for b in value[1]])
        elif name == "SUBPATTERN":
            value = (*value[:3], _mirror(list(value[3])))
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            value = (value[0], value[1], _mirror(list(value[2])))
        turned.append((op, value))
    return turned
