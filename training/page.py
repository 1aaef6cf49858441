"""python -m training.page DATA: from the data files to cleaner/weights/page.safetensors, with cross-validation by site.

The steps: pages are cut into blocks as the engine cuts them and labelled by their known text; barer and harder copies
are made; trees are trained on them; the net is trained on labels mixed with the trees' opinion, and on pages without
labels (the snippets' pages, mostly in other languages) by the trees' opinion, trafilatura's choice and what the snippets say.

The same data and seed give the same bytes. `--folds 0` trains without cross-validation, `--jobs` processes at once.
"""

import argparse
import json
import random
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from cleaner import article, pipeline
from cleaner.api import rulebook
from cleaner.features import Floats, table
from cleaner.tagger import WEIGHTS, Tagger
from training import net, trees
from training.examples import FOLDS, Example, arrays, bare, grafted, read, vocabulary
from training.labels import grams, tokens

WORDS = 250  # class words the net knows
EPOCHS = 14
SEED = 7
GUESSED = 0.5  # weight of pages without labels
TRUST = 0.5  # share of the labels in the targets; the rest is the trees' opinion
LABELLED = ("fundus", "wcxb-dev")
UNLABELLED = ("snippets",)

_data: dict[str, list[Example]] = {}


def weight(labels: Any, sizes: list[int]) -> Floats:
    """Return blocks' weights: by their share of the article's words, with a floor, so that short blocks count too."""
    words = np.array(sizes, dtype=np.float32)
    whole = max(50.0, float(words[np.asarray(labels) > 0.5].sum()))
    return np.asarray(np.minimum(0.15, (words + 2) / whole) * 50 + 0.08, dtype=np.float32)


def load(folder: Path) -> None:
    """Read the data files once a process."""
    for name in (*LABELLED, *UNLABELLED):
        _data[name] = list(read(folder / f"{name}.jsonl.gz"))


def variants(examples: list[Example]) -> list[Example]:
    """Return one more copy of each labelled page: grafted or bare."""
    rng = random.Random(SEED)
    out = []
    for example in examples:
        copy = bare(example, rng) if rng.random() < 0.4 else grafted(example, examples, rng)
        if copy is not None:
            out.append(copy)
    return out


def fit(fold: int) -> dict[str, Any]:
    """Train on all folds but one (-1: on all); return the net's arrays."""
    known = [e for name in LABELLED for e in _data[name] if e.fold != fold]
    unknown = [e for name in UNLABELLED for e in _data[name] if e.fold != fold]
    words = vocabulary(known + unknown, WORDS)
    names = table(known[0].segments).names
    taught = known + variants(known)
    views = [arrays(e.segments, words) for e in taught + unknown]
    rows = [trees.rows(*view, names) for view in views]
    labels = [np.array(e.labels, dtype=np.float32) for e in taught]
    weights = [weight(y, e.sizes) for y, e in zip(labels, taught, strict=True)]
    began = time.time()
    teacher = trees.train(rows[: len(taught)], labels, weights, SEED)
    opinions = trees.opinions(teacher, rows)
    del rows
    print(f"fold {fold}: trees after {time.time() - began:.0f} s", flush=True)
    targets = [TRUST * y + (1 - TRUST) * o for y, o in zip(labels, opinions, strict=False)]
    for example, opinion in zip(unknown, opinions[len(taught) :], strict=True):
        targets.append(hinted(example, opinion))
        weights.append(weight(targets[-1], example.sizes) * GUESSED)
    mean, scale = _moments([view[0] for view in views[: len(known)]])
    samples = [
        net.Sample(net.standardised(x, mean, scale), near, around, sets, y, w)
        for (x, near, around, sets), y, w in zip(views, targets, weights, strict=True)
    ]
    made = net.train(samples, EPOCHS, SEED)
    print(f"fold {fold}: net after {time.time() - began:.0f} s", flush=True)
    return net.exported(made, mean, scale, words, names)


def _moments(pages: list[Floats]) -> tuple[Floats, Floats]:
    every = np.vstack(pages)
    return every.mean(axis=0, dtype=np.float64).astype(np.float32), (every.std(axis=0, dtype=np.float64) + 1e-3).astype(np.float32)


