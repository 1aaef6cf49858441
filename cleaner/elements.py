"""Elements: which of a page's elements the rules for elements name, asked while the tree is walked.

A rule speaks of an element only if a text that it needs occurs in the element's class or id, or by its tag alone; so
most elements are asked nothing.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

Rule = tuple[str, str, str, str]  # rule id, kind, text that must occur in a class or id, XPath
Test = Callable[[str, Any, Any], bool]  # of an element's tag, its attributes and its parent's


class Pruned(NamedTuple):
    """What of a page is beside its article: rule, kind, text, line of the source, the innermost elements around it.

    `before`: how many of the page's blocks, and then of the article's lines, come before it; -1 where that is not known.
    """

    rule: str
    kind: str
    text: str
    line: int
    path: str
    before: int = -1


WHOLE = ("body", "html", "article", "main")  # elements that no rule may take
LARGEST = 0.3  # share of a page's text that an element rule may take at most
SMALL = 600  # characters that it may always take
STEP = 40  # characters of a step of a path
DEEP = 4  # steps of a path that are told, the innermost
MEMORY = 20_000  # class names of which the words are remembered
NAMES = 1000  # characters of class names that are remembered
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]{2,}")
_LOWER = re.compile("[a-z]{2,}")
_words: dict[str, tuple[str, ...]] = {}
_ANYWHERE = "descendant-or-self::"


def step(tag: str, id: str | None, style: str | None) -> str:
    """Return an element as a step of a path: its tag with its id, or with its first class.

    >>> step("div", None, "story related"), step("p", None, None)
    ('div.story', 'p')
    """
    first = "#" + id if id else "." + style.split(None, 1)[0] if style and not style.isspace() else ""
    return (tag + first)[:STEP] if " " not in first else tag


@lru_cache(maxsize=512)
def xpath(expression: str) -> Any:
    """Return a compiled XPath."""
    from lxml import etree

    return etree.XPath(expression, smart_strings=False)


def words_of(names: str) -> tuple[str, ...]:
    """Return the words of class and id names, in lower case.

    >>> words_of("relatedArticles c-story__body")
    ('related', 'articles', 'story', 'body')
    """
    found = _words.get(names)
    if found is None:
        words = _LOWER.findall(names) if names.islower() else [word.lower() for word in _WORD.findall(names) if len(word) > 1]
        found = tuple(words)
        if len(names) <= NAMES:
            if len(_words) >= MEMORY:
                _words.clear()
            _words[names] = found
    return found


class Elements:
    """The rules for elements, by what an element must have for one to speak of it; read once for a rule book."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.tags: dict[str, tuple[str, str]] = {}
        self.words: dict[str, list[tuple[Rule, Test]]] = {}
        self.always: list[tuple[Rule, Test]] = []
        self.paths: list[Rule] = []
        self.known: dict[str, tuple[tuple[Rule, Test], ...]] = {}
        for rule in rules:
            tag = rule[3].removeprefix(_ANYWHERE)
            test = _test(rule[3])
            if test is None:
                self.paths.append(rule)
            elif rule[2]:
                self.words.setdefault(max(words_of(rule[2]), key=len, default=rule[2]), []).append((rule, test))
            elif tag.replace("-", "").isalnum():
                self.tags.setdefault(tag, (rule[0], rule[1]))
            else:
                self.always.append((rule, test))

    def on(self, html: str) -> "OnPage":
        """Return the rules as asked of one page; a rule that needs no class or id is asked where its attribute occurs."""
        always = [(rule, test) for rule, test in self.always if all(name in html for name in re.findall(r"@([\w-]+)", rule[3]))]
        return OnPage(self, always, self._found(html) if self.paths else {})

    def _found(self, html: str) -> dict[int, tuple[str, str]]:
        """What rules say whose selector needs the whole tree, by the number of the element in the page's order."""
        from cleaner.page import parse

        tree = parse(html)
        if tree is None:
            return {}
        said: dict[Any, tuple[str, str]] = {}
        for rule in self.paths:
            for element in xpath(rule[3])(tree):
                said.setdefault(element, (rule[0], rule[1]))
        return {k: said[element] for k, element in enumerate(tree.iter("*")) if element in said}

    def candidates(self, names: str) -> tuple[tuple[Rule, Test], ...]:
        """Return the rules that may speak of an element with these class names, or this id."""
        found = self.known.get(names)
        if found is None:
            found = ()
            words = words_of(names)
            if not self.words.keys().isdisjoint(words):
                for word in dict.fromkeys(words):
                    found += tuple(pair for pair in self.words.get(word, ()) if pair[0][2] in names)
            if len(names) <= NAMES:
                if len(self.known) >= MEMORY:
                    self.known.clear()
                self.known[names] = found
        return found


_STEP = re.compile(
    r"([\w*-]+)(?:\[@([\w-]+)(?:"
    r" = '([^']*)'"
    r"| and (contains|starts-with)\(@\2, '([^']*)'\)"
    r"| and contains\(concat\(' ', normalize-space\(@\2\), ' '\), '([^']*)'\)"
    r")?\])?"
)


def _test(expression: str) -> Test | None:
    """Return an XPath of one step, or of a parent and a child, with one condition each, as a function of an element.

    Rules for elements are made of such steps; an XPath for each element of a page takes twenty times as long.
    """
    steps = [_STEP.fullmatch(step) for step in expression.removeprefix(_ANYWHERE).split("/")]
    tests = [_step(*step.groups()) for step in steps if step is not None]
    if len(tests) < len(steps) or len(tests) > 2 or (len(tests) == 2 and steps[0] and steps[0][1] != "*"):
        return None
    if len(tests) == 1:
        return lambda tag, has, over: tests[0](tag, has)
    return lambda tag, has, over: tests[0]("*", over) and tests[1](tag, has)


def _step(
    tag: str, name: str | None, equal: str | None, how: str | None, value: str | None, word: str | None
) -> Callable[[str, Any], bool]:
    def test(own: str, attributes: Any) -> bool:
        if tag != "*" and tag != own:
            return False
        if name is None:
            return True
        has = attributes.get(name)
        if has is None:
            return False
        if equal is not None:
            return bool(has == equal)
        if word is not None:
            return word in f" {' '.join(has.split())} "
        if value is None:
            return True
        return value in has if how == "contains" else bool(has.startswith(value))

    return test


class OnPage:
    """The rules for elements on one page; `found`: what is known of elements by their number."""

    def __init__(self, rules: Elements, always: list[tuple[Rule, Test]], found: dict[int, tuple[str, str]]) -> None:
        self.rules = rules
        self.tags = rules.tags
        self.known = rules.known
        self.always = always
        self.found = found

    def of(self, tag: str, attributes: Any, over: Any) -> tuple[str, str] | None:
        """Return (rule, kind) of the rule that names an element, if there is one; `over`: the attributes of its parent."""
        said = self.tags.get(tag)
        if said is not None:
            return said
        for name in ("class", "id"):
            value = attributes.get(name)
            if value:
                for rule, test in self.rules.candidates(value):
                    if test(tag, attributes, over):
                        return rule[0], rule[1]
        for rule, test in self.always:
            if test(tag, attributes, over):
                return rule[0], rule[1]
        return None
