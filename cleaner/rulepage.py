"""The command `cleaner rule`: a rule's page, its entry for a rule file of one's own, and what a rule does to a text."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cleaner import KINDS
from cleaner.blocks import bare
from cleaner.catalogue import ENGINE, catalogue
from cleaner.errors import Failure
from cleaner.output import harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cleaner.rules import Rule

HELP = """\
cleaner rule: what a rule takes and why, and how to switch it off

  cleaner rule en/also-read                 the page of a rule; also-read alone finds it too
  cleaner rule --toml en/also-read          the rule as it stands in its file, to change in one of your own
  cleaner rule --stays 'a line' >> mine.toml   an entry for a file of your own with which the line stays
  cleaner rule --try mine.toml 'text' ...   what the rules of a file, and all others with them, do to a text; - is standard input

A file that is called "rule" is cleaned by  cleaner ./rule
"""
CUTS = {
    "span": "a part of a line",
    "block": "a line",
    "list": "a line, and the links that follow it",
    "rest": "a line, and all that follows it",
    "element": "an element of a page",
    "keep": "nothing: its lines stay, whatever other rules say",
}
PLACES = {
    "start": "before the first paragraph",
    "end": "below the last paragraph",
    "last": "as the last lines",
    "menu": "among the section names of a menu",
}
SHOWN = 12  # phrases
EXAMPLE = "The line that should stay"


def main(words: list[str]) -> int:
    """Run the command; return its exit status. Raises Failure and RuleError."""
    import getopt

    try:
        given, rest = getopt.gnu_getopt(words, "h", ["try=", "stays=", "toml", "help"])
    except getopt.GetoptError as error:
        raise Failure(f"{error}; cleaner rule --help shows the options") from None
    options = dict(given)
    if "-h" in options or "--help" in options:
        sys.stdout.write(HELP)
        return 0
    if "--stays" in options:
        sys.stdout.write(entry(options["--stays"]))
        return 0
    if "--try" in options:
        return _try(options["--try"], rest)
    if not rest:
        sys.stderr.write(HELP)
        return 2
    for k, word in enumerate(rest):
        names = _named(word)
        if "--toml" in options:
            sys.stdout.write("\n" * bool(k) + "\n".join(map(_table, names)))
        else:
            _print([("", "")] * bool(k) + list(page(names[0]) if len(names) == 1 else _choice(names)))
    return 0


def _named(word: str) -> list[str]:
    """Return the ids that a word means: an id, or one without its language. Raises Failure."""
    known = catalogue()
    word = word.removesuffix(":")
    if word.partition("/")[0] in KINDS:  # as --explain writes it: KIND/RULE-ID
        word = word.partition("/")[2]
    if word in known:
        return [word]
    found = [name for name in known if name.partition("/")[2] == word]
    if not found:
        from difflib import get_close_matches

        near = get_close_matches(word.rpartition("/")[2], {name.partition("/")[2]: name for name in known}, 3)
        more = f"; do you mean {' or '.join(near)}?" if near else "; cleaner --list shows them all"
        raise Failure(f"there is no rule {harmless(word)!r}{more}")
    return found


def _table(name: str) -> str:
    from cleaner.rules import shipped_rule

    found = shipped_rule(name)
    if found is None:
        raise Failure(f"{name} is a step of the program, not an entry of a rule file: switch it off with --skip {name}")
    return found[1]


def _choice(names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield a line for each of several rules of one name."""
    known = catalogue()
    for name in names:
        yield "", f"{name:28} {known[name][0]:8} {known[name][1]}"


def _print(lines: list[tuple[str, str]]) -> None:
    """Print lines with their styles, which only a terminal shows."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())  # a pipe has no width
    for style, line in lines:
        console.print(Text(harmless(line), style=style))


def page(name: str) -> Iterator[tuple[str, str]]:
    """Yield the lines of a rule's page, each with its style."""
    from cleaner.rules import shipped_rule

    kind, why = catalogue()[name]
    found = shipped_rule(name)
    yield "bold", f"{name}  ({kind})"
    yield "", why
    if found is not None:
        yield from _described(found[0])
    yield "", ""
    yield "bold", "If it takes what should stay"
    element = name in ENGINE or (found is not None and found[0].cut == "element")
    for line in way_back(name, kind, "" if element else EXAMPLE):
        yield ("dim" if line.startswith("#") else ""), f"  {line}" if line else ""


