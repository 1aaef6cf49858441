"""The manual page and the completions say what `-h` says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cleaner import KINDS, manual
from cleaner.options import CHOICES, OPTIONS


def test_the_manual_has_every_option_and_what_it_does() -> None:
    plain = manual.man().replace("\\-", "-")
    for name, short, takes, does in OPTIONS:
        given = f"-{short}, --{name}" if short else f"--{name}"
        assert f".TP\n{given}{' ' + takes if takes else ''}\n{does}\n" in plain
    assert re.findall(r"^\.SH (.+)$", plain, re.MULTILINE) == ["NAME", "SYNOPSIS", "OPTIONS", "EXAMPLES", "EXIT STATUS"]


@pytest.mark.skipif(not shutil.which("groff"), reason="no groff")
def test_groff_has_nothing_to_say_of_the_manual() -> None:
    done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-z"], input=manual.man(), text=True, capture_output=True, check=False)
    assert (done.stderr, done.returncode) == ("", 0)


def completed(tmp_path: Path, *words: str) -> list[str]:
    """What bash offers for the last word."""
    (tmp_path / "c").write_text(manual.bash(), encoding="utf-8")
    line = " ".join(f"'{word}'" for word in ("cleaner", *words))
    script = f'. ./c; COMP_WORDS=({line}); COMP_CWORD={len(words)}; _cleaner; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_bash_offers_the_options(tmp_path: Path) -> None:
    offered = completed(tmp_path, "-")
    assert {f"--{name}" for name, *_ in OPTIONS} | {f"-{short}" for _, short, *_ in OPTIONS if short} == set(offered)


def test_bash_offers_values_and_files(tmp_path: Path) -> None:
    (tmp_path / "story.txt").touch()
    assert completed(tmp_path, "--keep", "") == list(KINDS)
    assert completed(tmp_path, "--to", "") == list(CHOICES["to"])
    assert completed(tmp_path, "--timeout", "") == []
    assert completed(tmp_path, "-o", "st") == ["story.txt"]
    assert completed(tmp_path, "st") == ["story.txt"]


@pytest.mark.parametrize(("shell", "make"), [("zsh", manual.zsh), ("fish", manual.fish)])
def test_every_option_is_completed_with_what_it_does(shell: str, make: object) -> None:
    assert callable(make)
    text = make()
    for name, _, _, does in OPTIONS:
        assert re.search(rf"(--|-l ){name}\b", text), shell
        assert manual._quoted(does) in text or does in text
    if shutil.which(shell):
        assert subprocess.run([shell, "-n"], input=text, text=True, capture_output=True, check=False).stderr == ""


def test_the_files_are_written(tmp_path: Path) -> None:
    manual.main(tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["_cleaner", "cleaner.1", "cleaner.bash", "cleaner.fish"]
    assert (tmp_path / "out" / "cleaner.1").read_text(encoding="utf-8") == manual.man()
