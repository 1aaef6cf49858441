"""Corpora: every format gives the same texts, nothing of a row is lost, and a run that was killed goes on."""

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from benchmarks.corpora import versions, warc
from cleaner import clean
from cleaner.cli import main
from cleaner.corpus import documents
from cleaner.corpus.jobs import _Worker, in_order
from cleaner.corpus.jsonl import JsonRow
from cleaner.summary import Summary

TEXTS = [
    f"The bridge number {n} is open again, the mayor said.\nAlso read: Who paid for it\nShe came on foot, “in rain” as ever.\n"
    for n in range(40)
]
CLEANED = [clean(text) for text in TEXTS]
ROWS = [{"id": n, "url": f"https://www.site{n % 3}.example/{n}", "text": text} for n, text in enumerate(TEXTS)]


def lines(rows: list[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def texts(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_bytes().splitlines()]


# --- JSON Lines ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "after"),
    [
        ('{"n": 12345678901234567890123, "text":"A."}', '{"n": 12345678901234567890123, "text":"B"}'),
        ('{"f": 1.10e5, "text" : "A.", "z":-0.0}', '{"f": 1.10e5, "text" : "B", "z":-0.0}'),
        ('{"text": "1", "a": 1, "a": 2, "text": "A."}', '{"text": "1", "a": 1, "a": 2, "text": "B"}'),
        ('{"x": "\\u00e9\\/", "text": "A."}', '{"x": "\\u00e9\\/", "text": "B"}'),
        (' { "text" : "A." } \r\n', ' { "text" : "B" } \r\n'),
        ('{"n": ' + "1" * 5000 + ', "text": "A."}', '{"n": ' + "1" * 5000 + ', "text": "B"}'),
    ],
)
def test_only_the_value_that_changed_is_written_anew(row: str, after: str) -> None:
    assert JsonRow(row).written({"text": "B"}) == after


def test_new_keys_come_last_and_escapes_follow_the_row() -> None:
    assert JsonRow('{"text": "A"}\n').written({"into": "é"}) == '{"text": "A", "into": "\\u00e9"}\n'
    assert JsonRow('{"text": "ü"}').written({"into": "é"}) == '{"text": "ü", "into": "é"}'
    assert JsonRow("{}").written({"into": "\ud800"}) == '{"into": "\\ud800"}'


def test_a_row_without_noise_keeps_its_bytes(tmp_path: Path) -> None:
    data = b'{"b":1.0,"text":"The bridge is \\u006fpen.","a":[ ]}\n\n{"text": null}\r\n'
    (tmp_path / "a.jsonl").write_bytes(data)
    assert main([str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "b.jsonl")]) == 0
    assert (tmp_path / "b.jsonl").read_bytes() == data


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (b'{"text": "a"', "this row is no JSON: it ends in the middle"),
        (b'{"text": "a" "b": 1}', "a comma is missing at character 14"),
        (b'{"text": nope}', "a value is missing at character 10"),
        (b'["text"]', "a row must be an object"),
        (b'{"text": "a"} b', "something follows the object"),
        (b'{"text": "\xff"}', "this row is not UTF-8 at byte 11"),
        (b'{"body": "a"}', "this row has no field 'text'"),
        (b'{"text": 17}', "the field 'text' is a number, not a text"),
        (b'{"text": ["a"]}', "the field 'text' is a list, not a text"),
        (b'{"a": ' + b"[" * 100_000 + b', "text": "a"}', "this row is too deeply nested"),
    ],
)
def test_a_broken_row_passes_through_with_its_place(row: bytes, says: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    path.write_bytes(lines(ROWS[:1]) + row + b"\n" + lines(ROWS[1:2]))
    assert main([str(path), "-o", str(out)]) == 2
    first, second, third = out.read_bytes().splitlines()
    assert (json.loads(first)["text"], json.loads(third)["text"]) == (CLEANED[0], CLEANED[1])
    assert second.startswith(row.rstrip(b"}"))
    err = capfd.readouterr().err
    assert err.startswith(f"cleaner: {path}:2: ")
    assert says in err
    assert err.count("\n") == 1


def test_no_row_has_the_field(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(ROWS))
    assert main([str(tmp_path / "a.jsonl"), "--field", "body", "-o", str(tmp_path / "b.jsonl")]) == 2
    assert "no row has a field 'body': name the one with the text with --field" in capfd.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


@pytest.mark.parametrize(("ending", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)])
def test_compressed(ending: str, pack: object, tmp_path: Path) -> None:
    (tmp_path / f"a.jsonl{ending}").write_bytes(pack(lines(ROWS)))  # type: ignore[operator]
    assert main([str(tmp_path / f"a.jsonl{ending}"), "-o", str(tmp_path / "b.jsonl")]) == 0
    assert texts(tmp_path / "b.jsonl") == CLEANED
    assert main([str(tmp_path / "b.jsonl"), "-o", str(tmp_path / f"c.jsonl{ending}")]) == 0
    assert [d.source for d in documents(str(tmp_path / f"c.jsonl{ending}"))] == CLEANED


