"""python -m training.judge DATA: from the data files to cleaner/weights/lines.bin, with cross-validation by site.

The steps: scrapes are cut into blocks and marked by the rules as ever; every line that no rule takes and that does not read
as a paragraph becomes a row of `cleaner.cues.features`, once beside what the rules took and once without it, as the last
round of cleaning sees it; gradient-boosted trees (LightGBM: Ke 2017) learn which rows are article. The same data give the
same bytes. `--folds 0` trains without cross-validation; `--without-labelled` leaves out the sites of `training/lines.jsonl`,
for figures on those.
"""

import argparse
import json
import warnings
import zlib
from array import array
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import lightgbm
import numpy as np
from bs4 import XMLParsedAsHTMLWarning

from benchmarks.labelled import figures
from cleaner import clean, cues, judge, pipeline
from cleaner.api import rulebook
from cleaner.blocks import Block, cut
from training.lines import LABELS, articles
from training.scrapes import FOLDS, Scrape, fold_of, labelled, pages, read, scraped, site

FIRST, REST = 12, 84  # trees on what is quick to know, trees on all
LONGEST = 800  # blocks of a document to learn from
# How much a line counts, against one of a page that is no news.
HAND = 12.0
BODY = 4.0  # of an article alone
NEWS = 4.0
WEAK = 1.0  # of a page whose body the engine has found
FULL = 0.35  # times this in a scrape of all paragraphs
EVERY = 2  # of the pages that are no news, every second
LIMITS = (0.08, 0.12, 0.2, 0.25, 0.3)  # probabilities to print figures for
OPTIONS = {
    "objective": "binary",
    "learning_rate": 0.1,
    "num_leaves": 24,
    "max_bin": 63,
    "min_data_in_leaf": 80,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "force_col_wise": True,
    "deterministic": True,
    "num_threads": 1,
    "verbose": -1,
    "seed": 1,
}

QUICKLY = {"learning_rate": 0.22, "feature_fraction": 0.5}  # and this for the first


class Rows(NamedTuple):
    """The lines of a scrape that are judged: `lines` are their places, `full` whether the rules' removals were still there."""

    scrape: Scrape
    full: bool
    features: Any
    lines: list[int]
    labels: Any
    weights: Any


def rows(scrape: Scrape) -> list[Rows]:
    """Return the one or two views of a scrape."""
    blocks = cut("\n".join(scrape.lines))
    if not blocks or len(blocks) > LONGEST:
        return []
    taken = _taken(blocks)
    left = [block for block, kind in zip(blocks, taken, strict=True) if kind is None]
    bare = cut("\n".join(" " * block.indent + block.text for block in left))
    views = [_view(scrape, blocks, taken, [block.line for block in blocks], True)]
    if len(left) < len(blocks) and len(bare) == len(left):
        views.append(_view(scrape, bare, [None] * len(bare), [block.line for block in left], False))
    return [view for view in views if view.lines]


def _taken(blocks: list[Block]) -> list[str | None]:
    marks = {mark.start: mark for mark in pipeline.mark(blocks, pipeline.Known(rulebook(skip=frozenset({pipeline.JUDGED}))))}
    return [marks[b.start].kind if b.start in marks and marks[b.start].end == b.end else None for b in blocks]


def _view(scrape: Scrape, blocks: list[Block], taken: list[str | None], lines: list[int], full: bool) -> Rows:
    page = cues.Page(blocks, taken)
    asked = judge.undecided(blocks, taken)
    gold = [scrape.gold[lines[k] - 1] for k in asked]
    labels = np.array([1 if share == 2 else share if share in (0, 1) else -1 for share in gold], dtype=np.float32)
    size = np.array([min(len(blocks[k].text), 200) / 100 + 0.3 for k in asked])
    size *= {"hand": HAND, "gold": BODY}.get(scrape.scraper, WEAK if scrape.weak else NEWS if scrape.news else 1)
    size *= FULL if scrape.scraper in ("bs4_p", "html_text") else 1
    size *= np.array([4 if share == 2 else 1 for share in gold])
    features = np.array([cues.features(page, k) for k in asked], dtype=np.float32).reshape(len(asked), len(cues.NAMES))
    return Rows(scrape, full, features, [lines[k] for k in asked], labels, size * (1 if full and None not in taken else 0.6))


