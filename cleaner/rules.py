"""Rules: noise described as data, read from `noise/*.toml`, checked, and indexed so that most cost nothing.

A phrase is found by a dictionary look-up, an expression is tried only on blocks that begin (or end) as it must,
so the number of rules and languages hardly matters. The index of the shipped rules lies ready in
`noise/index.json`, made by `python -m cleaner.rules`; a test holds it fresh.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.blocks import bare, fold, spaceless, tidy

KINDS = ("related", "embed", "promo", "ad", "ui", "caption", "byline", "legal", "comment", "other")
CUTS = ("span", "block", "list", "rest", "element")
FOLDER = Path(__file__).parent / "noise"
INDEX = FOLDER / "index.json"
LIMIT = 200  # a longer block is not taken by an expression unless the rule says so
WORD = re.compile(r"\w+")
KEY = 4  # letters of a block's beginning, or end, that choose the expressions to try


class Rule(NamedTuple):
    """One kind of noise as a rule file describes it.

    `lines` are phrases that are a whole block, `leads` phrases that a colon, bar, arrow or dash and more text
    follow, `match` an expression from a block's beginning (of a `span`: anywhere), `words` the texts one of which
    must occur for `match` to be tried at all, `selector` a CSS selector. `limit` is the longest block, in characters,
    that may go; `where` says that it is noise only at the "start" or the "end" of a document.
    """

    id: str
    kind: str
    cut: str
    why: str
    noise: tuple[Any, ...]
    prose: tuple[str, ...]
    lines: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    match: str = ""
    words: tuple[str, ...] = ()
    selector: str = ""
    limit: int = LIMIT
    where: str = "any"


class RuleError(ValueError):
    """A rule file that can't be used: the message names file and rule, and says what to do."""


