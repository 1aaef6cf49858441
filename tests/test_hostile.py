"""Hostile input and surroundings: bombs, tricks, full and closed places. An answer in bounded time, a sentence, nothing lost."""

import gzip
import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cleaner import clean, explain
from cleaner.cli import main
from cleaner.corpus import places
from cleaner.errors import RuleError
from cleaner.rules import Rule, load, shipped
from cleaner.slow import attacks, refuse, slow
from cleaner.targets import Names, is_device, write

TEXT = "The bridge is open again, the mayor said.\nAlso read: Who paid for it\nShe came on foot.\n"
CLEAN = "The bridge is open again, the mayor said.\nShe came on foot.\n"
STORY = "The bridge over the river is open again, the mayor said on Monday, and traffic flows. " * 4
COMMAND = [sys.executable, "-m", "cleaner"]


def cleaner(*arguments: str | Path, data: bytes = b"", **more: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *map(str, arguments)], input=data, capture_output=True, check=False, timeout=120, **more)  # type: ignore[call-overload,no-any-return]


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    line = line.replace("cleaner", f"{sys.executable} -m cleaner", 1)
    return subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


# --- expressions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", shipped(), ids=lambda r: r.id)
def test_no_expression_is_slow(rule: Rule) -> None:
    assert list(slow(rule)) == []


SLOW = [
    r"(a|a\s?)+b$",
    r"(a+)+b",
    r"(\w+\s?)+$",
    r"(x|x)+y",
    r"(?:[^:]+,?)+:",
    r"(a|1|[\d:]{1,10}){0,14}\W*$",
    r"read( qui| qui sotto| sotto)*\W*$",
    r"([\s.-]|[ap]\.?m\.?){0,40}$",
    r"\w*\w*\w*\w*\w*\w*b",
]


@pytest.mark.parametrize("expression", SLOW)
def test_a_slow_expression_is_found_in_time(expression: str) -> None:
    began = time.process_time()
    assert "is slow on" in next(slow(Rule("u/x", "ad", "block", "", (), (), match=expression)))
    assert time.process_time() - began < 20


@pytest.mark.parametrize("expression", [r"(also|must) read", r"read (more )*$", r"\d{1,2}:\d\d(, \w+)?$", r"(\d++|[a-z]++)*$"])
def test_a_quick_expression_is_not(expression: str) -> None:
    assert list(slow(Rule("u/x", "ad", "block", "", (), (), match=expression))) == []


def test_attacks_come_from_the_expression() -> None:
    assert ("posted ", "[x]") in attacks(r"posted (\[x\]|[^\d]|\S|[^a1 ])*$")
    assert attacks("plain") == []


