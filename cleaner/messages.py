"""What a run says on standard error, and the page of its report."""

from __future__ import annotations

import os
import sys

from cleaner.errors import Failure
from cleaner.targets import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cleaner.options import Options
    from cleaner.output import Totals
    from cleaner.summary import Summary


def tell(text: str, end: str = "\n") -> None:
    """Write a text to standard error; where that fails, nobody can be told, and the work goes on."""
    try:
        print(text.encode("utf-8", "backslashreplace").decode(), end=end, file=sys.stderr, flush=True)
    except OSError:  # what is still buffered goes nowhere, instead of failing once more at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def say(options: Options, name: str, message: str) -> int:
    """Say what is wrong with an input; return the exit status."""
    if not options.quiet:
        from cleaner.output import visible

        tell(f"cleaner: {visible(f'{called(name)}: {message}')}")
    return 2


def called(name: str) -> str:
    """Return how messages name an input."""
    return "standard input" if name == "-" else name


def coloured(options: Options, screen: bool) -> bool:
    """Whether to colour what goes to a terminal (`screen`) or elsewhere."""
    return options.color == "always" or (options.color == "auto" and screen and not os.environ.get("NO_COLOR"))


def show_removals(lines: Iterable[str], options: Options) -> None:
    """Write the lines of `--explain` to standard error, on a terminal in colour and cut to its width."""
    if not coloured(options, sys.stderr.isatty()):
        for line in lines:
            tell(line)
        return
    from cleaner.terminal import explained

    tell(explained(lines), end="")


def show_totals(totals: Totals, options: Options) -> None:
    """Write what stands at the end of `--stats`, and on a terminal of `--explain`, to standard error."""
    screen = coloured(options, sys.stderr.isatty())
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
        inputs = [called(name) for name in options.inputs or [options.files_from or "-"]]
        write(options.report, [page(summary.as_dict(), inputs, options.rules).encode("utf-8", "replace")])
    except OSError as error:
        raise Failure(f"{options.report}: can't write the report: {error.strerror}") from None