def test_zstd(tmp_path: Path) -> None:
    pytest.importorskip("backports.zstd" if sys.version_info < (3, 14) else "compression.zstd")
    (tmp_path / "a.jsonl").write_bytes(lines(ROWS))
    assert main([str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "b.jsonl.zst")]) == 0
    assert [d.source for d in documents(str(tmp_path / "b.jsonl.zst"))] == CLEANED


def test_a_truncated_gz(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    packed = gzip.compress(lines([{**row, "salt": os.urandom(99).hex()} for row in ROWS]))
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    assert main([str(tmp_path / "a.jsonl.gz"), "-o", str(tmp_path / "b.jsonl")]) == 2
    assert "the compressed data ends early" in capfd.readouterr().err
    done = (tmp_path / "b.jsonl").read_bytes().splitlines()
    assert 5 < len(done) < 40
    assert [json.loads(line)["text"] for line in done[:-1]] == CLEANED[: len(done) - 1]


def test_into_another_column_with_what_was_removed(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(ROWS[:1]))
    main([str(tmp_path / "a.jsonl"), "--into", "clean", "--removed-field", "gone", "-o", str(tmp_path / "b.jsonl")])
    row = json.loads((tmp_path / "b.jsonl").read_bytes())
    gone = [{"kind": "related", "rule": "en/also-read", "text": "Also read: Who paid for it", "line": 2}]
    assert row == {**ROWS[0], "clean": CLEANED[0], "gone": gone}


def test_rows_on_standard_input_are_told_by_their_content() -> None:
    done = subprocess.run([sys.executable, "-m", "cleaner"], input=lines(ROWS), capture_output=True, check=False, timeout=60)
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == CLEANED


# --- the other formats ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "comma"), [("a.csv", ","), ("a.csv", ";"), ("a.tsv", "\t")])
def test_csv_changes_nothing_but_the_text(name: str, comma: str, tmp_path: Path) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=comma, quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "text", "note"])
    writer.writerows([str(n), text, f'a "quote"{comma} 007'] for n, text in enumerate(TEXTS))
    (tmp_path / name).write_text(out.getvalue(), encoding="utf-8", newline="")
    assert main([str(tmp_path / name), "-o", str(tmp_path / "out")]) == 0
    with open(tmp_path / "out", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=comma))
    assert [row["text"] for row in rows] == CLEANED
    assert rows[3]["note"] == f'a "quote"{comma} 007'
    assert {row["cleaner_error"] for row in rows} == {""}
    assert b'"0"' in (tmp_path / "out").read_bytes(), "a quoted number stays quoted"


