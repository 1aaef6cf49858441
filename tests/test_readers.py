"""The readers at their edges: encodings, rows in several pieces, odd columns, damaged files, packages that are missing."""

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.corpora import warc
from cleaner import clean
from cleaner.cli import main
from cleaner.corpus import documents, formats, jobs, jsonl, places
from cleaner.corpus.document import Broken, Fields
from cleaner.errors import Failure

STORY = "The bridge is open again, the mayor said.\nAdvertisement\nShe came on foot.\n"
CLEAN = clean(STORY)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def read(name: str, data: bytes, fields: Fields = Fields()) -> list[Any]:  # noqa: B008
    reader = formats.module(name)
    pieces = reader.chunks(io.BufferedReader(io.BytesIO(data)), fields)
    return [document for piece in pieces for document in reader.documents(piece, "x", fields)]


# --- archives --------------------------------------------------------------------------------------------------------


def response(body: bytes, kind: str) -> bytes:
    http = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode() + body
    head = "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http; msgtype=response\r\n"
    return f"{head}Content-Length: {len(http)}\r\n\r\n".encode() + http + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("Größe".encode(), "text/html; charset=latin-1"),  # bytes that are UTF-8 are that, whatever is said of them
        ("Größe".encode("latin-1"), "text/html; charset=latin-1"),
        ("Größe".encode("latin-1"), "text/html; charset=UTF-8"),
        ("Größe".encode("latin-1"), "text/html; charset=no-such"),
        ("Größe".encode("latin-1"), "text/plain"),
        ("Größe".encode("utf-16"), "text/plain; charset=utf-16"),
    ],
)
def test_a_response_in_any_encoding(body: bytes, kind: str) -> None:
    pytest.importorskip("fastwarc")
    assert [d.source for d in read("warc", response(body, kind))] == ["Größe"]


def test_an_archive_in_several_pieces_counts_on() -> None:
    pytest.importorskip("fastwarc")
    texts = [f"Text {n}." for n in range(150)]
    found = read("warc", warc(texts))
    assert [d.source for d in found] == texts
    assert [d.place for d in found] == [f"x:{n}" for n in range(1, 151)]


def test_an_archive_cut_off_in_a_header_is_broken() -> None:
    pytest.importorskip("fastwarc")
    whole = response(b"One.", "text/plain")
    reader, fields = formats.module("warc"), Fields()
    pieces = reader.chunks(io.BufferedReader(io.BytesIO(whole + whole[:40])), fields)
    assert [d.source for d in reader.documents(next(pieces), "x", fields)][:1] == ["One."]
    with pytest.raises(Broken, match="can't read on after 1 responses: the archive ends in the middle of a record"):
        list(pieces)


def test_a_response_of_the_longest_size_is_read() -> None:
    pytest.importorskip("fastwarc")
    for size, problem in ((1000, ""), (1001, "larger than 0.001 MB: left out; raise --max-size")):
        (found,) = read("warc", response(b"a" * size, "text/plain"), Fields(largest=1000))
        assert (found.source, found.problem) == (None if problem else "a" * size, problem)


# --- pieces ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "whole"), [(8, True), (9, True), (10, False)])
def test_a_line_of_the_longest_size_comes_whole(size: int, whole: bool) -> None:
    data = b"1\n" + b"a" * (size - 1) + b"\n2\n"
    found = list(places.pieces(io.BufferedReader(io.BytesIO(data)), 4, 9))
    assert b"".join(found) == data
    assert any(isinstance(piece, places.Part) for piece in found) is not whole


# --- CSV -------------------------------------------------------------------------------------------------------------


def test_a_csv_of_several_pieces_counts_lines_and_keeps_every_byte(tmp_path: Path) -> None:
    lines = "".join(f'{n},"{"One, " * 60}{n}.\r\nTwo ""{n}""."\r\n' for n in range(6000))
    (tmp_path / "a.csv").write_bytes(b"id,text\r\n" + lines.encode())
    assert main([str(tmp_path / "a.csv"), "-o", str(tmp_path / "b.csv"), "-j", "1"]) == 0
    assert (tmp_path / "b.csv").read_bytes() == b"id,text,cleaner_error\r\n" + lines.replace('"\r\n', '",\r\n').encode()
    found = list(documents(str(tmp_path / "a.csv")))
    assert [d.place.rpartition(":")[2] for d in found[-2:]] == ["11998", "12000"]


