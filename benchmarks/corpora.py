"""Corpora: what size, formats and kills cost.  python -m benchmarks.corpora WHAT ROWS.jsonl.gz [--rows N] [--jobs N] ...

WHAT is one of
  grow      write --rows rows of JSON Lines, made of those given over and over, to --folder; the others do so if need be
  run       rows/s, MB/s and peak memory of all processes of `cleaner -j JOBS`
  share     where the time goes, in one process: reading, cleaning, writing; and what handing pieces over costs
  kill      --times kills at random moments, each followed by --resume: are the bytes those of an undisturbed run?
  formats   what each format's reader and writer cost a document, and whether all give the same texts
  learn     `cleaner learn`: lines/s and peak memory
Each prints JSON lines. Rows have `text` and `url`. `share` and `formats` count processor seconds, the others those of the clock:
let nothing else run beside them.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import itertools
import json
import os
import pickle
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.corpus import formats
from cleaner.corpus.document import Fields
from cleaner.corpus.run import wanted
from cleaner.corpus.work import Worker
from cleaner.options import Options

COMMAND = [sys.executable, "-m", "cleaner"]


def rows(path: Path) -> list[dict[str, Any]]:
    """Read rows of JSON Lines."""
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def grown(path: Path, folder: Path, count: int, lines: bool = False) -> Path:
    """Write `count` rows, made of those given over and over; with `lines`, other paragraphs and another host in each round."""
    target = folder / f"rows-{count}{'-lines' * lines}.jsonl"
    if target.exists():
        return target
    source = rows(path)
    with open(f"{target}.part", "w", encoding="utf-8") as file:
        for number, row in enumerate(itertools.islice(itertools.cycle(source), count)):
            again = number // len(source)
            if lines:
                text = "\n".join(f"{line} {again}" if len(line) > 60 else line for line in row["text"].split("\n"))
                row = {**row, "text": text, "url": f"https://site{again % 200}.example/{number}"}
            file.write(json.dumps({**row, "id": f"{row['id']}-{again}"}, ensure_ascii=False) + "\n")
    os.replace(f"{target}.part", target)
    return target


# --- run -----------------------------------------------------------------------------------------------------------


class Watched(NamedTuple):
    """What a command took: seconds of the clock, processor seconds of all its processes, the peak of their memory in MiB together."""

    clock: float
    processor: float
    memory: float


def watched(command: list[str]) -> Watched:
    """Run a command; pages that its processes share count once."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(map(_memory, _family(process.pid))))
        time.sleep(0.1)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Watched(time.perf_counter() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak)


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _memory(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.split("\n") if line.startswith("Pss:")) / 1024


