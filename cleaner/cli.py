"""The command: read each input, clean it, write it; messages and exit status are for people and shells."""

from __future__ import annotations

import argparse
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

HELP = """\
cleaner: a scraped news article in, the article alone out

  curl -s https://example.org/story | cleaner     a page from a pipe, the article to the screen
  cleaner story.txt -o clean.txt                  a text file
  cleaner --explain *.html > all.txt              say of everything that goes which rule removed it

cleaner [OPTIONS] [INPUT ...]          INPUT: files, or - for standard input (the default)
  -f, --format FORMAT   auto, text or html (auto: told by the content)
  -o, --output PATH     a file, or a folder for several inputs (default: standard output)
      --to SHAPE        text, markdown or json (default: text)
      --keep KINDS      kinds to leave in: related embed promo ad ui caption byline legal comment other
      --rules FILE      a rule file of your own; may be repeated
      --skip RULE       switch a rule off by its id; may be repeated
      --explain         a line a removal on standard error:  INPUT:LINE: KIND/RULE: text
      --diff            show what goes and what stays instead of the clean text
      --check           write nothing; exit 1 if there is noise
      --stats           totals by kind at the end, on standard error
      --timeout SECS    give up on a document after so long; it comes out as it went in
      --list            the kinds and rules;   --check-rules  try the examples of --rules files
  -q, --quiet           no messages
  -V, --version         -h, --help

Exit status: 0 done, 1 noise found with --check, 2 something failed (the rest was done), 130 interrupted.
"""


class Failure(Exception):
    """What went wrong with one document, in a sentence for a person."""