def test_a_csv_that_breaks_off_keeps_its_rows(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = gzip.compress(b"text\n" + b"".join(b"One %d.\n" % n for n in range(9999)))
    (tmp_path / "a.csv.gz").write_bytes(data[: len(data) // 2])
    assert main([str(tmp_path / "a.csv.gz"), "-o", str(tmp_path / "b.csv"), "-j", "1"]) == 2
    assert "a.csv.gz: the compressed data ends early; all rows before its end are done\n" in capfd.readouterr().err
    assert (tmp_path / "b.csv").read_bytes().startswith(b"text,cleaner_error\nOne 0.,\nOne 1.,\n")


def test_a_csv_row_with_quotes_in_odd_places_keeps_its_values() -> None:
    reader, fields = formats.module("csv"), Fields()
    data = b'id,text\n"a"b,One.\n'  # the reader takes the first value for ab
    (piece,) = reader.chunks(io.BufferedReader(io.BytesIO(data)), fields)
    found = list(reader.documents(piece, "x", fields))
    assert [d.source for d in found] == ["One."]
    assert reader.written(piece, found, [{"text": "Two."}], fields) == b"id,text,cleaner_error\nab,Two.,\n"


# --- JSON Lines ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (b"{text: 1}", "this row is no JSON: a key is missing at character 2"),
        (b'{"text" "a"}', "this row is no JSON: a colon is missing at character 9"),
        (b'{"text": "a",}', "this row is no JSON: a key is missing at character 14"),
        (b'{"text": "a\tb"}', "this row is no JSON: Invalid control character at 12"),
    ],
)
def test_rows_that_are_no_json(row: bytes, says: str) -> None:
    assert [(d.problem, d.source) for d in read("jsonl", row)] == [(says, None)]


def test_letters_of_all_scripts_are_written_as_they_are() -> None:
    assert (jsonl.as_json({"é": "ферма"}), jsonl.as_json("é", True)) == ('{"é": "ферма"}', '"\\u00e9"')


def test_a_row_that_is_none_becomes_one_of_parquet(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": STORY}) + "\nno row\n", encoding="utf-8")
    assert main([str(tmp_path / "a.jsonl"), "--to", "parquet", "-o", str(tmp_path / "b.parquet"), "-q"]) == 2
    first, second = pq.read_table(tmp_path / "b.parquet").to_pylist()
    assert (first["text"], second["line"]) == (CLEAN, "no row")
    assert second["cleaner_error"] == "this row is no JSON: a row must be an object in { }"


def test_a_lone_surrogate_is_escaped_where_json_is_written_anew() -> None:
    from cleaner import explain
    from cleaner.output import as_json

    data = as_json(explain("One \ud800.\nAdvertisement\nÜ.", format="text"))
    assert data.isascii()
    assert json.loads(data)["text"] == "One \ud800.\nÜ."


# --- Parquet ---------------------------------------------------------------------------------------------------------


def table(path: Path, columns: dict[str, Any], schema: Any = None, **more: Any) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table(columns, schema=schema), path, **more)


def test_parquet_with_columns_of_every_sort(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    columns = {
        "text": pa.array([STORY.encode(), None], pa.binary()),
        "about": pa.array([{"raw": b"a", "tags": ["x"]}, None]),
        "nothing": pa.nulls(2),
        "kind": pa.array(["a", "b"]).dictionary_encode(),
    }
    table(tmp_path / "a.parquet", columns)
    command = [str(tmp_path / "a.parquet"), "--into", "nothing", "--removed-field", "gone", "-j1"]
    assert main([*command, "-o", str(tmp_path / "b.parquet")]) == 0
    found = pytest.importorskip("pyarrow.parquet").read_table(tmp_path / "b.parquet")
    assert found["nothing"].to_pylist() == [CLEAN, None]
    assert found["text"].to_pylist() == [STORY.encode(), None]
    assert [len(gone or []) for gone in found["gone"].to_pylist()] == [1, 0]
    assert main([*command, "--to", "jsonl", "-o", str(tmp_path / "b.jsonl")]) == 0
    first, second = rows(tmp_path / "b.jsonl")
    assert (first["about"], first["kind"], first["nothing"]) == ({"raw": "a", "tags": ["x"]}, "a", CLEAN)
    assert (second["text"], second["about"]) == (None, None)


def test_the_text_may_be_bytes_or_a_dictionary(tmp_path: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    for name, column in (("bytes", pa.array([STORY.encode()], pa.large_binary())), ("words", pa.array([STORY]).dictionary_encode())):
        table(tmp_path / "a.parquet", {"text": column})
        assert main([str(tmp_path / "a.parquet"), "-o", str(tmp_path / f"{name}.parquet"), "-j1"]) == 0
    assert pq.read_table(tmp_path / "bytes.parquet")["text"].to_pylist() == [CLEAN.encode()]
    assert pq.read_table(tmp_path / "words.parquet")["text"].to_pylist() == [CLEAN]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"body": ["One."], "n": [1]}, "there is no column 'text' but body, n: name the one with the text with --field"),
        ({"text": [17]}, ":1: the field 'text' is a number, not a text; passed through unchanged"),
    ],
)
def test_parquet_without_a_text(columns: dict[str, Any], says: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    table(tmp_path / "a.parquet", columns)
    assert main([str(tmp_path / "a.parquet"), "-o", str(tmp_path / "b.parquet"), "-j1"]) == 2
    assert says in capfd.readouterr().err


def test_parquet_without_a_row_stays_so(tmp_path: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table(tmp_path / "a.parquet", {"text": pa.array([], pa.string()), "n": pa.array([], pa.int8())})
    assert main([str(tmp_path / "a.parquet"), "-o", str(tmp_path / "b.parquet")]) == 0
    found = pq.read_table(tmp_path / "b.parquet")
    assert (found.num_rows, found.schema.names) == (0, ["text", "n", "cleaner_error"])


def test_parquet_from_a_pipe_and_in_small_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    table(tmp_path / "a.parquet", {"text": [STORY] * 5000})
    command = [sys.executable, "-m", "cleaner", "-f", "parquet", "--to", "jsonl", "-j1"]
    done = subprocess.run(command, input=(tmp_path / "a.parquet").read_bytes(), capture_output=True, check=True, timeout=60)
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == [CLEAN] * 5000
    monkeypatch.setattr("cleaner.corpus.parquet.GROUP", 1000)
    assert main([str(tmp_path / "a.parquet"), "-o", str(tmp_path / "b.parquet"), "-j1"]) == 0
    assert pq.ParquetFile(tmp_path / "b.parquet").metadata.num_row_groups == 2  # a batch is whole
    assert pq.read_table(tmp_path / "b.parquet")["text"].to_pylist() == [CLEAN] * 5000


def test_parquet_damaged_in_the_middle(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow")
    table(tmp_path / "a.parquet", {"text": [f"{STORY}{n}" for n in range(5000)]}, row_group_size=2500)
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 4000] = b"\xff" * 4000
    (tmp_path / "a.parquet").write_bytes(data)
    assert main([str(tmp_path / "a.parquet"), "--to", "jsonl", "-o", str(tmp_path / "b.jsonl"), "-j1"]) == 2
    assert "a.parquet: can't read on after row " in capfd.readouterr().err


def test_rows_with_different_fields_become_one_table(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    long = "The bridge is open again. " * 50_000  # a piece of its own
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ({"text": long, "n": 1}, {"text": "One.", "m": 2.5})))
    assert main([str(tmp_path / "a.jsonl"), "--to", "parquet", "-o", str(tmp_path / "b.parquet"), "-j1"]) == 0
    found = pq.read_table(tmp_path / "b.parquet")
    assert (found["n"].to_pylist(), found["m"].to_pylist(), found["text"].to_pylist()) == ([1, None], [None, 2.5], [long, "One."])
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ({"text": long, "n": [1]}, {"text": "One.", "n": "x"})))
    assert main([str(tmp_path / "a.jsonl"), "--to", "parquet", "-o", str(tmp_path / "c.parquet"), "-j1"]) == 2
    assert "a column has values of two types, take --to jsonl" in capfd.readouterr().err
    assert not (tmp_path / "c.parquet").exists()


