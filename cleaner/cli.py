"""The command: read each input, clean it, write it; messages and exit status are for people and shells."""

from __future__ import annotations

import os
import sys
from itertools import chain

from cleaner.errors import Failure, RuleError
from cleaner.targets import Names, is_device, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from cleaner.output import Totals
    from cleaner.summary import Summary

# long name, short name, what it takes, what it does; `-h` and the parser are made of this table
OPTIONS = (
    ("format", "f", "FORMAT", "auto, text, html, jsonl, csv, parquet or warc (default: auto)"),
    ("output", "o", "PATH", "a file, or a folder for several inputs (default: standard output)"),
    ("to", "", "SHAPE", "text, markdown, json, jsonl or parquet (default: text)"),
    ("field", "", "NAME", "of a table: the column with the text or HTML (default: text)"),
    ("url-field", "", "NAME", "the column with the address (default: url)"),
    ("into", "", "NAME", "the column that takes the clean text (default: the same)"),
    ("removed-field", "", "NAME", "a column that keeps what was removed"),
    ("files-from", "", "FILE", "a list of inputs, one a line or NUL between; - is standard input"),
    ("keep", "", "KINDS", "kinds to leave in, with commas: embed,caption (--list has them)"),
    ("engine", "", "ENGINE", "of a page: auto, own or trafilatura (auto: trafilatura in doubt)"),
    ("site", "", "FILE", "what sites repeat, as `cleaner learn CORPUS -o FILE` remembers it"),
    ("host", "", "NAME", "the site of inputs without an address"),
    ("rules", "", "FILE", "a rule file of your own; may be repeated"),
    ("skip", "", "RULE", "switch a rule off by its id; may be repeated"),
    ("explain", "", "", "a line a removal on standard error:  INPUT:LINE: KIND/RULE: text"),
    ("diff", "", "", "show what goes and what stays: a patch; on a terminal in colour"),
    ("report", "", "FILE", "also write a page that shows what was removed, by which rule"),
    ("seed", "", "N", "of --report: draws other samples (default: 0)"),
    ("color", "", "WHEN", "auto, always or never (auto: on a terminal, unless NO_COLOR is set)"),
    ("check", "", "", "write nothing; exit 1 if there is noise"),
    ("stats", "", "", "totals by kind at the end, on standard error"),
    ("stats-to", "", "FILE", "totals by kind, rule, host and failure, as JSON"),
    ("serve", "", "", "a page on this machine to paste a text into and see the report"),
    ("port", "", "N", "of --serve (default: 8377; 0: any that is free)"),
    ("jobs", "j", "N", "processes for folders and tables (default: all cores)"),
    ("resume", "", "", "go on with a run that was stopped"),
    ("timeout", "", "SECONDS", "give up on a document after so long; it comes out as it went in"),
    ("max-size", "", "MB", "so does a document above so many megabytes (default: 50)"),
    ("list", "", "", "show the kinds and rules"),
    ("check-rules", "", "", "try the examples of the --rules files"),
    ("quiet", "q", "", "no messages"),
    ("version", "V", "", "show the version"),
    ("help", "h", "", "show this"),
)

# a first word that is one of these, and not a file's name, is a command of its own: the module's `main` has the other words
COMMANDS = {"learn": "cleaner.site.learn", "rule": "cleaner.rulepage"}

EXAMPLES = """\
cleaner: a scraped news article in, the article alone out

  curl -s https://example.org/story | cleaner     a page from a pipe, the article to the screen
  cleaner story.txt -o clean.txt                  a text file
  cleaner --explain *.html > all.txt              say of everything that goes which rule removed it
  cleaner rule en/also-read                       what a rule takes, why, and how to switch it off

cleaner [OPTIONS] [INPUT ...]          INPUT: files, or - for standard input (the default)
"""
STATUS = "\nExit status: 0 done, 1 noise found with --check, 2 something failed, 130 interrupted.\n"


def help_text() -> str:
    """Return the text of `-h`: examples, options, exit status; one screen."""
    lines = [f"  {f'-{short}, ' if short else '    '}{f'--{name} {takes}':22} {does}\n" for name, short, takes, does in OPTIONS]
    return EXAMPLES + "".join(lines) + STATUS


LARGEST = 50_000_000  # bytes of a document; no article is near it


class Options:
    """What the command line asks for."""

    format = "auto"
    output = ""
    to = "text"
    field, url_field, into, removed_field = "text", "url", "", ""
    files_from = stats_to = ""
    jobs = 0
    resume = False
    color = "auto"
    report = ""
    seed = 0
    port = 8377
    engine = "auto"
    site = host = ""
    timeout: float | None = None
    largest = LARGEST
    explain = diff = check = stats = serve = list = check_rules = quiet = version = help = False

    def __init__(self) -> None:
        self.inputs: list[str] = []
        self.keep: list[str] = []
        self.rules: list[str] = []
        self.skip: list[str] = []