class Trees(NamedTuple):
    """Two models, the second of which learns what the first leaves."""

    first: Any
    rest: Any

    def article(self, features: Any) -> Any:
        """Return how likely each line is article, as the judge finds it: 1 where it is sure early."""
        total = self.first.predict(features[:, : len(cues.QUICK)], raw_score=True, num_threads=1)
        sure = total > judge.SURE
        for begin in range(0, REST, judge.EACH):
            total += self.rest.predict(features, raw_score=True, num_threads=1, start_iteration=begin, num_iteration=judge.EACH)
            sure |= total > judge.SURER
        return np.where(sure, 1.0, 1 / (1 + np.exp(-total)))

    def exported(self) -> tuple[dict[str, Any], bytes, bytes, Any]:
        """Return what the file of weights holds: its head, the nodes' features, skips and values."""
        trees = [nodes(info["tree_structure"]) for model in self for info in model.dump_model()["tree_info"]]
        every = [node for tree in trees for node in tree]
        head = {"features": cues.NAMES, "first": FIRST, "nodes": [len(tree) for tree in trees]}
        return head, bytes(node[0] for node in every), bytes(node[1] for node in every), np.array([n[2] for n in every], dtype="<f4")

    def judge(self) -> judge.Judge:
        """Return the judge of these trees."""
        head, feature, skip, value = self.exported()
        return judge.Judge(judge.Forest(head["nodes"], feature, skip, array("f", value.tobytes())), FIRST)


def train(views: list[Rows]) -> Trees:
    """Train trees on the lines whose label is known."""
    labels = np.concatenate([v.labels for v in views])
    known = labels >= 0
    features, labels = np.vstack([v.features for v in views])[known], labels[known]
    weights = np.concatenate([v.weights for v in views])[known]
    some = np.ascontiguousarray(features[:, : len(cues.QUICK)])
    first = lightgbm.train({**OPTIONS, **QUICKLY}, lightgbm.Dataset(some, labels, weight=weights), FIRST)
    begun = first.predict(some, raw_score=True, num_threads=1)
    rest = lightgbm.train(OPTIONS, lightgbm.Dataset(features, labels, weight=weights, init_score=begun), REST)
    return Trees(first, rest)


def nodes(tree: dict[str, Any]) -> list[tuple[int, int, float]]:
    """Return a tree's nodes as `judge.Forest` has them: (feature, skip, value).

    >>> nodes({"split_feature": 3, "threshold": 0.5, "left_child": {"leaf_value": -1.0}, "right_child": {"leaf_value": 2.0}})
    [(3, 2, 0.5), (255, 0, -1.0), (255, 0, 2.0)]
    """
    if "leaf_value" in tree:
        return [(judge.LEAF, 0, tree["leaf_value"])]
    left, right = nodes(tree["left_child"]), nodes(tree["right_child"])
    value = np.float32(tree["threshold"])
    if value < tree["threshold"]:  # up, so that values equal to it stay on their side
        value = np.nextafter(value, np.float32(np.inf))
    return [(tree["split_feature"], 1 + len(left), float(value)), *left, *right]


_views: list[Rows] = []
_labelled: list[dict[str, Any]] = []


def _judged(fold: int) -> tuple[list[tuple[int, Any]], list[tuple[str, list[float]]]]:
    """Train without a fold; return the opinions on its full views, and the figures of its articles labelled by hand."""
    trees = train([v for v in _views if v.scrape.fold != fold])
    out = [(k, trees.article(view.features)) for k, view in enumerate(_views) if view.scrape.fold == fold and view.full]
    of_fold = trees.judge()
    judge.judge = lambda: of_fold  # type: ignore[assignment]
    own = [a for a in _labelled if fold_of(site(a["url"])) == fold]
    return out, [(a["part"], figures(a, clean)) for a in own]


