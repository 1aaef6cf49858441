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
from cleaner.diff import changed, patch
from cleaner.pipeline import without
from cleaner.terminal import explained, painted


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
    subprocess.run(["patch", "-s", "-R", "--binary", str(clean)], input=diff, check=True, timeout=120)
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


@pytest.mark.parametrize("width", [30, 50, 120])
def test_wide_characters_keep_to_the_width(width: int) -> None:
    from rich.cells import cell_len
    from rich.text import Text

    text = (
        "橋は月曜日に再び開通したと市長が述べた。" * 4
        + "\nAdvertisement\nفُتح الجسر من جديد يوم الاثنين 👩‍👩‍👧 كما قالت العمدة.\n"
        + "👩‍👩‍👧" * 40
        + "\n"
    )
    for line in painted(explain(text), width).splitlines():
        assert cell_len(Text.from_ansi(line).plain) <= width
        assert not line.startswith("\u200d")
    assert os.linesep not in painted(explain("One line."), 50).rstrip("\n")


def screen(text: str, width: int = 90) -> list[str]:
    """What a terminal shows of `painted`: lines without colours, what is struck between tildes."""
    from rich.text import Text

    shown = []
    for line in painted(explain(text, metadata=False), width).splitlines():
        seen = Text.from_ansi(line)
        struck = {k for span in seen.spans if "strike" in str(span.style) for k in range(span.start, span.end)}
        shown.append("".join(f"~{c}~" if k in struck else c for k, c in enumerate(seen.plain)).replace("~~", "").rstrip())
    return shown


def test_what_goes_is_struck_in_place_with_its_rule_in_the_margin() -> None:
    assert screen("The bridge is open.[related-posts]\n\nAdvertisement\n\nShe came.\n") == [
        "other/any/shortcode  The bridge is open.~[related-posts]~",
        "",
        "ad/en/ad-marker      ~Advertisement~",
        "",
        "                     She came.",
    ]


def test_what_a_page_had_beside_its_article_is_shown_with_its_place() -> None:
    from tests.test_page import PAGE

    shown = screen(PAGE, 200)
    assert any("embed/any/social-embed" in line and "line 5, body > article > blockquote.twitter-tweet" in line for line in shown)


def test_lines_of_explain_fit_the_width() -> None:
    from rich.text import Text

    lines = [
        "story.txt:2: ad/en/ad-marker: Advertisement",
        "a: trafilatura chose the main content",
        f"s:3: related/en/also-read: {'橋' * 90}",
    ]
    shown = [Text.from_ansi(line).plain for line in explained(lines, 60).splitlines()]
    assert shown[:2] == lines[:2]
    assert shown[2] == f"s:3: related/en/also-read: {'橋' * 16}…"
    assert "\x1b[31mad/en/ad-marker" in explained(lines, 60)


ODD = {
    "mark": b"\xef\xbb\xbf" + "Die Brücke ist offen.\nAdvertisement\nSie kam.\n".encode(),
    "mark on a line that goes": b"\xef\xbb\xbfAdvertisement\nDie Br\xc3\xbccke ist offen.\n",
    "latin-1": "Die Brücke ist offen.\nAdvertisement\nSie kam zu Fuß.\n".encode("latin-1"),
    "utf-16": "Die Brücke ist offen.\nAdvertisement\nSie kam zu Fuß.".encode("utf-16"),
    "utf-16, nothing goes": "Die Brücke ist offen.\n".encode("utf-16"),
    "no text at all": "Die Brücke.\nAdvertisement\nSie kam.\n".encode() + b"\xff\xfe bad \x80\n",
    "a zero": b"The bridge is open.\nAdvertisement\nShe came\0 on foot.\n",
    "only noise": b"Advertisement\n",
    "old line ends": b"The bridge is open.\rAdvertisement\rShe came.\r",
}


@pytest.mark.skipif(shutil.which("patch") is None, reason="there is no patch command")
@pytest.mark.parametrize("name", ODD)
def test_patch_takes_any_encoding_back(tmp_path: Path, name: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    story, clean = tmp_path / "story.txt", tmp_path / "clean.txt"
    story.write_bytes(ODD[name])
    assert main([str(story), "-o", str(clean)]) == 0
    assert main([str(story), "--diff"]) == 0
    subprocess.run(["patch", "-s", "-R", "--binary", str(clean)], input=capfdbinary.readouterr().out, check=True, timeout=120)
    assert clean.read_bytes() == ODD[name]
