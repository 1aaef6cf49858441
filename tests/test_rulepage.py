"""`cleaner rule`: pages of rules, what to paste, what a rule file does; and a file called rule is still cleaned."""

import io
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cleaner import clean
from cleaner.catalogue import catalogue
from cleaner.cli import main
from cleaner.errors import RuleError
from cleaner.index import TABLES, write
from cleaner.rulepage import entry, page
from cleaner.rules import load

TEXT = "The bridge is open again, the mayor said.\nAlso read: Who paid for it\nShe came on foot.\n"
KEEPS = entry("Also read: Who paid for it", "related")


def test_the_page_of_a_rule(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "en/also-read"]) == 0
    out = capfd.readouterr().out
    assert out.startswith("en/also-read  (related)\nA label and the link")
    assert "Also Read: Five things to know about the bridge" in out
    assert "Also read by millions abroad" in out
    assert "cleaner --skip en/also-read" in out
    assert "cleaner --keep related" in out
    assert "\x1b" not in out
    assert main(["rule", "related/en/also-read"]) == 0
    assert capfd.readouterr().out == out


def test_every_rule_and_step_has_a_page() -> None:
    for name in ("any/foot", "page/boilerplate", "any/page-caption", "de/also-read"):
        assert next(page(name))[1].startswith(name)
    assert set(tomllib.loads(KEEPS)["rule"][0]) == {"id", "kind", "cut", "lines", "why", "prose"}


def test_the_catalogue_is_fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.index.GROUPS", {"base": ("any",)})
    write(tmp_path)
    made, there = ((folder / "catalogue.json").read_text(encoding="utf-8") for folder in (tmp_path, TABLES))
    lines = {line.rstrip(",") for line in there.splitlines() if line.startswith('"any/')}
    assert {line.rstrip(",") for line in made.splitlines() if line.startswith('"')} == lines, "run python -m cleaner.index"


def test_a_name_without_its_language(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "also-read"]) == 0
    assert {"en/also-read", "de/also-read"} <= {line.split()[0] for line in capfd.readouterr().out.splitlines()}
    assert main(["rule", "ad-markr"]) == 2
    assert capfd.readouterr().err == "cleaner: there is no rule 'ad-markr'; do you mean ad-marker or end-mark or broadcast-marks?\n"


def test_the_entry_of_a_rule_is_a_rule_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "--toml", "en/also-read"]) == 0
    mine = tmp_path / "mine.toml"
    mine.write_text(capfd.readouterr().out, encoding="utf-8")
    assert [rule.id for rule in load(mine)] == ["mine/also-read"]
    assert main(["rule", "--toml", "any/foot"]) == 2
    assert "--skip any/foot" in capfd.readouterr().err


@pytest.mark.parametrize("line", ["Also read: Who paid for it", "Also read: Who “paid” \\ for 'it'? " + "And so on, a long line." * 5])
def test_the_entry_to_paste_keeps_the_line(tmp_path: Path, line: str) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(entry(line, "related"), encoding="utf-8")
    text = TEXT.replace("Also read: Who paid for it", f"{line}\nAlso read: Another story")
    assert clean(text, rules=[mine]) == TEXT.replace("Also read: Who paid for it", line)
    assert main(["--rules", str(mine), "--check-rules"]) == 0


def test_entries_to_append(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "--stays", "Also read: one"]) == main(["rule", "--stays", "Also read: another"]) == 0
    mine = tmp_path / "mine.toml"
    mine.write_text(capfd.readouterr().out, encoding="utf-8")
    assert clean("Also read: one\nAlso read: another\nAlso read: a third\n", rules=[mine]) == "Also read: one\nAlso read: another\n"


