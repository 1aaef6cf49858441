"""Every folder in fixtures/: an input, the text expected of it, and the promises that hold for all of them."""

from pathlib import Path

import pytest

from cleaner import KINDS, clean, explain
from cleaner.pipeline import without

FIXTURES = Path(__file__).parent.parent / "fixtures"


def cases(folder: Path) -> list[Path]:
    return sorted(p.parent for p in folder.glob("*/expected.txt"))


def source(case: Path) -> bytes:
    (path,) = case.glob("input.*")
    return path.read_bytes()


def expected(case: Path) -> str:
    return (case / "expected.txt").read_bytes().decode("utf-8")


@pytest.mark.parametrize("case", cases(FIXTURES), ids=lambda p: p.name)
def test_fixture(case: Path) -> None:
    assert clean(source(case)) == expected(case).removesuffix("\n" if (case / "input.html").exists() else "")


@pytest.mark.parametrize("case", cases(FIXTURES / "known-failures"), ids=lambda p: p.name)
@pytest.mark.xfail(reason="known failure")
def test_known_failure(case: Path) -> None:
    assert clean(source(case)) == expected(case).removesuffix("\n" if (case / "input.html").exists() else "")


@pytest.mark.parametrize("case", cases(FIXTURES) + cases(FIXTURES / "known-failures"), ids=lambda p: p.name)
def test_promises(case: Path) -> None:
    done = explain(source(case), metadata=False)
    assert without(done.source, list(done.cuts)) == done.text, "only removals"
    pieces, at = [], 0
    for start, end in done.cuts:
        pieces += [done.source[at:start], done.source[start:end]]
        at = end
    assert "".join([*pieces, done.source[at:]]) == done.source, "kept and removed make the input"
    gone = "".join(done.source[start:end] for start, end in done.cuts)
    assert all(r.text.strip() in done.source for r in done.removed if r.text and r.line != 0 and r.text in gone)
    assert clean(done.text, format="text") == done.text, "cleaning twice changes nothing"
    kept = explain(source(case), keep=KINDS, metadata=False)
    assert kept.text == kept.source, "with every kind kept nothing goes"
    assert (case / "about.txt").read_text(encoding="utf-8").count("\n") == 1, "about.txt is one line on what this shows"


def test_there_are_enough() -> None:
    assert len(cases(FIXTURES)) >= 40
