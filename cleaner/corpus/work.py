"""What a process does with a piece of an input: read its documents, clean each, write the rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from os import PathLike, fspath
from typing import Any, NamedTuple

from cleaner import KINDS, api
from cleaner.api import Cleaned
from cleaner.attempt import attempt
from cleaner.corpus import formats
from cleaner.corpus.document import ERROR, Document, Fields, Large, Plain
from cleaner.corpus.places import compressor
from cleaner.options import Options
from cleaner.output import explained, removal, shaped
from cleaner.summary import Summary


class Piece(NamedTuple):
    """A part of an input, as its format's reader cut it."""

    format: str
    name: str
    chunk: Any


class Result(NamedTuple):
    """What a piece became: bytes to write, counts, messages and lines of `--explain`; whether no row had the field."""

    data: Any
    summary: Summary
    problems: list[tuple[str, str]]
    explained: list[str]
    lacking: bool


def options(
    *,
    format: str = "auto",
    keep: Collection[str] = (),
    rules: Iterable[str | PathLike[str]] = (),
    skip: Collection[str] = (),
    engine: str = "auto",
    site: str | PathLike[str] = "",
    timeout: float | None = None,
) -> Options:
    """Return the options of a run that has no command line; arguments as for `cleaner.clean`. Raises ValueError, RuleError."""
    asked = Options()
    asked.format, asked.engine, asked.site, asked.timeout = format, engine, fspath(site), timeout
    asked.keep, asked.skip = ([x] if isinstance(x, str) else list(x) for x in (keep, skip))
    asked.rules = [fspath(file) for file in rules]
    for name, value, known in (("format", format, api.FORMATS), ("engine", engine, api.ENGINES), *(("kind", k, KINDS) for k in asked.keep)):
        if value not in known:
            raise ValueError(f"the {name} is {value!r}, it must be one of {', '.join(known)}")
    api.rulebook(tuple(asked.rules), frozenset(asked.skip))
    if asked.site:
        from cleaner.site.memory import opened

        opened(asked.site)
    return asked


def _passed(document: Document) -> bool:
    """Whether a document that can't be cleaned is in the output as it was: a row always, a file that could be read."""
    return document.source is not None or not isinstance(document.row, Plain) or isinstance(document.row, Large)


def summary_for(options: Options) -> Summary:
    """Return an empty summary, with room for evidence if the run writes a report."""
    if not options.report:
        return Summary()
    from cleaner.report.evidence import Evidence

    return Summary(Evidence(options.seed))


def _language(document: Document) -> str:
    """What a row's column of that name says of the language, as in "en"."""
    values = getattr(document.row, "values", None)  # JSON has them at hand; another row is asked for all its fields
    if not isinstance(values, dict):
        values = document.row.fields() if document.row is not None else {}
    told = values.get("lang") or values.get("language")
    return told.replace("_", "-").partition("-")[0].lower()[:20] if isinstance(told, str) else ""


class Worker:
    """Cleans pieces, as the options say and for the shape of the output."""

    def __init__(self, options: Options, fields: Fields, shape: str, compress_for: str = "") -> None:
        self.options, self.fields, self.shape, self.compress_for = options, fields, shape, compress_for
        self._ready = False

    def __call__(self, piece: Piece, without: dict[int, str], note: Callable[[int], None]) -> Result:
        if not self._ready:  # what a process has to load once is not the first document's time
            api.clean("The rules are read before the clock runs.")
            self._ready = True
        summary, problems = summary_for(self.options), []
        summary.skipped = getattr(piece.chunk, "skipped", 0)
        lines: list[str] = []
        documents = list(formats.module(piece.format).documents(piece.chunk, piece.name, self.fields))
        changes: list[dict[str, Any]] = []
        for index, document in enumerate(documents):
            note(index)
            done, problem = self.cleaned(document, without.get(index, ""))
            changes.append(self.changes(document, done, problem))
            if problem:
                summary.failure(problem, document.url)
                problems.append((document.place, problem + "; passed through unchanged" * _passed(document)))
            elif done is not None:
                summary.cleaned(done, document.url, document.place, _language(document))
                if self.options.explain:
                    lines += explained(document.place, done)
        note(-1)
        lacking = bool(documents) and all(d.problem.startswith("this row has no field") for d in documents)
        data = None if self.options.check else self._written(piece, documents, changes)
        return Result(data, summary, problems, lines, lacking)

    def cleaned(self, document: Document, problem: str = "") -> tuple[Cleaned | None, str]:
        """Return a cleaned document, or why there is none; neither for a row without a text. `problem`: why not to try."""
        problem = document.problem or problem
        if problem or document.source is None:
            return None, problem
        return attempt(document.source, self.options, document.url)

    def changes(self, document: Document, done: Cleaned | None, problem: str) -> dict[str, Any]:
        """Return the fields of the document's row that change."""
        if problem:
            return {ERROR: problem}
        changed: dict[str, Any] = {}
        if done is not None:
            shape = "markdown" if self.options.to == "markdown" else "text"
            text = shaped(done, shape) if shape == "markdown" or self.shape == "files" else done.text
            if self.fields.into or text != document.source:
                changed[self.fields.target] = text
        if self.fields.removed and document.row is not None:
            removed = done.removed if done is not None else ()
            changed[self.fields.removed] = [removal(r) for r in removed]
        return changed

    def _written(self, piece: Piece, documents: list[Document], changes: list[dict[str, Any]]) -> Any:
        data = formats.module(self.shape).written(piece.chunk, documents, changes, self.fields)
        return compressor(self.compress_for)(data) if isinstance(data, bytes) else data