def main(argv: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's library starts threads that wait busily, for longer than a page takes
    _open_closed()
    if hasattr(sys.stdout, "reconfigure"):  # help and lists; data is bytes
        sys.stdout.reconfigure(errors="backslashreplace")
    words = sys.argv[1:] if argv is None else argv
    try:
        status = _command(words) if _is_command(words) else _run(_options(words))
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


def tell(text: str, end: str = "\n") -> None:
    """Write a text to standard error; where that fails, nobody can be told, and the work goes on."""
    try:  # noqa: SIM105  (contextlib would have to be imported)
        print(text.encode("utf-8", "backslashreplace").decode(), end=end, file=sys.stderr, flush=True)
    except OSError:
        pass


def _is_command(words: list[str]) -> bool:
    """Whether the first word is a command; a file of that name is an input, as `./rule` and `-- rule` always are."""
    return bool(words) and words[0] in COMMANDS and not os.path.lexists(words[0])


def _command(words: list[str]) -> int:
    import importlib

    status: int = importlib.import_module(COMMANDS[words[0]]).main(words[1:])
    return status


CHOICES = {
    "format": ("auto", "text", "html", "jsonl", "csv", "parquet", "warc"),
    "to": ("text", "markdown", "json", "jsonl", "parquet"),
    "engine": ("auto", "own", "trafilatura"),
    "color": ("auto", "always", "never"),
}


def _options(argv: list[str]) -> Options:
    import getopt

    short = "".join(s + (":" if takes else "") for _, s, takes, _ in OPTIONS if s)
    try:
        pairs, inputs = getopt.gnu_getopt(argv, short, [name + ("=" if takes else "") for name, _, takes, _ in OPTIONS])
    except getopt.GetoptError as error:
        raise Failure(f"{error}; cleaner -h shows the options") from None
    options = Options()
    options.inputs = inputs
    names = {f"-{s}": name for name, s, _, _ in OPTIONS}
    takes_value = {name for name, _, takes, _ in OPTIONS if takes}
    for given, value in pairs:
        name = names.get(given, given.removeprefix("--"))
        if name in ("keep", "skip"):
            getattr(options, name).extend(part for part in value.split(",") if part)
        elif name == "rules":
            options.rules.append(value)
        elif value not in CHOICES.get(name, (value,)):
            raise Failure(f"--{name} is {value!r}, it must be one of {', '.join(CHOICES[name])}")
        elif name == "timeout":
            options.timeout = _number(name, value, "seconds")
        elif name == "max-size":
            options.largest = int(1e6 * _number(name, value, "megabytes"))
        elif name in ("seed", "port"):
            setattr(options, name, whole(name, value, "a number", 0, 65535 if name == "port" else 10**18))
        elif name == "jobs":
            options.jobs = whole(name, value, "a number of processes", 1, 1024)
        else:
            setattr(options, name.replace("-", "_"), value if name in takes_value else True)
    if options.output == "-":
        options.output = ""
    return options


def whole(name: str, value: str, what: str, least: int, most: int) -> int:
    """Return the whole number that an option names; raises Failure."""
    number = int(value) if value.isdecimal() and len(value) < 20 else -1  # Python refuses to read numbers of thousands of digits
    if not least <= number <= most:
        raise Failure(f"--{name} is {value[:40]!r}, it must be {what} from {least} to {most}")
    return number


def _number(name: str, value: str, unit: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number < 1e7:
        raise Failure(f"--{name} is {value[:40]!r}, it must be a number of {unit} above 0")
    return number


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
    if options.list:
        return _list(options)
    if options.check_rules:
        return _check_rules(options)
    rulebook(tuple(options.rules), frozenset(options.skip))
    _site(options, None)
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
            status = _say(options, name, str(failure))
            totals.failure(str(failure))
            continue
        done, problem = (None, too_large(options)) if rest else _clean(data, options)
        if done is None:
            status = _say(options, name, f"{problem}; passed through unchanged")
            totals.failure(problem)
        else:
            totals.cleaned(done, name=_called(name))
            noise = noise or bool(done.removed)
            if options.explain:
                show_removals(explained(_called(name), done), options)
        if not options.check:
            try:
                target.write(name, [data if done is None else _shaped(done, data, options, name)], rest)
            except OSError as error:
                if not target.path:
                    raise
                status = _say(options, error.filename or name, f"can't write: {error.strerror}")
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


def show_removals(lines: Iterable[str], options: Options) -> None:
    """Write the lines of `--explain` to standard error, on a terminal in colour and cut to its width."""
    if not _coloured(options, sys.stderr.isatty()):
        for line in lines:
            tell(line)
        return
    from cleaner.terminal import explained

    tell(explained(lines), end="")


def show_totals(totals: Totals, options: Options) -> None:
    """Write what stands at the end of `--stats`, and on a terminal of `--explain`, to standard error."""
    screen = _coloured(options, sys.stderr.isatty())
    if options.explain and screen and totals.rules:
        from cleaner.terminal import way_back

        tell(way_back(totals), end="")
    if options.stats and screen:
        from cleaner.terminal import stats

        tell(stats(totals), end="")
    elif options.stats:
        from cleaner.output import harmless

        tell("\n".join(map(harmless, totals.table())))


def write_report(summary: Summary, options: Options) -> None:
    """Write the page of `--report`; raises Failure."""
    from cleaner.report import page

    try:
        inputs = [_called(name) for name in options.inputs or [options.files_from or "-"]]
        write(options.report, [page(summary.as_dict(), inputs, options.rules).encode("utf-8", "replace")])
    except OSError as error:
        raise Failure(f"{options.report}: can't write the report: {error.strerror}") from None


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


def too_large(options: Options) -> str:
    """Return what is wrong with a document above the limit."""
    return f"larger than {options.largest / 1e6:g} MB: cut it up, or raise --max-size"


def _clean(data: bytes, options: Options) -> tuple[Any, str]:
    """Return (the cleaned document, ""), or (None, what went wrong)."""
    from cleaner.decode import binary

    if binary(data):
        return None, "this is no text (give a text or an HTML page)"
    return attempt(data, options, metadata=options.to == "json" or (bool(options.report) and len(options.inputs) <= 1))


def attempt(source: str | bytes, options: Options, url: str | None = None, metadata: bool = False) -> tuple[Any, str]:
    """Return (the cleaned document, ""), or (None, what went wrong); never raises on content."""
    from cleaner import api

    if len(source) > options.largest:
        return None, too_large(options)
    try:
        with _Alarm(options.timeout):
            done = api.explain(
                source,
                format=options.format if options.format in api.FORMATS else "auto",
                url=url,
                keep=options.keep,
                rules=options.rules,
                skip=options.skip,
                engine=options.engine,
                site=_site(options, url),
                metadata=metadata,
            )
            return (None, f"{done.problem}: cut it up") if done.problem else (done, "")
    except TimeoutError:
        return None, f"not done after {options.timeout:g} seconds"
    except (RecursionError, MemoryError) as error:
        return None, f"too large or too deeply nested to clean ({type(error).__name__})"
    except Exception as error:
        return None, f"can't be cleaned ({type(error).__name__}: {error})"


def _site(options: Options, url: str | None) -> Any:
    if not options.site:
        return None
    from cleaner.site.memory import of

    return of(options.site, url, options.host)


class _Alarm:
    """Raises TimeoutError in its block after some seconds; in a process's main thread, where alone a signal can be waited for."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        if seconds:
            import threading

            self.seconds = seconds if threading.current_thread() is threading.main_thread() else None

    def __enter__(self) -> None:
        if self.seconds:
            import signal

            signal.signal(signal.SIGALRM, _time_is_up)
            signal.setitimer(signal.ITIMER_REAL, self.seconds)

    def __exit__(self, *exc: object) -> None:
        if self.seconds:
            import signal

            signal.setitimer(signal.ITIMER_REAL, 0)


def _time_is_up(signum: int, frame: object) -> None:
    raise TimeoutError


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
    if _coloured(options, screen):
        from cleaner.terminal import painted

        return encode(painted(done))
    errors = decode(data).errors
    if any(block.tag for block in done.blocks) or done.engine:  # a page: what was judged is its main content as text
        text = encode(patch(_called(name), done.source, done.cuts), errors)
    else:
        text = exact(_called(name), data, done.source, done.cuts, errors) if _cleaned(done, data) != data else b""
    if not screen:
        return text
    from cleaner.output import harmless

    return harmless(text.decode("utf-8", "backslashreplace")).encode()


def _coloured(options: Options, screen: bool) -> bool:
    """Whether to colour what goes to a terminal (`screen`) or elsewhere."""
    return options.color == "always" or (options.color == "auto" and screen and not os.environ.get("NO_COLOR"))


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


def _say(options: Options, name: str, message: str) -> int:
    if not options.quiet:
        from cleaner.output import visible

        tell(f"cleaner: {visible(f'{_called(name)}: {message}')}")
    return 2


def _called(name: str) -> str:
    return "standard input" if name == "-" else name


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
