"""The index: rules turned into look-up tables, so that most rules and languages cost nothing.

The index of the shipped rules lies ready in `noise/index/`, a file for each group of languages and one with what each rule
is for, made by `python -m cleaner.index`; a test holds it fresh.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cleaner.blocks import bare, spaceless
from cleaner.keys import alternatives, keys
from cleaner.languages import GROUPS
from cleaner.matcher import words
from cleaner.rules import FOLDER, Rule, load

TABLES = FOLDER / "index"


def index(rules: Iterable[Rule]) -> dict[str, Any]:
    """Return the look-up tables of `rules`, plain data that JSON can hold.

    `rules`: id -> [kind, cut, limit, where]; `tries`: [[id, expression, limit]]; `lines`, `leads`: phrase -> id;
    `head`, `tail`: key -> [the longest limit, place in `tries`, ...]; `word`: a word in lower case -> [[place, text that must occur]];
    `text`: [the same], for texts that are no words; `every`: [place]; `element`: [[id, text that must occur in a class or id, XPath]].
    """
    table: dict[str, Any] = {name: {} for name in ("rules", "lines", "leads", "head", "tail", "word")}
    table.update({name: [] for name in ("tries", "text", "every", "element")})
    for rule in sorted(rules, key=lambda rule: rule.where == "menu"):  # what always holds has its phrases first
        table["rules"][rule.id] = [rule.kind, rule.cut, rule.limit, rule.where]
        for phrase in map(bare, rule.lines):
            if rule.where != "menu" or phrase not in table["leads"]:
                table["lines"].setdefault(phrase, rule.id)
        for phrase in rule.leads:
            table["leads"].setdefault(bare(phrase), rule.id)
        if rule.selector:
            table["element"] += [[rule.id, *entry] for entry in selectors(rule.selector)]
        whole = rule.cut == "span"
        for part in [] if not rule.match else [rule.match] if whole else alternatives(rule.match):
            where, found = ("every", ()) if whole else keys(part)
            place = len(table["tries"])
            table["tries"].append([rule.id, part, rule.limit])
            by_word = rule.words if where in ("wide", "every") else ()
            if not by_word:
                for key in found:
                    entry = table["tail" if where == "tail" else "head"].setdefault(key, [0])
                    entry[0] = max(entry[0], rule.limit)
                    entry.append(place)
            if not found and not by_word:
                table["every"].append(place)
            for literal in by_word:
                low = literal.lower()
                word = max((word.decode("utf-8", "ignore") for word in words(low)), key=lambda word: (len(word), word), default="")
                if not word.isalnum() or spaceless(word):
                    table["text"].append([place, low])
                else:
                    table["word"].setdefault(word, []).append([place, low])
    return table


def selectors(selector: str) -> list[list[str]]:
    """Return, for each part of a CSS selector, a text that must occur in some class or id of the page, and its XPath.

    >>> [need for need, _ in selectors("ins.ads, [class*='related-box'], figcaption")]
    ['ads', 'related-box', '']
    """
    import cssselect

    translator = cssselect.HTMLTranslator()
    found = []
    for part in cssselect.parse(selector):
        named = re.findall(r"""[.#]([\w-]+)|\[(?:class|id)[*^$~|]?=['"]([^'"]+)['"]""", part.canonical())
        need = max((name or value for name, value in named), key=len, default="")
        found.append([need, translator.selector_to_xpath(part)])
    return found


def write(folder: Path = TABLES) -> None:
    """Write the index of the shipped rules, a JSON file for each group of languages, and the catalogue of all."""
    folder.mkdir(exist_ok=True)
    catalogue: dict[str, list[str]] = {}
    for group, files in GROUPS.items():
        rules = [rule for name in files if (FOLDER / f"{name}.toml").exists() for rule in load(FOLDER / f"{name}.toml")]
        text = json.dumps(index(rules), ensure_ascii=False, separators=(",", ":"))
        (folder / f"{group}.json").write_text(text, encoding="utf-8")
        catalogue.update((rule.id, [rule.kind, rule.why]) for rule in rules)
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(about, ensure_ascii=False)}" for name, about in sorted(catalogue.items()))
    (folder / "catalogue.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    write()
