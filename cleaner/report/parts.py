"""The parts of a page: everything that comes from documents, rules or names is written as text, never as markup."""

from __future__ import annotations

import re
from html import escape

from cleaner.output import harmless
from cleaner.report.evidence import AROUND
from cleaner.rulepage import way_back

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

CHART = 12  # rows of a chart that are open
LONGEST_CHART = 300  # rows of a chart at all


def text(value: object) -> str:
    """Return a value as text for HTML: markup escaped, what could steer or turn the text made visible.

    >>> text("<b>\\u202e")
    '&lt;b&gt;\\\\u202e'
    """
    return escape(harmless(str(value)))


def number(value: float) -> str:
    """Return a number with its thousands set apart."""
    return f"{value:,}"


def share(part: float, whole: float) -> str:
    """Return a share as a percentage; what is not quite all, or not quite nothing, does not look so.

    >>> share(1, 3), share(0, 9), share(1, 9999), share(9998, 9999)
    ('33 %', '0 %', '0.01 %', '99.99 %')
    """
    found = 100 * part / whole if whole else 0.0
    digits = 2 if 0 < found < 0.1 or 99.9 < found < 100 else 1 if 0 < found < 10 or 99 < found < 100 else 0
    return f"{found:.{digits}f} %"


def anchor(*names: str) -> str:
    """Return a name for a place on the page."""
    return re.sub(r"[^\w-]+", "-", "-".join(names))


def kind(name: str) -> str:
    """Return the mark of a kind."""
    return f'<span class="kind k-{name}">{name}</span>'


def bar(part: float, whole: float) -> str:
    """Return a bar, which the number beside it explains."""
    width = f"{100 * part / whole:.2f}" if whole else "0"
    return f'<svg class=bar aria-hidden=true><rect width="{width}%" height="100%"/></svg>'


def _plural(n: int, word: str) -> str:
    return f"{number(n)} {word}{'' if n == 1 else 's'}"


# --- switches ----------------------------------------------------------------------------------------------------


def switches(kinds: dict[str, int], legend: str) -> str:
    """Return a switch for each kind, with its number of removals."""
    boxes = "".join(
        f'<label class="switch k-{name}"><input type=checkbox checked data-kind={name}><span>{name} <b>{number(count)}</b></span></label>'
        for name, count in kinds.items()
    )
    return f"<fieldset class=switches><legend>{legend}</legend>{boxes}</fieldset>" if kinds else ""


# --- charts ------------------------------------------------------------------------------------------------------


def chart(title: str, columns: list[str], rows: Iterable[tuple[str, list[int], str]]) -> str:
    """Return a table of (name, numbers, mark) in which the first number has a bar, the longest rows open, others folded."""
    found = list(rows)
    most = max((numbers[0] for _, numbers, _ in found), default=0)
    lines = [_chart_row(name, numbers, mark, most) for name, numbers, mark in found[:LONGEST_CHART]]
    head = "".join(f"<th scope=col{' class=n' if k else ''}>{column}</th>" for k, column in enumerate(columns))
    head = f"<thead><tr>{head}<td></td></tr></thead>"
    table = f"<table>{head}<tbody>{''.join(lines[:CHART])}</tbody></table>"
    if len(lines) > CHART:
        more = f"{number(len(lines) - CHART)} more"
        table += f"<details class=more><summary>{more}</summary><table>{head}<tbody>{''.join(lines[CHART:])}</tbody></table></details>"
    rest = len(found) - LONGEST_CHART
    left_out = f"<p class=quiet>and {number(rest)} more, which --stats-to lists</p>" if rest > 0 else ""
    return f"<section class=chart><h3>{title}</h3>{table}{left_out}</section>" if found else ""


