"""Site memory: what it adds on labelled articles.  python -m benchmarks.site CORPUS LABELLED.jsonl ...

CORPUS is anything that `cleaner learn` reads; LABELLED has `url`, `lines`, `labels` and `mixed`. The labelled articles may be in the
corpus, an article is no witness for itself. Prints, by label, the characters and the share of them that goes: with the rules,
with rules and site memory, with the site memory alone; then the mean share of an article that is lost.
"""

import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.labelled import read, share_left, survivors
from cleaner import clean
from cleaner.cli import main as cleaner
from cleaner.context import STEPS
from cleaner.rules import shipped

RUNS = ("rules", "rules and site", "site")


def main(corpus: str, *labelled: str) -> None:
    """Learn, clean and print."""
    with tempfile.TemporaryDirectory() as folder:
        db = str(Path(folder) / "site.db")
        if cleaner(["learn", corpus, "-o", db]):
            raise SystemExit(f"{corpus} could not be read whole")
        for path in labelled:
            print(json.dumps({"labelled": path, **figures(Path(path), db)}, indent=1))


def figures(path: Path, db: str) -> dict[str, object]:
    """Return the shares by label and the mean loss of each run, rounded to four places."""
    no_rules = [rule.id for rule in shipped()] + [step for step in STEPS if not step.startswith("site/")]
    size: dict[str, int] = defaultdict(int)
    gone: dict[str, dict[str, float]] = {run: defaultdict(float) for run in RUNS}
    lost: dict[str, list[float]] = {run: [] for run in RUNS}
    for article in read(path):
        text, url = "\n".join(article["lines"]), article["url"] or None
        outputs = (clean(text, url=url), clean(text, url=url, site=db), clean(text, url=url, site=db, skip=no_rules))
        for run, output in zip(RUNS, outputs, strict=True):
            left, _ = survivors(article["lines"], output)
            kept = [0.0, 0.0]
            for line, label, pieces in zip(article["lines"], article["labels"], left, strict=True):
                if not label or not line.strip() or label == "MIXED":
                    continue
                length = len(line.strip())
                went = length * (1 - share_left(line, pieces))
                size[label] += length * (run == RUNS[0])
                gone[run][label] += went
                if label == "KEEP":
                    kept = [kept[0] + length, kept[1] + went]
            if kept[0]:
                lost[run].append(kept[1] / kept[0])
    shares = {
        label: {"characters": size[label], **{run: round(gone[run][label] / size[label], 4) for run in RUNS}} for label in sorted(size)
    }
    return {"by label": shares, "article lost, mean": {run: round(sum(lost[run]) / len(lost[run]), 5) for run in RUNS}}


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