def by_hand(found: list[tuple[str, list[float]]]) -> Iterator[str]:
    """Yield, of the articles labelled by hand, what the whole pipeline does on sites that the trees have not seen."""
    yield "labelled by hand, by sites not learned from: noise removed, article lost (means over articles), without a mistake"
    for part in ("tune", "check", "fresh"):
        rows = np.array([row for its, row in found if its == part])
        noise, some = rows[rows[:, 0] > 0], rows[rows[:, 2] > 0]
        means = (noise[:, 1] / noise[:, 0]).mean(), (some[:, 3] / some[:, 2]).mean(), rows[:, 4].mean()
        yield f"{part:8}{len(rows):4} articles  {means[0]:.3f}  {means[1]:.5f}  {means[2]:.3f}"


def table(opinions: dict[int, Any]) -> Iterator[str]:
    """Yield the lines of a table: of the lines no rule takes, share of noise removed and article lost, at each limit.

    Shares are of all characters of a scrape's lines of one sort, those that rules take included.
    """
    sums: dict[tuple[str, str], Any] = {}
    for k, opinion in opinions.items():
        scrape = _views[k].scrape
        asked = dict(zip(_views[k].lines, opinion, strict=True))
        of = sums.setdefault(
            ("weak" if scrape.weak else "news" if scrape.news else "other", scrape.scraper), np.zeros((2, 2 + len(LIMITS)))
        )
        blocks = cut("\n".join(scrape.lines))
        for block, kind in zip(blocks, _taken(blocks), strict=True):
            share = scrape.gold[block.line - 1]
            if share in (0, 1):
                chance = 0.0 if kind else asked.get(block.line, 1.0)
                of[int(share)] += len(block.text) * np.array([1, kind is not None, *(chance < limit for limit in LIMITS)])
    yield "noise removed / article lost".ljust(34) + "rules".ljust(15) + "".join(f"< {limit}".ljust(15) for limit in LIMITS)
    for (sort, scraper), (noise, article) in sorted(sums.items()):
        pairs = zip(noise[1:] / max(1, noise[0]), article[1:] / max(1, article[0]), strict=True)
        yield f"{sort:8}{scraper:26}" + "".join(f"{a:.3f} / {b:.4f} " for a, b in pairs)


def main() -> None:
    """Cross-validate, train on all, write the trees."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("data", type=Path)
    asked.add_argument("-o", "--output", type=Path, default=Path(judge.WEIGHTS))
    asked.add_argument("--folds", type=int, default=FOLDS)
    asked.add_argument("--without-labelled", action="store_true", help="leave out the sites of lines.jsonl")
    asked.add_argument("--jobs", type=int, default=2)
    options = asked.parse_args()
    out = {site(json.loads(line)["url"]) for line in LABELS.read_text(encoding="utf-8").splitlines()} if options.without_labelled else set()
    warnings.filterwarnings("ignore", category=XMLParsedAsHTMLWarning)
    for part in ("tune", "check", "fresh"):
        _labelled.extend({**article, "part": part} for article in articles(options.data, part))
    with ProcessPoolExecutor(options.jobs) as pool:
        scrapes = [s for s in read(options.data) if s.news or s.scraper == "gold" or zlib.crc32(s.id.encode()) % EVERY == 0]
        scrapes += labelled(options.data)
        for found in pool.map(scraped, pages(options.data), chunksize=10):
            scrapes += found
        scrapes = [s for s in scrapes if s.site not in out]
        for views in pool.map(rows, scrapes, chunksize=20):
            _views.extend(views)
    print(f"{len(_views)} views of {len(scrapes)} scrapes, {sum(len(v.lines) for v in _views)} lines", flush=True)
    if options.folds:
        with ProcessPoolExecutor(options.jobs) as pool:  # forked after the rows are there
            judged = list(pool.map(_judged, range(options.folds)))
        print("\n".join(table(dict(pair for opinions, _ in judged for pair in opinions))))
        print("\n".join(by_hand([row for _, rows in judged for row in rows])), flush=True)
    head, feature, skip, value = train(_views).exported()
    options.output.write_bytes(json.dumps(head, separators=(",", ":")).encode() + b"\n" + feature + skip + value.tobytes())


if __name__ == "__main__":
    main()
