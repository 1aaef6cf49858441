"""The page: one file of HTML with its style and script inside, allowed by their hashes; nothing else may load or run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path

from cleaner import KINDS, __version__
from cleaner.catalogue import catalogue
from cleaner.report import parts
from cleaner.report.parts import number, share, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

BUDGET = 4_500_000  # bytes of the page; what does not fit is left out and said
SAMPLES = 2_000_000  # of them for rules with their samples; further rules stand without
LIST = 1_200_000  # of them for the list of documents
_MEANT = re.compile("[<>&\x7f-\x9f\u2028-\u202e\u2066-\u2069]")  # what means something in HTML, or turns the text around it
ROWS = 50  # documents of the list that are there without a script
_FILES = Path(__file__).parent


def page(data: dict[str, Any], names: list[str], rules: Iterable[str] = ()) -> str:
    """Return the page of a run: `data` as `Summary.as_dict` gives it with evidence, `names` of the inputs, the user's rule files.

    It holds at most about `BUDGET` bytes, and nothing that is not in `data`.
    """
    whys = {name: why for name, (_, why) in catalogue(rules).items()}
    shown = data["evidence"]["documents_shown"]
    alone = data["documents"] == 1 and not data["failed"] and len(shown) == 1
    body = _document(data, shown[0], whys) if alone else _corpus(data, names, whys)
    title = f"What cleaner removed from {shown[0].get('title') or shown[0]['name'] if alone else _called(names)}"
    return framed(title, body)


def _called(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} inputs"


# --- the frame ---------------------------------------------------------------------------------------------------


def framed(title: str, body: Iterable[str], scripts: tuple[str, ...] = ("report.js",), connect: bool = False) -> str:
    """Return a page around parts of a body, as many as the budget allows; `connect`: it may ask the server that it came from."""
    style, code = asset("report.css"), "".join(f"<script>{asset(name)}</script>" for name in scripts)
    head = (
        "<!doctype html><html lang=en><head><meta charset=utf-8>"
        f'<meta http-equiv=Content-Security-Policy content="{policy(scripts, connect)}">'
        '<meta name=viewport content="width=device-width,initial-scale=1"><meta name=color-scheme content="light dark">'
        f"<meta name=referrer content=no-referrer><title>{text(title)}</title><style>{style}</style></head>"
        "<body><a class=skip href=#main>Skip to the content</a>"
    )
    size, kept, left_out = len(head) + len(code), [head], 0
    for part in body:
        size += len(part.encode("utf-8", "replace"))
        if size > BUDGET:
            size -= len(part.encode("utf-8", "replace"))
            left_out += 1
        else:
            kept.append(part)
    said = f"{left_out} parts are left out to keep the page under {number(BUDGET)} bytes; --stats-to has them. " if left_out else ""
    kept.append(f"<footer class=quiet>{said}Made by cleaner {__version__}. This page asks no network for anything.</footer>")
    return "".join([*kept, f"{code}</body></html>"])


def policy(scripts: tuple[str, ...] = ("report.js",), connect: bool = False) -> str:
    """Return the Content-Security-Policy: the style and the scripts by their hashes, and nothing else."""
    allowed = f"default-src 'none'; style-src '{_hash(asset('report.css'))}'; script-src {' '.join(_quoted(name) for name in scripts)}"
    return f"{allowed}; {'connect-src ' + chr(39) + 'self' + chr(39) + '; ' if connect else ''}base-uri 'none'; form-action 'none'"


@cache
def asset(name: str) -> str:
    """Return a file that goes into the page, without the space that only people need."""
    found = (_FILES / name).read_text(encoding="utf-8")
    return re.sub(r"\s*\n\s*", "\n", found).strip()


def _quoted(name: str) -> str:
    return f"'{_hash(asset(name))}'"


def _hash(found: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(found.encode()).digest()).decode()


def embedded(name: str, data: object) -> str:
    """Return plain data as a part of the page that only its script reads."""
    found = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    found = _MEANT.sub(lambda m: f"\\u{ord(m.group()):04x}", found)
    return f'<script type="application/json" id={name}>{found}</script>'


# --- one document ------------------------------------------------------------------------------------------------


def _document(data: dict[str, Any], document: dict[str, Any], whys: dict[str, str]) -> Iterator[str]:
    title = document.get("title") or document["name"]
    name = f"<p class=quiet><bdi>{text(document['name'])}</bdi></p>" if title != document["name"] else ""
    yield f"<header><p class=eyebrow>What cleaner removed from</p><h1 dir=auto>{text(title)}</h1>{name}</header>"
    yield f"<main id=main class=single>{result(data, document, whys)}</main>"


def result(data: dict[str, Any], document: dict[str, Any], whys: dict[str, str], switches: bool = True) -> str:
    """Return a document with its figures, switches and rules; the page and the server show it."""
    removed = document["removed"]
    kinds = {kind: data["kinds"][kind]["removed"] for kind in KINDS if kind in data["kinds"]}
    figures = [
        ("removals", number(len(removed))),
        ("of its characters", share(data["evidence"]["documents"]["rows"][0][0], 1)),
        ("rules", number(len(data["rules"]))),
    ]
    copy = "<button type=button id=copy>Copy the clean text</button>" if "more" not in document else ""
    buttons = f"{copy}<button type=button id=unfold aria-pressed=false>Unfold all</button>" if removed else copy
    nothing = "" if removed else "<p class=note>Nothing was removed.</p>"
    tools = f"{parts.switches(kinds, 'Take out') if switches else ''}<div class=buttons>{buttons}<span id=said role=status></span></div>"
    return (
        f"<div class=tools>{tools}</div>{_figures(figures)}"
        f"<section aria-labelledby=text-head class=text><h2 id=text-head>The text</h2>{nothing}"
        f"<dl class=facts>{parts.facts(document)}</dl>{parts.article(document, whys, True)}</section>"
        f"<section id=rules aria-labelledby=rules-head><h2 id=rules-head>The rules that were at work</h2>"
        f"{''.join(_own_rules(data, document, whys))}</section>"
        f"{embedded('segments', parts.switchable(document))}"
    )


def _own_rules(data: dict[str, Any], document: dict[str, Any], whys: dict[str, str]) -> Iterator[str]:
    most = max(data["rules"].values(), default=0)
    for key, count in data["rules"].items():
        its, _, name = key.partition("/")
        first = next(r for r in document["removed"] if r["kind"] == its and r["rule"] == name)
        yield parts.own_rule(key, count, most, whys.get(name, ""), first)


def _figures(figures: list[tuple[str, str]]) -> str:
    return f"<dl class=figures>{''.join(f'<div><dt>{name}</dt><dd>{value}</dd></div>' for name, value in figures)}</dl>"


# --- many documents ----------------------------------------------------------------------------------------------


def _corpus(data: dict[str, Any], names: list[str], whys: dict[str, str]) -> Iterator[str]:
    evidence = data["evidence"]
    yield from _head(data, names)
    yield "<main id=main>"
    yield _totals(data)
    documents = evidence["documents"]
    listed = {**documents, "rows": _fitting(documents["rows"])}
    listed["not_listed"] += len(documents["rows"]) - len(listed["rows"])
    yield embedded("documents-data", listed)
    yield (
        "<section id=rules aria-labelledby=rules-head><h2 id=rules-head>Rules</h2><p class=quiet>Sorted by what they removed. "
        f"Open one to see up to {_most_samples(evidence)} of its removals, drawn at random (seed {evidence['seed']}).</p>"
        "<p class=nothing hidden>No rule matches.</p>"
    )
    most = max(data["rules"].values(), default=0)
    size = 0
    for key, count in data["rules"].items():
        samples = evidence["samples"].get(key, []) if size < SAMPLES else []
        card = parts.rule_card(key, count, most, whys.get(key.partition("/")[2], ""), samples)
        size += len(card.encode("utf-8", "replace"))
        yield card
    yield "</section>"
    yield _list(listed, evidence["documents_shown"])
    yield "<section id=whole aria-labelledby=whole-head><h2 id=whole-head>Documents in full</h2>"
    yield "<p class=quiet>Those with nothing left, and those that lost the largest share. What was removed is folded in place.</p>"
    for k, document in enumerate(evidence["documents_shown"]):
        yield _whole(k, document, whys)
    yield "</section></main>"


def _most_samples(evidence: dict[str, Any]) -> int:
    return max(map(len, evidence["samples"].values()), default=0)


def _head(data: dict[str, Any], names: list[str]) -> Iterator[str]:
    judged, kept = data["characters"]["judged"], data["characters"]["kept"]
    figures = [
        ("documents", number(data["documents"])),
        ("removals", number(sum(row["removed"] for row in data["kinds"].values()))),
        ("of all characters removed", share(judged - kept, judged)),
        ("with nothing left", number(data["evidence"]["nothing_left"])),
    ]
    if data["failed"]:
        figures.append(("failed, passed through", number(data["failed"])))
    kinds = {kind: data["kinds"][kind]["removed"] for kind in KINDS if kind in data["kinds"]}
    yield (
        f"<header><p class=eyebrow>What cleaner removed from</p><h1 dir=auto>{text(_called(names))}</h1>{_figures(figures)}"
        "<nav aria-label=Sections><a href=#totals>Totals</a> <a href=#rules>Rules</a> <a href=#documents>Documents</a> "
        "<a href=#whole>In full</a></nav></header>"
    )
    yield (
        '<div class=tools role=search aria-label="Rules and documents"><input id=find class=find type=search '
        'placeholder="Search rules, documents" aria-label="Search rules and documents" autocomplete=off spellcheck=false>'
        f"{parts.switches(kinds, 'Show')}<span id=said role=status></span></div>"
    )


def _totals(data: dict[str, Any]) -> str:
    kinds = ((kind, [row["removed"], row["characters"]], kind) for kind, row in data["kinds"].items())
    charts = [parts.chart("By kind", ["kind", "removals", "characters"], kinds)]
    for title, name in (("By host", "hosts"), ("By language", "languages")):
        rows = sorted(data[name].items(), key=lambda row: (-row[1]["removed"], row[0]))
        listed = ((key, [counts["removed"], counts["documents"]], "") for key, counts in rows)
        charts.append(parts.chart(title, [name[:-1], "removals", "documents"], listed))
    failures = ((reason, [count], "") for reason, count in data["failures"].items())
    charts.append(parts.chart("Passed through unchanged", ["reason", "documents"], failures))
    return (
        f"<section id=totals aria-labelledby=totals-head><h2 id=totals-head>Totals</h2><div class=charts>{''.join(charts)}</div></section>"
    )


COLUMNS = ("document", "removed", "removals", "characters", "host", "language")


def _fitting(rows: list[Any]) -> list[Any]:
    """Return as many rows, from the first, as the page has room for."""
    while (size := len(json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace"))) > LIST:
        rows = rows[: int(len(rows) * min(0.95, LIST / size))]
    return rows


def _list(documents: dict[str, Any], shown: list[dict[str, Any]]) -> str:
    rows = documents["rows"]
    filters = "".join(
        f"<button type=button data-only={name} aria-pressed={'true' if name == 'all' else 'false'}>{label}</button>"
        for name, label in (("all", "All"), ("empty", "Nothing left"), ("half", "Half or more gone"), ("untouched", "Nothing gone"))
    )
    more = (
        f" {number(documents['not_listed'])} that lost less are not listed; the list ends at {number(len(rows))}."
        if documents["not_listed"]
        else ""
    )
    whole = {document["name"]: k for k, document in enumerate(shown)}
    head = "".join(f"<th scope=col{' class=n' if 0 < k < 4 else ''}>{column}</th>" for k, column in enumerate(COLUMNS))
    body = "".join(_row(row, whole) for row in rows[:ROWS])
    return (
        "<section id=documents aria-labelledby=documents-head><h2 id=documents-head>Documents</h2>"
        f"<p class=quiet>Those with nothing left first, then by the share that went.{more}</p>"
        f"<div class=buttons role=group aria-label=Documents>{filters}</div>"
        f'<div class=scroll tabindex=0 role=region aria-label="List of documents"><table><thead><tr>{head}</tr></thead>'
        f"<tbody id=rows>{body}</tbody></table></div>"
        "<div class=buttons id=pages hidden><button type=button id=before>Earlier</button><span id=where role=status></span>"
        "<button type=button id=after>Later</button></div><noscript><p class=quiet>Without scripts only the first "
        f"{ROWS} are listed.</p></noscript></section>"
    )


def _row(row: list[Any], whole: dict[str, int]) -> str:
    part, _, name, host, language, read, _, removals = row
    label = f"<bdi>{text(name)}</bdi>"
    if name in whole:
        label = f'<a href="#whole-{whole[name]}">{label}</a>'
    numbers = (share(part, 1), number(sum(removals.values())), number(read))
    cells = "".join(f"<td class=n>{n}</td>" for n in numbers)
    return f"<tr><th scope=row>{label}</th>{cells}<td><bdi>{text(host)}</bdi></td><td><bdi>{text(language)}</bdi></td></tr>"


def _whole(k: int, document: dict[str, Any], whys: dict[str, str]) -> str:
    gone = sum(len(piece) for piece, at in document["segments"] if at != -1)
    whole = sum(len(piece) for piece, _ in document["segments"])
    title = f" <span class=quiet dir=auto>{text(document['title'])}</span>" if "title" in document else ""
    return (
        f'<details class=doc id="whole-{k}" data-find><summary><bdi>{text(document["name"])}</bdi>{title}'
        f"<span class=n>{share(gone, whole)}</span></summary><div class=text>{parts.article(document, whys, True)}</div></details>"
    )
