"""python -m benchmarks DATA: the comparison with other tools, printed, and with --write set into README.md.

DATA is a folder as benchmarks/README.md describes it. `--sample 10` takes every tenth document, for a try.
"""

import argparse
import datetime
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import labelled, report
from benchmarks.peers import PEERS, version
from benchmarks.run import ROOT, Runs

SETS = {"fundus": "news pages of 40 countries", "wcxb-dev": "English pages of all sorts"}
ROUNDS = 5
BEGIN, END = "<!-- benchmarks: from here to the end mark written by `python -m benchmarks` -->\n", "<!-- benchmarks: end -->"


def pages(runs: Runs, data: Path, sample: int, jobs: int) -> tuple[list[str], dict[str, str]]:
    """Return the sections about pages, and the plots by file name."""
    sections, plots = [], {}
    for name, about in SETS.items():
        results = dict(runs.all(data / f"{name}.jsonl.gz", sample, jobs))
        number = max(len(r.get("rows", ())) for r in results.values())
        title = f"{number} {about} ({name})"
        sections.append(f"**{title}**, 4-word shingles; intervals of 95 % by bootstrap over pages.\n\n{report.page_table(results)}")
        skipped = [f"{tool}: {r['skipped']}" for tool, r in results.items() if "skipped" in r]
        if skipped:
            sections.append("Skipped: " + "; ".join(skipped) + ".")
        plots[f"{name}.svg"] = report.plot(f"F1 on {title}; hollow: then cleaner", results)
        sections.append(f"![F1 of each tool on {title}](benchmarks/{name}.svg)")
    return sections, plots


def cost(runs: Runs, data: Path) -> str:
    """Return the section about time and memory; tools take turns, one at a time."""
    path = data / "fundus.jsonl.gz"
    rounds = [{tool: runs.cost(tool, path, 9, again) for tool in PEERS} for again in range(ROUNDS)]
    table = report.cost_table([{tool: r for tool, r in one.items() if "skipped" not in r} for one in rounds])
    return f"Cost on 24 of the news pages, in multiples of trafilatura's: median of {ROUNDS} rounds (least – most).\n\n{table}"


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
    return f"A whole process on a text of 2.5 kB, in multiples of an empty one: median of {ROUNDS} rounds (least – most).\n\n" + (
        report.process_table(rounds)
    )


def _seconds(arguments: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False, capture_output=True)
    return time.perf_counter() - began


def about(sample: int) -> str:
    """Return what was run, when and on what."""
    installed = dict.fromkeys(f"{peer.distribution} {version(name)}" for name, peer in PEERS.items() if version(name))
    part = f", every {sample}th document" if sample > 1 else ""
    return f"Run on {datetime.date.today().isoformat()}{part}; {report.machine()}; {', '.join(installed)}."


def inserted(readme: str, section: str) -> str:
    """Return README with the section between its marks; raises SystemExit where they are missing.

    >>> inserted(f"One.\\n{BEGIN}old{END}\\n", "new\\n") == f"One.\\n{BEGIN}new\\n{END}\\n"
    True
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit("README.md: the marks of the benchmarks are missing; put them back from the last commit")
    return before + begin + section + end + after


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="every Nth document")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="tools at once; cost is always measured one at a time")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "cleaner-benchmarks", help="where results are kept")
    parser.add_argument("--write", action="store_true", help="set the tables into README.md, the plots beside this file")
    options = parser.parse_args()
    missing = [f for f in ("labelled.jsonl", *(f"{s}.jsonl.gz" for s in SETS)) if not (options.data / f).exists()]
    if missing:
        parser.error(f"{options.data}: there is no {missing[0]}; benchmarks/README.md says what to download")
    runs = Runs(options.cache)
    texts = labelled.table(options.data / "labelled.jsonl", options.sample)
    number = len(texts["cleaner"])
    head = f"**{number} hand-labelled articles**, means over articles with intervals of 95 %; then shares of all characters."
    sections, plots = pages(runs, options.data, options.sample, options.jobs)
    whole = [about(options.sample), f"{head}\n\n{report.text_table(texts)}", *sections, cost(runs, options.data), processes(options.data)]
    section = "\n" + "\n\n".join(whole) + "\n\n"
    print(section)
    if options.write:
        for name, svg in plots.items():
            (Path(__file__).parent / name).write_text(svg, encoding="utf-8")
        readme = ROOT / "README.md"
        readme.write_text(inserted(readme.read_text(encoding="utf-8"), section), encoding="utf-8")


if __name__ == "__main__":
    main()
