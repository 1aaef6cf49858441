"""Hostile inputs, each through the command in a process of its own: what comes out, CPU seconds, peak memory, as a table.

`python -m benchmarks.hostile FOLDER` writes inputs to FOLDER (2 GB, removed again) and the table to docs/hostile.md.
"""

import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

STORY = "The bridge over the river is open again, the mayor said on Monday, and traffic flows.\n"
PAGE = b"<!DOCTYPE html><html><body><article>"
DOCS = Path(__file__).parent.parent / "docs" / "hostile.md"
MARK = "<!-- table: written by `python -m benchmarks.hostile FOLDER` -->"
Pieces = Iterator[bytes]


def repeated(piece: bytes, size: int, before: bytes = b"", after: bytes = b"") -> Callable[[], Pieces]:
    """Bytes of about `size`, of one piece over and over."""

    def pieces() -> Pieces:
        block = piece * max(1, (1 << 20) // len(piece))
        yield before
        yield from (block for _ in range(max(1, size // len(block)))) if size >= len(block) else (piece * (size // len(piece)),)
        yield after

    return pieces


def packed(pieces: Callable[[], Pieces]) -> Callable[[], Pieces]:
    """The same, compressed: a bomb."""
    return lambda: (gzip.compress(piece, 9) for piece in pieces())


def entities() -> Pieces:
    """A page whose document type asks for a thousand million letters and for a local file."""
    levels = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 10))
    yield f'<!DOCTYPE html [<!ENTITY l0 "bomb">{levels}<!ENTITY f SYSTEM "file:///etc/passwd">]><p>&l9; &f;</p><p>{STORY * 9}</p>'.encode()


ROW = b'{"text": "'
INPUTS: dict[str, tuple[str, Callable[[], Pieces]]] = {
    "an ordinary article, 4 kB": ("a.txt", repeated(STORY.encode(), 4000)),
    "1 GB of one character": ("a.txt", repeated(b"a", 1_000_000_000)),
    "50 MB of one character": ("a.txt", repeated(b"a", 48_000_000)),
    "10 million empty lines": ("a.txt", repeated(b"\n", 10_485_760)),
    "400,000 lines of one letter": ("a.txt", repeated(b"a\n", 800_000)),
    "2 million lines of one letter": ("a.txt", repeated(b"a\n", 4_194_304)),
    "400,000 buttons": ("a.txt", repeated(b"Read more\n", 4_000_000)),
    "10 MB of NUL": ("a.txt", repeated(b"\x00", 10_485_760)),
    "4 MB of marks of order and zero width": ("a.txt", repeated("\ufeff\u200b\u202e\u2066".encode(), 4_194_304, b"One.\n", b"\nTwo.\n")),
    "2 MB of bytes in no encoding": ("a.txt", repeated(bytes(range(128, 256)), 2_097_152, b"One.\n")),
    "5 MB of one tag, nested": ("a.html", repeated(b"<div>", 5_242_880, PAGE)),
    "5 MB of bold, nested": ("a.html", repeated(b"<b>", 5_242_880, PAGE)),
    "49,000 paragraphs of one letter": ("a.html", repeated(b"<p>a", 196_000, PAGE)),
    "1 million paragraphs of one letter": ("a.html", repeated(b"<p>a", 4_194_304, PAGE)),
    "a tag with a million attributes": ("a.html", repeated(b"a=b ", 4_194_304, PAGE + b"<p ", b">" + STORY.encode())),
    "a class of 500,000 words": ("a.html", repeated(b"related ", 4_194_304, PAGE + b"<p class='", b"'>" + STORY.encode())),
    "4 MB of entities": ("a.html", repeated(b"&amp;", 4_194_304, PAGE + b"<p>")),
    "4 MB of comments that do not end": ("a.html", repeated(b"<!--", 4_194_304, PAGE)),
    "entities that double, and name a file": ("a.html", entities),
    "a row of 1 GB, in 1 MB of gzip": ("a.jsonl.gz", packed(repeated(b"a", 1_000_000_000, ROW, b'"}\n'))),
    "a page of 1 GB, in 1 MB of gzip": ("a.html.gz", packed(repeated(b"<p>a", 1_000_000_000))),
    "a CSV of 300 MB with a quote that does not end": ("a.csv", repeated(b"a\n", 300_000_000, b'text\n"')),
    "a row nested 100,000 deep": ("a.jsonl", repeated(b"[", 100_000, b'{"text": ')),
}
FOLDER = (".jsonl.gz", ".csv", ".html.gz")  # what is written to a file, as tables and folders are


def measured(name: str, make: Callable[[], Pieces], folder: Path) -> tuple[float, float, int, str]:
    """Return CPU seconds, peak memory in MB, exit status and the first message of the command on an input."""
    path, out, said = folder / name, folder / "out", folder / "said"
    with path.open("wb") as file:
        file.writelines(make())
    arguments = (
        [sys.executable, "-m", "cleaner", "-j1", str(path)] if name.endswith(FOLDER) else [sys.executable, "-m", "cleaner", str(path)]
    )
    if name.endswith((".jsonl.gz", ".csv")):
        arguments += ["-o", str(folder / f"done{name[1:]}")]
    child = os.fork()
    if not child:
        os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        os.execv(sys.executable, arguments)
    _, status, used = os.wait4(child, 0)
    message = said.read_text(encoding="utf-8").split("\n")[0].replace(f"cleaner: {path}: ", "").replace(f"cleaner: {path}:", "row ")
    for rest in folder.iterdir():
        rest.unlink()
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, os.waitstatus_to_exitcode(status), message


def growth() -> Iterator[str]:
    """Say how the time of every expression of the shipped rules grows, over three sizes of text made to hold it up."""
    import re
    import time

    from cleaner.keys import alternatives
    from cleaner.rules import shipped
    from cleaner.slow import SPAN, UNFIT, attacks

    count = steep = 0
    worst = (0.0, "")
    for rule in (rule for rule in shipped() if rule.match):
        longest = SPAN if rule.cut == "span" else rule.limit
        for part in [rule.match] if rule.cut == "span" else alternatives(rule.match):
            count += 1
            compiled = re.compile(part, re.IGNORECASE)
            search = compiled.search if rule.cut == "span" else compiled.match
            over = False
            for lead, body in attacks(part):
                times = []
                for size in (longest // 4, longest // 2, longest):
                    text = (lead + body * size)[: size - len(UNFIT)] + UNFIT
                    began = time.thread_time()
                    for _ in range(3):
                        search(text)
                    times.append((time.thread_time() - began) / 3)
                over = over or (times[2] > 6 * times[0] and times[2] > 1e-4)
                worst = max(worst, (times[2], rule.id))
            steep += over
    yield f"{count:,} expressions of the shipped rules, each on texts made from its own repetitions, at a quarter, half and all of the"
    yield f"longest line it is tried on (spans: {SPAN:,} characters): {steep} grow by more than half again as much as the text and take"
    yield f"over 0.1 ms; the slowest takes {worst[0] * 1e3:.1f} ms (`{worst[1]}`)."


def main() -> None:
    """Measure all, and write the table."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["| input | CPU seconds | peak MB | exit status | said |", "|---|---|---|---|---|"]
    for title, (name, make) in INPUTS.items():
        seconds, memory, status, message = measured(name, make, folder)
        rows.append(f"| {title} | {seconds:.1f} | {memory:.0f} | {status} | {message} |")
        print(json.dumps(rows[-1]), flush=True)
    before = DOCS.read_text(encoding="utf-8").split(MARK)[0]
    DOCS.write_text(before + MARK + "\n\n" + "\n".join(rows) + "\n\n" + "\n".join(growth()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
