"""Rules: noise described as data in `noise/*.toml`, read and checked strictly."""

import re
from pathlib import Path
from typing import Any, NamedTuple

from cleaner import KINDS
from cleaner.blocks import bare
from cleaner.errors import RuleError

CUTS = ("span", "block", "list", "rest", "element", "keep")
FOLDER = Path(__file__).parent / "noise"
LIMIT = 200  # a longer block is not taken by an expression unless the rule says so


class Rule(NamedTuple):
    """One kind of noise as a rule file describes it.

    `lines` are phrases that are a whole block, `leads` phrases that a colon, bar, arrow or dash and more text
    follow, `match` an expression from a block's beginning (of a `span`: anywhere), `words` the texts one of which
    must occur for `match` to be tried at all, `selector` a CSS selector. `limit` is the longest block, in characters,
    that may go; `where` says that it is noise only at the "start" or the "end" of a document, or as its "last" line.
    A rule that cuts "keep" cuts nothing: its blocks stay, whatever other rules and steps say.
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
    found = data.get("rule")
    if extra or not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
        raise RuleError(f"{path}: a rule file holds [[rule]] tables only" + (f", not {extra[0]!r}" if extra else ""))
    rules = [_check(table, path) for table in found]
    for i, rule in enumerate(rules):
        if any(rule.id == other.id for other in rules[:i]):
            raise RuleError(f"{path}: rule {rule.id!r} is there twice, give each rule an id of its own")
    return rules


def tables(path: Path) -> dict[str, str]:
    """Return the rules of a file as they stand in it, by id; raises OSError."""
    parts = re.split(r"(?m)^(?=\[\[rule\]\])", path.read_text(encoding="utf-8"))[1:]
    named = ((re.search(r'(?m)^id\s*=\s*"([^"]*)"', part), re.sub(r"(?m)^\s*(#.*)?\n?\Z|^#.*\n", "", part)) for part in parts)
    return {f"{path.stem}/{name[1]}": part.strip() + "\n" for name, part in named if name}


def shipped_rule(name: str) -> tuple[Rule, str] | None:
    """Return a shipped rule by its id, and how it stands in its file; None if there is none of this id."""
    import tomllib

    path = FOLDER / f"{name.partition('/')[0]}.toml"
    table = tables(path).get(name) if path.stem.isalnum() and path.exists() else None
    return None if table is None else (_check(tomllib.loads(table)["rule"][0], path), table)


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
    if table["cut"] == "keep":
        if not table.get("prose") or table.get("noise"):
            raise bad("a rule that cuts 'keep' has examples in 'prose', which must stay, and no 'noise'")
        table = {**table, "noise": []}
    elif not table.get("noise") or not table.get("prose"):
        raise bad("give examples: 'noise' that must go and 'prose' that must stay")
    if not isinstance(table["noise"], list) or not all(_is_example(n) for n in table["noise"]):
        raise bad("an example of 'noise' is a string, or [text, what stays of it]")
    limit = table.get("limit", LIMIT)
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise bad("'limit' must be a number of characters")
    if table.get("where", "any") not in ("any", "start", "end", "last", "menu"):
        raise bad("'where' must be any, start, end, last or menu")
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
    from lxml import etree

    try:
        etree.XPath(cssselect.HTMLTranslator().css_to_xpath(selector))(etree.Element("a"))
    except (cssselect.SelectorError, etree.XPathError, ValueError) as error:
        raise bad(f"the selector is not CSS: {error}") from None
