"""A progress bar on a terminal's standard error; nothing in a pipe."""

from __future__ import annotations

import sys
from typing import Any


def bar(total: int | None, quiet: bool) -> Any:
    """Return a tqdm bar of documents, or None where nobody would see it or tqdm is missing. `total`: if known."""
    if quiet or not sys.stderr.isatty():
        return None
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    tqdm.monitor_interval = 0  # no thread of its own: processes are started beside it
    return tqdm(total=total, unit=" bytes", unit_scale=True, file=sys.stderr, dynamic_ncols=True, leave=False)
