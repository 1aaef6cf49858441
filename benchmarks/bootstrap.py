"""Percentile bootstrap intervals (Efron 1979) over documents; the same draws for every tool, so that differences are paired."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

DRAWS = 2000
SEED = 7
Array = np.ndarray[Any, np.dtype[Any]]


@cache
def draws(n: int) -> Array:
    """Return DRAWS samples with replacement of n documents, as indices (DRAWS, n)."""
    return np.random.default_rng(SEED).integers(0, n, (DRAWS, n))


def interval(figure: Callable[[Array], float], values: Array) -> tuple[float, float]:
    """Return the bounds of 95 % of a figure over resampled documents; `values`: (documents, ...)."""
    found = [figure(values[chosen]) for chosen in draws(len(values))]
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def f1(rows: Array) -> float:
    """Return the F1 of mean precision and mean recall; `rows`: (documents, 2), NaN where there is none.

    >>> round(f1(np.array([[1.0, 0.5], [0.5, 0.5], [np.nan, 0.0]])), 6)
    0.461538
    """
    p, r = np.nanmean(rows, axis=0)
    return float(2 * p * r / (p + r)) if p + r else 0.0
