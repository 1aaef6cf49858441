"""The matcher: which rules speak about a block.

A phrase is found by a dictionary look-up, an expression is tried only on blocks that begin (or end) as it must or
in documents that hold a word it needs, so the number of rules and languages hardly matters.
"""

from __future__ import annotations

import json
import os
import re
import sys
from functools import cache, cached_property
from operator import attrgetter

from cleaner.blocks import bare, fold, tidy
from cleaner.errors import RuleError
from cleaner.languages import GROUPS, called

TYPE_CHECKING = False  # typing itself takes longer to import than all of this module
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from cleaner.blocks import Block

    Candidate = tuple["Pack", int, str]  # an expression: its place in the pack, the form of a block to try it on
    Said = tuple["Hit | None", list["Worded"]]  # the rule that takes a block, the expressions to seek in it

KEY = 6  # letters of a block's beginning, or end, that choose the expressions to try
LIMIT = 200  # the longest block on which an expression is tried unless its rule says otherwise
PHRASE = 90  # the longest block that is a rule's phrase, and no more
BOUNDS = (0, PHRASE, LIMIT)
_TABLES = os.path.join(os.path.dirname(__file__), "noise", "index")
# What stands between words: ASCII marks; and others, by the bytes of UTF-8 they begin with and the number of those that follow.
_GAPS = bytes(32 if c < 128 and not chr(c).isalnum() and c != 95 else c for c in range(256))
_SYMBOLS = ((b"\xc2", 1), (b"\xe2", 2))  # U+0080 to U+00BF, U+2000 to U+2FFF: no letter of any size
_WIDE_MARKS = [mark.encode() for mark in "【「《（："]
_COMMA = "،".encode()
_SEPARATOR = re.compile(r"([^\n:|>»→：｜›]{1,70}?)\s*(?:[:|>»→：｜›]|\s[-–—]+(?=\s)|[–—](?=\S))\s*")
_MARKS = " \t.,:;!?\"'()[]{}<>|/*#@&%+=~^-–—…。！？।॥؟،؛۔·•«»“”‘’„、，：；（）【】「」『』《》〈〉\u00a0\u200b\u200e\u200f"  # r"\W", nearly
_SENTENCE = re.compile(r"(?:\s[^\W\d_A-ZÀ-ÖØ-ÞА-Я][^\W\d_]{3,}\)?\.|[।۔])$(?<!nuotr\.)(?<!hình\.)")  # no credit ends like this
_CLASS = r"\\.|\[\^?((?:\\.|[^\]\\])+)\]"
_ENDED = re.compile(r"[.!?…。！？।؟](?=\s)")


class Hit:
    """A rule that speaks about a block: `whole` if its phrase is all of the block, else more text follows it."""

    __slots__ = ("cut", "id", "kind", "where", "whole")

    def __init__(self, id: str, kind: str, cut: str, where: str, whole: bool) -> None:
        self.id = id
        self.kind = kind
        self.cut = cut
        self.where = where
        self.whole = whole


class Worded:
    """An expression to try on, or to seek in, blocks of up to `limit` characters that hold its `literal` text."""

    __slots__ = ("limit", "literal", "pack", "place", "rule", "span")

    def __init__(self, pack: Pack, place: int, literal: str) -> None:
        self.pack = pack
        self.place = place
        self.literal = literal
        self.rule, _, self.limit = pack.tries[place]
        self.span = pack.rules[self.rule][1] == "span"
        if self.span:
            self.limit = sys.maxsize


def words(low: str) -> list[bytes]:
    """Return the words of a text that is in lower case, in UTF-8 (several times faster than an expression).

    >>> words("▶ “read more” – it's")
    [b'read', b'more', b'it', b's']
    """
    data = low.encode("utf-8", "surrogatepass")
    if not low.isascii():
        for first, more in _SYMBOLS:  # a search for single bytes is many times faster than any other
            if first in data:
                start, *rest = data.split(first)
                data = b" ".join([start, *[piece[more:] for piece in rest]])
        if b"\xd8" in data:
            data = data.replace(_COMMA, b" ")
        if b"\xe3" in data or b"\xef" in data:
            for mark in _WIDE_MARKS:
                data = data.replace(mark, b" ")
    return data.translate(_GAPS).split()


