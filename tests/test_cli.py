"""The command: what it reads and writes, what it says, how it ends."""

import fcntl
import json
import os
import pty
import random
import re
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from cleaner import __version__
from cleaner.cli import main
from cleaner.options import OPTIONS, help_text

TEXT = "The bridge is open again, the mayor said.\nAlso read: Who paid for it\nShe came on foot.\n"
CLEAN = "The bridge is open again, the mayor said.\nShe came on foot.\n"
COMMAND = [sys.executable, "-m", "cleaner"]


def cleaner(*arguments: str | Path, data: bytes = b"", **more: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *map(str, arguments)], input=data, capture_output=True, check=False, timeout=60, **more)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_standard_input() -> None:
    done = cleaner(data=TEXT.encode())
    assert (done.stdout.decode(), done.stderr, done.returncode) == (CLEAN, b"", 0)


def test_a_dash_is_standard_input() -> None:
    assert cleaner("-", data=TEXT.encode()).stdout.decode() == CLEAN


def test_several_files_and_options_after_them(story: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main([str(story), str(story), "--keep", "related"]) == 0
    assert capfdbinary.readouterr().out.decode() == TEXT * 2


def test_output_to_a_file(story: Path, tmp_path: Path) -> None:
    assert main([str(story), "-o", str(tmp_path / "clean.txt")]) == 0
    assert (tmp_path / "clean.txt").read_text(encoding="utf-8") == CLEAN
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clean.txt", "story.txt"]


def test_output_over_the_input(story: Path) -> None:
    assert main([str(story), "-o", str(story)]) == 0
    assert story.read_text(encoding="utf-8") == CLEAN


def test_several_inputs_into_a_folder(story: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("One line.\n", encoding="utf-8")
    assert main([str(story), str(other), "-o", str(tmp_path / "out"), "--to", "json"]) == 0
    assert json.loads((tmp_path / "out" / "story.json").read_text(encoding="utf-8"))["text"] == CLEAN
    assert json.loads((tmp_path / "out" / "other.json").read_text(encoding="utf-8"))["removed"] == []


def test_json(story: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([str(story), "--to=json"]) == 0
    removed = {"kind": "related", "rule": "en/also-read", "text": "Also read: Who paid for it", "line": 2}
    why = {"en/also-read": "A label and the link, or the list of links, to other stories."}
    assert json.loads(capfd.readouterr().out) == {
        "text": CLEAN,
        "characters": {"judged": len(TEXT), "kept": len(CLEAN)},
        "removed": [removed],
        "rules": why,
    }


def test_explain(story: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([str(story), "--explain"]) == 0
    assert capfd.readouterr().err == f"{story}:2: related/en/also-read: Also read: Who paid for it\n"


def test_the_diff_of_a_page_is_that_of_its_text(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    story = "The bridge over the river is open again, the mayor said on Monday, and traffic flows once more."
    page = f"<html><body><article><p>{story}[related-posts]</p><p>{story}</p></article></body></html>"
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert main([str(tmp_path / "a.html"), "--diff", "--engine", "own"]) == 0
    assert capfd.readouterr().out.splitlines()[3:6] == [f"-{story}[related-posts]", f"+{story}", f" {story}"]


def test_texts_that_do_not_end_stay_apart(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in "ab":
        (tmp_path / name).write_text(f"The bridge {name} is open.", encoding="utf-8")
    for more in ([], ["-j1"]):
        assert main([str(tmp_path / "a"), str(tmp_path / "b"), *more]) == 0
        assert capfd.readouterr().out == "The bridge a is open.\nThe bridge b is open."


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (RecursionError, "too large or too deeply nested to clean (RecursionError)"),
        (MemoryError, "too large or too deeply nested to clean (MemoryError)"),
        (ValueError("odd"), "can't be cleaned (ValueError: odd)"),
    ],
)
def test_what_nobody_foresaw_passes_through(
    error: Exception, says: str, story: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*source: object, **more: object) -> None:
        raise error

    monkeypatch.setattr("cleaner.api.explain", fail)
    assert main([str(story)]) == 2
    assert capfd.readouterr() == (TEXT, f"cleaner: {story}: {says}; passed through unchanged\n")


def test_explain_lets_no_escape_through() -> None:
    done = cleaner("--explain", data=TEXT.replace("paid", "\x1b[31mpaid\u202e").encode())
    assert b"\x1b" not in done.stderr
    assert b"\\x1b[31m" in done.stderr


def test_diff(story: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([str(story), "--diff"]) == 0
    assert capfd.readouterr().out.split("\n")[3:6] == [" " + CLEAN.split("\n")[0], "-Also read: Who paid for it", " She came on foot."]


def test_diff_shows_what_is_left_of_a_line(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("The bridge is open.[related-posts]\nShe came.", encoding="utf-8")
    main([str(path), "--diff"])
    shown = "-The bridge is open.[related-posts]\n+The bridge is open.\n She came.\n\\ No newline at end of file\n"
    assert capfd.readouterr().out == f"--- {path}\n+++ {path}\n@@ -1,2 +1,2 @@\n{shown}"


def test_check(story: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([str(story), "--check"]) == 1
    assert main([str(story), "--check", "--keep", "related,ad"]) == 0
    assert capfd.readouterr().out == ""


def test_stats(story: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main([str(story), "--stats"])
    err = capfd.readouterr().err
    assert re.search(r"related +1 +26\n", err)
    assert "1 document, 0 failed" in err
    main([str(story), "--stats", "--explain", "--color", "always"])
    err = re.sub(r"\x1b\[[\d;]*m", "", capfd.readouterr().err)
    assert re.search(r"related +1 +26 +━+ 100%\n", err)
    assert "cleaner rule en/also-read" in err


def test_no_color(story: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    for name, colour in (("", True), ("1", False)):
        monkeypatch.setenv("NO_COLOR", name)
        main([str(story), "--explain", "--stats"])
        assert ("\x1b[33mrelated/en/also-read" in capfd.readouterr().err) is colour


def test_a_pipe_loads_no_rich(story: Path) -> None:
    code = "import sys; from cleaner.cli import main; main([*sys.argv[1:], '--explain', '--stats', '--diff']); print('rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, str(story)], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("False\n")


def test_list(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    out = capfd.readouterr().out
    assert "en/also-read" in out
    assert "any/embedded-post" in out


def test_version_and_help(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["-V"]) == 0
    assert main(["-h"]) == 0
    out = capfd.readouterr().out
    assert out == f"cleaner {__version__}\n" + help_text()
    assert help_text().count("\n") <= 44
    assert max(map(len, help_text().splitlines())) <= 100
    assert all(f"--{name}" in out for name, *_ in OPTIONS)
    assert max(map(len, help_text().split("\n"))) <= 110


def test_own_rules(tmp_path: Path, story: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "mine.toml"
    rules.write_text(
        '[[rule]]\nid = "foot"\nkind = "other"\ncut = "block"\nlines = ["She came on foot"]\nwhy = "A test."\n'
        'noise = ["She came on foot."]\nprose = ["She came on foot, and late."]\n',
        encoding="utf-8",
    )
    assert main(["--rules", str(rules), "--check-rules"]) == 0
    assert main([str(story), "--rules", str(rules), "--skip", "en/also-read", "--explain"]) == 0
    assert "other/mine/foot" in capfd.readouterr().err
    rules.write_text(rules.read_text(encoding="utf-8").replace('"She came on foot, and late."', '"She came on foot!"'), encoding="utf-8")
    assert main(["--rules", str(rules), "--check-rules"]) == 2
    assert "this prose would be lost to mine/foot" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--nonsense"], "--nonsense"),
        (["--format", "pdf"], "must be one of auto, text, html"),
        (["--keep", "spam"], "no kind 'spam'"),
        (["--skip", "en/spam"], "no rule 'en/spam'"),
        (["--rules", "no-such.toml"], "can't read this rule file"),
        (["--timeout", "soon"], "number of seconds above 0"),
        (["--max-size", "nan"], "number of megabytes above 0"),
        (["--seed", "9" * 5000], "must be a number from 0 to 1000000000000000000"),
        (["--port", "65536"], "must be a number from 0 to 65535"),
        (["--check-rules"], "needs --rules"),
        (["--diff", "--to", "json"], "it can't go with --to json"),
    ],
)
def test_wrong_options(arguments: list[str], says: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert says in err
    assert err.startswith("cleaner: ")
    assert err.count("\n") == 1


def test_a_page_without_the_package_for_it_comes_out_as_it_went_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>The bridge is open.</p>", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "cleaner.page", None)
    monkeypatch.delattr("cleaner.page", raising=False)
    assert main([str(page)]) == 2
    out, err = capfd.readouterr()
    assert out == "<p>The bridge is open.</p>"
    assert err == f"cleaner: {page}: the package cleaner.page is missing: pip install news-cleaner; passed through unchanged\n"


def test_a_missing_file_does_not_stop_the_others(story: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["no-such-file", str(story), "no\0name"]) == 2
    out, err = capfd.readouterr()
    assert out == CLEAN
    assert "cleaner: no-such-file: can't read: No such file or directory\n" in err
    assert err.endswith("can't read: this is no file name\n")


def test_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["-q", "no-such-file"]) == 2
    assert capfd.readouterr() == ("", "")


def test_a_file_that_cannot_be_written(story: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([str(story), "-o", str(tmp_path / "none" / "x.txt")]) == 2
    assert "can't write" in capfd.readouterr().err


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, random.Random(7).randbytes(1 << 16)], ids=["PNG", "random"])
def test_what_is_no_text_passes_through(data: bytes) -> None:
    done = cleaner(data=data)
    assert (done.stdout, done.returncode) == (data, 2)
    assert done.stderr == b"cleaner: standard input: this is no text (give a text or an HTML page); passed through unchanged\n"


def test_empty_input() -> None:
    done = cleaner()
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)


def test_clean_text_comes_out_byte_for_byte() -> None:
    data = "Schöne Grüße aus der Stadt, sagte sie.\r\nUnd dann?\r\n".encode("latin-1")
    assert cleaner(data=data).stdout == data


def test_a_text_that_takes_too_long_passes_through(story: Path) -> None:
    data = ("x" * 150 + "\n").encode() * 200_000
    done = cleaner("--timeout", "0.05", data=data)
    assert (done.stdout, done.returncode) == (data, 2)
    assert b"not done after 0.05 seconds" in done.stderr


def test_a_closed_pipe_is_success() -> None:
    text = "yes 'A line of text that is long enough.' | head -200000"
    done = subprocess.run(
        ["bash", "-c", f"{text} | {sys.executable} -m cleaner | head -1; echo ${{PIPESTATUS[2]}}"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.split(b"\n")[1] == b"0"
    assert done.stderr == b""


def test_an_input_that_can_be_read_only_once(story: Path) -> None:
    for options in ("", "-j1", "--to json"):
        line = f"{sys.executable} -m cleaner {options} <(cat {story}); cat {story} | {sys.executable} -m cleaner {options} /dev/stdin"
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, timeout=60)
        texts = [json.loads(row)["text"] for row in done.stdout.splitlines()] if "json" in options else [done.stdout]
        assert (done.stderr, "".join(texts)) == ("", CLEAN * 2)


def test_a_dash_as_output_is_standard_output(story: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([str(story), "-o", "-"]) == 0
    assert capfd.readouterr().out == CLEAN


def test_no_file_of_a_run_is_written_over_another(story: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rules, out = tmp_path / "mine.toml", tmp_path / "out.txt"
    rules.write_text(
        '[[rule]]\nid = "a"\nkind = "ad"\ncut = "block"\nlines = ["x"]\nwhy = "A test."\nnoise = ["x"]\nprose = ["y"]\n', encoding="utf-8"
    )
    (tmp_path / "link").symlink_to(story)
    before = rules.read_bytes()
    for words in (
        ["--report", story],
        ["--report", tmp_path / "link"],
        ["--stats-to", story],
        ["-o", out, "--report", out],
        ["--report", out, "--stats-to", out],
        ["--rules", rules, "-o", rules],
    ):
        assert main([str(story), *map(str, words)]) == 2
        assert capfd.readouterr().err.endswith(": the run reads or writes this file already: name another\n")
    assert (story.read_text(encoding="utf-8"), rules.read_bytes(), out.exists()) == (TEXT, before, False)
    assert main([str(story), "--report", os.devnull, "--stats-to", os.devnull, "-o", os.devnull]) == 0


@pytest.mark.parametrize("arguments", [["--list"], ["rule", "tr/byline"], ["-h"]])
def test_a_list_is_printed_in_any_encoding(arguments: list[str]) -> None:
    for encoding in ("ascii", "latin-1", "utf-8"):
        done = cleaner(*arguments, env={**os.environ, "PYTHONIOENCODING": encoding})
        assert (done.returncode, done.stderr) == (0, b"")


def test_a_terminal_without_input_shows_the_usage() -> None:
    master, slave = pty.openpty()
    done = subprocess.run(COMMAND, stdin=slave, capture_output=True, check=False, timeout=60)
    os.close(master)
    os.close(slave)
    assert (done.stdout, done.returncode) == (b"", 2)
    assert done.stderr.decode() == help_text()


def test_an_interrupt_ends_with_130() -> None:
    # a shell that runs the tests in the background has them ignore interrupts
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    signal.signal(signal.SIGINT, before)
    assert process.stdin is not None
    process.stdin.write(b"One.")
    process.stdin.flush()
    while fcntl.ioctl(process.stdin, termios.FIONREAD, b"    ") != b"\0\0\0\0":  # until it reads
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert (out, err, process.returncode) == (b"", b"", 130)
