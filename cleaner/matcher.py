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
    from collections.abc import Iterable, Iterator
    from typing import Any

KEY = 6  # letters of a block's beginning, or end, that choose the expressions to try
LIMIT = 200  # the longest block on which an expression without keys is tried
_TABLES = os.path.join(os.path.dirname(__file__), "noise", "index")
_WORD = re.compile(r"\w+")
_INDIC = re.compile("[\u0900-\u0d7f]")
# the vowel signs of the Indic scripts, which \w leaves out
_SIGNS = "".join(chr(b + low) + "-" + chr(b + high) for b in range(0x900, 0xD80, 0x80) for low, high in ((0, 3), (58, 79), (98, 99)))
_SIGNED = re.compile(f"[\\w{_SIGNS}]+")
_SEPARATOR = re.compile(r"([^\n:|>»→：｜›]{1,70}?)\s*(?:[:|>»→：｜›]|\s[-–—]+(?=\s)|[–—](?=\S))\s*")
_MARKS = re.compile(r"\W+$")
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

    __slots__ = ("blocks", "spans")

    def __init__(self) -> None:
        self.blocks: list[tuple[Pack, int, str]] = []
        self.spans: list[tuple[Pack, int, str]] = []


def words(low: str) -> frozenset[str]:
    """Return the different words of a text that is in lower case."""
    return frozenset((_WORD if low.isascii() or not _INDIC.search(low) else _SIGNED).findall(low))


class Pack:
    """The look-up tables of some rule files, as `cleaner.index` makes them; compiles an expression when first needed."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self.rules: dict[str, list[Any]] = tables["rules"]
        self.tries: list[list[Any]] = tables["tries"]
        self.lines: dict[str, str] = tables["lines"]
        self.leads: dict[str, str] = tables["leads"]
        self.head: dict[str, list[int]] = tables["head"]
        self.tail: dict[str, list[int]] = tables["tail"]
        self.word: dict[str, list[tuple[int, str]]] = tables["word"]
        self.text: list[tuple[int, str]] = tables["text"]
        self.every: list[int] = tables["every"]
        self.element: list[list[str]] = tables["element"]
        self._compiled: dict[int, re.Pattern[str]] = {}

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

    def __init__(self, packs: list[Pack], skip: Iterable[str] = ()) -> None:
        self.packs = packs
        self.skip = frozenset(skip)
        self.longest = max((rule[2] for pack in packs for rule in pack.rules.values()), default=0)

    def of(self, text: str, there: frozenset[str]) -> Matcher:
        """Return the rules to use on `text`: these, whatever its language."""
        return self

    def called(self, low: str, there: frozenset[str]) -> Called:
        """Return the rules whose `words` occur in a document, given in lower case: to try on its blocks, to seek in them."""
        found = Called()
        for pack in self.packs:
            entries = [entry for entry in pack.text if entry[1] in low]
            for word in pack.word.keys() & there:
                entries += [entry for entry in pack.word[word] if entry[1] in low]
            for place, literal in sorted(entries):
                rule = pack.tries[place][0]
                if rule not in self.skip:
                    (found.spans if pack.rules[rule][1] == "span" else found.blocks).append((pack, place, literal))
        return found

    def hit(self, text: str, plain: str, called: Called) -> Hit | None:
        """Return the first rule that takes a block; `plain` is its text without the bullets before it."""
        size = len(text)
        found = self._phrase(plain, size) if size <= 600 else None
        if found is not None or size > self.longest:
            return found
        forms: dict[str, str] = {}
        somewhere: Hit | None = None  # a rule that holds only at one end of a document gives way to one that always holds
        for pack, place, form in self._candidates(text, plain, called):
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

    def _phrase(self, plain: str, size: int) -> Hit | None:
        """The rule one of whose phrases is the block, or leads it."""
        if size <= 90:
            phrase = bare(plain)
            for pack in self.packs:
                name = pack.lines.get(phrase) or pack.leads.get(phrase)
                if name is not None and name not in self.skip:
                    return pack.hit(name, True)
        lead = _SEPARATOR.match(plain)
        if lead is None or lead.end() >= len(plain):
            return None
        label, first = bare(lead[1]), plain[lead.end()]
        for pack in self.packs:
            name = pack.leads.get(label)
            if name is None or name in self.skip or size > max(LIMIT, pack.rules[name][2]):
                continue
            if (first.islower() and " " not in label) or len(_ENDED.findall(plain, lead.end())) > 1:
                continue
            return pack.hit(name, False)
        return None

    def _candidates(self, text: str, plain: str, called: Called) -> Iterator[tuple[Pack, int, str]]:
        """The expressions to try on a block, each with the form of the text to try it on."""
        forms = (plain, text) if len(plain) != len(text) else (plain,)
        for form in forms:
            start = fold(form[:12])
            keys = [start[:n] for n in range(min(KEY, len(start)), 0, -1)]
            for pack in self.packs:
                for key in keys:
                    for place in pack.head.get(key, ()):
                        yield pack, place, form
        end = fold(text[-16:])
        worded = _MARKS.sub("", end)
        for ending in (end, worded) if len(worded) < len(end) else (end,):
            keys = [ending[-n:] for n in range(min(KEY, len(ending)), 0, -1)]
            for pack in self.packs:
                for key in keys:
                    for place in pack.tail.get(key, ()):
                        yield pack, place, text
        if called.blocks:
            low = text.lower()
            for pack, place, literal in called.blocks:
                if literal in low:
                    yield pack, place, plain
        if len(text) <= LIMIT:
            for pack in self.packs:
                for place in pack.every:
                    for form in forms:
                        yield pack, place, form


class Rulebook:
    """All rules of a run: the shipped ones, less those to skip, and those of a user's files."""

    def __init__(self, files: tuple[str, ...] = (), skip: frozenset[str] = frozenset()) -> None:
        self.skip = skip
        self.own: list[Pack] = []
        self._matchers: dict[frozenset[str], Matcher] = {}
        if files:
            from pathlib import Path

            from cleaner.index import index
            from cleaner.rules import load

            self.own = [Pack(index(load(Path(file)))) for file in files]
        if skip:
            from cleaner.context import STEPS

            unknown = sorted(skip - {name for pack in self.all.packs for name in pack.rules} - set(STEPS))
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

    def of(self, text: str, there: frozenset[str]) -> Matcher:
        """Return the rules to use on `text`, in which `there` are its words: those of the languages it calls for."""
        return self._of(called(text, there))

    def _of(self, groups: frozenset[str]) -> Matcher:
        found = self._matchers.get(groups)
        if found is None:
            names = sorted(groups, key=lambda group: (group != "base", group))
            found = self._matchers[groups] = Matcher([*self.own, *map(_pack, names)], self.skip)
        return found


@cache
def _pack(group: str) -> Pack:
    with open(os.path.join(_TABLES, f"{group}.json"), "rb") as file:
        return Pack(json.loads(file.read()))
