"""Mutation testing by sample: `python fuzz/mutants.py NUMBER [SEED [JOBS]]` changes a place of judgement, rules or readers, NUMBER times.

Each time the tests of that module run against a copy of the package with the change (first with none: they have to pass); a
mutant that they pass is printed as a survivor, to be read: it wants a test, or is no different.
At the end the share that was killed, with its interval of 95 % (Wilson).
"""

import ast
import contextlib
import copy
import importlib
import os
import queue
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from math import sqrt
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEXTS = "tests/test_blocks.py tests/test_context.py tests/test_api.py tests/test_judge.py tests/test_fixtures.py tests/test_rules.py"
RULES = "tests/test_rulepage.py tests/test_rules.py tests/test_hostile.py"
TABLES = "tests/test_readers.py tests/test_fuzz.py tests/test_corpus.py tests/test_hostile.py"
TESTS = {  # module -> the tests that speak of it, the quick ones first
    **dict.fromkeys(("pipeline", "context", "matcher", "posts", "blocks"), TEXTS),
    **dict.fromkeys(("rules", "keys", "index", "slow"), RULES),
    **dict.fromkeys(("corpus/jsonl", "corpus/delimited", "corpus/places", "corpus/archive", "corpus/parquet", "corpus/files"), TABLES),
}
LONG = ["index_is_fresh", "full_disk", "bomb", "killed_run", "page_of_one", "signal", "no_expression_is_slow", "hangs", "late", "slow_row"]
READY = ("pytest", "numpy", "lxml.html", "trafilatura", "pyarrow.parquet", "fastwarc.warc", "fsspec")  # loaded once for all mutants
SECONDS = 60  # of a processor for the tests of a mutant; one that takes longer is killed
WAIT = 600  # seconds, where a test waits for something that never comes
COMPARE = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
COMPARE |= {ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult}


def places(source: str) -> Iterator[tuple[int, int]]:
    """Yield (place of a node in the tree, which of its changes) for each change that can be made."""
    tree = ast.parse(source)
    spared = _spared(tree)
    for k, node in enumerate(ast.walk(tree)):
        for which in range(2):
            if not isinstance(node, ast.Module) and k not in spared and _change(copy.deepcopy(node), which):
                yield k, which


def _spared(tree: ast.AST) -> set[int]:
    """The places of what only a type checker or a start as a program reads: no test of what the program does can tell a change there."""
    lines = ("TYPE_CHECKING = False", "if __name__ == '__main__'")
    nodes = list(ast.walk(tree))
    own = {id(part) for node in nodes if isinstance(node, ast.stmt) and ast.unparse(node).startswith(lines) for part in ast.walk(node)}
    return {k for k, node in enumerate(nodes) if id(node) in own}


def mutant(source: str, place: int, which: int) -> tuple[int, str, ast.Module]:
    """Return (line, what changes, the changed module)."""
    tree = ast.parse(source)
    node = next(n for k, n in enumerate(ast.walk(tree)) if k == place)
    return getattr(node, "lineno", 0), _change(node, which), tree


def _change(node: ast.AST, what: int) -> str:
    before = ast.unparse(node)[:70] if isinstance(node, (ast.expr, ast.stmt)) else ""
    if isinstance(node, ast.Compare) and what == 0 and type(node.ops[0]) in COMPARE:
        node.ops[0] = COMPARE[type(node.ops[0])]()
    elif isinstance(node, ast.BinOp) and what == 0 and type(node.op) in ARITHMETIC and not isinstance(node.left, ast.JoinedStr):
        node.op = ARITHMETIC[type(node.op)]()
    elif isinstance(node, ast.BoolOp) and what == 0:
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.BoolOp) and what == 1:
        node.values = node.values[:-1] if len(node.values) > 2 else [*node.values[:1], ast.Constant(isinstance(node.op, ast.And))]
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float) and what == 0:
        node.value += 1
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool) and what == 0:
        node.value = not node.value
    elif isinstance(node, (ast.If, ast.IfExp, ast.While)) and what == 0:
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif isinstance(node, ast.Continue) and what == 0:
        return ""
    elif isinstance(node, (ast.AugAssign,)) and what == 0:
        node.op = ARITHMETIC.get(type(node.op), ast.Add)()
    elif isinstance(node, ast.Return) and node.value is not None and what == 0 and not isinstance(node.value, ast.Constant):
        node.value = ast.Constant(None)
    else:
        return ""
    ast.fix_missing_locations(node)
    after = ast.unparse(node)[:70]
    return "" if after == before else f"{before!r} -> {after!r}"


def survives(module: str, changed: ast.Module, folder: Path) -> bool:
    """Whether the tests of a module pass with the change, in a copy of this process, which has loaded all but the package."""
    path = folder / "cleaner" / f"{module}.py"
    before = path.read_bytes()
    path.write_text(ast.unparse(changed), encoding="utf-8")
    child = os.fork()
    if not child:
        os.setsid()
        _test(module, folder)
    until = time.monotonic() + WAIT
    ended, status = 0, 1
    while not ended and time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if not ended:
        os.waitpid(child, 0)
    path.write_bytes(before)
    return bool(ended) and status == 0


def _test(module: str, folder: Path) -> None:
    code: int = 1
    try:
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        os.environ["PYTHONPATH"] = str(folder)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        import pytest

        select = " and ".join(f"not {name}" for name in LONG)
        code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-k", select, *TESTS[module].split()]))
    finally:
        os._exit(code)


def interval(killed: int, number: int) -> tuple[float, float]:
    """Return Wilson's interval of 95 % for a share."""
    z, share = 1.96, killed / number
    middle, half = share + z * z / (2 * number), z * sqrt(share * (1 - share) / number + z * z / (4 * number * number))
    return (middle - half) / (1 + z * z / number), (middle + half) / (1 + z * z / number)


def copied(folder: Path) -> Path:
    """Copy what the tests need into a folder."""
    for part in ("cleaner", "tests", "fixtures", "fuzz", "training", "benchmarks"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / part, folder / part)
    return folder


def main() -> None:
    """Draw the sample, try it, say what survived."""
    number, seed, jobs = (int(word) for word in [*sys.argv[1:], *("", "1", "2")[len(sys.argv) - 1 :]])
    sources = {module: (ROOT / f"cleaner/{module}.py").read_text(encoding="utf-8") for module in TESTS}
    every = [(module, *place) for module, source in sources.items() for place in places(source)]
    sys.dont_write_bytecode = True
    for name in READY:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(jobs) as pool:
        folders: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for k in range(jobs):
            folders.put(copied(Path(name, str(k))))

        def lives(module: str, changed: ast.Module) -> bool:
            folder = folders.get()
            try:
                return survives(module, changed, folder)
            finally:
                folders.put(folder)

        def tried(place: tuple[str, int, int]) -> bool:
            line, said, changed = mutant(sources[place[0]], *place[1:])
            lived = lives(place[0], changed)
            print(f"{'SURVIVES' if lived else 'killed'} cleaner/{place[0]}.py:{line}: {said}", flush=True)
            return not lived

        each = list({tests: module for module, tests in TESTS.items()}.values())
        for module, passed in zip(each, pool.map(lambda module: lives(module, ast.parse(sources[module])), each), strict=True):
            if not passed:
                raise SystemExit(f"the tests of {module} fail without a change: {TESTS[module]}")
        killed = sum(pool.map(tried, random.Random(seed).sample(every, number)))
    low, high = interval(killed, number)
    print(f"{killed} of {number} killed, of {len(every)} mutants: {killed / number:.2f} ({low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
