"""The report: it counts right, merges, stays small, and takes everything of a document as text."""

from pathlib import Path

from cleaner import explain
from cleaner import report as module
from cleaner.cli import main
from cleaner.report import Report

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)> \u202eAlso"
TEXT = f"The bridge {HOSTILE} is open.\nAdvertisement\nShe came on foot.\n"


def collected(names: list[str]) -> Report:
    report = Report()
    for name in names:
        report.add(name, explain(TEXT, format="text"), host=f"{name}.example")
    return report


def test_hostile_text_and_names_stay_text() -> None:
    page = collected([HOSTILE]).page()
    assert page.count("<script>") == page.count("</script>") == 1
    assert "<img" not in page
    assert "\u202e" not in page
    assert "unsafe" not in page


def test_merged_is_as_if_one_had_seen_all() -> None:
    names = [f"story{n}" for n in range(60)]
    left, right = collected(names[:25]), collected(names[25:])
    left.merge(right)
    whole = collected(names)
    assert left.page() == whole.page()
    assert whole.data()["rules"]["en/ad-marker"] == {"kind": "ad", "removals": 60, "characters": 60 * len("Advertisement")}


def test_it_stays_small_and_says_so(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(module, "BUDGET", 9000)
    page = collected([f"story{n}" for n in range(60)]).page()
    assert len(page.encode()) < 10_500
    assert "parts left out to keep this page small" in page


def test_the_command_writes_it(tmp_path: Path) -> None:
    story, page = tmp_path / "story.txt", tmp_path / "out.html"
    story.write_text(TEXT, encoding="utf-8")
    assert main([str(story), "--report", str(page), "-o", str(tmp_path / "clean.txt")]) == 0
    assert "en/ad-marker, line 2" in page.read_text(encoding="utf-8")
    assert main([str(story), "--report", str(tmp_path / "none" / "out.html"), "-o", str(tmp_path / "clean.txt")]) == 2
