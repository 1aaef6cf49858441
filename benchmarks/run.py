"""Runs each tool in a process of its own and keeps what came out in a folder, so that a broken run goes on where it was."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.peers import PEERS, version

ROOT = Path(__file__).parent.parent
LIMIT = 3600  # seconds for one tool on one set


class Runs:
    """Results by what was run; a result is used again while tool and `cleaner` are the same."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        cache.mkdir(parents=True, exist_ok=True)
        files = sorted(p for p in (ROOT / "cleaner").rglob("*") if p.suffix in (".py", ".toml", ".npz"))
        self.state = hashlib.sha256(b"".join(p.read_bytes() for p in files)).hexdigest()[:12]

    def result(self, module: str, tool: str, path: Path, sample: int, again: int = 0) -> dict[str, Any]:
        """Return what `python -m benchmarks.MODULE TOOL PATH SAMPLE` prints, or {"skipped": why}."""
        installed = version(tool)
        if not installed:
            return {"skipped": "not installed"}
        key = f"{module}-{path.name.split('.')[0]}-{sample}-{again}-{tool.replace(', ', '-')}-{installed}-{self.state}.json"
        kept = self.cache / key
        if not kept.exists():
            made = self._run(module, tool, path, sample)
            if "skipped" in made:
                return made
            kept.write_text(json.dumps(made), encoding="utf-8")
        return dict(json.loads(kept.read_text(encoding="utf-8")))

    def _run(self, module: str, tool: str, path: Path, sample: int) -> dict[str, Any]:
        command = [sys.executable, "-m", f"benchmarks.{module}", tool, str(path.resolve()), str(sample)]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT)
            return dict(json.loads(done.stdout.strip().split("\n")[-1]))
        except (subprocess.TimeoutExpired, ValueError) as error:
            return {"skipped": f"did not finish ({type(error).__name__})"}

    def all(self, module: str, path: Path, sample: int, jobs: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (tool, result) for every tool, `jobs` at once."""
        with ThreadPoolExecutor(jobs) as pool:
            yield from zip(PEERS, pool.map(lambda tool: self.result(module, tool, path, sample), PEERS), strict=True)
