"""The command `cleaner learn`: read a corpus, and remember what its sites print in many articles."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cleaner import api
from cleaner.blocks import cut
from cleaner.corpus import formats, jobs, places, progress, run
from cleaner.corpus.document import Document, Fields
from cleaner.corpus.jsonl import JsonRow
from cleaner.corpus.work import Piece
from cleaner.decode import decode
from cleaner.errors import Failure
from cleaner.messages import say, tell
from cleaner.options import Options, whole
from cleaner.output import harmless
from cleaner.site.count import OFTEN, Counter, Read, read
from cleaner.site.store import Store, is_store
from cleaner.summary import hostname

HELP = """\
cleaner learn: remember what sites print in many articles, and their headlines; cleaner --site FILE uses it

  cleaner learn news.jsonl.gz -o site.db          any corpus that cleaner reads; a file that is there learns more
  cleaner learn a.db b.db -o site.db              site memories of parts of a corpus, joined
  cleaner learn --host example.org texts/ -o site.db    texts without addresses, all of one site
  cleaner learn --show site.db                    the sites in it
  cleaner learn --show site.db --host example.org how often that site's lines stand in how many articles

  -o, --output FILE      the site memory (SQLite); it holds hosts, hashes and counts, no text
      --host NAME        the site of documents without an address
      --field NAME       of a table: the column with the text or HTML (default: text)
      --url-field NAME   the column with the address (default: url)
      --title-field NAME the column with the headline (default: title)
  -f, --format FORMAT    auto, text, html, jsonl, csv, parquet or warc (default: auto)
      --files-from FILE  a list of inputs
  -j, --jobs N           processes (default: all cores)
  -q, --quiet            no messages