def run(a: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Measure the command."""
    path = grown(a.data, a.folder, a.rows)
    size = path.stat().st_size / 1e6
    for jobs in a.jobs:
        out = a.folder / "out.jsonl"
        took = watched([*COMMAND, str(path), "-o", str(out), "-j", str(jobs)])
        out.unlink()
        yield {"rows": a.rows, "MB": size, "jobs": jobs, "rows/s": a.rows / took.clock, "MB/s": size / took.clock, **took._asdict()}


# --- share ---------------------------------------------------------------------------------------------------------


class Clock:
    """Sums the processor seconds of what it runs, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def __call__(self, name: str, what: Callable[[], Any]) -> Any:
        began = time.process_time()
        value = what()
        self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - began
        return value


def timed(path: Path, format: str, shape: str, packed: str = "") -> tuple[list[str], dict[str, float]]:
    """Read, clean and write a corpus in this process; return the texts and the seconds of each step."""
    clock, fields = Clock(), Fields()
    worker = Worker(Options(), fields, shape, packed)
    asked = Options()
    asked.inputs, asked.format = [str(path)], format if format in formats.MODULES else "auto"
    texts = []
    for job in wanted(asked):
        with job.chunks(asked, fields) as (chunks, _):
            while (chunk := clock("read", lambda chunks=chunks: next(chunks, None))) is not None:
                documents = clock("read", lambda chunk=chunk, job=job: list(formats.module(job.format).documents(chunk, job.name, fields)))
                done = clock("clean", lambda documents=documents: [worker.cleaned(document) for document in documents])
                clock("hand over", lambda chunk=chunk: pickle.loads(pickle.dumps(chunk)))
                changes = [worker.changes(d, *c) for d, c in zip(documents, done, strict=True)]
                data = clock("write", lambda c=chunk, d=documents, g=changes: formats.module(shape).written(c, d, g, fields))
                clock("hand over", lambda data=data: pickle.loads(pickle.dumps(data)))
                texts += [cleaned.text if cleaned else d.source for d, (cleaned, _) in zip(documents, done, strict=True)]
    return texts, clock.seconds


def share(a: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Measure where the time goes."""
    _, seconds = timed(grown(a.data, a.folder, a.rows), "jsonl", "jsonl")
    other = sum(seconds.values()) - seconds["clean"]
    yield {
        "rows": a.rows,
        **{f"{k}, ms a row": 1000 * v / a.rows for k, v in seconds.items()},
        "all but cleaning / cleaning": other / seconds["clean"],
    }


# --- kill ----------------------------------------------------------------------------------------------------------


def kill(a: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Kill the command at random moments, and go on; compare the bytes."""
    path = grown(a.data, a.folder, a.rows)
    whole, out = a.folder / "whole.jsonl.gz", a.folder / "out.jsonl.gz"
    seconds = watched([*COMMAND, str(path), "-o", str(whole), "-j", str(max(a.jobs))]).clock
    command = [*COMMAND, str(path), "-o", str(out), "-j", str(max(a.jobs)), "--resume", "-q"]
    chance = random.Random(a.seed)
    kills = finished = 0
    while kills < a.times:
        process = subprocess.Popen(command)
        try:
            process.wait(chance.uniform(0.05, seconds / 3))
            finished += 1
            _same(whole, out)
            out.unlink()
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
    subprocess.run(command, check=True)
    _same(whole, out)
    yield {"rows": a.rows, "kills": kills, "whole runs": finished + 1, "same bytes": True}
    whole.unlink()
    out.unlink()


def _same(one: Path, other: Path) -> None:
    if hashlib.sha256(one.read_bytes()).digest() != hashlib.sha256(other.read_bytes()).digest():
        raise SystemExit(f"{other} differs from {one}")


# --- formats -------------------------------------------------------------------------------------------------------


def warc(texts: list[str]) -> bytes:
    """Return texts as the responses of a crawl."""
    out = b""
    for number, text in enumerate(texts):
        data = text.encode()
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(data) + data
        head = (
            f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://site.example/{number}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
        )
        head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        out += gzip.compress(head.encode() + http + b"\r\n\r\n")
    return out


def versions(texts: list[str], folder: Path) -> Iterator[tuple[str, Path, str, str]]:
    """Write the same texts in every format; yield name, path, format, and the shape they come out in."""
    import pyarrow as pa
    from pyarrow import parquet

    data = b"".join(json.dumps({"text": text}, ensure_ascii=False).encode() + b"\n" for text in texts)
    (folder / "a.jsonl").write_bytes(data)
    yield "JSON Lines", folder / "a.jsonl", "jsonl", "jsonl"
    for ending in (".gz", ".bz2", ".xz", ".zst"):
        from cleaner.corpus.places import codec

        (folder / f"a.jsonl{ending}").write_bytes(codec(ending).compress(data))
        yield f"JSON Lines, {ending}", folder / f"a.jsonl{ending}", "jsonl", "jsonl"
    out = io.StringIO()
    csv.writer(out).writerows([["text"], *([text] for text in texts)])
    (folder / "a.csv").write_text(out.getvalue(), encoding="utf-8", newline="")
    yield "CSV", folder / "a.csv", "csv", "csv"
    parquet.write_table(pa.table({"text": texts}), folder / "a.parquet", compression="zstd")
    yield "Parquet", folder / "a.parquet", "parquet", "parquet"
    (folder / "a.warc.gz").write_bytes(warc(texts))
    yield "WARC, .gz", folder / "a.warc.gz", "warc", "jsonl"
    (folder / "texts").mkdir(exist_ok=True)
    for number, text in enumerate(texts):
        (folder / "texts" / f"{number:06}.txt").write_bytes(text.encode())
    yield "a folder", folder / "texts", "files", "files"


def compared(a: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Measure every format with the same documents; they must give the same texts."""
    folder = a.folder / "formats"
    folder.mkdir(exist_ok=True)
    texts = [row["text"] for row in itertools.islice(itertools.cycle(rows(a.data)), a.rows) if row["text"].strip()]
    first: list[str] = []
    for name, path, format, shape in versions(texts, folder):
        found, seconds = min((timed(path, format, shape) for _ in range(3)), key=lambda run: sum(run[1].values()))
        first = first or found
        each = {f"{step}, ms": 1000 * s / len(texts) for step, s in seconds.items()}
        yield {"format": name, "documents": len(found), **each, "same texts": found == first}


# --- learn ---------------------------------------------------------------------------------------------------------


def learn(a: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Measure `cleaner learn`."""
    path, db = grown(a.data, a.folder, a.rows, lines=True), a.folder / "site.db"
    for jobs in a.jobs:
        db.unlink(missing_ok=True)
        took = watched([*COMMAND, "learn", str(path), "-o", str(db), "-j", str(jobs)])
        yield {"rows": a.rows, "jobs": jobs, **took._asdict(), "MiB of the file": db.stat().st_size / 2**20}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what: dict[str, Any] = {"run": run, "share": share, "kill": kill, "formats": compared, "learn": learn}
    parser.add_argument("what", choices=["grow", *what])
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=Path("corpora"), help="for what is written meanwhile")
    a = parser.parse_args()
    a.folder.mkdir(parents=True, exist_ok=True)
    if a.what == "grow":
        print(grown(a.data, a.folder, a.rows))
        return
    for figures in what[a.what](a):
        print(json.dumps({k: round(v, 3) if isinstance(v, float) else v for k, v in figures.items()}), flush=True)


if __name__ == "__main__":
    main()
