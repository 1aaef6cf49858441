"""The tagger: a small convolution net over the blocks of a page says how likely each of them is article.

The net is trained by `training/` and run here with numpy: a dense layer over a block's features and the words of the
classes around it, dilated convolutions over the sequence of blocks (Oord 2016, https://arxiv.org/abs/1609.03499) with
the page's mean and maximum joined in, and a sigmoid. weights/CARD.md says what it has learned from.
"""

import json
import os
from functools import lru_cache
from typing import Any

import numpy as np

from cleaner.features import Floats, bits_of, table
from cleaner.segments import Segments

WEIGHTS = os.path.join(os.path.dirname(__file__), "weights", "page.safetensors")
PIECE = 250_000  # multiplications; OpenBLAS starts threads above 2^18
FARTHEST = 5.0  # standard deviations, at which features are cut off


class Tagger:
    """The net; `weights` maps names of arrays to arrays, as `training.net` exports them."""

    def __init__(self, weights: dict[str, Any]) -> None:
        self.words = {word: k for k, word in enumerate(str(weights["words"]).split())}
        self.mean, self.slope = weights["mean"], 1 / weights["scale"]
        self.dense, self.bias = weights["dense"], weights["bias"]
        self.near, self.around = weights["near"], weights["around"]
        self.steps = [int(step) for step in weights["steps"]]
        self.convolutions = [(weights[f"convolution{k}"], weights[f"bias{k}"]) for k in range(len(self.steps))]
        self.whole, self.whole_bias = weights["whole"], weights["whole_bias"]
        self.out, self.out_bias = weights["out"], weights["out_bias"]
        self.names = str(weights["features"]).split("\n")

    def __call__(self, page: Segments) -> Floats:
        """Return for each block of a page (at least one) the probability that it is article."""
        return self.run(table(page).array(), *bits_of(page, self.words))

    def run(self, features: Floats, near: Floats, around: Floats, rows: Any) -> Floats:
        """The same from arrays: features (n, features), sets of class words (sets, words), each block's row among them (n)."""
        x = np.clip((features - self.mean) * self.slope, -FARTHEST, FARTHEST)
        h = np.maximum(_product(x, self.dense) + (_product(near, self.near) + _product(around, self.around) + self.bias)[rows], 0)
        n, width = h.shape
        reach = max(self.steps)
        padded = np.zeros((n + 2 * reach, width), dtype=np.float32)
        for k, (step, (weights, bias)) in enumerate(zip(self.steps, self.convolutions, strict=True)):
            if k == 2:
                whole = np.concatenate((h.mean(axis=0), h.max(axis=0))) @ self.whole + self.whole_bias
                h = h + np.maximum(whole, 0)
            padded[reach : reach + n] = h
            beside = np.concatenate((padded[reach - step : reach - step + n], h, padded[reach + step : reach + step + n]), axis=1)
            h = h + np.maximum(_product(beside, weights) + bias, 0)
        score = np.clip(h @ self.out + self.out_bias, -30, 30)
        return np.asarray(1 / (1 + np.exp(-score)), dtype=np.float32)


def _product(a: Floats, b: Floats) -> Floats:
    """Return the matrix product, in pieces so small that BLAS keeps to one thread: starting threads takes longer than the work."""
    rows = max(1, PIECE // b.size)
    out = np.empty((len(a), b.shape[1]), dtype=np.float32)
    for i in range(0, len(a), rows):
        np.matmul(a[i : i + rows], b, out=out[i : i + rows])
    return out


@lru_cache(maxsize=1)
def tagger() -> Tagger:
    """Return the shipped net, read once."""
    return Tagger(read(WEIGHTS))


_TYPES = {"F32": "<f4", "I64": "<i8"}


def read(path: str) -> dict[str, Any]:
    """Return the arrays and texts of a file in safetensors' format (https://github.com/huggingface/safetensors), which is read at once.

    After eight bytes with its length comes a JSON header that says of each array its type, shape and place, then the arrays.
    """
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header, data = json.loads(file.read(size)), file.read()
    found: dict[str, Any] = header.pop("__metadata__", {})
    for name, its in header.items():
        start, end = its["data_offsets"]
        found[name] = np.frombuffer(data[start:end], dtype=_TYPES[its["dtype"]]).reshape(its["shape"])
    return found
