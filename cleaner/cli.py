"""The command: read each input, clean it, write it; messages and exit status are for people and shells."""

from __future__ import annotations

import os
import sys
from itertools import chain

from cleaner.attempt import attempt, site, too_large
from cleaner.errors import Failure, RuleError
from cleaner.messages import called, coloured, say, show_removals, show_totals, tell, write_report
from cleaner.options import CHOICES, Options, help_text, parsed
from cleaner.targets import Names, is_device, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any


def main(argv: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's library starts threads that wait busily, for longer than a page takes
    _open_closed()
    if hasattr(sys.stdout, "reconfigure"):  # help and lists; data is bytes
        sys.stdout.reconfigure(errors="backslashreplace")
    words = sys.argv[1:] if argv is None else argv
    try:
        status = _command(words) if _is_command(words) else _run(parsed(words))
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        _give_up_output()
        return 0
    except KeyboardInterrupt:
        return 130
    except (Failure, RuleError) as failure:
        return _fail(str(failure))
    except OSError as error:
        _give_up_output()
        return _fail(f"{error.filename or 'standard output'}: can't write: {error.strerror or error}")


def _fail(message: str) -> int:
    from cleaner.output import visible

    tell(f"cleaner: {visible(message)}")
    return 2


def _open_closed() -> None:
    """Give each standard stream that is closed a place that nothing else is written to; output to it fails, messages are lost."""
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while os.open(os.devnull, os.O_RDWR) < 3:
        pass
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")


def _give_up_output() -> None:
    """What is still buffered goes nowhere, instead of failing once more at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_command(words: list[str]) -> bool:
    """Whether the first word is a command; a file of that name is an input, as `./rule` and `-- rule` always are."""
    return bool(words) and words[0] in COMMANDS and not os.path.lexists(words[0])


def _command(words: list[str]) -> int:
    import importlib

    status: int = importlib.import_module(COMMANDS[words[0]]).main(words[1:])
    return status


def _run(options: Options) -> int:
    if options.help:
        sys.stdout.write(help_text())
        return 0
    if options.version:
        from cleaner import __version__

        print(f"cleaner {__version__}")
        return 0
    from cleaner import KINDS
    from cleaner.api import rulebook

    unknown = [kind for kind in options.keep if kind not in KINDS]
    if unknown:
        raise Failure(f"there is no kind {unknown[0]!r} to keep; the kinds are {', '.join(KINDS)}")
    if options.diff and options.to != "text":
        raise Failure(f"--diff shows what goes from the text: it can't go with --to {options.to}")
    if options.list:
        return _list(options)
    if options.check_rules:
        return _check_rules(options)
    rulebook(tuple(options.rules), frozenset(options.skip))
    site(options, None)
    _apart(options)
    if options.serve:
        from cleaner.serve import serve

        return serve(options)
    if not options.inputs and sys.stdin is not None and sys.stdin.isatty():
        sys.stderr.write(help_text())
        return 2
    if options.output and is_device(options.output):
        import contextlib

        with open(options.output, "a", encoding="utf-8") as device, contextlib.redirect_stdout(device):
            options.output = ""
            return _run(options)
    if _is_corpus(options):
        from cleaner.corpus.run import run

        return run(options)
    return _clean_all(options)


def _apart(options: Options) -> None:
    """Raise Failure where a file is to be written over another of the run; only `-o` may name an input, which is cleaned in place."""
    read = [path for path in (*options.rules, options.site, options.files_from) if path]
    for name, path in (("output", options.output), ("report", options.report), ("stats-to", options.stats_to)):
        if not path or is_device(path):
            continue
        if os.path.realpath(path) in map(os.path.realpath, read if name == "output" else [*read, *options.inputs]):
            raise Failure(f"--{name} {path}: the run reads or writes this file already: name another")
        read.append(path)


# a first word that is one of these, and not a file's name, is a command of its own: the module's `main` has the other words
COMMANDS = {"learn": "cleaner.site.learn", "rule": "cleaner.rulepage"}

ALONE = 400_000  # characters of the only document of a report that are shown
TABLES = (".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".warc", ".wacz")
PACKED = (".gz", ".bz2", ".xz", ".zst")


def _is_corpus(options: Options) -> bool:
    """Whether the run has tables, archives or folders, or asks for what only they have."""
    asked = options.files_from or options.jobs or options.resume or options.stats_to or options.into or options.removed_field
    if asked or options.format in CHOICES["format"][3:] or options.to in CHOICES["to"][3:]:
        return True
    return any(_is_table(name, options.field) for name in options.inputs or ["-"])


def _is_table(name: str, field: str) -> bool:
    plain = name.lower()
    if plain.endswith(PACKED):
        plain = plain.rpartition(".")[0]
    if plain.endswith(TABLES) or "://" in name or (name != "-" and os.path.isdir(name)):
        return True
    if plain.endswith((".txt", ".html", ".htm")) or not _starts_like_data(name):
        return False
    from cleaner.corpus.files import sniffed

    return bool(sniffed(name, field))


def _starts_like_data(name: str) -> bool:
    """Whether an input that its name does not tell starts as JSON, Parquet or WARC do; what a pipe gives can be read only once."""
    try:
        if name == "-":
            stdin: Any = sys.stdin
            return stdin is not None and stdin.buffer.peek(5)[:5].startswith((b"{", b"PAR1", b"WARC/"))
        if not os.path.isfile(name):
            return False
        with open(name, "rb") as file:
            return file.read(5).startswith((b"{", b"PAR1", b"WARC/"))
    except (OSError, ValueError):
        return False


def _clean_all(options: Options) -> int:
    from cleaner.output import explained

    status, noise, totals = 0, False, _totals(options)
    target = _Target(options)
    for name in options.inputs or ["-"]:
        try:
            data, rest = _read(name, options.largest)
        except Failure as failure:
            status = say(options, name, str(failure))
            totals.failure(str(failure))
            continue
        done, problem = (None, too_large(options)) if rest else _clean(data, options)
        if done is None:
            status = say(options, name, f"{problem}; passed through unchanged")
            totals.failure(problem)
        else:
            totals.cleaned(done, name=called(name))
            noise = noise or bool(done.removed)
            if options.explain:
                show_removals(explained(called(name), done), options)
        if not options.check:
            try:
                target.write(name, [data if done is None else _shaped(done, data, options, name)], rest)
            except OSError as error:
                if not target.path:
                    raise
                status = say(options, error.filename or name, f"can't write: {error.strerror}")
    show_totals(totals, options)
    if options.report:
        write_report(totals, options)
    return status or int(options.check and noise)


def _totals(options: Options) -> Any:
    """Counts for `--stats`, and what a report needs if there is to be one."""
    if not options.report:
        from cleaner.output import Totals

        return Totals()
    from cleaner.report.evidence import LONGEST, Evidence
    from cleaner.summary import Summary

    alone = len(options.inputs) <= 1
    return Summary(Evidence(options.seed, ALONE if alone else LONGEST))


def _read(name: str, largest: int) -> tuple[bytes, Any]:
    """Return the bytes of an input, and None; or of one that is too large its beginning, and the file with the rest."""
    if name == "-":
        if sys.stdin is None:
            raise Failure("standard input is closed")
        return _start(sys.stdin.buffer, largest)
    try:
        return _start(open(name, "rb"), largest)
    except OSError as error:
        raise Failure(f"can't read: {error.strerror}") from None
    except ValueError:
        raise Failure("can't read: this is no file name") from None


def _start(file: Any, largest: int) -> tuple[bytes, Any]:
    data = file.read(largest + 1)
    if len(data) > largest:
        return data, file
    if file is not getattr(sys.stdin, "buffer", None):
        file.close()
    return data, None


def _clean(data: bytes, options: Options) -> tuple[Any, str]:
    """Return (the cleaned document, ""), or (None, what went wrong)."""
    from cleaner.decode import binary

    if binary(data):
        return None, "this is no text (give a text or an HTML page)"
    return attempt(data, options, metadata=options.to == "json" or (bool(options.report) and len(options.inputs) <= 1))


def _shaped(done: Any, data: bytes, options: Options, name: str) -> bytes:
    if options.diff:
        return _diff(done, data, options, name)
    return _cleaned(done, data, options.to, options.rules)


def _cleaned(done: Any, data: bytes, shape: str = "text", rules: Iterable[str] = ()) -> bytes:
    """The output for one document in UTF-8; a text of which nothing goes keeps its bytes."""
    from cleaner.decode import decode, encode
    from cleaner.output import shaped

    if not done.removed and shape == "text" and done.source == done.text and not any(b.tag for b in done.blocks):
        return data if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else encode(done.text)
    errors = "surrogatepass" if not _has_surrogates(done.text) else decode(data).errors
    return encode(shaped(done, shape, rules), errors)


def _diff(done: Any, data: bytes, options: Options, name: str) -> bytes:
    from cleaner.decode import decode, encode
    from cleaner.diff import exact, patch

    screen = sys.stdout.isatty() and not options.output
    if coloured(options, screen):
        from cleaner.terminal import painted

        return encode(painted(done))
    errors = decode(data).errors
    if any(block.tag for block in done.blocks) or done.engine:  # a page: what was judged is its main content as text
        text = encode(patch(called(name), done.source, done.cuts), errors)
    else:
        text = exact(called(name), data, done.source, done.cuts, errors) if _cleaned(done, data) != data else b""
    if not screen:
        return text
    from cleaner.output import harmless

    return harmless(text.decode("utf-8", "backslashreplace")).encode()


def _has_surrogates(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)


class _Target:
    """Where the output goes: standard output, one file, or a file for each input in a folder."""

    def __init__(self, options: Options) -> None:
        self.path = options.output
        self.ending = {"text": ".txt", "markdown": ".md", "json": ".json"}[options.to]
        folder = bool(self.path) and (len(options.inputs) > 1 or self.path.endswith(os.sep) or os.path.isdir(self.path))
        self.names = Names(self.path, options.inputs) if folder else None
        self.started, self.ended = False, True

    def write(self, name: str, pieces: list[bytes], rest: Any = None) -> None:
        """Write the output of an input: some pieces, and what is left to read of the file `rest`."""
        more = chain(pieces, iter(lambda: rest.read(1 << 20), b"")) if rest else pieces
        if not self.path:
            self._print(more)
            return
        path = self.path
        if self.names is not None:
            os.makedirs(path, exist_ok=True)
            stem = "standard-input" if name == "-" else os.path.splitext(os.path.basename(name))[0]
            path = os.path.join(path, self.names.free(stem, self.ending, name))
        write(path, more)

    def _print(self, pieces: Iterable[bytes]) -> None:
        out = sys.stdout.buffer
        if self.started and not self.ended:
            out.write(b"\n")
        self.started, self.ended = True, True
        for piece in pieces:
            out.write(piece)
            self.ended = piece.endswith(b"\n") or not piece
        out.flush()


def _list(options: Options) -> int:
    from cleaner import KINDS
    from cleaner.catalogue import catalogue
    from cleaner.output import visible

    print("kinds:", *KINDS)
    for name, (kind, why) in catalogue(options.rules).items():
        print(f"{name:28} {kind:8} {visible(why)}")
    return 0


def _check_rules(options: Options) -> int:
    from cleaner.output import visible
    from cleaner.rules import load

    if not options.rules:
        raise Failure("--check-rules needs --rules FILE")
    rules = [rule for file in options.rules for rule in load(_path(file))]
    wrong = list(_wrong(rules, options.rules))
    for sentence in wrong:
        tell(f"cleaner: {visible(sentence)}")
    if not options.quiet:
        tell(f"cleaner: {len(rules)} rules, {len(wrong)} problems")
    return 2 if wrong else 0


def _wrong(rules: list[Any], files: list[str]) -> Iterator[str]:
    from cleaner.examples import failures
    from cleaner.matcher import Rulebook
    from cleaner.slow import slow

    yield from failures(rules, Rulebook(tuple(files)).all)
    for rule in rules:
        yield from slow(rule)


def _path(name: str) -> Any:
    from pathlib import Path

    return Path(name)