def _described(rule: Rule) -> Iterator[tuple[str, str]]:
    yield "", ""
    yield "", f"takes    {CUTS[rule.cut]}" + (f", {PLACES[rule.where]}" if rule.where in PLACES else "")
    if rule.cut in ("block", "list", "rest"):
        yield "", f"         of at most {rule.limit} characters"
    for what, phrases in (("that is ", rule.lines), ("led by  ", rule.leads)):
        if phrases:
            more = f"  and {len(phrases) - SHOWN} more" if len(phrases) > SHOWN else ""
            yield "", f"{what} {' · '.join(phrases[:SHOWN])}{more}"
    if rule.match or rule.selector:
        yield "", f"matches  {rule.match or rule.selector}"
    for title, examples in (("Goes", rule.noise), ("Stays", rule.prose)):
        yield "", ""
        yield "bold", title
        for example in examples:
            text, rest = example if isinstance(example, list) else (example, "")
            for line in text.split("\n"):
                yield "", f"  {line}"
            if rest:
                yield "dim", f"  leaves: {rest}"


def way_back(name: str, kind: str, line: str = "") -> list[str]:
    """Return what to paste against a wrong removal: options and, to keep `line`, an entry for a rule file of one's own.

    >>> way_back("en/ad-marker", "ad")[1]
    'cleaner --skip en/ad-marker ...'
    """
    out = ["# this rule off:", f"cleaner --skip {name} ..."]
    if name in ENGINE:
        out = ["# the article of pages as another engine finds it:", "cleaner --engine trafilatura ..."]
    out += [f"# everything of the kind {kind} stays:", f"cleaner --keep {kind} ..."]
    if bare(line):
        out += ["# this line stays, the rule works on:", "cleaner --rules mine.toml ...", "# where mine.toml holds:"]
        out += entry(line, kind).splitlines()
    return out


def entry(line: str, kind: str = "other") -> str:
    """Return an entry for a rule file with which a line stays, whatever the rules say; raises Failure for a line of marks alone.

    >>> print(entry("Also read by all: the Daily", "related"), end="")
    [[rule]]
    id = "stays-fa1eb496"
    kind = "related"
    cut = "keep"
    lines = ["Also read by all: the Daily"]
    why = "Ours to keep."
    prose = ["Also read by all: the Daily"]
    """
    import re
    from zlib import crc32

    line = " ".join(line.split())
    if not bare(line):
        raise Failure("a line without letters and figures can't be told from others: --keep KIND leaves a kind of noise in")
    written = _toml(line)
    if len(line) <= 90:
        how = f"lines = [{written}]"
    else:
        from cleaner.blocks import tidy

        begins = re.sub(r"\\([ '\"-])", r"\1", re.escape(tidy(line[:60])))
        how = f"match = {_toml(begins)}\nlimit = {len(line) + 40}"
    name = f"stays-{crc32(line.encode('utf-8', 'replace')):08x}"
    return f'[[rule]]\nid = "{name}"\nkind = "{kind}"\ncut = "keep"\n{how}\nwhy = "Ours to keep."\nprose = [{written}]\n'


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")  # the one letter that JSON has and TOML has not


# --- try ---------------------------------------------------------------------------------------------------------


def _try(file: str, texts: list[str]) -> int:
    """Show what a rule file does to some texts; raises RuleError and Failure."""
    from cleaner.rules import load

    rules = load(Path(file))
    if not texts:
        raise Failure("--try needs a text: cleaner rule --try FILE 'text ...'; - is standard input")
    for k, text in enumerate(texts):
        if text == "-":
            text = sys.stdin.buffer.read().decode("utf-8", "replace")
        for sign, rule, line in tried(rules, file, text):
            print(f"{sign} {rule:24} {harmless(line)}".encode("utf-8", "backslashreplace").decode())
        if k < len(texts) - 1:
            print()
    return 0


def tried(rules: list[Rule], file: str, text: str) -> Iterator[tuple[str, str, str]]:
    """Yield (sign, rule, line) for each line of a text, as between two paragraphs of a story: "-" goes, " " stays, "+" is what is left.

    The rule is the one that takes the line, of `file` or of the shipped ones.
    """
    from cleaner.api import rulebook
    from cleaner.diff import changed
    from cleaner.examples import AFTER, BEFORE, LATER
    from cleaner.pipeline import run

    if all(rule.selector for rule in rules):
        from cleaner import page

        rule = next((rule for rule in rules if page.selected(rule.selector, text)), None)
        yield ("-", rule.id, text) if rule else (" ", "", text)
        return
    text = text.strip("\n")
    last = any(rule.where == "last" for rule in rules)
    before, after = ([BEFORE, AFTER, LATER], []) if last else ([BEFORE], [AFTER])
    source = "\n\n".join([*before, text, *after]) + "\n"
    done = run(source, rulebook((file,)))
    by_line = {r.line: r for r in reversed(done.removed)}
    first = 2 * len(before) + 1
    number, lines = 0, text.count("\n") + 1
    for sign, line in changed(source, tuple(done.cuts)):
        number += sign != "+"
        if first <= number < first + lines:
            removal = by_line.get(number) if sign == "-" else None
            yield sign, removal.rule if removal else "", line.rstrip("\n")
