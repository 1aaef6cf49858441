"""Elements: which of a page's elements the rules for elements name, asked while the tree is walked.

A rule speaks of an element only if a text that it needs occurs in the element's class or id, or by its tag alone; so
an XPath runs on one element of many hundreds, not over the whole tree.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

Rule = tuple[str, str, str, str]  # rule id, kind, text that must occur in a class or id, XPath


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
        if len(_words) < MEMORY and len(names) <= NAMES:
            _words[names] = found
    return found


class Elements:
    """The rules for elements, by what an element must have for one to speak of it; read once for a rule book."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.tags: dict[str, tuple[str, str]] = {}
        self.words: dict[str, list[Rule]] = {}
        self.always: list[Rule] = []
        self.known: dict[str, tuple[Rule, ...]] = {}
        for rule in rules:
            tag = rule[3].removeprefix(_ANYWHERE)
            if rule[2]:
                self.words.setdefault(max(words_of(rule[2]), key=len, default=rule[2]), []).append(rule)
            elif tag.replace("-", "").isalnum():
                self.tags.setdefault(tag, (rule[0], rule[1]))
            else:
                self.always.append(rule)

    def on(self, tree: Any, html: str) -> "OnPage":
        """Return the rules as asked of one page; a rule that needs no class or id is asked where its attribute occurs."""
        always = [rule for rule in self.always if all(name in html for name in re.findall(r"@([\w-]+)", rule[3]))]
        return OnPage(self, tree, always)

    def candidates(self, names: str) -> tuple[Rule, ...]:
        """Return the rules that may speak of an element with these class and id names."""
        found = self.known.get(names)
        if found is None:
            found = ()
            for word in dict.fromkeys(words_of(names)):
                if word in self.words:
                    found += tuple(rule for rule in self.words[word] if rule[2] in names)
            if len(self.known) < MEMORY and len(names) <= NAMES:
                self.known[names] = found
        return found


_SIMPLE = re.compile(
    r"descendant-or-self::([\w*-]+)\[@(class|id)(?: and | = )"
    r"(?:(contains|starts-with)\(@\2, |contains\(concat\(' ', normalize-space\(@\2\), ' '\), )?"
    r"'([^']*)'\)?\]"
)


@lru_cache(maxsize=512)
def _test(expression: str) -> Callable[[Any], bool] | None:
    """Return an XPath of one step with one condition on class or id as a function of an element: an XPath takes twenty times as long."""
    found = _SIMPLE.fullmatch(expression)
    if found is None:
        return None
    tag, name, how, value = found.groups()

    def test(element: Any) -> bool:
        has = element.get(name)
        if has is None or tag not in ("*", element.tag):
            return False
        if how == "contains":
            return value in has
        if how == "starts-with":
            return bool(has.startswith(value))
        return has == value if f"@{name} = " in expression else value in f" {' '.join(has.split())} "

    return test


class OnPage:
    """The rules for elements on one page."""

    def __init__(self, rules: Elements, tree: Any, always: list[Rule]) -> None:
        self.rules = rules
        self.tags = rules.tags
        self.tree = tree
        self.found: dict[str, frozenset[Any]] = {}
        self.always = [(rule, frozenset(xpath(rule[3])(tree))) for rule in always]
        self._whole = -1

    def of(self, element: Any, tag: str, names: str) -> tuple[str, str] | None:
        """Return (rule, kind) of the rule that names an element, if there is one."""
        said = self.tags.get(tag)
        if said is not None:
            return said
        if names:
            candidates = self.rules.known.get(names)
            for rule in self.rules.candidates(names) if candidates is None else candidates:
                if self._holds(rule[3], element):
                    return rule[0], rule[1]
        for rule, elements in self.always:
            if element in elements:
                return rule[0], rule[1]
        return None

    def _holds(self, expression: str, element: Any) -> bool:
        test = _test(expression)
        if test is not None:
            return test(element)
        single = expression.removeprefix(_ANYWHERE)
        if "/" not in single:
            return bool(xpath("self::" + single)(element))
        if expression not in self.found:
            self.found[expression] = frozenset(xpath(expression)(self.tree))
        return element in self.found[expression]

    def fits(self, text: str, tag: str) -> bool:
        """Whether an element with this text is small enough to be taken."""
        if tag in WHOLE:
            return False
        if len(text) <= SMALL:
            return True
        if self._whole < 0:
            self._whole = sum(len(p.xpath("string()")) for p in self.tree.iter("p"))
        return len(text) <= LARGEST * self._whole