def _low(piece: str) -> str:
    """`fold`, quicker for what needs no folding."""
    return piece.lower() if piece.isascii() and "&" not in piece and "`" not in piece and "\t" not in piece else fold(piece)


def _caseless(expression: str) -> str:
    """Return an expression that says the same, whose classes with long ranges of letters without case do not look for it.

    The compiler asks for each letter of a range whether it has another case; for [一-龠] that takes some milliseconds.
    """
    return expression if expression.isascii() else re.sub(_CLASS, _without_case, expression)


def _without_case(found: re.Match[str]) -> str:
    whole, body = found[0], found[1]
    if body is None or not any(c >= "\u2e80" for c in body):
        return whole
    rest = re.sub(r"\\[swd]|A-Za-z|a-zA-Z", "", body)
    return whole if "\\" in rest or rest.lower() != rest.upper() else f"(?-i:{whole})"


class Pack:
    """The look-up tables of some rule files, as `cleaner.index` makes them; compiles an expression when first needed."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self.rules: dict[str, list[Any]] = tables["rules"]
        self.tries: list[list[Any]] = tables["tries"]
        self.lines: dict[str, str] = tables["lines"]
        self.leads: dict[str, str] = tables["leads"]
        self.head: dict[str, list[int]] = tables["head"]
        self.tail: dict[str, list[int]] = tables["tail"]
        self.word = {word.encode(): [Worded(self, *entry) for entry in entries] for word, entries in tables["word"].items()}
        self.text: dict[str, list[Worded]] = {}
        for entry in tables["text"]:
            self.text.setdefault(entry[1], []).append(Worded(self, *entry))
        self.every: list[int] = tables["every"]
        self.element: list[list[str]] = tables["element"]
        self._compiled: dict[int, re.Pattern[str]] = {}

    @cached_property
    def edges(self) -> tuple[set[str], list[set[str]], list[set[str]]]:
        """The beginnings of leads; and for each of BOUNDS the beginnings (those of leads too) and ends of what may be longer."""
        leads = {lead[:4] for lead in self.leads}
        heads = [leads.union([key[:4] for key, at in self.head.items() if at[0] > size]) for size in BOUNDS]
        tails = [{key[-3:] for key, at in self.tail.items() if at[0] > size} for size in BOUNDS]
        return leads, heads, tails

    def compiled(self, place: int) -> re.Pattern[str]:
        """Return the expression at a place of `tries`."""
        found = self._compiled.get(place)
        if found is None:
            found = self._compiled[place] = re.compile(_caseless(self.tries[place][1]), re.IGNORECASE)
        return found

    def hit(self, name: str, whole: bool) -> Hit:
        """Return a hit of the rule with this id."""
        kind, cut, _, where = self.rules[name]
        return Hit(name, kind, cut, where, whole)


class Matcher:
    """Answers which rules of some packs speak about a block; an earlier pack comes first."""

    def __init__(self, packs: list[Pack], skip: Iterable[str] = (), exceptions: Matcher | None = None) -> None:
        self.packs = packs
        self.exceptions = exceptions  # the rules of blocks that stay whatever these rules say
        self.skip = frozenset(skip)
        # how a block that is longer than each of BOUNDS must begin or end to be looked at
        edges = [pack.edges for pack in packs]
        self.leads = frozenset[str]().union(*(leads for leads, _, _ in edges))
        self.heads = tuple(frozenset[str]().union(*(heads[at] for _, heads, _ in edges)) for at in range(len(BOUNDS)))
        self.tails = tuple(frozenset[str]().union(*(tails[at] for _, _, tails in edges)) for at in range(len(BOUNDS)))
        self.words = frozenset[bytes]().union(*(pack.word for pack in packs))
        self.every = [(pack, place) for pack in packs for place in pack.every]
        self.short = max([PHRASE, *(pack.tries[place][2] for pack, place in self.every)])  # a longer block may be no rule's at all
        self._heads = [(pack, pack.head) for pack in packs]
        self._tails = [(pack, pack.tail) for pack in packs]

    def of(self, low: str, there: list[bytes]) -> Matcher:
        """Return the rules to use on a text: these, whatever its language."""
        return self

    def called(self, low: str, there: list[bytes]) -> list[Worded]:
        """Return the expressions with words that occur in a document, given in lower case and in words."""
        found = []
        some = self.words.intersection(there)
        for pack in self.packs:
            entries = [entry for word in some if word in pack.word for entry in pack.word[word] if entry.rule not in self.skip]
            for literal, its in pack.text.items():
                if literal in low:
                    entries += [entry for entry in its if entry.rule not in self.skip]
            found += sorted(entries, key=_place) if len(entries) > 1 else entries
        return found

    def judge(self, block: Block, low: str, called: list[Worded]) -> Said:
        """Return what the rules say of a block; `low` is its text in lower case, `called` what its document calls for."""
        size = len(block.text)
        worded = [entry for entry in called if size <= entry.limit and entry.literal in low]
        spans = [entry for entry in worded if entry.span]
        if spans:
            worded = [entry for entry in worded if not entry.span]
        return self.hit(block.text, block.plain, worded), spans

    def hit(self, text: str, plain: str, worded: list[Worded]) -> Hit | None:
        """Return the first rule that takes a block; `plain` is its text without the bullets before it."""
        size = len(text)
        bulleted = len(plain) != size
        start, end = _low(plain[:12]), _low(text[-16:])
        letters = end.rstrip(_MARKS)
        bound = (size > PHRASE) + (size > LIMIT)
        heads, tails = self.heads[bound], self.tails[bound]
        # a paragraph that begins and ends like no rule must cost next to nothing: most blocks are that
        begun = bulleted or start[:4] in heads or start[:3] in heads or start[:2] in heads or start[:1] in heads or start[:1] in _MARKS
        ended = end[-3:] in tails or end[-2:] in tails or end[-1:] in tails
        ended = ended or letters[-3:] in tails or letters[-2:] in tails or letters[-1:] in tails
        if not (begun or ended or worded or size <= self.short):
            return None
        found = self._phrase(plain, start, size) if plain and size <= 600 else None
        if found is not None and found.where == "any":
            return found
        candidates = [(entry.pack, entry.place, plain) for entry in worded]
        if size <= self.short:
            candidates += self._always(text, plain)
        if ended:
            candidates = self._ended(end, letters, text) + candidates
        if begun:
            candidates = self._begun(start, text, plain) + candidates
        tried = self._tried(text, candidates) if candidates else None
        return tried if found is None or (tried is not None and (tried.where == "any" or found.where == "menu")) else found

    def _phrase(self, plain: str, start: str, size: int) -> Hit | None:
        """The rule one of whose phrases is the block, or leads it."""
        if size <= PHRASE:
            phrase = bare(plain)
            named = [(pack, pack.lines.get(phrase) or pack.leads.get(phrase)) for pack in self.packs]
            hits = [pack.hit(name, True) for pack, name in named if name is not None and name not in self.skip]
            if hits:
                return next((hit for hit in hits if hit.where == "any"), hits[0])
        first = (_low(plain[:24]) if plain[0] == "&" else start).lstrip(_MARKS)
        if first[:4] not in self.leads and first[:3] not in self.leads and first[:2] not in self.leads:
            return None
        lead = _SEPARATOR.match(plain)
        if lead is None or lead.end() >= len(plain):
            return None
        label, more = bare(lead[1]), plain[lead.end()]
        for pack in self.packs:
            name = pack.leads.get(label)
            if name is None or name in self.skip or size > max(LIMIT, pack.rules[name][2]):
                continue
            if (more.islower() and " " not in label) or len(_ENDED.findall(plain, lead.end())) > 1:
                continue
            return pack.hit(name, False)
        return None

    def _begun(self, start: str, text: str, plain: str) -> list[Candidate]:
        """The expressions of blocks that begin like this one, each with the form of the text to try it on."""
        found = _keyed(self._heads, _beginnings(start), plain, len(text))
        if len(plain) != len(text):
            start = _low(text[:12])
            found += _keyed(self._heads, _beginnings(start), text, len(text))
        return found

    def _ended(self, end: str, letters: str, text: str) -> list[Candidate]:
        """The expressions of blocks that end like this one; `letters` is its end without the marks that close it."""
        found = _keyed(self._tails, _endings(end), text, len(text))
        if len(letters) < len(end):
            found += _keyed(self._tails, _endings(letters), text, len(text))
        return found

    def _always(self, text: str, plain: str) -> list[Candidate]:
        """The expressions to try on every block."""
        forms = (plain,) if len(plain) == len(text) else (plain, text)
        return [(pack, place, form) for pack, place in self.every for form in forms]

    def _tried(self, text: str, candidates: list[Candidate]) -> Hit | None:
        """The first candidate that matches; one that holds only at one end of a document gives way to one that always holds."""
        size = len(text)
        forms: dict[str, str] = {}
        somewhere: Hit | None = None
        for pack, place, form in candidates:
            rule, _, limit = pack.tries[place]
            if size > limit or rule in self.skip:
                continue
            tidied = forms.get(form)
            if tidied is None:
                tidied = forms[form] = tidy(form)
            match = pack.compiled(place).match(tidied)
            if match is None or (pack.rules[rule][0] == "caption" and _SENTENCE.search(tidied)):
                continue
            hit = pack.hit(rule, not tidied[match.end() :].strip())
            if hit.where == "any":
                return hit
            somewhere = somewhere or hit
        return somewhere


_place = attrgetter("place")


def _keyed(tables: list[tuple[Pack, dict[str, list[int]]]], keys: list[str], form: str, size: int) -> list[Candidate]:
    """Return the expressions that `tables` hold under some keys, for a block of some size."""
    found: list[Candidate] = []
    for pack, table in tables:
        for key in keys:
            if key in table and table[key][0] >= size:
                found += [(pack, place, form) for place in table[key][1:]]
    return found


def _beginnings(start: str) -> list[str]:
    return [start[:n] for n in range(min(KEY, len(start)), 0, -1)]


def _endings(end: str) -> list[str]:
    return [end[-n:] for n in range(min(KEY, len(end)), 0, -1)]


class Rulebook:
    """All rules of a run: the shipped ones, less those to skip, and those of a user's files."""

    def __init__(self, files: tuple[str, ...] = (), skip: frozenset[str] = frozenset()) -> None:
        self.skip = skip
        self.own: list[Pack] = []
        self.exceptions: Matcher | None = None
        self._matchers: dict[frozenset[str], Matcher] = {}
        if files:
            from pathlib import Path

            from cleaner.index import index
            from cleaner.rules import load
            from cleaner.slow import refuse

            loaded = [load(Path(file)) for file in files]
            for file, rules in zip(files, loaded, strict=True):
                refuse(file, rules)
            self.own = [Pack(index(rule for rule in rules if rule.cut != "keep")) for rules in loaded]
            if any(rule.cut == "keep" for rules in loaded for rule in rules):
                self.exceptions = Matcher([Pack(index(rule for rule in rules if rule.cut == "keep")) for rules in loaded], skip)
        if skip:
            from cleaner.context import STEPS

            packs = [*self.all.packs, *(self.exceptions.packs if self.exceptions is not None else ())]
            unknown = sorted(skip - {name for pack in packs for name in pack.rules} - set(STEPS))
            if unknown:
                raise RuleError(f"there is no rule {unknown[0]!r} to skip; --list shows them")

    @property
    def all(self) -> Matcher:
        """The rules of all languages."""
        return self._of(frozenset(GROUPS))

    @property
    def elements(self) -> list[tuple[str, str, str, str]]:
        """The rules for a page's elements: (id, kind, text that must occur in a class or id, XPath)."""
        packs = [*self.own, _pack("base")]
        return [(name, pack.rules[name][0], need, path) for pack in packs for name, need, path in pack.element if name not in self.skip]

    def of(self, low: str, there: list[bytes]) -> Matcher:
        """Return the rules to use on a text, in lower case, whose words are `there`: those of the languages it calls for."""
        return self._of(called(low, there))

    def _of(self, groups: frozenset[str]) -> Matcher:
        found = self._matchers.get(groups)
        if found is None:
            names = sorted(groups, key=lambda group: (group != "base", group))
            found = self._matchers[groups] = Matcher([*self.own, *map(_pack, names)], self.skip, self.exceptions)
        return found


@cache
def _pack(group: str) -> Pack:
    with open(os.path.join(_TABLES, f"{group}.json"), "rb") as file:
        return Pack(json.loads(file.read()))