def test_a_users_slow_rule_is_refused_by_name(tmp_path: Path, story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    table = '[[rule]]\nid = "bad"\nkind = "ad"\ncut = "block"\nmatch = \'(\\w+\\s?)+!$\'\nwhy = "A test."\nnoise = ["x!"]\nprose = ["y"]\n'
    path.write_text(table, encoding="utf-8")
    with pytest.raises(RuleError, match=r"mine\.toml: mine/bad: .* is slow on .* bound its repetitions"):
        refuse(str(path), load(path))
    assert main(["--rules", str(path), str(story)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{path}: mine/bad: " in err


# --- documents -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<b>" * 100_000 + STORY,
        "<p " + "a=b " * 200_000 + ">" + STORY,
        "<p " + "".join(f"a{k}=b " for k in range(20_000)) + ">" + STORY,
        "<p class='" + "related " * 50_000 + "'>" + STORY,
        "<p>" + "&amp;" * 200_000,
        "<p>" + "&#x1F600;" * 100_000,
        "<!--" * 100_000,
        "<![CDATA[" * 50_000,
        "<script>" * 50_000 + STORY,
        "<table><tr><td>" * 20_000 + STORY,
        "<a href='" + "a" * 1_000_000 + "'>" + STORY,
        "<p>" + "\x00" * 100_000 + STORY,
        "<p>" + "\ufeff\u200b\u202e\u2066" * 50_000 + STORY,
        "<p" * 200_000,
        "<script type='application/ld+json'>" + '{"articleBody": "' * 20_000 + "</script>",
    ],
    ids=lambda html: html[:12],
)
def test_a_page_of_one_thing_has_an_answer(html: str) -> None:
    began = time.process_time()
    done = explain(f"<html><body><article>{html}", format="html", metadata=False)
    assert isinstance(done.text, str)
    assert time.process_time() - began < 60


def test_more_blocks_than_a_page_has_or_lines_than_a_text_come_back_as_they_are(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    page = "<html><body>" + "<p>a" * 60_000
    done = explain(page)
    assert (done.text, done.removed, done.problem) == (page, (), "more than 50,000 blocks")
    assert explain("<html><body>" + "<b>a</b>" * 60_000, engine="trafilatura").problem == "more than 50,000 elements"
    text = "Advertisement\n" * 500_001
    assert clean(text, format="text") == text
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert main([str(tmp_path / "a.html")]) == 2
    out, err = capfd.readouterr()
    assert out == page
    assert "a.html: more than 50,000 blocks: cut it up; passed through unchanged\n" in err


def test_noise_within_noise_ends() -> None:
    inner = "[rela" * 300 + "[related-posts]" + "ted-posts]" * 300
    done = explain(f"The bridge is open.{inner}\nShe came.", format="text")
    assert done.problem.startswith("noise within noise")
    assert done.text == done.source
    few = "[rela" * 20 + "[related-posts]" + "ted-posts]" * 20
    assert clean(f"The bridge is open.{few}\nShe came.", format="text") == "The bridge is open.\nShe came."


def test_tags_of_blocks_that_lost_a_part_are_found_in_time() -> None:
    from cleaner import article, pipeline
    from cleaner.api import rulebook

    def seconds(n: int) -> float:
        text, blocks = article.plain([f"The bridge number {k} is open [related-posts] again, the mayor said." for k in range(n)])
        for block in blocks:
            block.tag = "quote"
        began = time.process_time()
        done = pipeline.run(text, rulebook(), (), blocks)
        assert {block.tag for block in done.blocks} == {"quote"}
        return time.process_time() - began

    assert seconds(8000) < 12 * seconds(2000) + 0.2


@pytest.mark.parametrize(
    "text", ["a\ufeffb\n", "\u202eAlso read\u202c\n", "Also\u200b read: x\n", "\ud800\n", "a\x00b\n", "\ufeff\ufeffOne.\n", "\x1a\n\x0c\n"]
)
def test_odd_characters_neither_raise_nor_change(text: str) -> None:
    source = f"The bridge is open.\n{text}She came.\n"
    assert set(clean(source, format="text").split("\n")) <= set(source.split("\n"))
    data = source.encode("utf-8", "surrogatepass")
    done = cleaner("-f", "text", data=data)
    assert done.returncode == 0
    assert set(done.stdout.split(b"\n")) <= set(data.split(b"\n"))


@pytest.mark.parametrize(
    ("piece", "times", "status", "says"),
    [
        (b"a" * (1 << 20), 954, 2, "larger than 50 MB: cut it up, or raise --max-size; passed through unchanged\n"),
        (b"\n" * (1 << 20), 10, 0, ""),
        (b"\0" * (1 << 20), 10, 2, "this is no text (give a text or an HTML page); passed through unchanged\n"),
    ],
    ids=["1 GB of a character", "10 million empty lines", "10 MB of NUL"],
)
def test_a_bomb_of_one_thing_passes_through_in_little_memory(piece: bytes, times: int, status: int, says: str, tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1_000_000_000, 1_000_000_000))

    with open(tmp_path / "in", "wb") as file:
        file.writelines([piece] * times)
    with open(tmp_path / "in", "rb") as file, open(tmp_path / "err", "wb") as err:
        with subprocess.Popen(COMMAND, stdin=file, stdout=subprocess.PIPE, stderr=err, preexec_fn=limit) as process:
            assert process.stdout is not None
            size = sum(part.count(piece[:1]) for part in iter(lambda: process.stdout.read(1 << 20), b""))  # type: ignore[union-attr]
        assert (process.returncode, size) == (status, len(piece) * times)
    (tmp_path / "in").unlink()
    assert (tmp_path / "err").read_text(encoding="utf-8").removeprefix("cleaner: standard input: ") == says


def test_mixed_encodings_keep_their_bytes() -> None:
    data = "Grüße aus Köln.\n".encode() * 40 + "Grüße.\n".encode("latin-1") + b"Advertisement\n"
    assert cleaner(data=data).stdout == data.removesuffix(b"Advertisement\n")


# --- sizes -----------------------------------------------------------------------------------------------------------


def test_a_document_above_the_limit_passes_through(tmp_path: Path) -> None:
    data = TEXT.encode() * 20
    path = tmp_path / "big.txt"
    path.write_bytes(data)
    says = "larger than 0.001 MB: cut it up, or raise --max-size; passed through unchanged\n"
    for done in (cleaner("--max-size", "0.001", data=data), cleaner("--max-size", "0.001", path)):
        assert (done.stdout, done.returncode) == (data, 2)
        assert done.stderr.decode().endswith(says)
    assert cleaner("--max-size", "0.001", path, "-o", tmp_path / "out.txt").returncode == 2
    assert (tmp_path / "out.txt").read_bytes() == data
    assert cleaner("--max-size", "0.01", path).stdout.count(b"Also read") == 0


def test_large_files_of_a_folder_are_copied_and_large_unpacked_ones_left_out(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    data = TEXT.encode() * 20
    (pages / "a.txt").write_bytes(data)
    (pages / "b.txt").write_bytes(TEXT.encode())
    (pages / "c.txt.gz").write_bytes(gzip.compress(b"a" * 1_000_000))
    assert main([str(pages), "-o", str(tmp_path / "out"), "--max-size", "0.001"]) == 2
    assert (tmp_path / "out" / "a.txt").read_bytes() == data
    assert (tmp_path / "out" / "b.txt").read_text(encoding="utf-8") == CLEAN
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a.txt", "b.txt"]
    err = capfd.readouterr().err
    assert "a.txt: larger than 0.001 MB: cut it up, or raise --max-size; passed through unchanged" in err
    assert "c.txt.gz: unpacked it is larger than 0.001 MB: cut it up, or raise --max-size; left out" in err
    assert main([str(pages / "a.txt"), "-j1", "--max-size", "0.001"]) == 2
    assert capfd.readouterr().out.encode() == data
    done = cleaner("-j1", "--max-size", "0.001", data=data)
    assert (done.stdout, done.returncode) == (data, 2)


def test_large_rows_pass_through(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    large, huge = "Advertisement. " * 100, "Advertisement. " * 200
    rows = [json.dumps({"text": text}) + "\n" for text in (TEXT, large, huge, TEXT)]
    (tmp_path / "a.jsonl").write_text("".join(rows), encoding="utf-8")
    assert main([str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "b.jsonl"), "--max-size", "0.001"]) == 2
    out = (tmp_path / "b.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    assert json.loads(out[0]) == json.loads(out[3]) == {"text": CLEAN}
    assert json.loads(out[1])["cleaner_error"].startswith("larger than 0.001 MB")
    assert out[2] == rows[2]
    assert "a.jsonl:3: this row is longer than 0.002 MB: cut it up, or raise --max-size; passed through unchanged" in capfd.readouterr().err


@pytest.mark.parametrize("width", [1, 3, 1000])
def test_long_lines_come_in_parts_cut_at_the_same_places(width: int) -> None:
    data = b"ab\ncd\n" + b"x" * 25 + b"\nef\n" + b"y" * 21

    class Slow(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            return super().read1(min(width, 1000))

        def peek(self, size: int = 0) -> bytes:
            return self.getvalue()[:8]

    pieces = list(places.pieces(Slow(data), 5, 20))  # type: ignore[arg-type]
    assert b"".join(pieces) == data
    assert [(bytes(p), isinstance(p, places.Part)) for p in pieces][:3] == [(b"ab\ncd\n", False), (b"xxxxx", True), (b"xxxxx", True)]
    assert [bytes(p) for p in pieces if not isinstance(p, places.Part)] == [b"ab\ncd\n", b"ef\n"]


@pytest.mark.parametrize(
    ("data", "says"), [("text\n" + "a" * 5000, "line 2 is longer"), ('text\n"' + "a\n" * 600_000, "the row from line 2 on is longer")]
)
def test_a_csv_row_that_never_ends_is_refused(data: str, says: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text(data, encoding="utf-8")
    assert main([str(tmp_path / "a.csv"), "-o", str(tmp_path / "b.csv"), "--max-size", "0.001"]) == 2
    assert says in capfd.readouterr().err
    assert not (tmp_path / "b.csv").exists()


def test_a_large_response_of_an_archive_is_left_out(tmp_path: Path) -> None:
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"<p>" + b"a" * 3_000_000)
    record = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:x:1>\r\nWARC-Target-URI: http://a.example/../../etc/passwd\r\n"
    record += b"Content-Type: application/http\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body + b"\r\n\r\n"
    (tmp_path / "a.warc").write_bytes(record)
    assert main([str(tmp_path / "a.warc"), "-o", str(tmp_path / "out" / "a.jsonl"), "--max-size", "1"]) == 2
    row = json.loads((tmp_path / "out" / "a.jsonl").read_bytes())
    assert (row["url"], row["cleaner_error"]) == ("http://a.example/../../etc/passwd", "larger than 1 MB: left out; raise --max-size")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.warc", "out"]


def test_a_compressed_bomb_takes_little_memory(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"text": "' + b"a" * 300_000_000 + b'"}\n'))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))

    done = cleaner(tmp_path / "a.jsonl.gz", "-o", tmp_path / "b.jsonl", "--max-size", "10", "-j1", preexec_fn=limit)
    assert (done.returncode, (tmp_path / "b.jsonl").stat().st_size) == (2, 300_000_013)
    assert b"a.jsonl.gz:1: this row is longer than 20 MB" in done.stderr


# --- places ----------------------------------------------------------------------------------------------------------


def test_inputs_of_one_name_get_outputs_of_their_own(tmp_path: Path) -> None:
    for folder in "xyz":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(f"{folder}.\n", encoding="utf-8")
        (tmp_path / folder / "a.jsonl").write_text(f'{{"text": "{folder}."}}\n', encoding="utf-8")
    inputs = [str(tmp_path / folder / "a.txt") for folder in "xyz"]
    assert main([*inputs, "-o", str(tmp_path / "out")]) == 0
    assert {p.name: p.read_text(encoding="utf-8") for p in (tmp_path / "out").iterdir()} == {
        "a.txt": "x.\n",
        "a.2.txt": "y.\n",
        "a.3.txt": "z.\n",
    }
    assert main([str(tmp_path / folder) for folder in "xy"] + ["-o", str(tmp_path / "all")]) == 0
    assert sorted(p.name for p in (tmp_path / "all").iterdir()) == ["a.2.jsonl", "a.jsonl", "a.txt", "a.txt.txt"]


def test_no_output_replaces_another_input(tmp_path: Path) -> None:
    for folder in "xy":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(f"{folder}.\n", encoding="utf-8")
    inputs = [str(tmp_path / folder / "a.txt") for folder in "xy"]
    for more in ([], ["-j1"]):
        assert main([*inputs, "-o", str(tmp_path / "y"), *more]) == 0
        assert (tmp_path / "y" / "a.txt").read_text(encoding="utf-8") == "y.\n"
    names = Names(str(tmp_path / "y"), inputs)
    assert names.free("a", ".txt", inputs[1]) == "a.txt"


def test_an_output_may_take_the_place_of_its_own_input(tmp_path: Path) -> None:
    rows = json.dumps({"text": TEXT}) + "\n"
    (tmp_path / "in").mkdir()
    for name, content in (("a.jsonl", rows), ("in/a.txt", TEXT), ("in/b.jsonl", rows)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert main([str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "a.jsonl")]) == 0
    assert main([str(tmp_path / "in"), "-o", str(tmp_path / "in")]) == 0
    assert json.loads((tmp_path / "a.jsonl").read_bytes()) == {"text": CLEAN}
    assert {p.name: p.read_text(encoding="utf-8") for p in (tmp_path / "in").iterdir()} == {
        "a.txt": CLEAN,
        "b.jsonl": json.dumps({"text": CLEAN}) + "\n",
    }


def test_a_device_or_pipe_is_written_to_not_replaced(story: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert is_device(str(tmp_path / "pipe"))
    assert is_device("/dev/null")
    assert is_device("/dev/stdout")
    assert not is_device(str(tmp_path))
    assert not is_device(str(story))
    assert not is_device("no\x00name")
    done = shell("cat pipe & cleaner story.txt -o pipe; wait", tmp_path)
    assert (done.stdout, done.stderr) == (CLEAN, "")
    assert shell("cleaner story.txt -j1 -o /dev/stdout | cat", tmp_path).stdout == CLEAN
    assert shell("cleaner story.txt -o /dev/stdout > out.txt", tmp_path).stderr == ""
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == CLEAN
    assert shell("cleaner story.txt --report /dev/null --stats-to /dev/null -o /dev/null", tmp_path).returncode == 0
    assert is_device("/dev/null")


def test_a_link_at_the_place_of_an_output_is_replaced_and_a_mode_kept(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (tmp_path / "out").symlink_to(tmp_path / "secret")
    (tmp_path / "out.part").symlink_to(tmp_path / "secret")
    write(str(tmp_path / "out"), [b"a", b"b"])
    assert (tmp_path / "secret").read_text(encoding="utf-8") == "secret"
    assert (tmp_path / "out").read_bytes() == b"ab"
    assert not (tmp_path / "out").is_symlink()
    (tmp_path / "out").chmod(0o600)
    write(str(tmp_path / "out"), [b"c"])
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "secret"]


def test_links_and_dots_do_not_lead_out_of_a_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("Secret.\n", encoding="utf-8")
    pages = tmp_path / "a" / "pages"
    pages.mkdir(parents=True)
    (pages / "one.txt").write_text("One.\n", encoding="utf-8")
    (pages / "loop").symlink_to(pages, target_is_directory=True)
    (pages / "out").symlink_to(outside, target_is_directory=True)
    assert main([str(pages), "-o", str(tmp_path / "texts")]) == 0
    assert sorted(str(p.relative_to(tmp_path / "texts")) for p in (tmp_path / "texts").rglob("*")) == ["one.txt"]
    (tmp_path / "list").write_text(f"{pages}/../pages/one.txt\n../../../../../..{outside}/secret.txt\n", encoding="utf-8")
    os.chdir(tmp_path)
    assert main(["--files-from", str(tmp_path / "list"), "-o", str(tmp_path / "listed")]) == 0
    assert all((tmp_path / "listed") in p.parents for p in (tmp_path / "listed").rglob("*"))
    assert sorted(p.name for p in (tmp_path / "listed").rglob("*.txt")) == ["one.txt", "secret.txt"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
@pytest.mark.parametrize(
    "arguments", ["story.txt", "rows.jsonl", "story.txt -j1", "-h", "--list", "-V", "--diff story.txt", "--to json story.txt"]
)
@pytest.mark.parametrize("stream", [">/dev/full", ">&-"])
def test_standard_output_that_takes_nothing(arguments: str, stream: str, story: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps({"text": TEXT}) + "\n", encoding="utf-8")
    done = shell(f"cleaner {arguments} {stream}", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("cleaner: standard output: can't write: ")
    assert done.stderr.count("\n") == 1


def test_standard_streams_that_are_closed(story: Path, tmp_path: Path) -> None:
    assert shell("cleaner <&-", tmp_path).stderr == "cleaner: standard input: standard input is closed\n"
    assert shell("cleaner --check story.txt >&-", tmp_path).returncode == 1
    assert shell("cleaner story.txt -o out.txt >&- 2>&- <&-", tmp_path).returncode == 0
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == CLEAN
    for closed in ("2>&-", "2>/dev/full"):  # no message is taken for data, and no data is lost for want of messages
        done = shell(f"cleaner --explain --stats no-such-file story.txt {closed}", tmp_path)
        assert (done.stdout, done.returncode) == (CLEAN, 2)


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A disk with 16 kB left."""
    folder = tmp_path / "full"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("a small disk can't be mounted here")
    (folder / "fill").write_bytes(b"x" * 48_000)
    yield folder  # type: ignore[misc]
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize(
    "arguments", ["a.txt -o full/a.txt", "a.jsonl -o full/a.jsonl", "a.jsonl --to parquet -o full/a.parquet", "pages -o full/out/"]
)
def test_a_full_disk(arguments: str, full: Path, tmp_path: Path) -> None:
    text = "".join(f"The bridge number {k * 7919} is open again, the mayor said on Monday.\n" for k in range(2000))
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps({"text": f"{os.urandom(300).hex()}\nAdvertisement"}) + "\n" for _ in range(400)), encoding="utf-8"
    )
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.txt").write_text(text, encoding="utf-8")
    done = shell(f"cleaner {arguments}", tmp_path)
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert done.stderr.count("\n") == 1
    assert [p for p in full.rglob("*") if p.suffix in (".txt", ".jsonl", ".parquet")] == []


def test_a_report_that_does_not_fit_is_not_there(full: Path, story: Path, tmp_path: Path) -> None:
    (full / "more").write_bytes(b"x" * 12_000)
    done = shell("cleaner story.txt --report full/r.html -o out.txt", tmp_path)
    assert done.returncode == 2
    assert "can't write the report: No space left on device" in done.stderr
    assert sorted(p.name for p in full.iterdir()) == ["fill", "more"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_leaves_no_part_under_a_final_name(number: signal.Signals, tmp_path: Path) -> None:
    row = json.dumps({"text": TEXT * 40}) + "\n"
    (tmp_path / "a.jsonl").write_text(row * 1500, encoding="utf-8")
    # tests that run in the background of a shell, or under nohup, have it ignored
    before = None if number == signal.SIGKILL else signal.signal(number, signal.SIG_DFL)
    process = subprocess.Popen([*COMMAND, tmp_path / "a.jsonl", "-o", tmp_path / "b.jsonl", "-j1"], stderr=subprocess.PIPE)
    if before is not None:
        signal.signal(number, before)
    part = tmp_path / "b.jsonl.part"
    while process.poll() is None and not (part.exists() and part.stat().st_size):
        time.sleep(0.01)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == (130 if number == signal.SIGINT else -number)
    assert err == b""
    assert not (tmp_path / "b.jsonl").exists()
    assert cleaner(tmp_path / "a.jsonl", "-o", tmp_path / "b.jsonl", "-j1", "--resume").returncode == 0
    clean_row = json.dumps({"text": clean(TEXT * 40)}) + "\n"
    assert (tmp_path / "b.jsonl").read_text(encoding="utf-8") == clean_row * 1500


def test_a_list_that_cannot_be_read_and_files_of_it_are_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("One.\n", encoding="utf-8")
    (tmp_path / "list").write_text(f"{tmp_path}/none.txt\n{tmp_path}/file\n", encoding="utf-8")
    assert main(["--files-from", str(tmp_path / "none")]) == 2
    assert capfd.readouterr().err == f"cleaner: {tmp_path}/none: can't read this list: No such file or directory\n"
    assert main(["--files-from", str(tmp_path / "list")]) == 2
    assert capfd.readouterr() == ("One.\n", f"cleaner: {tmp_path}/none.txt: can't read: No such file or directory\n")


@pytest.mark.parametrize("place", ["/proc/no/x.txt", "story.txt/x.txt"])
def test_what_cannot_be_written_is_named(place: str, story: Path, tmp_path: Path) -> None:
    for more in ("", " -j1"):
        done = shell(f"cleaner story.txt -o {place}{more}", tmp_path)
        assert done.returncode == 2
        assert done.stderr.startswith("cleaner: ")
        assert done.stderr.count("\n") == 1


def test_messages_hold_no_escapes_of_the_input(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text("\x1b[2J,\u202eb\n1,2\n", encoding="utf-8")
    rules = tmp_path / "mine.toml"
    table = '[[rule]]\nid = "a"\nkind = "ad"\ncut = "block"\nlines = ["x"]\nwhy = "A \\u001b[2J."\nnoise = ["x"]\nprose = ["y\\u001b[2J"]\n'
    rules.write_text(table, encoding="utf-8")
    assert main([str(tmp_path / "a.csv"), "-o", str(tmp_path / "b.csv")]) == 2
    main(["--rules", str(rules), "--list"])
    main(["--rules", str(rules), "--check-rules"])
    shown = "".join(capfd.readouterr())
    assert "mine/a" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