A file that is called "learn" is cleaned by  cleaner ./learn
"""
TAKES = ("output", "host", "field", "url-field", "title-field", "format", "files-from", "jobs", "show")
SHOWN = 20  # lines


def main(words: list[str]) -> int:
    """Run the command; return its exit status. Raises Failure."""
    import getopt

    try:
        given, rest = getopt.gnu_getopt(words, "o:f:j:qh", [*(f"{name}=" for name in TAKES), "quiet", "help"])
    except getopt.GetoptError as error:
        raise Failure(f"{error}; cleaner learn --help shows the options") from None
    short = {"-o": "--output", "-f": "--format", "-j": "--jobs", "-q": "--quiet", "-h": "--help"}
    asked = {short.get(name, name).removeprefix("--"): value for name, value in given}
    if "help" in asked:
        sys.stdout.write(HELP)
        return 0
    if "show" in asked:
        return show(asked["show"], asked.get("host"))
    if not rest and "files-from" not in asked:
        raise Failure("learn needs a corpus: cleaner learn CORPUS -o FILE")
    if "output" not in asked:
        raise Failure("learn needs -o FILE, which takes what it remembers")
    return learn(_options(asked, rest), asked["output"], asked.get("host", ""), asked.get("title-field", "title"))


def _options(asked: dict[str, str], inputs: list[str]) -> Options:
    from cleaner.options import CHOICES

    options = Options()
    options.inputs = inputs
    for name in ("field", "url-field", "format", "files-from"):
        setattr(options, name.replace("-", "_"), asked.get(name, getattr(options, name.replace("-", "_"))))
    if options.format not in CHOICES["format"]:
        raise Failure(f"--format is {options.format!r}, it must be one of {', '.join(CHOICES['format'])}")
    if "jobs" in asked:
        options.jobs = whole("jobs", asked["jobs"], "a number of processes", 1, 1024)
    options.quiet = "quiet" in asked
    return options


# --- learn ---------------------------------------------------------------------------------------------------------


class Found(NamedTuple):
    """What a piece of a corpus has: its documents, what is wrong with others."""

    documents: list[Read]
    problems: list[tuple[str, str]]


class Reader:
    """Reads the documents of a piece."""

    def __init__(self, options: Options, host: str, title_field: str) -> None:
        self.options, self.host, self.title_field = options, host, title_field
        self.fields = Fields(options.field, options.url_field)

    def __call__(self, piece: Piece, without: dict[int, str], note: Callable[[int], None]) -> Found:
        found = Found([], [])
        for index, document in enumerate(formats.module(piece.format).documents(piece.chunk, piece.name, self.fields)):
            note(index)
            problem = document.problem or without.get(index, "")
            if problem:
                found.problems.append((document.place, problem))
            elif document.source:
                found.documents.append(remembered(document, self.host, self._title(document), self.options.format))
        note(-1)
        return found

    def _title(self, document: Document) -> str | None:
        row = document.row
        values = row.values if isinstance(row, JsonRow) else row.fields() if row is not None else {}
        title = values.get(self.title_field)
        return title if isinstance(title, str) else None


def remembered(document: Document, host: str = "", title: str | None = None, format: str = "auto") -> Read:
    """Return what is remembered of a document. `host`: its site, where it has no address."""
    text = document.source if isinstance(document.source, str) else decode(document.source or b"").text
    if "<" in text[:5000] and format != "text":
        done = api.explain(text, format=format if format in api.FORMATS else "auto", url=document.url)
        text, title = done.source, title or done.title
    return read(cut(text), hostname(document.url) or host, document.url, title)


def learn(options: Options, output: str, host: str, title_field: str) -> int:
    """Read a corpus into a site memory, which is made or learns more; return the exit status. Raises Failure."""
    import sqlite3

    made = not os.path.exists(output)
    store = Store(output, write=True)
    counter = Counter(store)
    status = 0
    memories = [name for name in options.inputs if is_store(name)]
    options.inputs = [name for name in options.inputs if name not in memories]
    try:
        for name in memories:
            store.join(name)
        for job in run.wanted(options) if options.inputs or options.files_from else ():
            for problem in _counted(job, Reader(options, host, title_field), counter):
                status = say(options, *problem)
        counter.flush()
    except (sqlite3.Error, OSError, jobs.Died) as error:
        raise Failure(f"{output}: can't go on ({error}); what was counted before is in it: run the command again") from None
    finally:
        store.close()
    if made and status and not counter.articles and not memories:
        os.unlink(output)
        return status
    if not options.quiet:
        joined = f"joined {len(memories)} site memories; " if memories else ""
        text = f"{joined}learned {counter.articles} articles and {counter.copies} copies of known ones, {counter.lines} lines"
        tell(f"cleaner: {harmless(output)}: {text}")
    return status


def _counted(job: run.Job, reader: Reader, counter: Counter) -> Iterator[tuple[str, str]]:
    """Count a table, an archive or the single documents; yield the place of each problem, and what it is."""
    ends: list[str] = []
    bar = progress.bar(places.size(job.name) if job.format != "files" else None, reader.options.quiet)
    try:
        with job.chunks(reader.options, reader.fields) as (chunks, file):
            pieces = (Piece(job.format, job.name, chunk) for chunk in run.until_broken(chunks, ends))
            for found in jobs.in_order(pieces, reader, reader.options.jobs or run.cores()):
                counter.add(found.documents)
                yield from found.problems
                if bar is not None and file is not None and file.seekable():
                    bar.update(file.tell() - bar.n)
    except OSError as error:
        yield error.filename or job.name, f"can't read: {error.strerror or error}"
    if bar is not None:
        bar.close()
    for end in ends:
        yield job.name, end


# --- show ----------------------------------------------------------------------------------------------------------


def show(path: str, host: str | None) -> int:
    """Print what a site memory holds: its sites, or of one of them how many lines stand in how many articles. Raises Failure."""
    store = Store(path)
    if host is None:
        print(f"{'articles':>9} {'copies':>9}  host")
        for site in store.hosts():
            print(f"{site.articles:9} {site.copies:9}  {harmless(site.name) or '(no address)'}")
        return 0
    known = store.host(host)
    if known is None:
        raise Failure(f"{path}: there is no host {host!r} in it: cleaner learn --show {path} lists them")
    print(f"{harmless(known.name) or '(no address)'}: {known.articles} articles, {known.copies} copies of them")
    print(f"{'lines':>9}  in articles")
    spread = store.spread(known.id)
    for articles, lines in spread:
        if articles < OFTEN:
            print(f"{lines:9}  {articles}")
    print(f"{sum(n for a, n in spread if a >= OFTEN):9}  {OFTEN} and more; the most frequent, by their hashes:")
    for line, articles in store.common(known.id, SHOWN):
        if articles >= OFTEN:
            print(f"{articles:9}  {line & (1 << 64) - 1:016x}")
    return 0
