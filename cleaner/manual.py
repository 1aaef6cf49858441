"""Shell completion and the manual page, made of the same table as `-h`: `python -m cleaner.manual FOLDER`.

It writes cleaner.1 (man), cleaner.bash, _cleaner (zsh) and cleaner.fish; nothing of it is loaded in normal use.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from cleaner import KINDS, __version__
from cleaner.options import CHOICES, EXAMPLES, OPTIONS, STATUS

WORDS = {**CHOICES, "keep": KINDS}  # what an option takes, where that is one of a few words
FILES = ("output", "rules", "report", "site")  # what takes a path


def bash() -> str:
    """Return the completion for bash."""
    names = " ".join(word for name, short, _, _ in OPTIONS for word in _given(name, short))
    free = "|".join(word for name, short, takes, _ in OPTIONS if takes and not _known(name) for word in _given(name, short))
    lines = ["_cleaner() {", "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}", '    case "$before" in']
    for name, short, _, _ in OPTIONS:
        if name in WORDS:
            lines.append(
                f'        {"|".join(_given(name, short))}) COMPREPLY=($(compgen -W "{" ".join(WORDS[name])}" -- "$word")); return;;'
            )
    if free:
        lines.append(f"        {free}) COMPREPLY=(); return;;")
    lines += [
        "    esac",
        '    case "$word" in',
        f'        -*) COMPREPLY=($(compgen -W "{names}" -- "$word"));;',
        '        *) COMPREPLY=($(compgen -f -- "$word"));;',
        "    esac",
        "}",
        "complete -o filenames -F _cleaner cleaner",
    ]
    return "\n".join(lines) + "\n"


def zsh() -> str:
    """Return the completion for zsh."""
    lines = ["#compdef cleaner", "_arguments -S \\"]
    for name, short, takes, does in OPTIONS:
        value = f":{takes}:{_zsh_values(name)}" if takes else ""
        given = [f"--{name}{'=' if takes else ''}", *([f"-{short}"] if short else [])]
        lines += [f"  '*{word}[{_quoted(does)}]{value}' \\" for word in given]
    return "\n".join([*lines, "  '*:input:_files'"]) + "\n"


def fish() -> str:
    """Return the completion for fish."""
    lines = []
    for name, short, takes, does in OPTIONS:
        words = f" -xa '{' '.join(WORDS[name])}'" if name in WORDS else " -rF" if name in FILES else " -x" if takes else ""
        lines.append(f"complete -c cleaner{f' -s {short}' if short else ''} -l {name}{words} -d '{_escaped(does)}'")
    return "\n".join(lines) + "\n"


def man() -> str:
    """Return the manual page."""
    blocks = EXAMPLES.strip("\n").split("\n\n")
    lines = [
        f'.TH CLEANER 1 "" "cleaner {__version__}"',
        ".SH NAME",
        _roff(blocks[0].replace(":", " -", 1)),
        ".SH SYNOPSIS",
        ".B cleaner",
        "[OPTIONS] [INPUT ...]",
        ".PP",
        _roff(" ".join(blocks[-1].split("]", 2)[-1].split())),
        ".SH OPTIONS",
    ]
    for name, short, takes, does in OPTIONS:
        lines += [".TP", _roff(", ".join(reversed(_given(name, short))) + (f" {takes}" if takes else "")), _roff(does)]
    lines += [".SH EXAMPLES", ".nf", _roff("\n".join(blocks[1:-1])), ".fi", ".SH EXIT STATUS", _roff(STATUS.strip().split(": ", 1)[1])]
    return "\n".join(lines) + "\n"


def _given(name: str, short: str) -> list[str]:
    return [f"--{name}", *([f"-{short}"] if short else [])]


def _known(name: str) -> bool:
    return name in WORDS or name in FILES


def _zsh_values(name: str) -> str:
    return f"({' '.join(WORDS[name])})" if name in WORDS else "_files" if name in FILES else ""


def _quoted(text: str) -> str:
    """Escape for a description in zsh's _arguments."""
    for c in "[]:":
        text = text.replace(c, "\\" + c)
    return text.replace("'", "'\\''")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _roff(text: str) -> str:
    """Escape what troff reads as its own.

    >>> print(_roff("--keep it"))
    \\-\\-keep it
    """
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in text.split("\n"))


WRITTEN: dict[str, Callable[[], str]] = {"cleaner.1": man, "cleaner.bash": bash, "_cleaner": zsh, "cleaner.fish": fish}


def main(folder: Path) -> None:
    """Write the files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in WRITTEN.items():
        (folder / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m cleaner.manual FOLDER")
    main(Path(sys.argv[1]))
