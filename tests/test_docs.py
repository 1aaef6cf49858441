"""The code in docs/ runs and says what it says there."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = sorted((Path(__file__).parent.parent / "docs").glob("*.md"))
STORY = "The bridge is open again, the mayor said.\nAlso read: Who paid for it\nShe came on foot.\n"
RULES = """[[rule]]
id = "foot"
kind = "other"
cut = "block"
lines = ["Tickets at the gate"]
why = "A test."
noise = ["Tickets at the gate"]
prose = ["Tickets at the gate were gone by noon."]
"""
COMMANDS = [
    line
    for path in DOCS
    for block in re.findall(r"```sh\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    for line in block.split("\n")
    if line
]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_python_blocks(path: Path) -> None:
    done = doctest.testfile(str(path), module_relative=False, encoding="utf-8")
    assert done.failed == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_commands(command: str, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(STORY, encoding="utf-8")
    (tmp_path / "mine.toml").write_text(RULES, encoding="utf-8")
    here = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, env=here, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for path in tmp_path.rglob("clean*.txt"):
        assert "Also read" not in path.read_text(encoding="utf-8")
