"""The command on corpora: which inputs there are, where each one goes, and the loop over their pieces."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, Any

from cleaner import __version__
from cleaner.corpus import files, formats, jobs, places, progress
from cleaner.corpus.document import Broken, Fields
from cleaner.corpus.spool import Spool, Stdout
from cleaner.corpus.work import Piece, Result, Worker, summary_for
from cleaner.errors import Failure
from cleaner.messages import say, show_removals, show_totals, write_report
from cleaner.options import Options
from cleaner.summary import Summary
from cleaner.targets import Names

SHAPES = {"warc": "jsonl"}  # what a format comes out as, where it isn't itself


def run(options: Options) -> int:
    """Clean tables, archives and folders; return the exit status. Raises Failure."""
    if options.diff or options.to == "json":
        raise Failure("a corpus has no --diff and no --to json: take --explain, or --to jsonl with --removed-field")
    if options.resume and (not options.output or places.remote(options.output)):
        raise Failure("--resume needs -o with a file or folder on this machine: that is where it goes on")
    summary, noise = summary_for(options), False
    for job in wanted(options):
        try:
            part = _Run(options, job).all()
        except OSError as error:
            if not (error.filename or job.target):  # standard output
                raise
            part = Summary()
            part.failure(f"can't read or write: {error.strerror or error}")
            say(options, error.filename or job.target, f"can't read or write: {error.strerror or error}")
        except jobs.Died as error:
            raise Failure(f"{job.name}: {error}; --resume goes on") from None
        summary.join(part)
        noise = noise or sum(part.lines.values()) > 0
    show_totals(summary, options)
    if options.stats_to:
        try:
            summary.write(options.stats_to)
        except OSError as error:
            raise Failure(f"{options.stats_to}: can't write: {error.strerror}") from None
    if options.report:
        write_report(summary, options)
    return 2 if summary.failed else int(options.check and noise)


class Job:
    """One table or archive, or all single documents of the run, and where it goes ("" is standard output)."""

    def __init__(self, name: str, format: str, target: str, shape: str, found: Sequence[files.Found] | None = None) -> None:
        self.name, self.format, self.target, self.shape, self.found = name, format, target, shape, found
        self.only = ""  # the name of the output of a single document

    @contextlib.contextmanager
    def chunks(self, options: Options, fields: Fields) -> Iterator[tuple[Iterator[Any], IO[bytes] | None]]:
        """Open the input; give its pieces, and its file where it is one."""
        if self.format == "files":
            yield files.chunks(self.found or (), options, self.only), None
        else:
            with places.opened(self.name) as file:
                yield formats.module(self.format).chunks(file, fields), file


def wanted(options: Options) -> Iterator[Job]:
    """Yield the jobs that a command line asks for; raises Failure."""
    inputs = options.inputs or ([] if options.files_from else ["-"])
    several = len(inputs) > 1 or bool(options.files_from)
    folder = any(name != "-" and places.is_folder(name) for name in inputs)
    one_table = options.to in ("jsonl", "parquet") and formats.told_by(options.output) == options.to
    into = options.output if options.output and not one_table and (several or folder or options.output.endswith("/")) else ""
    into = into or (options.output if options.output and os.path.isdir(options.output) else "")
    tables: list[files.Found] = []
    documents: list[files.Found] = []
    for found in _found(inputs, options):
        (tables if _kind(found, options) in formats.MODULES else documents).append(found)
    names = Names(into, [found.location for found in tables])
    if documents or not tables:
        shape = options.to if options.to in ("jsonl", "parquet") else "files"
        target = into or options.output
        if into and shape != "files":
            target = os.path.join(into, names.free("documents", f".{shape}", ""))
        single = shape == "files" and target and not into
        if single and len(documents) > 1:
            raise Failure(f"-o {target}: several documents need a folder: write {target}/")
        job = Job("documents", "files", os.path.dirname(target) or "." if single else target, shape, documents)
        job.only = os.path.basename(target) if single else ""
        yield job
    if one_table and len(tables) + bool(documents) > 1:
        raise Failure(f"-o {options.output}: several tables need a folder")
    for found in tables:
        kind = _kind(found, options)
        shape = options.to if options.to in ("jsonl", "parquet") else SHAPES.get(kind, kind)
        name = os.path.join(into, names.free(*_named(found.relative, kind, shape), found.location)) if into else options.output
        yield Job(found.location, kind, name, shape)


def _found(inputs: list[str], options: Options) -> Iterator[files.Found]:
    for name in inputs:
        yield from files.below(name)
    if options.files_from:
        yield from files.listed(options.files_from)


def _kind(found: files.Found, options: Options) -> str:
    if options.format in formats.MODULES:
        return options.format
    return formats.told_by(found.location) or ("" if found.inside else files.sniffed(found.location, options.field))


def _named(relative: str, kind: str, shape: str) -> tuple[str, str]:
    """Return stem and ending of a table's output: its own name, with the ending of its new shape."""
    stem, _, packed = formats.split(relative)
    if kind == shape:
        return stem, relative[len(stem) :]
    return stem, f".{shape}" + (packed if shape == "jsonl" else "")


