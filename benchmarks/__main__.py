"""python -m benchmarks DATA: the comparison with other tools, printed, and with --write set into README.md and docs/figures.md.

DATA is a folder as benchmarks/README.md describes it. `--sample 10` takes every tenth document, for a try.
"""

import argparse
import datetime
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import labelled, report
from benchmarks.peers import PEERS, version
from benchmarks.run import ROOT, Runs

SETS = {"fundus": "news pages of 40 countries", "wcxb-dev": "English pages of all sorts"}
ROUNDS = 5
BEGIN, END = "<!-- benchmarks: from here to the end mark written by `python -m benchmarks` -->\n", "<!-- benchmarks: end -->"
FIGURES = ROOT / "docs" / "figures.md"


def pages(all_results: dict[str, dict[str, dict[str, Any]]]) -> tuple[list[str], dict[str, str]]:
    """Return the sections about pages, and the plots by file name."""
    sections, plots = [], {}
    for name, results in all_results.items():
        number = max(len(r.get("rows", ())) for r in results.values())
        title = f"{number} {SETS[name]} ({name})"
        table = report.page_table(results, SETS[name])
        sections.append(f"**{title}**, 4-word shingles; intervals of 95 % by bootstrap over pages.\n\n{table}")
        plots[f"{name}.svg"] = report.plot(f"F1 on {title}; hollow: then cleaner", results, SETS[name])
        sections.append(f"![F1 of each tool on {title}](../benchmarks/{name}.svg)")
    return sections, plots


def skipped(results: dict[str, dict[str, Any]]) -> list[str]:
    """Return a section that names the tools that could not be run, and why; or none."""
    found = [f"{tool}: {r['skipped']}" for tool, r in results.items() if "skipped" in r]
    return ["Skipped: " + "; ".join(found) + "."] if found else []


def cost(runs: Runs, data: Path) -> list[dict[str, dict[str, float]]]:
    """Return, of each round, what each tool costs; tools take turns, one at a time."""
    path = data / "fundus.jsonl.gz"
    rounds = [{tool: runs.cost(tool, path, 9, again) for tool in PEERS} for again in range(ROUNDS)]
    return [{tool: r for tool, r in one.items() if "skipped" not in r} for one in rounds]


def processes(data: Path) -> str:
    """Return the section about a whole process on one text."""
    text = "\n".join(labelled.read(data / "labelled.jsonl")[0]["lines"])[:2500]
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        commands = {
            "python -c pass": ["-c", "pass"],
            "cleaner story.txt": ["-m", "cleaner", file.name],
            'python -c "import justext"': ["-c", "import justext"],
            'python -c "import trafilatura"': ["-c", "import trafilatura"],
        }
        rounds = [{name: min(_seconds(c) for _ in range(5)) for name, c in commands.items()} for _ in range(ROUNDS)]
    what = "Processor time of a whole process on a text of 2.5 kB, in multiples of an empty one"
    return f"{what}: median of {ROUNDS} rounds (least – most).\n\n{report.process_table(rounds)}"


def _seconds(arguments: list[str]) -> float:
    """Return the processor time of a process: a busy machine lengthens that little."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def about(sample: int) -> str:
    """Return what was run, when and on what."""
    installed = dict.fromkeys(f"{peer.distribution} {version(name)}" for name, peer in PEERS.items() if version(name))
    part = f", every {sample}th document" if sample > 1 else ""
    return f"Run on {datetime.date.today().isoformat()}{part}; {report.machine()}; {', '.join(installed)}."


def inserted(page: str, section: str) -> str:
    """Return a page with the section between its marks; raises SystemExit where they are missing.

    >>> inserted(f"One.\\n{BEGIN}old{END}\\n", "new\\n") == f"One.\\n{BEGIN}new\\n{END}\\n"
    True
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit("the marks of the benchmarks are missing in README.md or docs/figures.md; put them back from the last commit")
    return before + begin + section + end + after


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="every Nth document")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="tools at once; cost is always measured one at a time")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "cleaner-benchmarks", help="where results are kept")
    parser.add_argument(
        "--write", action="store_true", help="set the tables into README.md and docs/figures.md, the plots beside this file"
    )
    options = parser.parse_args()
    missing = [f for f in ("labelled.jsonl", *(f"{s}.jsonl.gz" for s in SETS)) if not (options.data / f).exists()]
    if missing:
        parser.error(f"{options.data}: there is no {missing[0]}; benchmarks/README.md says what to download")
    runs = Runs(options.cache)
    short, full, plots = measured(runs, options.data, options.sample, options.jobs)
    print(full)
    if options.write:
        for name, svg in plots.items():
            (Path(__file__).parent / name).write_text(svg, encoding="utf-8")
        for page, section in ((ROOT / "README.md", short), (FIGURES, full)):
            page.write_text(inserted(page.read_text(encoding="utf-8"), section), encoding="utf-8")


def measured(runs: Runs, data: Path, sample: int, jobs: int) -> tuple[str, str, dict[str, str]]:
    """Return what README and docs/figures.md show, and the plots by file name."""
    texts = labelled.table(data / "labelled.jsonl", sample)
    number = len(texts["cleaner"])
    results = {name: dict(runs.all(data / f"{name}.jsonl.gz", sample, jobs)) for name in SETS}
    costs = cost(runs, data)
    when = [about(sample), *skipped(results["fundus"])]
    short = [
        *when,
        f"Texts, {number} articles with a label for every line: the share of an article's noise that goes, and of the article.",
        report.short_text_table(texts),
        "Pages with a known body: F1 of 4-word shingles; processor time and peak memory as multiples of trafilatura's.",
        report.short_table({SETS[name]: found for name, found in results.items()}, costs),
        f"![F1 of each tool on {SETS['fundus']}](benchmarks/fundus.svg)",
    ]
    sections, plots = pages(results)
    full = [
        *when,
        f"**{number} hand-labelled articles**, means over articles with intervals of 95 %; then shares of all characters; then time, "
        f"in multiples of cleaner's: median of {ROUNDS} rounds (least – most).",
        report.text_table(texts, labelled.rounds(data / "labelled.jsonl", sample, ROUNDS)),
        *sections,
        f"Cost on 24 of the news pages, in multiples of trafilatura's: median of {ROUNDS} rounds (least – most).",
        report.cost_table(costs),
        processes(data),
    ]
    return "\n" + "\n\n".join(short) + "\n\n", "\n" + "\n\n".join(full) + "\n\n", plots


if __name__ == "__main__":
    main()
