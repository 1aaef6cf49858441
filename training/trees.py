"""The teacher: gradient-boosted trees on the same features (LightGBM: Ke 2017), which see the neighbours' as columns."""

from typing import Any

import lightgbm
import numpy as np

from cleaner.features import Floats

ROUNDS = 150
SHARE = 0.4  # of the blocks that are no article
SHIFTED = ("length", "density", "prose", "ends", "in ul", "depth", "kin mean")
OPTIONS = {
    "objective": "binary",
    "learning_rate": 0.12,
    "num_leaves": 31,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
}


def rows(features: Floats, near: Floats, around: Floats, sets: Any, names: list[str]) -> Floats:
    """Return the trees' view of a page: its features, some of the two blocks on each side, class words."""
    some = features[:, [names.index(name) for name in SHIFTED]]
    out = [features]
    for step in (-2, -1, 1, 2):
        moved = np.zeros_like(some)
        if step < 0:
            moved[-step:] = some[:step]
        else:
            moved[:-step] = some[step:]
        out.append(moved)
    return np.hstack([*out, near[sets], around[sets]]).astype(np.float32)


def train(pages: list[Floats], labels: list[Any], weights: list[Any], seed: int) -> Any:
    """Train trees on pages' rows; of the blocks that are no article, a part stands for all."""
    rng = np.random.default_rng(seed)
    taken = [np.where((y > 0) | (rng.random(len(y)) < SHARE))[0] for y in labels]
    rows = np.vstack([page[some] for page, some in zip(pages, taken, strict=True)])
    known = np.concatenate([y[some] for y, some in zip(labels, taken, strict=True)])
    heavy = np.concatenate([w[some] for w, some in zip(weights, taken, strict=True)])
    data = lightgbm.Dataset(rows, known, weight=np.where(known > 0, heavy, heavy / SHARE))
    return lightgbm.train({**OPTIONS, "seed": seed}, data, ROUNDS)


def opinions(trees: Any, pages: list[Floats]) -> list[Floats]:
    """Return the trees' probabilities, page by page."""
    ends = np.cumsum([len(page) for page in pages])[:-1]
    found = [trees.predict(np.vstack(pages[i : i + 100]), num_threads=1) for i in range(0, len(pages), 100)]
    return [np.asarray(part, dtype=np.float32) for part in np.split(np.concatenate(found), ends)]