def test_an_exception_keeps_spans_and_what_steps_take(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(entry("The end. [related-posts]", "related"), encoding="utf-8")
    text = TEXT + "The end. [related-posts]\nThe other end. [related-posts]\n"
    assert clean(text, rules=[mine]).splitlines()[-2:] == ["The end. [related-posts]", "The other end."]
    assert clean(text, rules=[mine], skip=[f"mine/{load(mine)[0].id.partition('/')[2]}"]).splitlines()[-2:] == [
        "The end.",
        "The other end.",
    ]


@pytest.mark.parametrize("change", [('prose = ["Also read: Who paid for it"]', 'noise = ["Also read: Who paid for it"]')])
def test_an_exception_has_prose_only(tmp_path: Path, change: tuple[str, str]) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(KEEPS.replace(*change), encoding="utf-8")
    with pytest.raises(RuleError, match="'prose', which must stay, and no 'noise'"):
        load(mine)


def test_an_exception_that_keeps_nothing_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(KEEPS.replace('prose = ["Also read: Who paid for it"]', 'prose = ["She came."]'), encoding="utf-8")
    assert main(["--rules", str(mine), "--check-rules"]) == 2
    assert "it keeps no line of this prose: 'She came.'" in capfd.readouterr().err


def test_try_a_rule_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(KEEPS, encoding="utf-8")
    assert main(["rule", "--try", str(mine), "Also read: Who paid for it\nAlso read: Another", "\x1b The end.[related-posts]"]) == 0
    lines = [line.split(maxsplit=2) for line in capfd.readouterr().out.splitlines()]
    assert lines == [
        ["Also", "read:", "Who paid for it"],
        ["-", "en/also-read", "Also read: Another"],
        [],
        ["-", "any/shortcode", "\\x1b The end.[related-posts]"],
        ["+", "\\x1b", "The end."],
    ]
    assert main(["rule", "--try", str(mine)]) == 2
    assert main(["rule", "--try", "none.toml", "x"]) == 2
    assert capfd.readouterr().err.count("\n") == 2


def test_a_file_called_rule_is_cleaned(tmp_path: Path) -> None:
    (tmp_path / "rule").write_text(TEXT, encoding="utf-8")
    want = TEXT.replace("Also read: Who paid for it\n", "")
    for words in (["rule"], ["./rule"], ["--", "rule"], ["-q", "rule"]):
        done = subprocess.run([sys.executable, "-m", "cleaner", *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.stdout, done.returncode) == (want, 0), words


def test_the_catalogue_names_own_rules(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(KEEPS, encoding="utf-8")
    assert catalogue([str(mine)])[load(mine)[0].id] == ("related", "Ours to keep.")


def test_what_the_command_says_of_itself(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "--help"]) == 0
    text = capfd.readouterr().out
    assert text.startswith("cleaner rule: what a rule takes and why")
    assert main(["rule"]) == 2
    assert capfd.readouterr() == ("", text)
    assert main(["rule", "--nonsense"]) == 2
    assert capfd.readouterr().err == "cleaner: option --nonsense not recognized; cleaner rule --help shows the options\n"
    assert main(["rule", "--stays", " *** "]) == 2
    assert "a line without letters and figures can't be told from others" in capfd.readouterr().err


def test_rules_for_elements_are_tried_on_markup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text(
        '[[rule]]\nid = "box"\nkind = "promo"\ncut = "element"\nselector = "div.club"\nwhy = "A test."\n'
        "noise = [\"<div class='club'>Join</div>\"]\nprose = [\"<div class='clubs'>One</div>\"]\n",
        encoding="utf-8",
    )
    rules = str(tmp_path / "mine.toml")
    assert main(["rule", "--try", rules, "<div class='club'>Join us</div>", "<p>Join us</p>"]) == 0
    out = [line.split(maxsplit=2)[:2] for line in capfd.readouterr().out.splitlines()]
    assert out[0] == ["-", "mine/box"]
    assert out[2][0] != "-"
    assert main(["--check-rules", "--rules", rules]) == 0
    text = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text.replace("'clubs'", "'club'").replace("'club'>Join", "'x'>Join"), encoding="utf-8")
    assert main(["--check-rules", "--rules", rules]) == 2
    err = capfd.readouterr().err
    assert "mine/box: the selector does not find this noise: \"<div class='x'>Join</div>\"" in err
    assert "mine/box: this prose would be lost to its own selector: \"<div class='club'>One</div>\"" in err


def test_a_text_from_standard_input_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text(
        '[[rule]]\nid = "a"\nkind = "ad"\ncut = "block"\nlines = ["Join the club"]\nwhy = "A test."\n'
        'noise = ["Join the club"]\nprose = ["y"]\n',
        encoding="utf-8",
    )
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Join the club\nThe club is open.\n")))
    assert main(["rule", "--try", str(tmp_path / "mine.toml"), "-"]) == 0
    assert [line.split()[0] for line in capfd.readouterr().out.splitlines()] == ["-", "The"]
    assert main(["--check-rules", "--rules", str(tmp_path / "mine.toml"), "-q"]) == 0