def main(argv: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    try:
        status = _run(_options(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except KeyboardInterrupt:
        return 130
    except Failure as failure:
        print(f"cleaner: {failure}", file=sys.stderr)
        return 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Failure(f"{message}; cleaner -h shows the options")


def _options(argv: list[str]) -> argparse.Namespace:
    parser = _Parser(prog="cleaner", add_help=False, allow_abbrev=False)
    add = parser.add_argument
    add("inputs", nargs="*")
    add("-f", "--format", default="auto", choices=("auto", "text", "html"))
    add("-o", "--output")
    add("--to", default="text", choices=("text", "markdown", "json"))
    for name in ("--keep", "--rules", "--skip"):
        add(name, action="append", default=[])
    for name in ("--explain", "--diff", "--check", "--stats", "--list", "--check-rules"):
        add(name, action="store_true")
    add("--timeout", type=float)
    add("-q", "--quiet", action="store_true")
    add("-V", "--version", action="store_true")
    add("-h", "--help", action="store_true")
    options = parser.parse_intermixed_args(argv)
    options.keep = [kind for part in options.keep for kind in part.split(",") if kind]
    options.skip = [rule for part in options.skip for rule in part.split(",") if rule]
    if options.timeout is not None and not options.timeout > 0:
        raise Failure("--timeout must be a number of seconds above 0")
    return options


def _run(options: argparse.Namespace) -> int:
    if options.help:
        sys.stdout.write(HELP)
        return 0
    if options.version:
        from cleaner import __version__

        print(f"cleaner {__version__}")
        return 0
    from cleaner import KINDS
    from cleaner.api import rulebook
    from cleaner.errors import RuleError

    unknown = [kind for kind in options.keep if kind not in KINDS]
    if unknown:
        raise Failure(f"there is no kind {unknown[0]!r} to keep; the kinds are {', '.join(KINDS)}")
    try:
        if options.list:
            return _list(options)
        if options.check_rules:
            return _check_rules(options)
        rulebook(tuple(options.rules), frozenset(options.skip))
    except RuleError as error:
        raise Failure(str(error)) from None
    if not options.inputs and sys.stdin is not None and sys.stdin.isatty():
        sys.stderr.write(HELP)
        return 2
    return _clean_all(options)


def _clean_all(options: argparse.Namespace) -> int:
    from cleaner.output import Totals, explained

    status, noise, totals = 0, False, Totals()
    target = _Target(options)
    for name in options.inputs or ["-"]:
        try:
            data = _read(name)
        except Failure as failure:
            status = _say(options, name, str(failure))
            totals.failed += 1
            continue
        done, problem = _clean(data, options)
        if done is None:
            status = _say(options, name, f"{problem}; passed through unchanged")
            totals.failed += 1
        else:
            totals.add(done)
            noise = noise or bool(done.removed)
            if options.explain:
                for line in explained(_called(name), done):
                    print(line.encode("utf-8", "backslashreplace").decode(), file=sys.stderr)
        if not options.check:
            try:
                target.write(name, data if done is None else _shaped(done, data, options))
            except BrokenPipeError:
                raise
            except OSError as error:
                status = _say(options, error.filename or name, f"can't write: {error.strerror}")
    if options.stats:
        print(*totals.table(), sep="\n", file=sys.stderr)
    return status or int(options.check and noise)


def _read(name: str) -> bytes:
    if name == "-":
        if sys.stdin is None:
            raise Failure("standard input is closed")
        return sys.stdin.buffer.read()
    try:
        with open(name, "rb") as file:
            return file.read()
    except IsADirectoryError:
        raise Failure("this is a folder: name the files in it, e.g. with a *") from None
    except OSError as error:
        raise Failure(f"can't read: {error.strerror}") from None
    except ValueError:
        raise Failure("can't read: this is no file name") from None


def _clean(data: bytes, options: argparse.Namespace) -> tuple[Any, str]:
    """Return (the cleaned document, ""), or (None, what went wrong)."""
    from cleaner import api
    from cleaner.decode import binary, decode

    if binary(data):
        return None, "this is no text (give a text or an HTML page)"
    try:
        with _Alarm(options.timeout):
            return api.explain(
                decode(data).text,
                format=options.format,
                keep=options.keep,
                rules=options.rules,
                skip=options.skip,
                metadata=options.to == "json",
            ), ""
    except TimeoutError:
        return None, f"not done after {options.timeout:g} seconds"
    except (RecursionError, MemoryError) as error:
        return None, f"too large or too deeply nested to clean ({type(error).__name__})"
    except Exception as error:
        return None, f"can't be cleaned ({type(error).__name__}: {error})"


class _Alarm:
    """Raises TimeoutError in its block after some seconds, where the system has such alarms."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds

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


def _shaped(done: Any, data: bytes, options: argparse.Namespace) -> bytes:
    from cleaner.decode import decode, encode
    from cleaner.output import diff, shaped

    if options.diff:
        colour = sys.stdout.isatty() and not options.output and not os.environ.get("NO_COLOR")
        lines = (line.translate(_TERMINAL) if colour else line for line in diff(done, colour))
        return encode("".join(line + "\n" for line in lines))
    if not done.removed and options.to == "text" and done.source == done.text and not any(b.tag for b in done.blocks):
        return data if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else encode(done.text)
    errors = "surrogatepass" if not _has_surrogates(done.text) else decode(data).errors
    return encode(shaped(done, options.to), errors)


_TERMINAL = {c: f"\\x{c:02x}" for c in [*range(0x1B), *range(0x1C, 0x20), 0x7F, *range(0x80, 0xA0)] if c not in (9, 10)}


def _has_surrogates(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)


class _Target:
    """Where the output goes: standard output, one file, or a file for each input in a folder."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.path = options.output
        self.ending = {"text": ".txt", "markdown": ".md", "json": ".json"}[options.to]
        self.folder = bool(self.path) and (len(options.inputs) > 1 or self.path.endswith(os.sep) or os.path.isdir(self.path))
        self.started = False

    def write(self, name: str, data: bytes) -> None:
        if not self.path:
            if self.started and not self.ended:
                sys.stdout.buffer.write(b"\n")
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            self.started, self.ended = True, data.endswith(b"\n") or not data
            return
        path = self.path
        if self.folder:
            os.makedirs(path, exist_ok=True)
            stem = "standard-input" if name == "-" else os.path.splitext(os.path.basename(name))[0]
            path = os.path.join(path, stem + self.ending)
        part = f"{path}.part"
        try:
            with open(part, "wb") as file:
                file.write(data)
            os.replace(part, path)
        except OSError:
            if os.path.exists(part) and not os.path.isdir(part):
                os.unlink(part)
            raise

    ended = True


def _say(options: argparse.Namespace, name: str, message: str) -> int:
    if not options.quiet:
        from cleaner.output import visible

        print(f"cleaner: {visible(_called(name))}: {message}", file=sys.stderr)
    return 2


def _called(name: str) -> str:
    return "standard input" if name == "-" else name


def _list(options: argparse.Namespace) -> int:
    from cleaner import KINDS
    from cleaner.context import STEPS
    from cleaner.rules import load, shipped

    print("kinds:", *KINDS)
    for name, (kind, why) in STEPS.items():
        print(f"{name:28} {kind:8} {why}")
    for rule in [*shipped(), *(r for file in options.rules for r in load(_path(file)))]:
        print(f"{rule.id:28} {rule.kind:8} {rule.why}")
    return 0


def _check_rules(options: argparse.Namespace) -> int:
    from cleaner.rules import load

    if not options.rules:
        raise Failure("--check-rules needs --rules FILE")
    rules = [rule for file in options.rules for rule in load(_path(file))]
    wrong = list(_wrong(rules, options.rules))
    for sentence in wrong:
        print(f"cleaner: {sentence}", file=sys.stderr)
    if not options.quiet:
        print(f"cleaner: {len(rules)} rules, {len(wrong)} problems", file=sys.stderr)
    return 2 if wrong else 0


def _wrong(rules: list[Any], files: list[str]) -> Iterator[str]:
    from cleaner.examples import failures, slow
    from cleaner.languages import GROUPS
    from cleaner.matcher import Rulebook

    yield from failures(rules, Rulebook(tuple(files)).tables(frozenset(GROUPS)))
    for rule in rules:
        yield from slow(rule)


def _path(name: str) -> Any:
    from pathlib import Path

    return Path(name)