def load(path: Path) -> list[Rule]:
    """Read and check one rule file; its name is the first part of its rules' ids.

    Raises RuleError, one sentence, for anything that is not as it must be.
    """
    import tomllib

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RuleError(f"{path}: can't read this rule file: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleError(f"{path}: this rule file is not TOML: {error}") from None
    extra = sorted(set(data) - {"rule"})
    if extra or not isinstance(data.get("rule"), list):
        raise RuleError(f"{path}: a rule file holds [[rule]] tables only" + (f", not {extra[0]!r}" if extra else ""))
    rules = [_check(table, path) for table in data["rule"]]
    for i, rule in enumerate(rules):
        if any(rule.id == other.id for other in rules[:i]):
            raise RuleError(f"{path}: rule {rule.id!r} is there twice, give each rule an id of its own")
    return rules


def shipped() -> list[Rule]:
    """Return all rules of the package, in the order of their files' names."""
    return [rule for path in sorted(FOLDER.glob("*.toml")) for rule in load(path)]


def _check(table: dict[str, Any], path: Path) -> Rule:
    name = table.get("id")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise RuleError(f"{path}: a rule has the id {name!r}: an id is lower-case words joined by hyphens")

    def bad(what: str) -> RuleError:
        return RuleError(f"{path}: rule {name!r}: {what}")

    unknown = sorted(set(table) - set(Rule._fields))
    if unknown:
        raise bad(f"unknown key {unknown[0]!r}; the keys are {', '.join(Rule._fields)}")
    for key in ("kind", "cut", "why", "match", "selector"):
        if not isinstance(table.get(key, ""), str):
            raise bad(f"{key!r} must be a string")
    for key in ("lines", "leads", "words", "prose"):
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise bad(f"{key!r} must be a list of strings that are not empty")
    if table.get("kind") not in KINDS:
        raise bad(f"the kind is {table.get('kind')!r}, it must be one of {', '.join(KINDS)}")
    if table.get("cut") not in CUTS:
        raise bad(f"the cut is {table.get('cut')!r}, it must be one of {', '.join(CUTS)}")
    if not table.get("why"):
        raise bad("say in 'why' what this noise is")
    if not table.get("noise") or not table.get("prose"):
        raise bad("give examples: 'noise' that must go and 'prose' that must stay")
    if not isinstance(table["noise"], list) or not all(_is_example(n) for n in table["noise"]):
        raise bad("an example of 'noise' is a string, or [text, what stays of it]")
    limit = table.get("limit", LIMIT)
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise bad("'limit' must be a number of characters")
    if table.get("where", "any") not in ("any", "start", "end"):
        raise bad("'where' must be any, start or end")
    ways = {"span": {"match"}, "element": {"selector"}}.get(table["cut"], {"lines", "leads", "match"})
    given = {key for key in ("lines", "leads", "match", "selector") if table.get(key)}
    if not given or given - ways:
        raise bad(f"a rule that cuts {table['cut']!r} is found by {' or '.join(sorted(ways))}")
    if table["cut"] == "span" and not table.get("words"):
        raise bad("a rule that cuts 'span' names in 'words' what must occur in it")
    if table.get("words") and not table.get("match"):
        raise bad("'words' go with 'match'")
    for key in ("lines", "leads"):
        for phrase in table.get(key, []):
            if not bare(phrase):
                raise bad(f"the phrase {phrase!r} in {key!r} has no letters")
    if table.get("match"):
        _compile(table["match"], bad)
        loose = [part for part in alternatives(table["match"]) if not keys(part)[1]]
        if loose and path.parent == FOLDER and path.stem != "any" and not table.get("words"):
            raise bad(f"{loose[0]!r} must begin or end with fixed letters, or the rule name in 'words' what must occur")
    if table.get("selector"):
        _check_selector(table["selector"], bad)
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    return Rule(**{**values, "id": f"{path.stem}/{name}"})


def _is_example(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) == 2 and all(isinstance(v, str) for v in value)
    return isinstance(value, str) and bool(value.strip())


def _compile(expression: str, bad: Any) -> None:
    try:
        empty = re.compile(expression, re.IGNORECASE).match("")
    except re.error as error:
        raise bad(f"the expression does not compile: {error}") from None
    if empty:
        raise bad("the expression matches nothing at all, so it would match everything")


def _check_selector(selector: str, bad: Any) -> None:
    import cssselect

    try:
        cssselect.HTMLTranslator().css_to_xpath(selector)
    except cssselect.SelectorError as error:
        raise bad(f"the selector is not CSS: {error}") from None


# --- which blocks an expression need be tried on -----------------------------------------------------------------


def keys(expression: str) -> tuple[str, list[str]]:
    """Return ("head" | "tail", the beginnings or ends, of up to four letters, that a match can have).

    An empty list says that it must be tried on every block.

    >>> keys("(also|must) read")
    ('head', ['also', 'must'])
    >>> keys(r"[^:]{2,40} / getty images$")
    ('tail', ['ages'])
    """
    from re import _parser  # type: ignore[attr-defined]

    tokens = list(_parser.parse(expression, re.IGNORECASE))
    head = _beginnings(tokens)
    if head:
        return "head", head
    if tokens and str(tokens[-1][0]) == "AT" and str(tokens[-1][1]) in ("AT_END", "AT_END_STRING"):
        marks = expression.endswith((r"\W*$", r"\W*\Z"))  # the end is sought without them, too
        tail = _beginnings(_mirror(tokens[: -2 if marks else -1]))
        if tail:
            return "tail", [key[::-1] for key in tail]
    return "every", []


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
    grown = _grow({("", True)}, tokens)
    for size in range(KEY, 0, -1):
        found = {fold(text)[:size] for text, _ in grown}
        if len(found) <= 200:
            break
    return sorted(found) if all(found) else []


def _grow(texts: set[tuple[str, bool]], tokens: list[Any]) -> set[tuple[str, bool]]:
    """Extend each text that is still open by what the tokens can match; one that can't be told is closed."""
    for op, value in tokens:
        open_ = {t for t, more in texts if more and len(t) < KEY}
        if not open_:
            break
        before = {(t, False) for t, _ in texts}
        done = {(t, more) for t, more in texts if t not in open_ or not more}
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
            return before
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


# --- the index ---------------------------------------------------------------------------------------------------


def index(rules: Iterable[Rule]) -> dict[str, Any]:
    """Return the look-up tables of `rules`, plain data that JSON can hold.

    `rules`: id -> [kind, cut, limit, where]; `tries`: [[id, expression]]; `lines`, `leads`: phrase -> id;
    `head`, `tail`: key -> [place in `tries`]; `word`: a word in lower case -> [[place, text that must occur]];
    `text`: [the same], for texts that are no words; `every`: [place]; `element`: [[id, text that must occur in a class or id, XPath]].
    """
    table: dict[str, Any] = {name: {} for name in ("rules", "lines", "leads", "head", "tail", "word")}
    table.update({name: [] for name in ("tries", "text", "every", "element")})
    for rule in rules:
        table["rules"][rule.id] = [rule.kind, rule.cut, rule.limit, rule.where]
        for phrase in rule.lines:
            table["lines"].setdefault(bare(phrase), rule.id)
        for phrase in rule.leads:
            table["leads"].setdefault(bare(phrase), rule.id)
        if rule.selector:
            table["element"] += [[rule.id, *entry] for entry in selectors(rule.selector)]
        whole = rule.cut == "span"
        for part in [] if not rule.match else [rule.match] if whole else alternatives(rule.match):
            where, found = ("every", []) if whole else keys(part)
            place = len(table["tries"])
            table["tries"].append([rule.id, part])
            for key in found:
                table[where].setdefault(key, []).append(place)
            if not found and not rule.words:
                table["every"].append(place)
            for literal in () if found else rule.words:
                low = literal.lower()
                word = max(WORD.findall(low), key=len, default="")
                if not word or spaceless(word):
                    table["text"].append([place, low])
                else:
                    table["word"].setdefault(word, []).append([place, low])
    return table


def selectors(selector: str) -> list[list[str]]:
    """Return, for each part of a CSS selector, a text that must occur in some class or id of the page, and its XPath.

    >>> selectors("ins.ads")
    [['ads', "descendant-or-self::ins[@class and contains(concat(' ', normalize-space(@class), ' '), ' ads ')]"]]
    """
    import cssselect

    translator = cssselect.HTMLTranslator()
    found = []
    for part in cssselect.parse(selector):
        named = re.findall(r"""[.#]([\w-]+)|\[(?:class|id)[*^$~|]?=['"]([^'"]+)['"]""", part.canonical())
        need = max((name or value for name, value in named), key=len, default="")
        found.append([need, translator.selector_to_xpath(part)])
    return found


def merge(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Return one index of two; where both claim a phrase, the second has it."""
    by = len(first["tries"])
    out: dict[str, Any] = {name: {**first[name], **second[name]} for name in ("rules", "lines", "leads")}
    for name in ("tries", "element"):
        out[name] = first[name] + second[name]
    out["every"] = first["every"] + [place + by for place in second["every"]]
    out["text"] = first["text"] + [[place + by, text] for place, text in second["text"]]
    for name in ("head", "tail"):
        out[name] = {**first[name]}
        for key, places in second[name].items():
            out[name][key] = out[name].get(key, []) + [place + by for place in places]
    out["word"] = {**first["word"]}
    for key, entries in second["word"].items():
        out["word"][key] = out["word"].get(key, []) + [[place + by, text] for place, text in entries]
    return out


class Hit(NamedTuple):
    """A rule that speaks about a block: `whole` if its phrase is all of the block, else more text follows it."""

    id: str
    kind: str
    cut: str
    whole: bool
    where: str


_SEPARATOR = re.compile(r"([^\n:|>»→：｜›]{1,70}?)\s*(?:[:|>»→：｜›]|\s[-–—]+(?=\s)|[–—](?=\S))\s*")
_MARKS = re.compile(r"\W+$")
_ENDED = re.compile(r"[.!?…。！？।؟](?=\s)")


class Matcher:
    """Answers which rules speak about a block; compiles an expression when it is first needed."""

    def __init__(self, tables: dict[str, Any], skip: Iterable[str] = ()) -> None:
        self.rules: dict[str, list[Any]] = tables["rules"]
        self.tables = tables
        self.skip = frozenset(skip)
        self._compiled: dict[int, re.Pattern[str]] = {}

    def compiled(self, place: int) -> re.Pattern[str]:
        """Compile an expression of the table `tries` when it is first needed."""
        found = self._compiled.get(place)
        if found is None:
            found = self._compiled[place] = re.compile(self.tables["tries"][place][1], re.IGNORECASE)
        return found

    def called(self, text: str) -> "Called":
        """Return the rules whose `words` occur in a document: those to try on its blocks, those to seek in them."""
        low = text.lower()
        entries = [entry for entry in self.tables["text"] if entry[1] in low]
        table = self.tables["word"]
        for word in table.keys() & set(WORD.findall(low)):
            entries += [entry for entry in table[word] if entry[1] in low]
        blocks: list[tuple[int, str]] = []
        spans: list[tuple[int, str]] = []
        for place, literal in sorted(entries):
            rule = self.tables["tries"][place][0]
            if rule not in self.skip:
                (spans if self.rules[rule][1] == "span" else blocks).append((place, literal))
        return Called(blocks, spans)

    def hit(self, text: str, plain: str, called: "list[tuple[int, str]]") -> Hit | None:
        """Return the first rule that takes a block; `plain` is its text without the bullets before it."""
        size = len(text)
        found = self._phrase(plain, size)
        if found is not None:
            return found
        tries = self.tables["tries"]
        for place, form in self._candidates(text, plain, called):
            rule = tries[place][0]
            if rule in self.skip or size > self.rules[rule][2]:
                continue
            match = self.compiled(place).match(form)
            if match is not None:
                return self._hit(rule, not form[match.end() :].strip())
        return None

    def _phrase(self, plain: str, size: int) -> Hit | None:
        """The rule one of whose phrases is the block, or leads it."""
        lines, leads = self.tables["lines"], self.tables["leads"]
        if size <= 90:
            phrase = bare(plain)
            name = lines.get(phrase) or leads.get(phrase)
            if name is not None and name not in self.skip:
                return self._hit(name, True)
        if size > 600:
            return None
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
        return Hit(name, kind, cut, whole, where)

    def _candidates(self, text: str, plain: str, called: "list[tuple[int, str]]") -> Iterator[tuple[int, str]]:
        """The expressions to try on a block, each with the form of the text to try it on."""
        head, tail = self.tables["head"], self.tables["tail"]
        for form in (plain, text) if len(plain) != len(text) else (plain,):
            start = fold(form[:12])
            for n in range(min(KEY, len(start)), 0, -1):
                places = head.get(start[:n])
                if places:
                    tidied = tidy(form)
                    for place in places:
                        yield place, tidied
        end = fold(text[-16:])
        worded = _MARKS.sub("", end)
        for ending in (end, worded) if len(worded) < len(end) else (end,):
            for n in range(min(KEY, len(ending)), 0, -1):
                places = tail.get(ending[-n:])
                if places:
                    tidied = tidy(text)
                    for place in places:
                        yield place, tidied
        if called:
            low = text.lower()
            for place, literal in called:
                if literal in low:
                    yield place, tidy(plain)
        if len(text) <= LIMIT and self.tables["every"]:
            for form in (plain, text) if len(plain) != len(text) else (plain,):
                tidied = tidy(form)
                for place in self.tables["every"]:
                    yield place, tidied


class Called(NamedTuple):
    """The expressions, and the text they need, of the rules whose words occur in a document."""

    blocks: list[tuple[int, str]]
    spans: list[tuple[int, str]]


def matcher(files: Iterable[Path] = (), skip: Iterable[str] = ()) -> Matcher:
    """Return the matcher of the shipped rules and of a user's rule files; raises RuleError."""
    tables = json.loads(INDEX.read_bytes())
    for path in files:
        tables = merge(tables, index(load(path)))
    unknown = sorted(set(skip) - set(tables["rules"]))
    if unknown:
        raise RuleError(f"there is no rule {unknown[0]!r} to skip; --list shows them")
    return Matcher(tables, skip)


def write_index() -> None:
    """Write `noise/index.json` from the rule files."""
    text = json.dumps(index(shipped()), ensure_ascii=False, separators=(",", ":"))
    INDEX.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_index()
