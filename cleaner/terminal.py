"""Terminal: the views of what was removed for a person at a screen, by Rich; nothing here is loaded for a pipe."""

from __future__ import annotations

import re
from io import StringIO
from itertools import pairwise

from rich.cells import cell_len, set_cell_size
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from cleaner import KINDS
from cleaner.output import Totals, harmless, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cleaner.api import Cleaned
    from cleaner.pipeline import Removal

COLOURS = {
    "related": "yellow",
    "embed": "cyan",
    "promo": "magenta",
    "ad": "red",
    "ui": "blue",
    "caption": "green",
    "byline": "bright_blue",
    "legal": "bright_black",
    "comment": "bright_magenta",
    "other": "bright_red",
}
MARGIN = 30  # columns at most for the rule beside a line
NARROW = 60  # columns; below them the rule stands over its line
LEAST = 24  # columns that the text of a removal has at least, however long the name of its file
_LINE = re.compile(rf"(.*?: )({'|'.join(KINDS)})(/[\w-]+/[a-z0-9-]+)(: )(.*)", re.DOTALL)


def _shown(parts: Iterable[RenderableType], width: int | None = None) -> str:
    out = StringIO()
    console = Console(
        file=out, width=width or _width(), force_terminal=True, color_system="standard", highlight=False, emoji=False, legacy_windows=False
    )
    for part in parts:
        console.print(part, crop=False)
    return re.sub(r"(?m) +((?:\x1b\[0m)?)$", r"\1", out.getvalue()).rstrip("\n") + "\n"


def _width() -> int:
    import shutil

    return shutil.get_terminal_size().columns


# --- --diff ------------------------------------------------------------------------------------------------------


def painted(done: Cleaned, width: int | None = None) -> str:
    """Return the judged text: what goes is struck, in its kind's colour, its rule in the margin at the left.

    At the left, so that a line that is written from right to left keeps the margin where it is.
    """
    width = width or _width()
    rows = [*_rows(done), *_beside(done)]
    labels = max((cell_len(label) for label, _, _ in rows), default=0)
    margin = min(labels, MARGIN, width // 3)
    if width < NARROW:
        parts: list[RenderableType] = [part for label, kind, text in rows for part in ([Text(label, style=kind)] if label else []) + [text]]
        return _shown(parts, width)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(overflow="fold", width=margin)
    grid.add_column(overflow="fold", ratio=1)
    for label, kind, text in rows:
        grid.add_row(Text(label, style=kind), text)
    return _shown([grid], width)


def _rows(done: Cleaned) -> Iterator[tuple[str, str, Text]]:
    """Yield (label, style, line) for each line of the judged text."""
    placed = sorted((r for r in done.removed if r.at is not None), key=lambda r: r.at or 0)
    cuts = list(done.cuts)
    at = 0
    lines = done.source.split("\n")
    for line in lines[:-1] if not lines[-1] else lines:
        end = at + len(line)
        inside = [r for r in placed if at <= (r.at or 0) <= end and (r.text or end > at)]
        yield (*_label(inside), _line(line, at, [(s, e) for s, e in cuts if s < end and e > at], inside))
        at = end + 1


def _label(removals: list[Removal]) -> tuple[str, str]:
    names = list(dict.fromkeys(f"{r.kind}/{r.rule}" for r in removals))
    return ", ".join(names), COLOURS[removals[0].kind] if removals else ""


def _line(line: str, at: int, cuts: list[tuple[int, int]], removals: list[Removal]) -> Text:
    """A line with what is cut struck; each removal's part in the colour of its kind, the space around it in none."""
    text = Text()
    edges = {0, len(line), *(min(max(p - at, 0), len(line)) for cut in cuts for p in cut)}
    edges.update(min(p - at, len(line)) for r in removals for p in (r.at or 0, (r.at or 0) + len(r.text)))
    places = sorted(edges)
    for start, end in pairwise(places):
        gone = any(s <= start + at < e for s, e in cuts)
        kind = next((r.kind for r in removals if (r.at or 0) <= start + at < (r.at or 0) + len(r.text)), "")
        style = f"strike {COLOURS[kind] if kind else 'bright_black'}" if gone else ""
        text.append(harmless(line[start:end].rstrip("\r")), style)
    text.expand_tabs(4)
    return text


def _beside(done: Cleaned) -> Iterator[tuple[str, str, Text]]:
    """Yield what a page had beside its article."""
    beside = [r for r in done.removed if r.at is None]
    if beside:
        yield "", "", Text("")
        yield "", "", Text("Also on the page, and not in its article:", style="bold")
    for r in beside:
        place = f"line {r.line}" + (f", {r.origin[1]}" if r.origin and r.origin[1] else "")
        text = Text().append(visible(r.text), f"strike {COLOURS[r.kind]}").append(f"  {visible(place)}", "dim")
        yield f"{r.kind}/{r.rule}", COLOURS[r.kind], text


# --- --explain ---------------------------------------------------------------------------------------------------


def explained(lines: Iterable[str], width: int | None = None) -> str:
    """Return lines of `--explain` with the kinds in their colours, each cut to the width of the terminal."""
    width = width or _width()
    return _shown((_explained(line, width) for line in lines), width)


def _explained(line: str, width: int) -> Text:
    line = line.encode("utf-8", "backslashreplace").decode()
    found = _LINE.fullmatch(line)
    if found is None:
        return Text(line)
    place, kind, rule, colon, text = found.groups()
    room = max(LEAST, width - cell_len(place + kind + rule + colon))
    if cell_len(text) > room:
        text = set_cell_size(text, room - 1).rstrip() + "…"
    return Text.assemble((place, "dim"), (kind + rule, COLOURS[kind]), colon, text, no_wrap=True, overflow="ignore")


def way_back(totals: Totals) -> str:
    """Return what to do about a wrong removal, with the rule that removed most as the example."""
    kind, _, rule = max(totals.rules.items(), key=lambda r: r[1])[0].partition("/")
    off = "--engine trafilatura" if rule.startswith("page/") else f"--skip {rule}"
    return _shown(
        [
            Text.assemble("\nWhy, and what to do if it is wrong  ", (f"cleaner rule {rule}", "bold")),
            Text.assemble("Leave this rule or kind out         ", (off, "bold"), "  ", (f"--keep {kind}", "bold")),
            Text.assemble(
                "Always keep a line                  ", ("cleaner rule --stays 'the line' >> mine.toml; cleaner --rules mine.toml", "bold")
            ),
        ]
    )


# --- --stats -----------------------------------------------------------------------------------------------------

BAR = 20  # columns


def stats(totals: Totals, width: int | None = None) -> str:
    """Return the counts by kind as a small table with bars, and the notes below it."""
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("kind")
    for name in ("removed", "characters"):
        table.add_column(name, justify="right")
    table.add_column("share of the characters removed")
    counts = totals.counts()
    whole = max(1, counts[-1][2])
    for kind, removals, characters in counts[:-1]:
        bar = "━" * max(1, round(BAR * characters / whole))
        table.add_row(
            Text(kind, style=COLOURS[kind]), str(removals), str(characters), Text(f"{bar} {characters / whole:.0%}", style=COLOURS[kind])
        )
    table.add_row("all", str(counts[-1][1]), str(counts[-1][2]), "", style="bold")
    return _shown([table, *(Text(visible(note), style="dim") for note in totals.notes())], width)
