"""Engines that run beyond one machine give the texts of the command: datatrove, Ray, Polars, DuckDB."""

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cleaner.cli import main

pytestmark = [pytest.mark.cluster, pytest.mark.filterwarnings("ignore")]  # the engines' own warnings
pytest.importorskip("datatrove", reason="pip install 'news-cleaner[cluster]'")
pa = pytest.importorskip("pyarrow")

from cleaner.arrow import clean_batch  # noqa: E402
from cleaner.datatrove import CorpusReader, NewsCleaner  # noqa: E402

STORY = "The bridge number {n} is open again, the mayor said.\nAlso read: Who paid for it\nShe came on foot, “in rain” as ever.\n"
PAGE = "<html><head><title>Bridge {n}</title></head><body><h1>Bridge {n}</h1><article>{body}</article></body></html>"
TEXTS = [STORY.format(n=n) if n % 5 else PAGE.format(n=n, body=f"<p>{STORY.format(n=n) * 3}</p>") for n in range(60)]
PARTS = 6


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of six files of ten rows: the corpus as given in `in`, and as the command cleans it in `out`."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "in").mkdir()
    for part in range(PARTS):
        rows = [{"text": t, "id": f"{part}-{n}", "url": f"https://site.example/{n}"} for n, t in enumerate(TEXTS[part::PARTS])]
        data = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
        (folder / "in" / f"{part}.jsonl.gz").write_bytes(gzip.compress(data))
    assert main([str(folder / "in"), "-o", str(folder / "out"), "-j", "1"]) == 0
    return folder


def texts(folder: Path) -> dict[str, str]:
    rows = [json.loads(line) for path in folder.rglob("*.jsonl.gz") for line in gzip.decompress(path.read_bytes()).splitlines()]
    found = {row["id"]: row.get("text", "") for row in rows}
    assert len(found) == len(rows)
    return found


# --- datatrove -----------------------------------------------------------------------------------------------------

SCRIPT = """
import sys
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from cleaner.datatrove import NewsCleaner

class Slow(NewsCleaner):
    def _clean(self, document):
        import time
        time.sleep(0.05)
        return super()._clean(document)

if __name__ == "__main__":
    source, target = sys.argv[1:]
    steps = [JsonlReader(source), Slow(), JsonlWriter(target + "/data")]
    LocalPipelineExecutor(steps, tasks=6, workers=2, logging_dir=target + "/logs").run()
"""


def test_datatrove_killed_and_gone_on_with_gives_the_texts_of_the_command(corpus: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, str(script), str(corpus / "in"), str(tmp_path / "run")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    done = tmp_path / "run" / "logs" / "completions"
    until = time.monotonic() + 60
    while not (done.exists() and any(done.iterdir())) and time.monotonic() < until:
        time.sleep(0.02)
    os.killpg(process.pid, 9)
    process.wait()
    before = {path.name: path.stat().st_mtime_ns for path in done.iterdir()}
    assert 0 < len(before) < PARTS, "killed in the middle"
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    assert texts(tmp_path / "run" / "data") == texts(corpus / "out")
    assert all((done / name).stat().st_mtime_ns == at for name, at in before.items()), "what was done is not done again"
    stats = json.loads((tmp_path / "run" / "logs" / "stats.json").read_text(encoding="utf-8"))
    assert [s["stats"].get("removed/related", 0) > 0 for s in stats] == [False, True, False]


def test_nothing_is_dropped_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from datatrove.data import Document

    from cleaner import api

    whole = api.explain
    monkeypatch.setattr(api, "explain", lambda source, **asked: whole(17 if source == "broken" else source, **asked))

    def documents() -> Iterator[Document]:
        yield Document("The bridge is open.", "1")
        yield Document("Advertisement", "2", metadata={"url": 7})
        yield Document("broken", "3")

    step = NewsCleaner(removed_key="gone")
    found = list(step.run(documents()))
    assert [d.text for d in found] == ["The bridge is open.", "", "broken"]
    assert found[1].metadata["gone"] == [{"kind": "ad", "rule": "en/ad-marker", "text": "Advertisement", "line": 1}]
    assert found[2].metadata["cleaner_error"] == "can't be cleaned (TypeError: source must be str or bytes, not int)"
    counts = step.stats.to_dict()["stats"]
    assert (counts["total"], counts["forwarded"], counts["failed"], counts["removed/ad"]) == (3, 3, 1, 1)
    assert [d.id for d in NewsCleaner(drop_empty=True, drop_failed=True).run(documents())] == ["1"]
    with pytest.raises(ValueError, match="the kind is 'adverts'"):
        NewsCleaner(keep=["adverts"])


def test_the_reader_reads_what_the_command_reads(tmp_path: Path) -> None:
    from benchmarks.corpora import warc

    (tmp_path / "a.warc.gz").write_bytes(warc(TEXTS[1:5]))
    (tmp_path / "b.jsonl").write_text('{"text": "The bridge is open."}\n{"text": null}\n{"text": 7}\n', encoding="utf-8")
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(b'{"text": "The ferry is late."}\n' + os.urandom(99))[:60])
    reader = CorpusReader(str(tmp_path))
    found = list(NewsCleaner().run(reader.run()))
    assert [d.metadata["url"] for d in found[:4]] == [f"https://site.example/{n}" for n in range(4)]
    assert [d.text for d in found[4:]] == ["The bridge is open.", "The ferry is late."]
    assert reader.stats.to_dict()["stats"]["files that end early"] == 1
    main([str(tmp_path / "a.warc.gz"), "-o", str(tmp_path / "out.jsonl")])
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert [d.text for d in found[:4]] == [row["text"] for row in rows]


