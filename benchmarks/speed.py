"""The price of a plain-text article beside RefinedWeb's line rules: `python -m benchmarks.speed FILE.jsonl[.gz] ...`.

Texts of each language, cut to about 4 kB, are cleaned in turn by both, in the same process, round after round; of each
text the least time counts, for other work on the machine only ever adds. Prints milliseconds an article, and the ratio.
"""

import gzip
import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import lines

SIZE = 4000  # bytes of an article in UTF-8, at most; it is cut at the end of a line if one is near
EACH = 24  # articles of a language
ROUNDS = 15


def documents(paths: list[Path]) -> Iterator[dict[str, Any]]:
    """Yield the documents of JSONL files: {"lang", "text"}, or "lines" instead of a text."""
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else open(path, encoding="utf-8") as file:
            yield from map(json.loads, file)


def articles(found: Iterator[dict[str, Any]]) -> dict[str, list[str]]:
    """Return up to EACH texts a language, each cut after the last line end in its first SIZE bytes."""
    by_language: dict[str, list[str]] = defaultdict(list)
    for doc in found:
        text = doc["text"] if "text" in doc else "\n".join(doc["lines"])
        some = by_language[doc["lang"]]
        data = text.encode("utf-8", "surrogatepass")
        if len(data) >= SIZE and len(some) < EACH:
            piece = data[:SIZE].decode("utf-8", "ignore")
            some.append(piece[: piece.rfind("\n") + 1] if piece.rfind("\n") > len(piece) // 2 else piece)
    return by_language


def seconds(tools: list[Callable[[str], str]], texts: list[str], rounds: int = ROUNDS) -> list[list[float]]:
    """Return, of each tool, the least time of each text over some rounds in which the tools take turns."""
    least = [[float("inf")] * len(texts) for _ in tools]
    for _ in range(rounds):
        for k, text in enumerate(texts):
            for tool, times in zip(tools, least, strict=True):
                began = time.perf_counter()
                tool(text)
                times[k] = min(times[k], time.perf_counter() - began)
    return least


def start_up(rounds: int = ROUNDS) -> tuple[float, float]:
    """Return the median seconds of `python -c pass`, and of `python -m cleaner` on a text of 4 kB."""
    text = ("The ferry will run again from Monday, the company said after two weeks of repairs in the yard.\n" * 43).encode()
    commands = [[sys.executable, "-c", "pass"], [sys.executable, "-m", "cleaner"]]
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        for command, its in zip(commands, times, strict=True):
            began = time.perf_counter()
            subprocess.run(command, input=text, stdout=subprocess.DEVNULL, check=True)
            its.append(time.perf_counter() - began)
    return statistics.median(times[0]), statistics.median(times[1])


def main(paths: list[Path]) -> None:
    """Print a line a language, and one for all."""
    rules = lines.tools("")["RefinedWeb's line rules"]()
    ours = lines.tools("")["cleaner"]()
    print(f"{'':8} {'articles':>8} {'cleaner, ms':>12} {'RefinedWeb, ms':>15} {'ratio':>6}")
    every: list[tuple[float, float]] = []
    for lang, texts in sorted(articles(documents(paths)).items()):
        if texts:
            pairs = list(zip(*seconds([ours, rules], texts), strict=True))
            every += pairs
            _print(lang, pairs)
    _print("all", every)
    base, own = start_up()
    print(f"start-up: python -c pass {1000 * base:.1f} ms, cleaner on 4 kB {1000 * own:.1f} ms: {own / base:.2f} times")


def _print(name: str, pairs: list[tuple[float, float]]) -> None:
    ours, theirs = (statistics.mean(times) for times in zip(*pairs, strict=True))
    print(f"{name:8} {len(pairs):8} {1000 * ours:12.3f} {1000 * theirs:15.3f} {ours / theirs:6.2f}")


if __name__ == "__main__":
    main([Path(path) for path in sys.argv[1:]])