def _chart_row(name: str, numbers: list[int], mark: str, most: int) -> str:
    data = f" data-kind={mark}" if mark else ""
    label = kind(mark) if mark else f"<bdi>{text(name)}</bdi>"
    cells = "".join(f"<td class=n>{number(n)}</td>" for n in numbers)
    return f'<tr{data}><th scope=row>{label}</th>{cells}<td class="b k-{mark or "none"}">{bar(numbers[0], most)}</td></tr>'


# --- rules -------------------------------------------------------------------------------------------------------


def rule_card(key: str, removals: int, most: int, why: str, samples: list[dict[str, Any]]) -> str:
    """Return a rule: what it is for, how much it removed, samples, and what to paste against it."""
    its, _, name = key.partition("/")
    shown = "".join(map(_sample, samples))
    title = f"{len(samples)} of its removals, drawn at random" if removals > len(samples) else "What it removed"
    drawn = f"<h3>{title}</h3>{shown}" if samples else ""
    element = all("path" in sample and not sample["before"] and not sample["after"] for sample in samples)
    line = "" if element else samples[0]["text"]
    return _rule(key, removals, most, f"<p>{text(why)}</p>{drawn}{fix(name, its, line)}", " data-find")


def own_rule(key: str, removals: int, most: int, why: str, first: dict[str, Any]) -> str:
    """Return a rule beside the document that shows what it removed; `first` is one of its removals."""
    its, _, name = key.partition("/")
    return _rule(key, removals, most, f"<p>{text(why)}</p>{fix(name, its, '' if 'before' in first else first['text'])}")


def _rule(key: str, removals: int, most: int, body: str, more: str = "") -> str:
    its, _, name = key.partition("/")
    return (
        f'<details class="rule k-{its}" id="{anchor("rule", key)}" data-kind={its}{more}>'
        f"<summary>{kind(its)}<code><bdi>{text(name)}</bdi></code><span class=n>{number(removals)}</span>{bar(removals, most)}</summary>"
        f"{body}</details>"
    )


def fix(name: str, its: str, line: str) -> str:
    """Return what to paste against a wrong removal."""
    return f"<h3>If it takes what should stay</h3>{copied(chr(10).join(way_back(name, its, line)))}"


def copied(lines: str) -> str:
    """Return lines to paste, with a button that copies them."""
    return f"<div class=paste><button type=button data-copy>Copy</button><pre tabindex=0>{text(lines)}</pre></div>"


def _sample(sample: dict[str, Any]) -> str:
    more = f" <span class=quiet>… {number(sample['more'])} characters more</span>" if "more" in sample else ""
    before, after = (re.sub(r"\n\s*\n", "\n", sample[side]) for side in ("before", "after"))
    before = f"… {before}" if len(sample["before"]) == AROUND else before
    after = f"{after} …" if len(sample["after"]) == AROUND else after
    return (
        f"<figure><blockquote dir=auto>{text(before)}<del>{text(sample['text'])}</del>{more}{text(after)}</blockquote>"
        f"<figcaption><bdi>{text(sample['document'])}</bdi>, {place(sample)}</figcaption></figure>"
    )


def place(removal: dict[str, Any]) -> str:
    """Return where a removal stood: a line of the text or of the page's source, and the elements around it."""
    if "path" not in removal:
        return f"line {removal['line']}"
    return f"line {removal['source_line']} of the page <code><bdi>{text(removal['path'])}</bdi></code>"


# --- a document --------------------------------------------------------------------------------------------------


def article(document: dict[str, Any], whys: dict[str, str], inside: bool) -> str:
    """Return a document's text with what was removed folded in place; `inside`: the page has cards for its rules."""
    removed = document["removed"]
    beside: dict[int, list[int]] = {}
    for k, r in enumerate(removed):
        if "before" in r:
            beside.setdefault(r["before"], []).append(k)

    def fold(k: int, note: bool = False) -> str:
        return _fold(removed[k], whys, inside, note)

    out: list[str] = []
    for count, line in enumerate(_lines(document["segments"])):
        out += [fold(k) for k in beside.pop(count, ())]
        out.append(_line(line, removed, fold))
    if "more" in document:
        out.append(f"<p class=quiet>… {number(document['more'])} characters more, which are too many to show here.</p>")
    rest = [k for places in sorted(beside) for k in beside[places]]
    if rest:
        out += ["<h3 class=beside>Also on the page, and not in its article</h3>", *map(fold, rest)]
    language = document.get("language", "")
    lang = f' lang="{language}"' if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", language) else ""
    return f"<article{lang}>{''.join(out)}</article>"


