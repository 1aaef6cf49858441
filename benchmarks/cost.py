"""What a tool costs: `python -m benchmarks.cost TOOL FILE SAMPLE` prints JSON, in a process of its own.

{"start": seconds to import and extract a first page, "page": seconds a page after that, "memory": peak MiB}; processor
seconds, the pages read before. `page` is the least of two passes.
"""

import json
import sys
import time
from pathlib import Path

from benchmarks import peers
from benchmarks.pages import read

PAGES = 24


def main(tool: str, path: str, sample: str) -> dict[str, float]:
    """Measure one tool, once; raises SystemExit where it can't be imported."""
    docs = [page["html"] for page in read(Path(path), int(sample))][:PAGES]
    began = time.process_time()
    extract = peers.load(tool)
    if isinstance(extract, str):
        raise SystemExit(extract)
    peers.attempt(extract, docs[0])
    started = time.process_time() - began
    passes = []
    for _ in range(2):
        began = time.process_time()
        for html in docs:
            peers.attempt(extract, html)
        passes.append((time.process_time() - began) / len(docs))
    return {"start": started, "page": min(passes), "memory": _peak()}


def _peak() -> float:
    # ru_maxrss will not do: a child begins with its parent's
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) / 1024 for line in status.split("\n") if line.startswith("VmHWM"))


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