def hinted(example: Example, opinion: Floats) -> Floats:
    """Return the mean of the trees' opinion and another extractor's choice, set right where a snippet tells."""
    out = (opinion + np.array(example.second, dtype=np.float32)) / 2
    for k, text in enumerate(example.segments.texts):
        for part, label in example.hints:
            if part in text:
                out[k] = 0.97 if label else 0.03
    return np.asarray(out, dtype=np.float32)


# --- figures -----------------------------------------------------------------------------------------------------


def cleaned(example: Example, tagger: Tagger, threshold: float) -> str:
    """Return a page's clean text, as `cleaner.clean` makes it without its fallback."""
    chosen = article.chosen(example.segments, tagger(example.segments), threshold=threshold)
    text, blocks = article.blocks(example.segments, chosen)
    return pipeline.run(text, rulebook(), (), blocks).text


def precision_recall(gold: str, text: str) -> tuple[float | None, float | None]:
    """Return the shares of the text's, and of the gold's, word 4-grams that both have."""
    a, b = grams(tokens(gold)), grams(tokens(text))
    both = sum((a & b).values())
    return (both / sum(b.values()) if b else None if a else 1.0), (both / sum(a.values()) if a else None)


def score(arrays_of_net: dict[str, Any], fold: int, thresholds: tuple[float, ...]) -> list[tuple[str, str, str, float, Any]]:
    """Return (file, country, id, threshold, (P, R)) of each labelled page of one fold."""
    tagger = Tagger(arrays_of_net)
    out = []
    for name in LABELLED:
        for example in _data[name]:
            if example.fold == fold:
                for threshold in thresholds:
                    text = cleaned(example, tagger, threshold)
                    out.append((name, example.country, example.id, threshold, precision_recall(example.gold, text)))
    return out


def _task(fold: int) -> tuple[int, dict[str, Any], list[Any]]:
    made = fit(fold)
    return fold, made, score(made, fold, THRESHOLDS) if fold >= 0 else []


THRESHOLDS = (article.THRESHOLD - 0.1, article.THRESHOLD, article.THRESHOLD + 0.1)


def _mean(pairs: list[Any]) -> str:
    p = [a for a, _ in pairs if a is not None]
    r = [b for _, b in pairs if b is not None]
    precision, recall = sum(p) / max(1, len(p)), sum(r) / max(1, len(r))
    return f"F1 {2 * precision * recall / max(1e-9, precision + recall):.4f}  P {precision:.4f}  R {recall:.4f}  ({len(pairs)} pages)"


def report(rows: list[Any]) -> None:
    """Print the cross-validated table."""
    for name in LABELLED:
        for threshold in THRESHOLDS:
            print(f"{name:10} at {threshold:.2f}: {_mean([r[4] for r in rows if r[0] == name and r[3] == threshold])}")
    for country in sorted({r[1] for r in rows if r[1]}):
        pairs = [r[4] for r in rows if r[1] == country and r[3] == article.THRESHOLD]
        if len(pairs) > 2:
            print(f"  {country}: {_mean(pairs)}")


def write(made: dict[str, Any], path: Path) -> None:
    """Write arrays and texts as a safetensors file, the same for the same arrays."""
    header: dict[str, Any] = {"__metadata__": {name: str(value) for name, value in made.items() if value.dtype.kind == "U"}}
    data = b""
    for name in sorted(made):
        if name not in header["__metadata__"]:
            kind, type = {"f": ("F32", "<f4"), "i": ("I64", "<i8")}[made[name].dtype.kind]
            raw = made[name].astype(type).tobytes()
            header[name] = {"dtype": kind, "shape": made[name].shape, "data_offsets": [len(data), len(data) + len(raw)]}
            data += raw
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    path.write_bytes(len(head).to_bytes(8, "little") + head + data)


def main() -> None:
    """Train, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--folds", type=int, default=FOLDS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--nets", type=Path, help="a folder for the folds' nets")
    options = parser.parse_args()
    folds = [-1, *range(options.folds)]
    rows = []
    with ProcessPoolExecutor(options.jobs, initializer=load, initargs=(options.data,)) as pool:
        for fold, made, scores in pool.map(_task, folds):
            if fold < 0:
                write(made, Path(WEIGHTS))
            elif options.nets:
                write(made, options.nets / f"fold{fold}.safetensors")
            rows += scores
    if rows:
        report(rows)


if __name__ == "__main__":
    main()
