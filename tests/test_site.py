"""Site memory: what a site prints in many articles goes, copies and quotes do not count, an article is no witness for itself."""

import json
import sqlite3
from pathlib import Path

import pytest

from cleaner import clean, explain
from cleaner.blocks import cut
from cleaner.cli import main
from cleaner.corpus.jobs import Died
from cleaner.errors import Failure
from cleaner.site.count import Counter, read
from cleaner.site.memory import MANY, OTHERS, Site
from cleaner.site.store import Store

URL = "https://www.town.example/news/{n}"
SLOGAN = "The paper that the whole valley has at breakfast"
PROMPT = "Our readers pay for this: find out more at www.town.example/club and tell a friend who might like to read along."
QUOTE = "“We did not see the water coming until it stood in the yard,” the miller said in front of the town hall on Monday night."


def article(n: int, *, head: str = "", middle: str = "", tail: str = "") -> str:
    own = [
        f"Paragraph {k} of article {n} says what nobody else says about subject {n * 7 + k}, and ends with a full stop." for k in range(4)
    ]
    return "\n".join(line for line in [head, *own[:2], middle, *own[2:], tail] if line)


def rows(texts: list[str], **more: list[str]) -> bytes:
    fields = [{"url": URL.format(n=n), "text": text, **{k: v[n] for k, v in more.items()}} for n, text in enumerate(texts)]
    return b"".join(json.dumps(row).encode() + b"\n" for row in fields)


def learned(tmp_path: Path, texts: list[str], **more: list[str]) -> Path:
    (tmp_path / "a.jsonl").write_bytes(rows(texts, **more))
    assert main(["learn", str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "site.db"), "-q", "-j", "1"]) == 0
    assert not (tmp_path / "site.db-journal").exists()
    return tmp_path / "site.db"


def removed(text: str, db: Path, n: int = 999) -> list[tuple[str, str, str]]:
    found = explain(text, url=URL.format(n=n), site=db).removed
    return [(r.kind, r.rule, r.text) for r in found if r.rule.startswith("site/")]


# --- what goes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("others", [OTHERS - 1, OTHERS])
def test_a_line_below_the_article_that_others_have_too_goes(others: int, tmp_path: Path) -> None:
    texts = [article(n, tail=SLOGAN) for n in range(others + 1)]
    db = learned(tmp_path, texts)
    went = [("other", "site/repeated-line", SLOGAN)] if others == OTHERS else []
    assert removed(texts[0], db, 0) == went, "the article itself, which was learned, is no witness"


def _file(tmp_path: Path, text: str) -> str:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    return str(tmp_path / "a.txt")


def test_a_prompt_with_an_address_goes_from_the_middle_too(tmp_path: Path) -> None:
    db = learned(tmp_path, [article(n, middle=PROMPT) for n in range(OTHERS + 1)])
    assert removed(article(77, middle=PROMPT), db) == [("other", "site/repeated-line", PROMPT)]


def test_the_headline_of_another_article_goes_its_own_stays(tmp_path: Path) -> None:
    titles = [f"Council number {n} wants a longer bridge" for n in range(3)]
    texts = [article(n, head=titles[n], middle=titles[(n + 1) % 3], tail=titles[n]) for n in range(3)]
    db = learned(tmp_path, texts)
    assert removed(texts[0], db, 0) == [("related", "site/other-headline", titles[1])]
    db.unlink()
    bare = [article(n, middle=titles[(n + 1) % 3]) for n in range(3)]
    db = learned(tmp_path, bare, title=[f"{title} - Town Press" for title in titles])
    assert removed(bare[0], db, 0) == [("related", "site/other-headline", titles[1])]


def test_a_headline_that_an_address_spells(tmp_path: Path) -> None:
    row = {"url": "https://town.example/2025/miller-s-wife-saves-the-old-wheel-48213.html", "text": article(1)}
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert main(["learn", str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "site.db"), "-q"]) == 0
    line = "Miller's wife saves the old wheel"
    assert removed(article(2, middle=line), tmp_path / "site.db") == []
    row["url"] = "https://town.example/2025/millers-wife-saves-the-old-wheel-48213.html"
    (tmp_path / "a.jsonl").write_text(json.dumps(row | {"text": article(3)}) + "\n", encoding="utf-8")
    main(["learn", str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "site.db"), "-q"])
    assert removed(article(2, middle=line), tmp_path / "site.db") == [("related", "site/other-headline", line)]


