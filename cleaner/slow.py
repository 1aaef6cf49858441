"""Slow expressions: found by trying them on texts that almost match, longer and longer, so that no trial runs away.

The texts are made from the expression: what leads to a repetition, then what it repeats, then characters that fit
nothing, so that every way to share the text among the repetitions is tried.
"""

import re
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from cleaner.errors import RuleError
from cleaner.keys import alternatives
from cleaner.rules import Rule

SPAN = 20_000  # characters on which an expression that cuts spans is tried; a block may be longer
SECONDS = 0.05  # for one line; an expression of the shipped rules takes a thousandth of it
UNFIT = "\x00ж\x00"  # what no end of an expression fits: neither letters alone nor marks alone
TICK = 5e-5  # seconds that tell nothing
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_LETTERS = {"DIGIT": "1", "NOT_DIGIT": "a", "SPACE": " ", "NOT_SPACE": "a", "NOT_WORD": "-"}


def refuse(file: str, rules: Iterable[Rule]) -> None:
    """Raise RuleError, which names file and rule, if an expression is slow: it would hold up every document."""
    for rule in rules:
        for sentence in slow(rule):
            raise RuleError(f"{file}: {sentence}")


def slow(rule: Rule, seconds: float = SECONDS) -> Iterator[str]:
    """Yield a sentence for each expression of a rule that takes longer than `seconds` over a line of the rule's limit."""
    if not rule.match:
        return
    longest = SPAN if rule.cut == "span" else rule.limit
    for part in [rule.match] if rule.cut == "span" else alternatives(rule.match):
        compiled = re.compile(part, re.IGNORECASE)
        search = compiled.search if rule.cut == "span" else compiled.match
        for lead, body in attacks(part):
            size = _too_slow(search, lead, body, longest, seconds)
            if size:
                yield f"{rule.id}: {part!r} is slow on {(lead + body * 20)[:40]!r}..., {size} characters; bound its repetitions"
                break


def _too_slow(search: Any, lead: str, body: str, longest: int, seconds: float) -> int:
    """Return how long a text was on which the search took too long, or 0."""
    count, before, fine = 4, 0.0, False
    while True:
        size = min(len(lead) + count * len(body) + len(UNFIT), longest)
        text = (lead + body * count)[: size - len(UNFIT)] + UNFIT
        began = time.thread_time()
        search(text)
        took = time.thread_time() - began
        if took > seconds:
            return size
        if size == longest:
            return 0
        fine = fine or took > max(4 * before, TICK)  # more than twice the text takes: no more leaps
        before = took
        count += 1 + count // 16 if fine else count


def attacks(expression: str) -> list[tuple[str, str]]:
    """Return (what leads to a repetition, what it repeats) for each repetition of an expression, nested ones too.

    >>> attacks(r"read (more|on)*")
    [('read ', 'more'), ('read ', 'on')]
    """
    from re import _parser  # type: ignore[attr-defined]

    found = _walk(list(_parser.parse(expression, re.IGNORECASE)), "")
    return list(dict.fromkeys((lead, body) for lead, body in found if body))


def _walk(tokens: list[Any], lead: str) -> Iterator[tuple[str, str]]:
    for op, value in tokens:
        name = str(op)
        if name in _REPEATS and value[1] > 1:
            inner = list(value[2])
            yield from ((lead, body) for body in islice(_samples(inner), 6))
            yield from _walk(inner, lead)
        elif name == "SUBPATTERN":
            yield from _walk(list(value[3]), lead)
        elif name == "BRANCH":
            for branch in value[1]:
                yield from _walk(list(branch), lead)
        elif name in _REPEATS:
            yield from _walk(list(value[2]), lead)
        lead += next(_samples([(op, value)]), "")


def _samples(tokens: list[Any]) -> Iterator[str]:
    """Yield texts that tokens match: with each of the first alternatives, and with digits where letters or digits fit."""
    seen = set()
    for word in "a1 ":
        for choice in range(4):
            text = "".join(_sample(token, word, choice) for token in tokens)
            if text not in seen:
                seen.add(text)
                yield text


def _sample(token: Any, word: str, choice: int) -> str:
    op, value = token
    name = str(op)
    if name == "LITERAL":
        return chr(value)
    if name == "NOT_LITERAL":
        return word if ord(word) != value else "b"
    if name == "ANY":
        return word
    if name == "IN":
        return _of_set(value, word, choice)
    if name == "BRANCH":
        branches = value[1]
        return "".join(_sample(t, word, choice) for t in branches[min(choice, len(branches) - 1)])
    if name == "SUBPATTERN":
        return "".join(_sample(t, word, choice) for t in value[3])
    if name in _REPEATS:
        return "".join(_sample(t, word, choice) for t in value[2]) * max(1, min(int(value[0]), 3))
    return ""


def _of_set(items: list[Any], word: str, choice: int) -> str:
    """Return a character of a set; of one that excludes, the word character, or another that is not excluded."""
    if str(items[0][0]) == "NEGATE":
        excluded = re.compile("[" + "".join(_written(op, value) for op, value in items[1:]) + "]")
        return next((c for c in (word, "a", " ", "1", "-", "é") if not excluded.match(c)), "")
    written = re.compile("[" + "".join(_written(op, value) for op, value in items) + "]", re.IGNORECASE)
    if written.match(word):
        return word
    op, value = items[min(choice, len(items) - 1)]
    if str(op) == "CATEGORY":
        return _LETTERS.get(str(value).removeprefix("CATEGORY_"), "a")
    return chr(int(value[0] if str(op) == "RANGE" else value))


def _written(op: Any, value: Any) -> str:
    if str(op) == "RANGE":
        return f"\\U{value[0]:08x}-\\U{value[1]:08x}"
    if str(op) == "CATEGORY":
        name = str(value).removeprefix("CATEGORY_")
        letter = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[name.removeprefix("NOT_")]
        return "\\" + (letter.upper() if name.startswith("NOT_") else letter)
    return f"\\U{value:08x}"