def _lines(segments: Iterable[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    """Yield the parts of each line of the judged text."""
    line: list[tuple[str, int]] = []
    for piece, k in segments:
        first, *others = piece.split("\n")
        line.append((first, k))
        for other in others:
            yield line
            line = [(other, k)]
    yield line


def _line(line: list[tuple[str, int]], removed: list[dict[str, Any]], fold: Any) -> str:
    """A line that stays, one that goes, or one of which parts go."""
    parts = [(piece, k) for piece, k in line if piece]
    if not any(piece.strip() for piece, _ in parts):
        return ""
    numbers = list(dict.fromkeys(k for piece, k in parts if k >= 0 and piece.strip()))
    if not any(piece.strip() for piece, k in parts if k == -1):
        return "".join(map(fold, numbers))
    body = "".join(text(piece) if k < 0 else _struck(piece, removed[k]["kind"]) for piece, k in parts)
    notes = "".join(fold(k, True) for k in numbers)
    return f"<p dir=auto>{body}</p>{notes}"


def _struck(piece: str, its: str) -> str:
    return f'<del class="cut k-{its}" data-kind={its}>{text(piece)}</del>'


def _fold(r: dict[str, Any], whys: dict[str, str], inside: bool, note: bool) -> str:
    """A removal folded; a `note` stands below a line that shows the removal itself."""
    its = r["kind"]
    rule = f"<code><bdi>{text(r['rule'])}</bdi></code>"
    if inside:
        rule = f'<a href="#{anchor("rule", its, r["rule"])}">{rule}</a>'
    name = "cut note" if note else "cut"
    return (
        f'<details class="{name} k-{its}" data-kind={its}><summary>{kind(its)}<del dir=auto>{text(r["text"])}</del></summary>'
        f"<p class=about>{text(whys.get(r['rule'], ''))} <span class=quiet>{rule}, {place(r)}</span></p></details>"
    )


def switchable(document: dict[str, Any]) -> list[list[str]]:
    """Return a document as [text, kind of the removal that took it, or ""] in order; what is beside the text stands in its place.

    Those without a kind, joined, are the clean text.
    """
    removed = document["removed"]
    beside: dict[int, list[list[str]]] = {}
    for r in removed:
        if r.get("before", -1) >= 0:
            beside.setdefault(r["before"], []).append([r["text"] + "\n", r["kind"]])
    found = beside.pop(0, [])
    line = 0
    for piece, k in document["segments"]:
        its = removed[k]["kind"] if k >= 0 else "" if k == -1 else "space"
        for part in re.findall(r"[^\n]*\n|[^\n]+", piece):
            found.append([part, its])
            if part.endswith("\n"):
                line += 1
                found += beside.pop(line, [])
    rest = [["\n" + words.removesuffix("\n"), its] for place in sorted(beside) for words, its in beside[place]]
    return found + rest


def facts(document: dict[str, Any]) -> str:
    """Return what is known of a document: address, language, what chose its main content."""
    engine = {"own": "cleaner's own engine", "trafilatura": "trafilatura, which was asked in doubt"}.get(document.get("engine", ""), "")
    rows = [("Address", document.get("url")), ("Language", document.get("language")), ("Main content chosen by", engine)]
    return "".join(f"<div><dt>{name}</dt><dd><bdi>{text(value)}</bdi></dd></div>" for name, value in rows if value)
