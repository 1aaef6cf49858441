"""Runs each tool in a process of its own and keeps what came out in a folder, so that a broken run goes on where it was."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cleaner
from benchmarks.peers import PEERS, version

ROOT = Path(__file__).parent.parent
LIMIT = 3600  # seconds for one tool on one set
OURS = "cleaner"


class Runs:
    """Results by what was run: of a tool alone used again while its version is the same, of all else while `cleaner` is."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        cache.mkdir(parents=True, exist_ok=True)
        files = sorted(p for p in Path(cleaner.__file__).parent.rglob("*") if p.suffix in (".py", ".toml", ".npz", ".json"))
        self.state = hashlib.sha256(b"".join(p.read_bytes() for p in files)).hexdigest()[:12]

    def scores(self, tool: str, path: Path, sample: int) -> dict[str, Any]:
        """Return how good a tool's texts of a set of pages are, alone and followed by `cleaner`, or {"skipped": why}."""
        state = (self.state,) if tool == OURS else ()
        texts = self._kept("pages", tool, (str(path.resolve()), str(sample)), (_name(path), str(sample), *state))
        if "skipped" in texts:
            return {"skipped": texts["skipped"]}
        return self._kept("score", tool, (texts["file"], str(path.resolve()), str(sample)), (_name(path), str(sample), self.state))

    def cost(self, tool: str, path: Path, sample: int, again: int) -> dict[str, Any]:
        """Return what a tool costs, or {"skipped": why}; `again` counts the rounds."""
        return self._kept("cost", tool, (str(path.resolve()), str(sample)), (_name(path), str(sample), str(again), self.state))

    def _kept(self, module: str, tool: str, arguments: tuple[str, ...], key: tuple[str, ...]) -> dict[str, Any]:
        """Return what `python -m benchmarks.MODULE ARGUMENTS` prints, and the file that keeps it."""
        installed = version(tool)
        if not installed:
            return {"skipped": "not installed"}
        file = self.cache / ("-".join((module, tool.replace(", ", "-"), installed, *key)) + ".json")
        if not file.exists():
            made = _run(module, arguments if module == "score" else (tool, *arguments))
            if "skipped" in made:
                return made
            part = file.with_suffix(".part")
            part.write_text(json.dumps(made), encoding="utf-8")
            part.rename(file)
        return {**json.loads(file.read_text(encoding="utf-8")), "file": str(file)}

    def all(self, path: Path, sample: int, jobs: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (tool, scores) for every tool, `jobs` at once."""
        with ThreadPoolExecutor(jobs) as pool:
            yield from zip(PEERS, pool.map(lambda tool: self.scores(tool, path, sample), PEERS), strict=True)


def _name(path: Path) -> str:
    return path.name.split(".")[0]


def _run(module: str, arguments: tuple[str, ...]) -> dict[str, Any]:
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT)
        return dict(json.loads(done.stdout.strip().split("\n")[-1]))
    except subprocess.TimeoutExpired:
        return {"skipped": f"not done after {LIMIT} seconds"}
    except ValueError:
        return {"skipped": (done.stderr.strip().split("\n") or [""])[-1][:200] or f"exit status {done.returncode}"}