class _Run:
    """The loop over one job's pieces."""

    def __init__(self, options: Options, job: Job) -> None:
        self.options, self.job = options, job
        self.fields = Fields(options.field, options.url_field, options.into, options.removed_field, options.largest)
        if job.shape == "parquet" and not options.check and (not job.target or places.remote(job.target)):
            raise Failure("Parquet needs a file on this machine: name one with -o, or take --to jsonl")
        if places.remote(job.target):
            raise Failure(f"-o {job.target}: write to this machine and copy, or to standard output")
        self.summary = summary_for(options)

    def all(self) -> Summary:
        job, options = self.job, self.options
        if options.check:
            target: Any = Stdout()
        elif job.shape == "files":
            target = files.Folder(job.target, options.resume, self._asked())
        elif job.target:
            os.makedirs(os.path.dirname(job.target) or ".", exist_ok=True)
            target = Spool(job.target, options.resume, self._asked())
        else:
            target = Stdout()
        if target.summary is not None:
            self.summary = Summary.of(target.summary)
        try:
            with job.chunks(options, self.fields) as (chunks, file):
                self._pieces_done(chunks, target, file)
            if options.check:
                return self.summary
            target.finish(formats.module(job.shape))
        finally:
            target.close()
        return self.summary

    def _pieces_done(self, chunks: Iterator[Any], target: Any, file: IO[bytes] | None = None) -> None:
        job, options = self.job, self.options
        worker = Worker(options, self.fields, job.shape, job.target if job.shape != "parquet" else "")
        ends: list[str] = []
        pieces = (Piece(job.format, job.name, chunk) for chunk in islice(until_broken(chunks, ends), target.pieces, None))
        bar = progress.bar(places.size(job.name) if file else None, options.quiet)
        count = options.jobs or cores()
        for result in jobs.in_order(pieces, worker, count, options.timeout):
            if result.lacking and not target.pieces:
                raise Failure(f"{job.name}: no row has a field {options.field!r}: name the one with the text with --field")
            if bar is not None:
                bar.clear()
            self._say(result)
            self.summary.join(result.summary)
            if not options.check:
                target.write(result.data)
                target.done(self.summary.as_dict)
            if bar is not None and file is not None and file.seekable():
                bar.update(file.tell() - bar.n)
        if bar is not None:
            bar.close()
        for message in ends:
            self.summary.failure(message)
            say(options, job.name, message)

    def _say(self, result: Result) -> None:
        for place, problem in result.problems:
            say(self.options, place, problem)
        show_removals(result.explained, self.options)

    def _asked(self) -> dict[str, Any]:
        """What has to be the same for a run to go on: version, options, and the input as it was."""
        o = self.options
        names = (
            "format",
            "to",
            "engine",
            "field",
            "url_field",
            "into",
            "removed_field",
            "keep",
            "rules",
            "skip",
            "timeout",
            "site",
            "host",
        )
        asked: dict[str, Any] = {name: getattr(o, name) for name in names}
        asked["max_size"] = o.largest
        asked["report"] = [o.seed] if o.report else []
        asked["content of the rule files"] = [places.state(file) for file in o.rules]
        asked["content of the site memory"] = places.state(o.site) if o.site else ""
        found = self.job.found
        asked["content of the input"] = places.state(self.job.name) if found is None else places.states(f.location for f in found)
        return {"version of cleaner": __version__, "input": self.job.name, **asked}


def cores() -> int:
    """Return how many processes can work at once here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def until_broken(chunks: Iterator[Any], ends: list[str]) -> Iterator[Any]:
    """Yield pieces until the input breaks; then put a sentence about that into `ends`."""
    try:
        yield from chunks
    except Broken as broken:
        ends.append(str(broken))
