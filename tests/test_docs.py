"""The code in README and docs/ runs and says what it says there."""

import doctest
import gzip
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cleaner.examples import failures
from cleaner.matcher import Rulebook
from cleaner.rules import load

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
STORY = "The bridge is open again, the mayor said.\nAlso read: Who paid for it\nShe came on foot.\n"
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in STORY.split("\n"))
HTML = f"<html><head><title>Bridge</title></head><body><article>{PARAGRAPHS}</article></body></html>"
OTHERS = ("pandas", "polars", "datasets", "spacy", "langchain_core")  # what the extra `cluster` installs


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def examples(marked: bool) -> list[object]:
    """The Python blocks that say what comes out; of libraries.md each for itself, of other pages all together."""
    found = []
    for page in PAGES:
        code = [block for block in blocks(page, "python") if block.startswith(">>>")]
        for text in code if page.stem == "libraries" else ["\n".join(code)]:
            needs = [name for name in OTHERS if re.search(rf"^>>> (import|from) {name}\b", text, re.MULTILINE)]
            if text and bool(needs) == marked:
                found.append(pytest.param(text, needs, id="-".join([page.stem, *needs])))
    return found


def run(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    said: list[str] = []
    test = doctest.DocTestParser().get_doctest(text, {}, "page", None, 0)
    doctest.DocTestRunner().run(test, out=said.append)
    assert said == []


@pytest.mark.parametrize(("text", "needs"), examples(False))
def test_python_blocks(text: str, needs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    if "pyarrow" in text:
        pytest.importorskip("pyarrow")
    run(text, monkeypatch)


@pytest.mark.cluster
@pytest.mark.filterwarnings("ignore")  # the libraries' own
@pytest.mark.parametrize(("text", "needs"), examples(True))
def test_python_blocks_with_other_libraries(text: str, needs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    if not all(importlib.util.find_spec(name) for name in needs):
        pytest.skip(f"{needs[0]} is not installed")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    run(text, monkeypatch)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with all that the commands name, and a curl that needs no network."""
    (tmp_path / "story.txt").write_text(STORY, encoding="utf-8")
    (tmp_path / "page.html").write_text(HTML, encoding="utf-8")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "one.html").write_text(HTML, encoding="utf-8")
    (tmp_path / "mine.toml").write_text(blocks(ROOT / "docs" / "rules.md", "toml")[0], encoding="utf-8")
    rows = "".join(json.dumps({"url": f"https://example.org/{n}", "text": STORY}) + "\n" for n in range(3))
    (tmp_path / "news.jsonl").write_text(rows, encoding="utf-8")
    (tmp_path / "news.jsonl.gz").write_bytes(gzip.compress(rows.encode()))
    (tmp_path / "news.csv").write_text(f'id,body\n1,"{STORY}"\n', encoding="utf-8")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "curl").write_text('#!/bin/sh\ncat "${0%/bin/curl}/page.html"\n', encoding="utf-8")
    (tmp_path / "bin" / "curl").chmod(0o755)
    return tmp_path


def add_corpora(folder: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table({"text": [STORY]}), folder / "news.parquet")
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{HTML}"
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/\r\nContent-Length: {len(answer)}\r\n"
    record = f"{head}WARC-Date: 2025-05-06T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n\r\n{answer}\r\n\r\n"
    (folder / "crawl.warc.gz").write_bytes(gzip.compress(record.encode()))


COMMANDS = [
    pytest.param(command, id=f"{page.stem}: {command.split('  ')[0]}")
    for page in PAGES
    for block in blocks(page, "sh")
    for command in block.split("\n")
    if command
]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands(command: str, here: Path) -> None:
    for tool in ("jq", "parallel", "patch"):
        if re.search(rf"\| {tool}\b", command) and not shutil.which(tool):
            pytest.skip(f"there is no {tool}")
    if re.search(r"parquet|warc", command):
        pytest.importorskip("pyarrow")
        pytest.importorskip("fastwarc")
        add_corpora(here)
    path = os.pathsep.join([str(here / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
    script = ["bash", "-e", "-o", "pipefail", "-c", command]
    done = subprocess.run(script, cwd=here, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    texts = [path for path in here.rglob("*.txt") if path.name.startswith("clean") or path.parent.name in ("cleaned", "texts")]
    assert all("Also read" not in path.read_text(encoding="utf-8") for path in texts)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_scripts_are_python(page: Path) -> None:
    for block in blocks(page, "python"):
        if not block.startswith(">>>"):
            compile(block, page.name, "exec")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_rule_of_the_rules_page_is_sound(here: Path) -> None:
    assert list(failures(load(here / "mine.toml"), Rulebook((str(here / "mine.toml"),)).all)) == []
