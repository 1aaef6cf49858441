"""The comparison: a set of pages is scored, results are kept, a tool that fails to import is named and skipped."""

import gzip
import json
from pathlib import Path

import pytest

from benchmarks import peers, report
from benchmarks.__main__ import BEGIN, END, FIGURES, SETS, about, skipped
from benchmarks.run import ROOT, Runs

BODY = ["The bridge over the river is open again, the mayor said on Monday, and traffic flows in both directions.", "She came on foot."]
ROW = {"html": "<html><body><article>" + "".join(f"<p>{p}</p>" for p in (*BODY, "Advertisement")) + "</article></body></html>"}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    path = tmp_path / "fundus.jsonl.gz"
    path.write_bytes(gzip.compress((json.dumps({**ROW, "gold_clean": "\n".join(BODY)}) + "\n").encode() * 3))
    return path


def test_a_set_is_scored_and_the_scores_are_kept(pages: Path, tmp_path: Path) -> None:
    runs = Runs(tmp_path / "kept")
    found = runs.scores("trafilatura", pages, 2)
    assert found["rows"][0] == [pytest.approx(0.92, abs=0.08), 1.0, False, 1.0, 1.0]
    assert len(found["rows"]) == 2
    kept = sorted((tmp_path / "kept").iterdir())
    assert [path.name.split("-")[0] for path in kept] == ["pages", "score"]
    before = [path.stat().st_mtime_ns for path in kept]
    assert runs.scores("trafilatura", pages, 2) == found
    assert [path.stat().st_mtime_ns for path in sorted((tmp_path / "kept").iterdir())] == before


def test_a_tool_that_fails_to_import_is_named_and_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> peers.Extract:
        raise ImportError("no module of that name")

    monkeypatch.setattr(peers, "quiet", lambda: None)
    monkeypatch.setitem(peers.PEERS, "broken", peers.Peer("pytest", broken))
    monkeypatch.setitem(peers.PEERS, "absent", peers.Peer("there-is-no-such-distribution", broken))
    assert peers.load("broken") == "ImportError: no module of that name"
    assert Runs(tmp_path).scores("absent", Path("x"), 1) == {"skipped": "not installed"}
    rows = [[0.9, 0.8, False, 0.95, 0.8]] * 4
    results = {"cleaner": {"rows": rows}, "trafilatura": {"rows": rows}, "broken": {"skipped": "ImportError: no module of that name"}}
    assert skipped(results) == ["Skipped: broken: ImportError: no module of that name."]
    costs = [{name: {"page": 1.0, "start": 1.0, "memory": 1.0} for name in ("cleaner", "trafilatura")}]
    table = report.short_table(dict.fromkeys(SETS.values(), results), costs)
    assert "broken" not in table
    assert "| trafilatura | 0.847 | 0.869 | 0.847 | 0.869 | 1.00 | 1.00 |" in table
    assert "broken" not in report.plot("F1", results, SETS["fundus"])


def test_the_pages_have_room_for_the_figures() -> None:
    for page in (ROOT / "README.md", FIGURES):
        assert page.read_text(encoding="utf-8").count(BEGIN) == page.read_text(encoding="utf-8").count(END) == 1
    assert "Python 3." in about(1)
    assert all(0.5 < report.held_out(name)[0] < 1 for name in SETS.values())
