"""Mutation testing by sample: `python fuzz/mutants.py NUMBER [SEED]` changes one place of the judgement, rules or readers, NUMBER times.

Each time the tests of that module run against a copy of the package with the change; a mutant that they pass is printed as
a survivor, to be read: it wants a test, or is no different. At the end the share that was killed, with its interval of 95 % (Wilson).
"""

import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from math import sqrt
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEXTS = "tests/test_api.py tests/test_fixtures.py tests/test_judge.py tests/test_rules.py"
TABLES = "tests/test_corpus.py tests/test_hostile.py tests/test_fuzz.py"
TESTS = {  # module -> the tests that speak of it
    **dict.fromkeys(("pipeline", "context", "matcher", "posts", "blocks"), TEXTS),
    **dict.fromkeys(("rules", "keys", "index", "slow"), "tests/test_rules.py tests/test_hostile.py tests/test_rulepage.py"),
    **dict.fromkeys(("corpus/jsonl", "corpus/delimited", "corpus/places", "corpus/archive", "corpus/parquet", "corpus/files"), TABLES),
}
SELECT = "not index_is_fresh and not full_disk and not bomb and not killed_run and not page_of_one and not signal and not address"
TIMEOUT = 400  # seconds for the tests of a mutant; one that takes longer is killed
COMPARE = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
COMPARE |= {ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult}


def places(source: str) -> Iterator[tuple[int, int]]:
    """Yield (place of a node in the tree, which of its changes) for each change that can be made."""
    for k, node in enumerate(ast.walk(ast.parse(source))):
        for which in range(2):
            if not isinstance(node, ast.Module) and _change(copy.deepcopy(node), which):
                yield k, which


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
    """Whether the tests of a module pass with the change."""
    path = folder / "cleaner" / f"{module}.py"
    before = path.read_bytes()
    path.write_text(ast.unparse(changed), encoding="utf-8")
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-k", SELECT, *TESTS[module].split()]
    try:
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    finally:
        path.write_bytes(before)
    return done.returncode == 0


def interval(killed: int, number: int) -> tuple[float, float]:
    """Return Wilson's interval of 95 % for a share."""
    z, share = 1.96, killed / number
    middle, half = share + z * z / (2 * number), z * sqrt(share * (1 - share) / number + z * z / (4 * number * number))
    return (middle - half) / (1 + z * z / number), (middle + half) / (1 + z * z / number)


def main() -> None:
    """Draw the sample, try it, say what survived."""
    number, dice = int(sys.argv[1]), random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    sources = {module: (ROOT / f"cleaner/{module}.py").read_text(encoding="utf-8") for module in TESTS}
    every = [(module, *place) for module, source in sources.items() for place in places(source)]
    killed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("cleaner", "tests", "fixtures", "fuzz", "training"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        for part in ("pyproject.toml", "conftest.py"):
            shutil.copy(ROOT / part, folder / part)
        for k, (module, place, which) in enumerate(dice.sample(every, number), 1):
            line, said, changed = mutant(sources[module], place, which)
            lived = survives(module, changed, folder)
            killed += not lived
            print(f"{k}/{number} {'SURVIVES' if lived else 'killed'} cleaner/{module}.py:{line}: {said}", flush=True)
    low, high = interval(killed, number)
    print(f"{killed} of {number} killed, of {len(every)} mutants: {killed / number:.2f} ({low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
