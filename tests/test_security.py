"""What SECURITY.md promises: no network, nothing of the input run, no entity expanded, no escape on the terminal."""

import ast
import contextlib
import io
import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest

import cleaner
from cleaner import clean, explain
from cleaner.cli import main

SOURCES = sorted(Path(cleaner.__file__).parent.rglob("*.py"))
STORY = "The bridge over the river is open again, the mayor said on Monday, and traffic flows. " * 4
PAGE = f"""<!DOCTYPE html><html><head><title>Bridge</title><base href="https://example.org/">
<link rel="stylesheet" href="https://example.org/a.css"><script src="https://example.org/a.js"></script></head>
<body><article><h1>Bridge</h1><p>{STORY}</p><img src="https://example.org/a.jpg"><p>{STORY}</p></article></body></html>"""


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **more: Any) -> Any:
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket.socket, "__init__", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("engine", ["auto", "own", "trafilatura"])
def test_a_page_is_cleaned_without_a_socket(engine: str) -> None:
    assert STORY.strip() in explain(PAGE, engine=engine, url="https://example.org/story").text
    assert clean(STORY) == STORY


def test_entities_are_neither_expanded_nor_loaded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("swordfish", encoding="utf-8")
    levels = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 12))
    doctype = f'<!DOCTYPE html [<!ENTITY l0 "bomb">{levels}<!ENTITY file SYSTEM "{secret.as_uri()}">]>'
    text = clean(f"{doctype}<html><body><article><p>{STORY}</p><p>So: &l11; and &file; {STORY}</p></article></body></html>", format="html")
    assert STORY.strip() in text
    assert "swordfish" not in text
    assert len(text) < 3000


def test_nothing_of_the_input_is_run_or_unpickled() -> None:
    banned = {"eval", "exec", "compile", "__import__"}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in banned, f"{path.name}:{node.lineno}"
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if path.name == "serve.py":
                names = [name for name in names if name != "http.server"]  # on the loopback interface: tests/test_serve.py
            assert not {n.split(".")[0] for n in names} & {"pickle", "marshal", "shelve", "yaml", "socket", "http", "requests"}, path.name


def test_the_weights_hold_no_pickle() -> None:
    assert all("allow_pickle=True" not in path.read_text(encoding="utf-8") for path in SOURCES)


ESCAPES = ("\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\x90q\x9c", "\u202e", "\u2066", "\x08\x08", "\x7f")


@pytest.mark.parametrize("colour", [True, False])
@pytest.mark.parametrize("escape", ESCAPES)
@pytest.mark.parametrize("option", ["--explain", "--diff"])
def test_escapes_do_not_reach_the_terminal(escape: str, option: str, colour: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    out, err = Terminal(io.BytesIO(), encoding="utf-8"), Terminal(io.BytesIO(), encoding="utf-8")
    monkeypatch.setenv("NO_COLOR", "" if colour else "1")
    path = tmp_path / "story.txt"
    path.write_text(f"The bridge is {escape}open again, the mayor said.\nAlso read: Who {escape}paid\n", encoding="utf-8")
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setattr("sys.stderr", err)
    assert main([str(path), option, *(["--check"] if option == "--explain" else [])]) in (0, 1)
    for stream in (out, err):
        stream.flush()
    shown = (out.buffer.getvalue() + err.buffer.getvalue()).decode()  # type: ignore[attr-defined]
    own = re.compile(r"\x1b\[[\d;]*m")  # the colours of --diff
    assert escape not in own.sub("", shown)


def test_a_file_name_with_escapes_is_shown_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.suppress(OSError):
        assert main(["no-\x1b[2J-such-file"]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_a_host_with_escapes_is_shown_harmless(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    address = "https://site\x1bc\x9b2J\u202e.example/1"
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "One.", "url": address}) + "\n", encoding="utf-8")
    memory = str(tmp_path / "site.db")
    assert main([str(tmp_path / "a.jsonl"), "-j1", "--stats"]) == 0
    assert main(["learn", str(tmp_path / "a.jsonl"), "-o", memory, "-j1"]) == 0
    assert main(["learn", "--show", memory]) == 0
    shown = capfd.readouterr()
    for text in (shown.err, shown.out.split("articles    copies  host")[1]):
        assert "site\\x1bc\\x9b2j\\u202e.example" in text