def test_explain_names_the_step_and_skip_switches_it_off(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    db = learned(tmp_path, [article(n, tail=SLOGAN) for n in range(9)])
    given = ["--site", str(db), "--host", "town.example", _file(tmp_path, article(50, tail=SLOGAN))]
    assert main(["--explain", *given]) == 0
    out, err = capfd.readouterr()
    assert err == f"{given[-1]}:5: other/site/repeated-line: {SLOGAN}\n"
    assert SLOGAN not in out
    assert main(["--skip", "site/repeated-line,any/tail", *given]) == 0
    assert capfd.readouterr().out == article(50, tail=SLOGAN)


# --- what stays ----------------------------------------------------------------------------------------------------


def test_copies_do_not_count(tmp_path: Path) -> None:
    story = article(1, middle=QUOTE, tail="She has said so before")
    versions = [story, story, story + "\nThis much was added.", story.replace("Paragraph 3", "Paragraph three"), article(1, middle=QUOTE)]
    db = learned(tmp_path, [*versions, *(article(n) for n in range(10, 20))])
    store = Store(str(db))
    host = store.host("town.example")
    assert host is not None
    assert (host.articles, host.copies) == (11, 4)
    assert all(removed(version, db, n) == [] for n, version in enumerate(versions))


def test_a_quote_that_all_reports_share_stays(tmp_path: Path) -> None:
    texts = [article(n, middle=QUOTE) if n % 3 else article(n, tail=QUOTE) for n in range(MANY)]
    db = learned(tmp_path, texts + [article(n) for n in range(100, 140)])
    assert all(removed(text, db, n) == [] for n, text in enumerate(texts))


def test_tables_lists_and_subheadings_stay(tmp_path: Path) -> None:
    table = "Ferry Town\n12\nBridge United\n9\nMill Rovers"
    texts = [article(n, middle="What happens next", tail=table) for n in range(MANY - 1)]
    db = learned(tmp_path, texts)
    assert all(removed(text, db, n) == [] for n, text in enumerate(texts))


def test_a_digest_of_other_articles_stays(tmp_path: Path) -> None:
    titles = [f"Council number {n} wants a longer bridge" for n in range(5)]
    db = learned(tmp_path, [article(n) for n in range(5)], title=titles)
    digest = article(50) + "\n" + "\n".join(f"{title}\n{article(60 + n).splitlines()[0]}" for n, title in enumerate(titles))
    assert removed(digest, db) == []


def test_another_site_says_nothing(tmp_path: Path) -> None:
    db = learned(tmp_path, [article(n, middle=PROMPT) for n in range(9)])
    text = article(50, head=SLOGAN, middle=PROMPT)
    assert clean(text, url=URL.format(n=50), site=db) != text
    assert clean(text, url="https://river.example/1", site=db) == text
    assert clean(text, site=db) == text


def test_cleaning_twice_changes_nothing(tmp_path: Path) -> None:
    titles = [f"Council number {n} wants a longer bridge" for n in range(9)]
    texts = [article(n, head=SLOGAN, middle=titles[(n + 1) % 9], tail=f"{SLOGAN}\n{titles[n]}\n{PROMPT}") for n in range(9)]
    db = learned(tmp_path, texts, title=titles)
    once = [clean(text, url=URL.format(n=n), site=db) for n, text in enumerate(texts)]
    assert [clean(text, url=URL.format(n=n), site=db) for n, text in enumerate(once)] == once
    assert once != texts


# --- learning ------------------------------------------------------------------------------------------------------


def test_learning_more_merges_and_learning_again_changes_nothing(tmp_path: Path) -> None:
    texts = [article(n, tail=SLOGAN) for n in range(12)]
    whole = dump(learned(tmp_path, texts))
    assert dump(learned(tmp_path, texts))[1:] == whole[1:]
    (tmp_path / "site.db").unlink()
    learned(tmp_path, texts[:5])
    (tmp_path / "a.jsonl").write_bytes(b"".join(rows(texts).splitlines(keepends=True)[5:]))
    main(["learn", str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "site.db"), "-q", "-j", "2"])
    assert dump(tmp_path / "site.db") == whole


def dump(path: Path) -> list[list[tuple[str | int, ...]]]:
    """All that a site memory holds, with the hosts' names for their numbers."""
    with sqlite3.connect(path) as db:
        found = [db.execute("SELECT name, articles, copies FROM hosts ORDER BY name").fetchall()]
        for columns, table in (("line, t.articles", "lines"), ("title, body, t.articles", "titles")):
            found.append(db.execute(f"SELECT name, {columns} FROM {table} AS t JOIN hosts ON hosts.id = host ORDER BY 1, 2").fetchall())
    db.close()
    return found


def test_memories_of_parts_are_joined(tmp_path: Path) -> None:
    texts = [article(n, tail=SLOGAN) for n in range(8)]
    for part in (0, 1):
        learned(tmp_path, texts[part::2]).rename(tmp_path / f"{part}.db")
    assert main(["learn", str(tmp_path / "0.db"), str(tmp_path / "1.db"), "-o", str(tmp_path / "both.db"), "-q"]) == 0
    store = Store(str(tmp_path / "both.db"))
    site = Site(store, "town.example")
    assert site.host is not None
    assert (site.host.articles, store.spread(site.host.id)) == (8, [(1, 32), (8, 1)])


