"""The tables in Markdown and the plot in SVG."""

import platform
import re
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

import cleaner
from benchmarks.bootstrap import Array, f1, interval

Result = dict[str, Any]
Runs = dict[str, Result]
OURS = "cleaner"
BASE = "trafilatura"
HELD_OUT = "cleaner, sites not learned from"
CARD = Path(cleaner.__file__).parent / "weights" / "CARD.md"


def markdown(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table.

    >>> print(markdown(["tool", "F1"], [["a", "0.9"]]))
    | tool | F1 |
    |---|---|
    | a | 0.9 |
    """
    head = list(head)
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *("| " + " | ".join(row) + " |" for row in rows)])


def _with(value: float, bounds: tuple[float, float]) -> str:
    return f"{value:.3f} ({bounds[0]:.3f} – {bounds[1]:.3f})"


# --- text --------------------------------------------------------------------------------------------------------


def _noise(rows: Array) -> float:
    there = rows[rows[:, 0] > 0]
    return float((there[:, 1] / there[:, 0]).mean())


def _lost(rows: Array) -> float:
    there = rows[rows[:, 2] > 0]
    return float((there[:, 3] / there[:, 2]).mean())


def text_table(tools: dict[str, Array], rounds: list[dict[str, float]]) -> str:
    """Return the table of labelled lines; rows of `tools` as `labelled.figures` makes them, seconds of each round by tool."""
    rows = []
    for name, v in tools.items():
        whole = v.sum(axis=0)
        means = [_with(figure(v), interval(figure, v)) for figure in (_noise, _lost)]
        sums = [f"{whole[1] / whole[0]:.3f}", f"{whole[3] / whole[2]:.4f}"]
        time = _spread(one[name] / one[OURS] for one in rounds) if name in rounds[0] else ""
        rows.append([name, *means, *sums, f"{v[:, 4].mean():.3f}", f"{whole[5]:.0f}", time])
    head = ("tool", "noise removed", "article lost", "of all noise", "of all article", "without a mistake", "lines invented", "time")
    return markdown(head, rows)


def short_text_table(tools: dict[str, Array]) -> str:
    """Return the same in three figures a tool."""
    rows = [[name, *(f"{x:.3f}" for x in (_noise(v), _lost(v), v[:, 4].mean()))] for name, v in tools.items()]
    return markdown(("tool", "noise removed", "article lost", "without a mistake"), rows)


def _spread(values: Iterable[float]) -> str:
    found = list(values)
    return f"{statistics.median(found):.2f} ({min(found):.2f} – {max(found):.2f})"


# --- pages -------------------------------------------------------------------------------------------------------


def arrays(result: Result) -> tuple[Array, Array]:
    """Return (precision, recall) of each page, alone and after cleaner: two arrays (pages, 2)."""
    rows = np.array([[np.nan if x is None else float(x) for x in row] for row in result["rows"]])
    return rows[:, :2], rows[:, 3:5]


def _said(name: str) -> str:
    return f"{name} (in-sample)" if name == OURS else name


def held_out(about: str) -> tuple[float, float, float]:
    """Return (F1, precision, recall) on sites that the net has not learned from, as its card says of a set.

    >>> 0.9 < held_out("news pages of 40 countries")[0] < 1
    True
    """
    card = " ".join(CARD.read_text(encoding="utf-8").split())
    found = re.search(rf"{re.escape(about)} (0\.\d+) \((?:precision )?(0\.\d+), (?:recall )?(0\.\d+)", card)
    if not found:
        raise SystemExit(f"{CARD}: no figures of {about!r}; write them as 'F1 (precision, recall)' behind these words")
    return float(found[1]), float(found[2]), float(found[3])


def _gain(both: Array) -> float:
    return f1(both[:, 2:]) - f1(both[:, :2])


def page_table(results: Runs, about: str) -> str:
    """Return the table of pages, best first."""
    f, p, r = held_out(about)
    rows: list[tuple[float, list[str]]] = [(f, [HELD_OUT, f"{f:.3f}", f"{p:.3f}", f"{r:.3f}", "", "", ""])]
    for name, result in results.items():
        if "rows" not in result:
            continue
        alone, after = arrays(result)
        both = np.hstack((alone, after))
        p, r = np.nanmean(alone, axis=0)
        failed = sum(bool(row[2]) for row in result["rows"])
        low, high = interval(_gain, both)
        gain = "" if name == OURS else f"{f1(after):.3f}"
        change = "" if name == OURS else f"{_gain(both):+.3f} ({low:+.3f} – {high:+.3f})"
        rows.append((f1(alone), [_said(name), _with(f1(alone), interval(f1, alone)), f"{p:.3f}", f"{r:.3f}", gain, change, str(failed)]))
    head = ("tool", "F1", "precision", "recall", "F1, then cleaner", "change", "pages failed")
    return markdown(head, [row for _, row in sorted(rows, key=lambda row: -row[0])])


def short_table(sets: dict[str, Runs], rounds: list[dict[str, dict[str, float]]]) -> str:
    """Return of each tool its F1 on each set, alone and followed by cleaner, and its time and memory."""
    rows: list[tuple[float, list[str]]] = []
    for name in next(iter(sets.values())):
        cells: list[str] = []
        first = 0.0
        for about, results in sets.items():
            if "rows" not in results[name]:
                cells += ["", ""]
                continue
            alone, after = (held_out(about)[0], None) if name == OURS else map(f1, arrays(results[name]))
            first = first or alone
            cells += [f"{alone:.3f}", f"{after:.3f}" if after else ""]
        if first:
            costs = [f"{_median(rounds, name, what):.2f}" if name in rounds[0] else "" for what in ("page", "memory")]
            rows.append((first, [HELD_OUT if name == OURS else name, *cells, *costs]))
    head = ["tool", *(word for about in sets for word in (about, "then cleaner")), "time", "memory"]
    return markdown(head, [row for _, row in sorted(rows, key=lambda row: -row[0])])


# --- cost --------------------------------------------------------------------------------------------------------


def cost_table(rounds: list[dict[str, dict[str, float]]]) -> str:
    """Return the table of time, start and memory, each a ratio to trafilatura in the same round: median (least – most)."""
    tools = [name for name in rounds[0] if all(name in one for one in rounds)]
    rows = []
    for name in sorted(tools, key=lambda name: _median(rounds, name, "page")):
        rows.append([name, *(_spread(one[name][what] / one[BASE][what] for one in rounds) for what in ("page", "start", "memory"))])
    return markdown(("tool", "time a page", "import and first page", "peak memory"), rows)


def _median(rounds: list[dict[str, dict[str, float]]], name: str, what: str) -> float:
    return statistics.median(one[name][what] / one[BASE][what] for one in rounds)


def process_table(rounds: list[dict[str, float]]) -> str:
    """Return the table of whole processes on one text, ratios to `python -c pass`."""
    rows = []
    for name in rounds[0]:
        rows.append([f"`{name}`", _spread(one[name] / one["python -c pass"] for one in rounds)])
    return markdown(("process", "time"), rows)


def machine() -> str:
    """Return the processor, its cores and the Python, in words."""
    import os

    found = [line.split(":", 1)[1].strip() for line in _cpu() if line.startswith("model name")]
    return f"{found[0] if found else platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _cpu() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").split("\n") if path.exists() else []


# --- plot --------------------------------------------------------------------------------------------------------


def plot(title: str, results: Runs, about: str) -> str:
    """Return an SVG: F1 of each tool with its interval, and, hollow, of the tool followed by cleaner."""
    value = held_out(about)[0]
    found = [(HELD_OUT, value, (value, value), value)]
    for name, result in results.items():
        if "rows" in result:
            alone, after = arrays(result)
            found.append((name, f1(alone), interval(f1, alone), f1(after)))
    found.sort(key=lambda row: -row[1])
    least = min(min(low, after) for _, _, (low, _), after in found)
    start = int(least * 20) / 20
    parts = [f'<text x="10" y="20" font-weight="bold">{escape(title)}</text>']
    for step in range(round((1 - start) * 20) + 1):
        x = _x(start + step / 20, start)
        parts.append(f'<path d="M{x:.1f} 30V{34 + 22 * len(found)}" stroke="#ccc"/>')
        parts.append(f'<text x="{x:.1f}" y="{50 + 22 * len(found)}" text-anchor="middle">{start + step / 20:.2f}</text>')
    for k, (name, value, (low, high), followed) in enumerate(found):
        ours = name in (OURS, HELD_OUT)
        y, colour = 45 + 22 * k, "#b5330e" if ours else "#333"
        parts.append(f'<text x="190" y="{y + 4}" text-anchor="end" fill="{colour}">{escape(_said(name))}</text>')
        parts.append(f'<path d="M{_x(low, start):.1f} {y}H{_x(high, start):.1f}" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<circle cx="{_x(value, start):.1f}" cy="{y}" r="5" fill="{colour}"/>')
        if not ours:
            parts.append(f'<circle cx="{_x(followed, start):.1f}" cy="{y}" r="5" fill="#fff" stroke="#b5330e" stroke-width="1.5"/>')
    size = f'width="720" height="{60 + 22 * len(found)}"'
    frame = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">'
    return "\n".join([frame, f'<rect {size} fill="#fff"/>', *parts, "</svg>"]) + "\n"


def _x(value: float, start: float) -> float:
    return 200 + 500 * (value - start) / (1 - start)
