"""Diffs: applied they clean, reversed they give the input back; nothing of the input steers the terminal."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import explain
from cleaner.cli import main
from cleaner.diff import changed, painted, patch
from cleaner.pipeline import without


def sides(source: str, cuts: tuple[tuple[int, int], ...]) -> tuple[str, str]:
    lines = list(changed(source, cuts))
    return "".join(t for s, t in lines if s != "+"), "".join(t for s, t in lines if s != "-")


@given(st.text("ab \r\n", max_size=40), st.lists(st.integers(0, 40), max_size=8))
def test_both_sides_are_exact_whatever_is_cut(source: str, places: list[int]) -> None:
    edges = sorted({min(place, len(source)) for place in places})
    cuts = tuple(zip(edges[::2], edges[1::2], strict=False))
    assert sides(source, cuts) == (source, without(source, list(cuts)))


@pytest.mark.parametrize("path", sorted(Path("fixtures").glob("*/input.txt")), ids=lambda p: p.parent.name)
def test_fixtures_come_back(path: Path) -> None:
    source = path.read_bytes().decode("utf-8")
    done = explain(source, format="text")
    assert sides(source, done.cuts) == (source, done.text)


@pytest.mark.skipif(shutil.which("patch") is None, reason="there is no patch command")
@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
@pytest.mark.parametrize("first", ["", "Advertisement\n"])
def test_patch_takes_it_back(tmp_path: Path, first: str, end: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    source = f"{first}The bridge is open.[related-posts]\n\nAdvertisement\n\nShe came \u202eon foot.\r\nAdvertisement{end}".encode()
    story, clean = tmp_path / "story.txt", tmp_path / "clean.txt"
    story.write_bytes(source)
    assert main([str(story), "-o", str(clean)]) == 0
    assert main([str(story), "--diff"]) == 0
    diff = capfdbinary.readouterr().out
    subprocess.run(["patch", "-s", "-R", "--binary", str(clean)], input=diff, check=True, timeout=30)
    assert clean.read_bytes() == source


def test_patch_of_nothing_is_nothing() -> None:
    assert patch("a", "", ()) == ""


def test_colour_steers_no_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    story = tmp_path / "story.txt"
    story.write_text("The \x1b]0;bad\x07bridge \u202eis open.\nAdvertisement\nShe came.\n", encoding="utf-8")
    assert main([str(story), "--diff", "--color", "always"]) == 0
    out = capfd.readouterr().out
    assert "\x1b]0" not in out
    assert "\x07" not in out
    assert "\u202e" not in out
    assert "\\x1b]0;bad\\x07bridge \\u202eis open." in out
    assert "ad/en/ad-marker" in out
    assert main([str(story), "--diff", "--color", "never"]) == 0
    assert "\n-Advertisement\n" in capfd.readouterr().out


def test_wide_characters_keep_to_the_width() -> None:
    from rich.cells import cell_len
    from rich.text import Text

    done = explain(
        "橋は月曜日に再び開通したと市長が述べた。" * 4 + "\nAdvertisement\nفُتح الجسر من جديد يوم الاثنين 👩‍👩‍👧 كما قالت العمدة.\n"
    )
    for line in painted(done, 50).splitlines():
        assert cell_len(Text.from_ansi(line).plain) <= 50
    assert os.linesep not in painted(explain("One line."), 50).rstrip("\n")