def test_a_ragged_csv_row(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text("id,text,x\n1,One.,2\n2,Two.\n3,Three.,4,5\n", encoding="utf-8")
    assert main([str(tmp_path / "a.csv"), "-o", str(tmp_path / "b.csv")]) == 2
    err = capfd.readouterr().err
    assert f"{tmp_path / 'a.csv'}:3: this row has 2 fields, the header 3" in err
    assert (tmp_path / "b.csv").read_text(encoding="utf-8").splitlines() == [
        "id,text,x,cleaner_error",
        "1,One.,2,",
        '2,Two.,,"this row has 2 fields, the header 3"',
        "3,Three.,4,5",
    ]


def test_a_csv_without_the_column(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text("id,body\n1,One.\n", encoding="utf-8")
    assert main([str(tmp_path / "a.csv")]) == 2
    assert "the header has no column 'text' but id, body" in capfd.readouterr().err


def test_parquet_keeps_types_and_other_columns(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    schema = pa.schema([("id", pa.int16()), ("text", pa.large_string()), ("tags", pa.list_(pa.string()))], metadata={"made": "by hand"})
    rows = [{"id": n, "text": text, "tags": ["a", None]} for n, text in enumerate([*TEXTS, None])]
    pq.write_table(pa.Table.from_pylist(rows, schema), tmp_path / "a.parquet")
    assert main([str(tmp_path / "a.parquet"), "-o", str(tmp_path / "b.parquet")]) == 0
    table = pq.read_table(tmp_path / "b.parquet")
    assert table["text"].to_pylist() == [*CLEANED, None]
    assert table.drop(["cleaner_error"]).schema.equals(pq.read_table(tmp_path / "a.parquet").schema, check_metadata=True)
    assert table["tags"].to_pylist() == [["a", None]] * 41
    assert main([str(tmp_path / "a.parquet"), "--to", "jsonl", "-o", str(tmp_path / "c.jsonl")]) == 0
    assert texts(tmp_path / "c.jsonl") == [*CLEANED, None]


def test_jsonl_to_parquet(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "a.jsonl").write_bytes(lines(ROWS))
    assert main([str(tmp_path / "a.jsonl"), "--to", "parquet", "-o", str(tmp_path / "b.parquet")]) == 0
    table = pq.read_table(tmp_path / "b.parquet")
    assert (table["text"].to_pylist(), table["id"].to_pylist()) == (CLEANED, list(range(40)))


def test_values_of_two_types_stop_parquet(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "a.jsonl").write_bytes(lines([{"text": "One.", "n": 1}, {"text": "Two.", "n": "two"}]))
    assert main([str(tmp_path / "a.jsonl"), "--to", "parquet", "-o", str(tmp_path / "b.parquet")]) == 2
    assert "Parquet can't keep together, take --to jsonl" in capfd.readouterr().err


def test_a_damaged_parquet_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    assert main([str(tmp_path / "a.parquet"), "--to", "jsonl"]) == 2
    assert "this is no whole Parquet file" in capfd.readouterr().err


@pytest.mark.parametrize("name", ["a.warc.gz", "a.wacz"])
def test_archives_come_out_as_rows(name: str, tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    (tmp_path / name).write_bytes(warc(TEXTS))
    if name.endswith("wacz"):
        with zipfile.ZipFile(tmp_path / "z", "w") as bundle:
            bundle.write(tmp_path / name, "archive/data.warc.gz")
        os.replace(tmp_path / "z", tmp_path / name)
    assert main([str(tmp_path / name), "-o", str(tmp_path / "b.jsonl")]) == 0
    assert texts(tmp_path / "b.jsonl") == CLEANED
    assert json.loads((tmp_path / "b.jsonl").read_bytes().splitlines()[7])["url"] == "https://site.example/7"


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("piped", [True, False])
def test_an_archive_that_ends_early(packed: bool, piped: bool, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("fastwarc")
    data = warc(TEXTS) if packed else gzip.decompress(warc(TEXTS))
    path, out = tmp_path / "a.warc", tmp_path / "b.jsonl"
    path.write_bytes(data[: len(data) * 2 // 3])
    if piped:
        command = [sys.executable, "-m", "cleaner", "-f", "warc", "-o", str(out)]
        done = subprocess.run(command, input=path.read_bytes(), capture_output=True, check=False, timeout=60)
        status, err = done.returncode, done.stderr.decode()
    else:
        status, err = main([str(path), "-o", str(out)]), capfd.readouterr().err
    assert status == 2
    assert f"cleaner: {'standard input' if piped else path}: can't read on after 27 responses: " in err
    assert err.count("\n") == 1
    assert texts(out)[:26] == CLEANED[:26]


def test_responses_that_are_no_text_are_counted(tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    data = gzip.decompress(warc(TEXTS[:3])).replace(b"text/plain", b"image/jpeg", 1).replace(b"HTTP/1.1 200 OK", b"HTTP/1.1 404 No", 1)
    (tmp_path / "a.warc").write_bytes(data)
    assert main([str(tmp_path / "a.warc"), "-o", str(tmp_path / "b.jsonl"), "--stats-to", str(tmp_path / "s.json")]) == 0
    stats = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    assert (stats["documents"], stats["skipped"], texts(tmp_path / "b.jsonl")) == (2, 1, CLEANED[1:3])


def test_a_folder_is_mirrored(tmp_path: Path) -> None:
    for n, text in enumerate(TEXTS):
        path = tmp_path / "in" / str(n % 3) / f"{n}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "in" / "0" / "0.html").write_text(f"<html><body><p>{TEXTS[0]}</p></body></html>", encoding="utf-8")
    (tmp_path / "in" / "rows.jsonl").write_bytes(lines(ROWS))
    assert main([str(tmp_path / "in"), "-o", str(tmp_path / "out"), "-j", "2"]) == 0
    assert [(tmp_path / "out" / str(n % 3) / f"{n}.txt").read_text(encoding="utf-8") for n in range(1, 40)] == CLEANED[1:]
    assert texts(tmp_path / "out" / "rows.jsonl") == CLEANED
    both = {path.name for path in (tmp_path / "out" / "0").iterdir() if path.name.startswith("0.")}
    assert both == {"0.txt", "0.txt.txt"}, "a text and a page of the same name both come out"
    assert len([p for p in (tmp_path / "out").rglob("*") if p.is_file()]) == 42


def test_one_text_with_an_option_of_corpora(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    (tmp_path / "a.txt").write_text(TEXTS[0], encoding="utf-8")
    assert main([str(tmp_path / "a.txt"), "-j", "1", "-o", str(tmp_path / "b.txt")]) == 0
    assert {p.name for p in tmp_path.iterdir()} == {"a.txt", "b.txt"}
    assert (tmp_path / "b.txt").read_text(encoding="utf-8") == CLEANED[0]
    assert main([str(tmp_path / "a.txt"), "-j", "1", "--check", "-o", str(tmp_path / "c.txt")]) == 1
    assert main([str(tmp_path / "a.txt"), str(tmp_path / "b.txt"), "-j", "1"]) == 0
    assert capfdbinary.readouterr().out.decode() == CLEANED[0] * 2


@pytest.mark.parametrize("end", [b"\n", b"\0"])
def test_a_list_of_files(end: bytes, tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.txt" for n in range(5)]
    for path, text in zip(paths, TEXTS, strict=False):
        path.write_text(text, encoding="utf-8")
    (tmp_path / "list").write_bytes(b"".join(os.fsencode(path) + end for path in paths))
    assert main(["--files-from", str(tmp_path / "list"), "--to", "jsonl", "-o", str(tmp_path / "b.jsonl")]) == 0
    assert texts(tmp_path / "b.jsonl") == CLEANED[:5]


def test_an_address_that_fsspec_opens(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines(ROWS)))
    assert main([f"file://{tmp_path}/a.jsonl.gz", "-o", str(tmp_path / "b.jsonl")]) == 0
    assert texts(tmp_path / "b.jsonl") == CLEANED


# --- many at once, stopped and gone on with -------------------------------------------------------------------------


def double(piece: int, without: dict[int, str], note: object) -> object:
    note(piece)  # type: ignore[operator]
    if without:
        return without
    if piece == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    if piece == 7:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        time.sleep(60)
    return piece * 2


def test_a_document_that_kills_or_hangs_its_process_is_named() -> None:
    got = list(in_order(iter(range(12)), double, 2, timeout=0.2))
    assert got[:5] + got[8:] == [0, 2, 4, 6, 8, 16, 18, 20, 22]
    assert got[6] == 12
    assert got[5] == {5: "it takes its process down (exit status -9)"}
    assert got[7] == {7: "not done after 0.2 seconds"}


def test_the_document_that_was_late_is_left_out_though_its_process_has_gone_on() -> None:
    worker = _Worker(double)  # type: ignore[arg-type]
    try:
        worker.busy, worker.piece = True, 1  # not sent, so that the process itself notes nothing
        worker.at[0], worker.at[1] = 4, time.monotonic() - 60
        late = worker.overdue(1.0)
        worker.at[0] = 5
        worker.again(late, "late")
        assert worker.take() == {4: "late"}
        worker.at[0] = -1
        assert worker.overdue(1.0) == -1
    finally:
        worker.stop()


def test_a_slow_row_passes_through_in_time(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    slow = {"text": "\n".join(f"Line {n} of a long list says little" for n in range(400_000))}
    (tmp_path / "a.jsonl").write_bytes(lines([ROWS[0], slow, ROWS[1]]))
    assert main([str(tmp_path / "a.jsonl"), "--timeout", "2", "-j", "2", "-o", str(tmp_path / "b.jsonl")]) == 2
    assert "a.jsonl:2: not done after 2 seconds; passed through unchanged" in capfd.readouterr().err
    rows = [json.loads(line) for line in (tmp_path / "b.jsonl").read_bytes().splitlines()]
    assert rows[1] == {**slow, "cleaner_error": "not done after 2 seconds"}
    assert [rows[0]["text"], rows[2]["text"]] == CLEANED[:2]


def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(ROWS) * 500)
    command = [sys.executable, "-m", "cleaner", str(tmp_path / "a.jsonl"), "-j2", "--stats-to", str(tmp_path / "s.json")]
    subprocess.run([*command, "-o", str(tmp_path / "whole.jsonl.gz")], check=True, timeout=120)
    whole = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    resumed = [*command, "-o", str(tmp_path / "b.jsonl.gz"), "--resume"]
    for _ in range(3):
        process = subprocess.Popen(resumed, stderr=subprocess.DEVNULL)
        time.sleep(1.7)
        process.kill()
        process.wait()
    subprocess.run(resumed, check=True, timeout=120)
    assert (tmp_path / "b.jsonl.gz").read_bytes() == (tmp_path / "whole.jsonl.gz").read_bytes()
    again = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    assert {k: v for k, v in again.items() if k != "seconds"} == {k: v for k, v in whole.items() if k != "seconds"}
    assert {p.name for p in tmp_path.iterdir()} == {"a.jsonl", "b.jsonl.gz", "whole.jsonl.gz", "s.json"}


def test_another_run_is_not_gone_on_with(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(ROWS))
    (tmp_path / "b.jsonl.part").write_bytes(b"")
    (tmp_path / "b.jsonl.part.json").write_text(
        '{"asked": {}, "pieces": 1, "bytes": 0, "complete": false, "summary": null}', encoding="utf-8"
    )
    assert main([str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "b.jsonl"), "--resume"]) == 2
    assert "had another version of cleaner: start again without --resume" in capfd.readouterr().err


def interrupted(command: list[str], out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop a run behind its first piece."""
    from cleaner.corpus.spool import Spool

    whole = Spool.done

    def done(self: Spool, summary: object) -> None:
        whole(self, summary)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Spool, "done", done)
        assert main(command) == 130
    assert any(path.name.endswith(".part.json") for path in out.parent.rglob("*"))


@pytest.mark.parametrize("what", ["size", "bytes", "time", "rules", "nothing"])
def test_an_input_that_has_changed_is_not_gone_on_with(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    path, rules = tmp_path / "a.jsonl", tmp_path / "mine.toml"
    path.write_bytes(lines(ROWS))
    rules.write_text(RULE, encoding="utf-8")
    command = [str(path), "--rules", str(rules), "-o", str(tmp_path / "b.jsonl"), "--resume"]
    interrupted(command, tmp_path / "b.jsonl", monkeypatch)
    at = path.stat().st_mtime_ns
    if what == "rules":
        rules.write_text(RULE.replace("Tickets", "Places"), encoding="utf-8")
    elif what == "size":
        path.write_bytes(lines(ROWS * 2))
    elif what == "bytes":
        path.write_bytes(lines(ROWS).replace(b"number 39", b"number 93"))
    os.utime(path, ns=(at, at + 10**9 if what == "time" else at))
    assert main(command) == (0 if what == "nothing" else 2)
    changed = "rule files" if what == "rules" else "input"
    says = f"b.jsonl.part.json: the content of the {changed} has changed since that run stopped: start again without --resume"
    assert (says in capfd.readouterr().err) == (what != "nothing")


RULE = """[[rule]]
id = "foot"
kind = "other"
cut = "block"
lines = ["Tickets at the gate"]
why = "A test."
noise = ["Tickets at the gate"]
prose = ["Tickets at the gate were gone by noon."]
"""


def test_a_folder_that_has_changed_is_not_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for n, text in enumerate(TEXTS):
        (folder / f"{n:02}.txt").write_text(text, encoding="utf-8")
    command = [str(folder), "-o", str(tmp_path / "out"), "--resume", "-j", "1"]
    interrupted(command, tmp_path / "out", monkeypatch)
    (folder / "00a.txt").write_text(TEXTS[0], encoding="utf-8")
    assert main(command) == 2
    assert "the content of the input has changed since that run stopped" in capfd.readouterr().err


def test_a_run_killed_between_its_last_steps_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(ROWS))
    arguments = [str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "b.jsonl"), "--resume"]
    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", lambda path: (_ for _ in ()).throw(KeyboardInterrupt))
        assert main(arguments) == 130
    assert (tmp_path / "b.jsonl.part.json").exists()
    assert main(arguments) == 0
    assert texts(tmp_path / "b.jsonl") == CLEANED
    assert not (tmp_path / "b.jsonl.part.json").exists()


def test_stats_by_rule_and_host(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(ROWS) + b"no row\n")
    assert main([str(tmp_path / "a.jsonl"), "--stats-to", str(tmp_path / "s.json"), "--check", "-q"]) == 2
    stats = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    assert (stats["documents"], stats["failed"], stats["rules"]) == (40, 1, {"related/en/also-read": 40})
    assert stats["hosts"]["site0.example"]["documents"] == 14


def test_a_summary_of_many_hosts_and_failures_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.summary.GROUPS", 3)
    monkeypatch.setattr("cleaner.summary.REASONS", 2)
    whole = Summary()
    for n in range(9):
        part = Summary()
        part.failure(f"this row is no JSON at {n}", f"https://site{n % 5}.example/")
        whole.join(part)
    assert whole.reasons == {"this row is no JSON at 0": 1, "this row is no JSON at 1": 1, "(others)": 7}
    assert {host: counts["failed"] for host, counts in whole.hosts.items()} == {
        "site0.example": 2,
        "site1.example": 2,
        "site2.example": 2,
        "(others)": 3,
    }


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-j", "none"], "number of processes from 1"),
        (["--resume", "a.jsonl"], "--resume needs -o"),
        (["a.jsonl", "--to", "parquet"], "Parquet needs a file"),
        (["a.jsonl", "--diff"], "a corpus has no --diff"),
    ],
)
def test_wrong_options(arguments: list[str], says: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    err = capfd.readouterr().err
    assert says in err
    assert err.count("\n") == 1


def test_every_format_gives_the_same_texts(tmp_path: Path) -> None:

    found = {}
    for name, path, _, _ in versions(TEXTS, tmp_path):
        assert main([str(path), "--to", "jsonl", "-o", str(tmp_path / "out.jsonl"), "-j", "1"]) == 0
        found[name] = texts(tmp_path / "out.jsonl")
    assert set(map(tuple, found.values())) == {tuple(CLEANED)}, found.keys()
    assert len(found) == 9


def test_a_header_with_a_lone_carriage_return_is_refused_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_bytes(b"text\ti\rtext\n1\t2\n")
    assert main([str(tmp_path / "a.csv"), "-o", str(tmp_path / "b.csv")]) == 2
    assert "the header is no CSV" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]