# --- places and formats ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missing", "arguments", "says"),
    [
        ("pyarrow", ["a.parquet"], "the format parquet needs pyarrow: pip install 'news-cleaner[corpus]'"),
        ("fastwarc", ["a.warc"], "the format warc needs fastwarc: pip install 'news-cleaner[corpus]'"),
        ("fsspec", ["memory://a.jsonl"], "memory://a.jsonl: an address needs fsspec: pip install 'news-cleaner[corpus]'"),
        ("zstd", ["a.jsonl.zst"], "zstd needs a package on this version of Python: pip install 'news-cleaner[corpus]'"),
    ],
)
def test_a_package_that_is_missing_is_named(missing: str, arguments: list[str], says: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.zst").write_bytes(places.COMPRESSIONS[".zst"])
    for name in ("a.parquet", "a.warc"):
        (tmp_path / name).write_bytes(b"")
    code = (
        "import sys\n"
        "class Gone:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] == {missing!r} or name.endswith('.{missing}'):\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Gone())\n"
        "from cleaner.cli import main\n"
        f"sys.exit(main({[*arguments, '-j1', '-o', 'out']!r}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.endswith(f"{says}\n")
    assert done.stderr.count("\n") == 1


def test_an_address_nobody_knows(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("fsspec")
    assert main(["nosuch://a.jsonl"]) == 2
    assert capfd.readouterr().err.startswith("cleaner: nosuch://a.jsonl: Protocol not known: nosuch")
    assert main(["file:///tmp/a.jsonl", "-o", "memory://b.jsonl"]) == 2
    assert "-o memory://b.jsonl: write to this machine and copy, or to standard output" in capfd.readouterr().err


def test_a_folder_behind_an_address(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "a.txt").write_text(STORY, encoding="utf-8")
    (tmp_path / "in" / "b.txt").write_text("One.\n", encoding="utf-8")
    assert main([f"file://{tmp_path}/in", "-o", str(tmp_path / "out"), "--resume"]) == 0
    found = {p.name: p.read_text(encoding="utf-8") for p in (tmp_path / "out").rglob("*.txt")}
    assert found == {"a.txt": CLEAN, "b.txt": "One.\n"}
    assert (tmp_path / "in" / "deep" / "a.txt").read_text(encoding="utf-8") == STORY
    assert (tmp_path / "out" / "deep" / "a.txt").exists()
    assert places.state(f"file://{tmp_path}/in/b.txt") != places.state(f"file://{tmp_path}/in/deep/a.txt")
    assert places.state(f"file://{tmp_path}/none") == ""
    assert places.size(f"file://{tmp_path}/in/b.txt") == 5
    assert places.size(f"file://{tmp_path}/none") is None


def test_damage_in_the_middle_of_compressed_text_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(gzip.compress("".join(f"Line {n * 7919}.\n" for n in range(9999)).encode()))
    data[len(data) // 2 : len(data) // 2 + 20] = b"\xff" * 20
    (tmp_path / "a.txt.gz").write_bytes(data)
    (tmp_path / "b.txt").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "c.txt").write_text(STORY, encoding="utf-8")
    assert main([str(tmp_path), "-o", str(tmp_path / "out"), "-j1"]) == 2
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == {"b.txt": b"\x89PNG\r\n\x1a\n", "c.txt": CLEAN.encode()}
    err = capfd.readouterr().err
    assert "a.txt.gz: can't read on: the compressed data is damaged (" in err
    assert "b.txt: this is no text (give a text or an HTML page); passed through unchanged" in err


def test_what_an_input_is_shows_in_its_first_bytes(tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    table(tmp_path / "one", {"text": [STORY]})
    (tmp_path / "two").write_bytes(response(STORY.encode(), "text/plain"))
    (tmp_path / "three").write_bytes(b'{"text": "' + b"a" * 9000 + b'"}\n')  # a row longer than what is looked at
    for name, text in (("one", CLEAN), ("two", CLEAN), ("three", "a" * 9000)):
        assert main([str(tmp_path / name), "--to", "jsonl", "-o", str(tmp_path / "out.jsonl"), "-j1"]) == 0
        assert [row["text"] for row in rows(tmp_path / "out.jsonl")] == [text]
    with pytest.raises(Failure, match="this is no table by its name: say which format it has, one of jsonl, csv, parquet, warc"):
        list(documents(str(tmp_path / "one")))


# --- runs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["a.jsonl", "b.jsonl", "--to", "jsonl", "-o", "c.jsonl"], "-o c.jsonl: several tables need a folder"),
        (["a.jsonl", "--stats-to", "none/s.json"], "none/s.json: can't write: No such file or directory"),
        (["a.jsonl", "-o", "c.jsonl", "--resume"], "c.jsonl.part.json: can't be read ("),
        (["a.jsonl", "-o", "d.jsonl", "--resume"], "d.jsonl.part.json: the run that stopped had another version of cleaner"),
    ],
)
def test_what_a_run_refuses(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in "ab":
        Path(f"{name}.txt").write_text("One.\n", encoding="utf-8")
        Path(f"{name}.jsonl").write_text('{"text": "One."}\n', encoding="utf-8")
    Path("c.jsonl.part.json").write_text("{", encoding="utf-8")
    Path("d.jsonl.part.json").write_text('{"asked": {}, "bytes": 9, "complete": false}', encoding="utf-8")
    assert main([*arguments, "-j1"]) == 2
    assert says in capfd.readouterr().err


@pytest.mark.parametrize("folder", ["new/", "there"])
def test_texts_as_rows_in_a_folder(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there").mkdir()
    for name in "ab":
        Path(f"{name}.txt").write_text(STORY, encoding="utf-8")
    Path("documents.jsonl").write_text(json.dumps({"text": STORY}) + "\n", encoding="utf-8")
    assert main(["a.txt", "b.txt", "documents.jsonl", "--to", "jsonl", "-o", folder, "-j1"]) == 0
    assert {p.name: [row["text"] for row in rows(p)] for p in Path(folder).iterdir()} == {
        "documents.jsonl": [CLEAN, CLEAN],
        "documents.2.jsonl": [CLEAN],
    }


def test_a_part_that_is_gone_is_not_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from cleaner.corpus.spool import Spool

    spool = Spool(str(tmp_path / "b.jsonl"), False, {})
    spool.write(b"row\n")
    spool.done(dict)
    spool.close()
    (tmp_path / "b.jsonl.part").unlink()
    with pytest.raises(Failure, match="is gone or shorter than its journal says: start again without --resume"):
        Spool(str(tmp_path / "b.jsonl"), True, {})


def failing(piece: int, without: dict[int, str], note: Any) -> int:
    if piece == 3:
        raise ValueError("no piece of mine")
    if piece == 5:
        sys.exit(7)  # outside of any document
    return piece


def test_what_a_piece_raises_is_raised_here_and_a_process_that_ends_is_told() -> None:
    with pytest.raises(ValueError, match="no piece of mine"):
        list(jobs.in_order(iter([1, 2, 3]), failing, 2))
    with pytest.raises(jobs.Died, match=r"a process died \(exit status 7\)"):
        list(jobs.in_order(iter([1, 2, 5]), failing, 2))


def test_a_run_whose_process_dies_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def died(*more: Any) -> Any:
        raise jobs.Died("a process died (exit status -9)")

    (tmp_path / "a.jsonl").write_text('{"text": "One."}\n', encoding="utf-8")
    monkeypatch.setattr("cleaner.corpus.jobs.in_order", died)
    assert main([str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "b.jsonl")]) == 2
    assert capfd.readouterr().err == f"cleaner: {tmp_path}/a.jsonl: a process died (exit status -9); --resume goes on\n"
    assert not (tmp_path / "b.jsonl").exists()


def test_a_run_on_a_terminal_shows_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("tqdm")
    (tmp_path / "a.jsonl").write_text('{"text": "One."}\n{\n' * 3, encoding="utf-8")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    for more, shown in (([], True), (["-q"], False)):
        assert main([str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "b.jsonl"), "-j1", *more]) == 2
        assert ("/57.0 [" in capfd.readouterr().err) is shown
    assert main(["learn", str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "s.db"), "-j1"]) == 2
    assert "/57.0 [" in capfd.readouterr().err


def test_explain_of_rows_names_row_and_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": STORY}) + "\n", encoding="utf-8")
    assert main([str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "b.jsonl"), "-j1", "--explain"]) == 0
    assert capfd.readouterr().err == f"{tmp_path}/a.jsonl:1:2: ad/en/ad-marker: Advertisement\n"