# --- Ray -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ray() -> Iterator[object]:
    engine = pytest.importorskip("ray")
    os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"
    engine.init(num_cpus=2, object_store_memory=100 << 20, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield engine
    engine.shutdown()


def test_datatrove_on_ray(ray: object, corpus: Path, tmp_path: Path) -> None:
    from datatrove.executor import RayPipelineExecutor
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    steps = [JsonlReader(str(corpus / "in")), NewsCleaner(), JsonlWriter(str(tmp_path / "data"))]
    RayPipelineExecutor(steps, tasks=2, workers=2, mem_per_cpu_gb=0.2, logging_dir=str(tmp_path / "logs")).run()
    assert texts(tmp_path / "data") == texts(corpus / "out")


def test_ray_data(ray: object, corpus: Path) -> None:
    import ray.data

    rows = [{"id": n, "text": text} for n, text in enumerate(TEXTS)]
    dataset = ray.data.from_items(rows, override_num_blocks=2)
    cleaned = dataset.map_batches(clean_batch, batch_format="pyarrow", batch_size=16, fn_kwargs={"field": "text"}).take_all()
    assert sorted(row["text"] for row in cleaned) == sorted(texts(corpus / "out").values())


# --- one process ---------------------------------------------------------------------------------------------------


def test_polars(corpus: Path) -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"id": range(len(TEXTS)), "text": TEXTS})
    cleaned = polars.from_arrow(clean_batch(frame.to_arrow()))
    assert sorted(cleaned["text"].to_list()) == sorted(texts(corpus / "out").values())
    assert cleaned["id"].to_list() == frame["id"].to_list()


def test_duckdb(corpus: Path, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    from pyarrow import parquet

    parquet.write_table(pa.table({"text": TEXTS}), tmp_path / "a.parquet")
    reader = duckdb.sql(f"select * from '{tmp_path}/a.parquet'").to_arrow_reader(16)
    found = [text for batch in reader for text in clean_batch(batch).column("text").to_pylist()]
    assert sorted(found) == sorted(texts(corpus / "out").values())


# --- site memory ---------------------------------------------------------------------------------------------------


def test_site_memory_in_two_stages_is_that_of_the_command(tmp_path: Path) -> None:
    from datatrove.executor import LocalPipelineExecutor
    from test_site import SLOGAN, article, dump, rows

    from cleaner.site.stages import CountSites, ReadSites

    (tmp_path / "in").mkdir()
    texts = [article(n % 25, tail=SLOGAN) for n in range(30)]
    lines = rows(texts).replace(b"www.town", b"www.river", 900).splitlines(keepends=True)
    for part in range(3):
        (tmp_path / "in" / f"{part}.jsonl").write_bytes(b"".join(lines[10 * part : 10 * part + 10]))
    assert main(["learn", str(tmp_path / "in"), "-o", str(tmp_path / "whole.db"), "-q", "-j", "1"]) == 0
    first = LocalPipelineExecutor(
        [CorpusReader(str(tmp_path / "in")), ReadSites(str(tmp_path / "read"), parts=2)],
        tasks=3,
        workers=1,
        logging_dir=str(tmp_path / "l1"),
    )
    second = LocalPipelineExecutor(
        [CountSites(str(tmp_path / "read"), str(tmp_path / "parts"))], tasks=2, workers=1, logging_dir=str(tmp_path / "l2"), depends=first
    )
    second.run()
    parts = sorted(map(str, (tmp_path / "parts").glob("*.db")))
    assert main(["learn", *parts, "-o", str(tmp_path / "site.db"), "-q"]) == 0
    assert dump(tmp_path / "site.db") == dump(tmp_path / "whole.db")
