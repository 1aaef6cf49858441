"""How good texts of pages are, as they are and after `cleaner`.

`python -m benchmarks.score TEXTS FILE SAMPLE` prints JSON; TEXTS holds what `benchmarks.pages` printed for that FILE. A row is
[precision, recall, failed, precision and recall after cleaner].
"""

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.pages import read
from benchmarks.shingles import precision_recall
from cleaner import clean


def main(texts: str, path: str, sample: str) -> dict[str, Any]:
    """Score what one tool made of one set."""
    made = json.loads(Path(texts).read_text(encoding="utf-8"))["rows"]
    rows = []
    for (text, failed), page in zip(made, read(Path(path), int(sample)), strict=True):
        gold = page["gold_clean"]
        rows.append([*precision_recall(gold, text), failed, *precision_recall(gold, clean(text, format="text"))])
    return {"rows": rows}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
