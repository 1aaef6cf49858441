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
# \w, and the vowel signs of the Indic scripts, which it leaves out
_SIGNS = "".join(chr(b + low) + "-" + chr(b + high) for b in range(0x900, 0xD80, 0x80) for low, high in ((0, 3), (58, 79), (98, 99)))
_WORD = re.compile(f"[\\w{_SIGNS}]+")
_SEPARATOR = re.compile(r"([^\n:|>»→：｜›]{1,70}?)\s*(?:[:|>»→：｜›]|\s[-–—]+(?=\s)|[–—](?=\S))\s*")
_MARKS = re.compile(r"\W+$")
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
    """The expressions, and the text they need, of the rules whose words occur in a document."""

    __slots__ = ("blocks", "spans")

    def __init__(self, blocks: list[tuple[int, str]], spans: list[tuple[int, str]]) -> None:
        self.blocks = blocks
        self.spans = spans


def words(low: str) -> frozenset[str]:
    """Return the different words of a text that is in lower case."""
    return frozenset(_WORD.findall(low))


class Matcher:
    """Answers which rules speak about a block; compiles an expression when it is first needed."""

    def __init__(self, tables: dict[str, Any], skip: Iterable[str] = ()) -> None:
        self.rules: dict[str, list[Any]] = tables["rules"]
        self.tables = tables
        self.skip = frozenset(skip)
        self.longest = max((rule[2] for rule in self.rules.values()), default=0)
        self._compiled: dict[int, re.Pattern[str]] = {}

    def of(self, text: str) -> Matcher:
        """Return the rules to use on `text`: these, whatever its language."""
        return self

    def compiled(self, place: int) -> re.Pattern[str]:
        """Compile an expression of the table `tries` when it is first needed."""
        found = self._compiled.get(place)
        if found is None:
            found = self._compiled[place] = re.compile(self.tables["tries"][place][1], re.IGNORECASE)
        return found

    def called(self, text: str) -> Called:
        """Return the rules whose `words` occur in a document: those to try on its blocks, those to seek in them."""
        low = text.lower()
        entries = [entry for entry in self.tables["text"] if entry[1] in low]
        table = self.tables["word"]
        for word in table.keys() & words(low):
            entries += [entry for entry in table[word] if entry[1] in low]
        blocks: list[tuple[int, str]] = []
        spans: list[tuple[int, str]] = []
        for place, literal in sorted(entries):
            rule = self.tables["tries"][place][0]
            if rule not in self.skip:
                (spans if self.rules[rule][1] == "span" else blocks).append((place, literal))
        return Called(blocks, spans)

    def hit(self, text: str, plain: str, called: list[tuple[int, str]]) -> Hit | None:
        """Return the first rule that takes a block; `plain` is its text without the bullets before it."""
        size = len(text)
        found = self._phrase(plain, size) if size <= 600 else None
        if found is not None or size > self.longest:
            return found
        tries = self.tables["tries"]
        forms: dict[str, str] = {}
        for place, form in self._candidates(text, plain, called):
            rule, _, limit = tries[place]
            if size > limit or rule in self.skip:
                continue
            tidied = forms.get(form)
            if tidied is None:
                tidied = forms[form] = tidy(form)
            match = self.compiled(place).match(tidied)
            if match is not None:
                return self._hit(rule, not tidied[match.end() :].strip())
        return None

    def _phrase(self, plain: str, size: int) -> Hit | None:
        """The rule one of whose phrases is the block, or leads it."""
        lines, leads = self.tables["lines"], self.tables["leads"]
        if size <= 90:
            phrase = bare(plain)
            name = lines.get(phrase) or leads.get(phrase)
            if name is not None and name not in self.skip:
                return self._hit(name, True)
        lead = _SEPARATOR.match(plain)
        if lead is None or lead.end() >= len(plain):
            return None
        label, first = bare(lead[1]), plain[lead.end()]
        name = leads.get(label)
        if name is None or name in self.skip or size > max(LIMIT, self.rules[name][2]):
            return None
        if (first.islower() and " " not in label) or len(_ENDED.findall(plain, lead.end())) > 1:
            return None
        return self._hit(name, False)

    def _hit(self, name: str, whole: bool) -> Hit:
        kind, cut, _, where = self.rules[name]
        return Hit(name, kind, cut, where, whole)

    def _candidates(self, text: str, plain: str, called: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        """The expressions to try on a block, each with the form of the text to try it on."""
        head, tail = self.tables["head"], self.tables["tail"]
        forms = (plain, text) if len(plain) != len(text) else (plain,)
        for form in forms:
            start = fold(form[:12])
            for n in range(min(KEY, len(start)), 0, -1):
                for place in head.get(start[:n], ()):
                    yield place, form
        end = fold(text[-16:])
        worded = _MARKS.sub("", end)
        for ending in (end, worded) if len(worded) < len(end) else (end,):
            for n in range(min(KEY, len(ending)), 0, -1):
                for place in tail.get(ending[-n:], ()):
                    yield place, text
        if called:
            low = text.lower()
            for place, literal in called:
                if literal in low:
                    yield place, plain
        if len(text) <= LIMIT:
            for place in self.tables["every"]:
                for form in forms:
                    yield place, form


class Rulebook:
    """All rules of a run: the shipped ones, less those to skip, and those of a user's files."""

    def __init__(self, files: tuple[str, ...] = (), skip: frozenset[str] = frozenset()) -> None:
        self.skip = skip
        self.own: list[dict[str, Any]] = []
        if files:
            from pathlib import Path

            from cleaner.index import index
            from cleaner.rules import load

            self.own = [index(load(Path(file))) for file in files]
        if skip:
            from cleaner.context import STEPS

            unknown = sorted(skip - set(self.tables(frozenset(GROUPS))["rules"]) - set(STEPS))
            if unknown:
                raise RuleError(f"there is no rule {unknown[0]!r} to skip; --list shows them")
        self.matchers: dict[frozenset[str], Matcher] = {}

    def tables(self, groups: frozenset[str]) -> dict[str, Any]:
        """Return the look-up tables of some groups of languages."""
        first, *others = sorted(groups, key=lambda group: (group != "base", group))
        return merged([*self.own, _table(first), *map(_table, others)])

    @property
    def base(self) -> Matcher:
        """The rules that hold for every text, those of pages' elements among them."""
        return self._of(frozenset({"base"}))

    def of(self, text: str) -> Matcher:
        """Return the rules to use on `text`: those of the languages it calls for."""
        return self._of(called(text, words(text.lower())))

    def _of(self, groups: frozenset[str]) -> Matcher:
        found = self.matchers.get(groups)
        if found is None:
            found = self.matchers[groups] = Matcher(self.tables(groups), self.skip)
        return found


@cache
def _table(group: str) -> dict[str, Any]:
    with open(os.path.join(_TABLES, f"{group}.json"), "rb") as file:
        tables: dict[str, Any] = json.loads(file.read())
    return tables


def merged(tables: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one index of several; where two claim a phrase, the first has it."""
    if len(tables) == 1:
        return tables[0]
    out: dict[str, Any] = {name: {} for name in ("rules", "lines", "leads", "head", "tail", "word")}
    out.update({name: [] for name in ("tries", "text", "every", "element")})
    for table in tables:
        by = len(out["tries"])
        for name in ("rules", "lines", "leads"):
            out[name] = {**table[name], **out[name]}
        for name in ("tries", "element"):
            out[name] += table[name]
        out["every"] += [place + by for place in table["every"]]
        out["text"] += [[place + by, text] for place, text in table["text"]]
        for name in ("head", "tail"):
            for key, places in table[name].items():
                out[name][key] = out[name].get(key, []) + [place + by for place in places]
        for key, entries in table["word"].items():
            out["word"][key] = out["word"].get(key, []) + [[place + by, text] for place, text in entries]
    return out
