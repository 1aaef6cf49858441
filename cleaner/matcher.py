"""The matcher: which rules speak about a block.

A phrase is found by a dictionary look-up, an expression is tried only on blocks that begin (or end) as it must or
in documents that hold a word it needs, so the number of rules and languages hardly matters.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache

from cleaner.blocks import bare, fold, tidy
from cleaner.errors import RuleError
from cleaner.languages import GROUPS, called

TYPE_CHECKING = False  # typing itself takes longer to import than all of this module
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

KEY = 6  # letters of a block's beginning, or end, that choose the expressions to try
LIMIT = 200  # the longest block on which an expression without keys is tried
_TABLES = os.path.join(os.path.dirname(__file__), "noise", "index")
# What stands between words: ASCII marks, and the first byte of others in UTF-8 (C2 and E2 begin no letter of any size).
_GAPS = bytes(32 if c < 128 and not chr(c).isalnum() and c != 95 else c for c in range(256))
_OPENING = [mark.encode() for mark in "“”‘’«»—–…\u00a0\u200b،【「《（："]  # of which no byte may stick to the word after it
_SYMBOL = re.compile(rb"\xc2.|\xe2..", re.DOTALL)  # U+0080 to U+00BF, U+2000 to U+2FFF
_SEPARATOR = re.compile(r"([^\n:|>»→：｜›]{1,70}?)\s*(?:[:|>»→：｜›]|\s[-–—]+(?=\s)|[–—](?=\S))\s*")
_MARKS = " \t.,:;!?\"'()[]{}<>|/*#@&%+=~^-–—…。！？।॥؟،؛۔·•«»“”‘’„、，：；（）【】「」『』《》〈〉\u00a0\u200b\u200e\u200f"  # r"\W", nearly
_SENTENCE = re.compile(r"(?:\s[^\W\d_A-ZÀ-ÖØ-ÞА-Я][^\W\d_]{3,}\)?\.|[।۔])$(?<!nuotr\.)(?<!hình\.)")  # no credit ends like this
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


class Called:
    """The rules whose words occur in a document: (pack, place of the expression, the text it needs)."""

    __slots__ = ("blocks", "longest", "spans")

    def __init__(self) -> None:
        self.blocks: list[tuple[Pack, int, str]] = []
        self.spans: list[tuple[Pack, int, str]] = []
        self.longest = 0  # characters of a block on which one of them may be tried


def words(low: str) -> list[bytes]:
    """Return the words of a text that is in lower case, in UTF-8 (several times faster than an expression).

    >>> words("▶ “read more” – it's")
    [b'read', b'more', b'it', b's']
    """
    data = low.encode("utf-8", "surrogatepass")
    if not low.isascii():
        for mark in _OPENING:
            data = data.replace(mark, b" ")
        if b"\xe2" in data or b"\xc2" in data:
            data = _SYMBOL.sub(b" ", data)
    return data.translate(_GAPS).split()


def _low(piece: str) -> str:
    """`fold`, quicker for what needs no folding."""
    return piece.lower() if piece.isascii() and "&" not in piece and "`" not in piece and "\t" not in piece else fold(piece)


class Pack:
    """The look-up tables of some rule files, as `cleaner.index` makes them; compiles an expression when first needed."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self.rules: dict[str, list[Any]] = tables["rules"]
        self.tries: list[list[Any]] = tables["tries"]
        self.lines: dict[str, str] = tables["lines"]
        self.leads: dict[str, str] = tables["leads"]
        self.head: dict[str, list[int]] = tables["head"]
        self.tail: dict[str, list[int]] = tables["tail"]
        self.word: dict[bytes, list[tuple[int, str]]] = {word.encode(): entries for word, entries in tables["word"].items()}
        self.text: list[tuple[int, str]] = tables["text"]
        self.every: list[int] = tables["every"]
        self.element: list[list[str]] = tables["element"]
        self._compiled: dict[int, re.Pattern[str]] = {}

    def keys(self, table: str, long: bool) -> Iterable[str]:
        """Return the keys of "head" or "tail"; `long`: only of expressions for blocks of more than LIMIT characters."""
        places: dict[str, list[int]] = getattr(self, table)
        return (key for key in places if any(self.tries[place][2] > LIMIT for place in places[key])) if long else places

    def compiled(self, place: int) -> re.Pattern[str]:
        """Return the expression at a place of `tries`."""
        found = self._compiled.get(place)
        if found is None:
            found = self._compiled[place] = re.compile(self.tries[place][1], re.IGNORECASE)
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
        self.longest = max((rule[2] for pack in packs for rule in pack.rules.values()), default=0)
        # how a block of up to LIMIT characters, or a longer one, must begin or end to be looked at
        self.heads = tuple(frozenset(key[:4] for pack in packs for key in pack.keys("head", long)) for long in (False, True))
        self.tails = tuple(frozenset(key[-3:] for pack in packs for key in pack.keys("tail", long)) for long in (False, True))
        self.leads = frozenset(lead[:4] for pack in packs for lead in pack.leads)
        self.words = frozenset(word for pack in packs for word in pack.word)
        self.every = [(pack, place, pack.tries[place][2]) for pack in packs for place in pack.every]

    def of(self, low: str, there: list[bytes]) -> Matcher:
        """Return the rules to use on a text: these, whatever its language."""
        return self

    def called(self, low: str, there: list[bytes]) -> Called:
        """Return the rules whose `words` occur in a document, given in lower case: to try on its blocks, to seek in them."""
        found = Called()
        some = self.words.intersection(there)
        for pack in self.packs:
            entries = [entry for entry in pack.text if entry[1] in low]
            for word in some & pack.word.keys():
                entries += [entry for entry in pack.word[word] if entry[1] in low]
            for place, literal in sorted(entries):
                rule = pack.tries[place][0]
                if rule not in self.skip:
                    (found.spans if pack.rules[rule][1] == "span" else found.blocks).append((pack, place, literal))
                    found.longest = max(found.longest, pack.tries[place][2])
        return found

    def hit(self, text: str, plain: str, called: Called) -> Hit | None:
        """Return the first rule that takes a block; `plain` is its text without the bullets before it."""
        size = len(text)
        start = _low(plain[:12])
        found = self._phrase(plain, start, size) if plain and size <= 600 else None
        if (found is not None and found.where == "any") or size > self.longest:
            return found
        candidates = self._candidates(text, plain, start, called)
        tried = self._tried(text, candidates) if candidates else None
        return tried if found is None or (tried is not None and (tried.where == "any" or found.where == "menu")) else found

    def _phrase(self, plain: str, start: str, size: int) -> Hit | None:
        """The rule one of whose phrases is the block, or leads it."""
        if size <= 90:
            phrase = bare(plain)
            named = [(pack, pack.lines.get(phrase) or pack.leads.get(phrase)) for pack in self.packs]
            hits = [pack.hit(name, True) for pack, name in named if name is not None and name not in self.skip]
            if hits:
                return next((hit for hit in hits if hit.where == "any"), hits[0])
        first = (fold(plain[:24]) if plain[0] == "&" else start).lstrip(_MARKS)
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

    def _candidates(self, text: str, plain: str, start: str, called: Called) -> list[tuple[Pack, int, str]]:
        """The expressions to try on a block, each with the form of the text to try it on."""
        found: list[tuple[Pack, int, str]] = []
        size = len(text)
        heads, tails = self.heads[size > LIMIT], self.tails[size > LIMIT]
        if start[:4] in heads or start[:3] in heads or start[:2] in heads or start[:1] in heads:
            self._begun(found, start, plain, size)
        bulleted = len(plain) != size
        if bulleted:
            self._begun(found, _low(text[:12]), text, size)
        end = _low(text[-16:])
        if end[-3:] in tails or end[-2:] in tails or end[-1:] in tails:
            self._ended(found, end, text, size)
        worded = end.rstrip(_MARKS)
        if len(worded) < len(end) and (worded[-3:] in tails or worded[-2:] in tails or worded[-1:] in tails):
            self._ended(found, worded, text, size)
        if size <= called.longest:
            low = text.lower()
            found += [(pack, place, plain) for pack, place, literal in called.blocks if literal in low]
        for pack, place, limit in self.every:
            if size <= limit:
                found.append((pack, place, plain))
                if bulleted:
                    found.append((pack, place, text))
        return found

    def _begun(self, found: list[tuple[Pack, int, str]], start: str, form: str, size: int) -> None:
        """Add the expressions of blocks that begin like `start`."""
        keys = [start[:n] for n in range(min(KEY, len(start)), 0, -1)]
        for pack in self.packs:
            for key in keys:
                if key in pack.head:
                    found += [(pack, place, form) for place in pack.head[key] if pack.tries[place][2] >= size]

    def _ended(self, found: list[tuple[Pack, int, str]], end: str, form: str, size: int) -> None:
        """Add the expressions of blocks that end like `end`."""
        keys = [end[-n:] for n in range(min(KEY, len(end)), 0, -1)]
        for pack in self.packs:
            for key in keys:
                if key in pack.tail:
                    found += [(pack, place, form) for place in pack.tail[key] if pack.tries[place][2] >= size]

    def _tried(self, text: str, candidates: list[tuple[Pack, int, str]]) -> Hit | None:
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