def test_every_format_is_learned_and_the_file_has_no_text(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for n in range(6):
        page = "".join(f"<p>{line}</p>" for line in article(n, tail=SLOGAN).split("\n"))
        html = f"<html><head><title>Council number {n} wants a bridge</title></head><body><article>{page}</article></body></html>"
        (folder / f"{n}.html").write_text(html, encoding="utf-8")
    db = tmp_path / "site.db"
    assert main(["learn", str(folder), "--host", "town.example", "-o", str(db), "-j", "1"]) == 0
    assert capfd.readouterr().err == f"cleaner: {db}: learned 6 articles and 0 copies of known ones, 30 lines\n"
    assert removed(article(50, middle="Council number 3 wants a bridge", tail=SLOGAN), db) == [
        ("related", "site/other-headline", "Council number 3 wants a bridge"),
        ("other", "site/repeated-line", SLOGAN),
    ]
    assert b"breakfast" not in db.read_bytes()


def test_show(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    db = learned(tmp_path, [article(n, tail=SLOGAN) for n in range(9)])
    assert main(["learn", "--show", str(db)]) == 0
    assert capfd.readouterr().out.splitlines()[1:] == ["        9         0  town.example"]
    assert main(["learn", "--show", str(db), "--host", "town.example"]) == 0
    out = capfd.readouterr().out.splitlines()
    assert out[0] == "town.example: 9 articles, 0 copies of them"
    assert "       36  1" in out
    assert out[-1].startswith("        9  ")


def test_a_file_called_learn_is_an_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "learn").write_text("The bridge is open.\nAdvertisement\n", encoding="utf-8")
    for name in ("learn", "./learn"):
        assert main([name]) == 0
        assert capfd.readouterr().out == "The bridge is open.\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["learn"], "learn needs a corpus"),
        (["learn", "a.jsonl"], "learn needs -o FILE"),
        (["learn", "a.jsonl", "-o", "s.db", "-j", "none"], "number of processes from 1"),
        (["learn", "a.jsonl", "-o", "s.db", "-f", "pdf"], "--format is 'pdf'"),
        (["learn", "a.jsonl", "-o", "a.jsonl"], "a.jsonl: this is no site memory"),
        (["learn", "a.jsonl", "-o", "none/s.db"], "none/s.db: this is no site memory that can be opened"),
        (["learn", "--show", "none.db"], "there is no such site memory"),
        (["learn", "--show", "a.jsonl"], "this is no site memory"),
        (["learn", "none.jsonl", "-o", "s.db"], "can't read: No such file"),
        (["learn", "broken.jsonl", "-o", "s.db"], "broken.jsonl:2: this row is no JSON"),
        (["--site", "none.db", "a.txt"], "there is no such site memory"),
    ],
)
def test_wrong_input(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jsonl").write_bytes(rows([article(1)]))
    (tmp_path / "broken.jsonl").write_bytes(rows([article(1)]) + b"{\n" + rows([article(2)]))
    assert main(arguments) == 2
    err = capfd.readouterr().err
    assert says in err
    assert "Traceback" not in err


def test_learning_from_nothing_leaves_no_memory(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["learn", str(tmp_path / "none.jsonl"), "-o", str(tmp_path / "s.db")]) == 2
    assert list(tmp_path.iterdir()) == []
    assert "can't read: No such file" in capfd.readouterr().err


def test_a_process_that_dies_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def died(*given: object) -> None:
        raise Died("a process died (exit status -9)")

    monkeypatch.setattr("cleaner.corpus.jobs.in_order", died)
    (tmp_path / "a.jsonl").write_bytes(rows([article(1)]))
    assert main(["learn", str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "s.db")]) == 2
    assert "can't go on (a process died (exit status -9)); what was counted before is in it" in capfd.readouterr().err


def test_counting_goes_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [read(cut(article(n % 40, tail=SLOGAN)), f"{n % 2}.example") for n in range(60)]
    found = []
    for size in (1_000_000, 20):
        monkeypatch.setattr("cleaner.site.count.BATCH", size)
        store = Store(str(tmp_path / f"{size}.db"), write=True)
        counter = Counter(store)
        for document in documents:
            counter.add([document])
        counter.flush()
        store.close()
        found.append(dump(tmp_path / f"{size}.db"))
    assert found[0] == found[1]
    assert found[0][0] == [("0.example", 20, 10), ("1.example", 20, 10)]


def test_a_batch_of_arrow_takes_a_site_memory(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from cleaner.arrow import clean_batch

    db = learned(tmp_path, [article(n, middle=PROMPT) for n in range(9)])
    rows = pa.table({"text": [article(50, middle=PROMPT)] * 2, "url": [URL.format(n=50), "https://river.example/1"]})
    assert clean_batch(rows, site=db).column("text").to_pylist() == [article(50), article(50, middle=PROMPT)]
    with pytest.raises(Failure, match="there is no such site memory"):
        clean_batch(rows, site=tmp_path / "none.db")
