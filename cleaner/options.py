"""The options of the command: `-h`, the parser, the manual page and the completions are made of one table."""

from __future__ import annotations

from cleaner.errors import Failure

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
CHOICES = {
    "format": ("auto", "text", "html", "jsonl", "csv", "parquet", "warc"),
    "to": ("text", "markdown", "json", "jsonl", "parquet"),
    "engine": ("auto", "own", "trafilatura"),
    "color": ("auto", "always", "never"),
}

EXAMPLES = """\
cleaner: a scraped news article in, the article alone out

  curl -s https://example.org/story | cleaner     a page from a pipe, the article to the screen
  cleaner story.txt -o clean.txt                  a text file
  cleaner --explain *.html > all.txt              say of everything that goes which rule removed it
  cleaner rule en/also-read                       what a rule takes, why, and how to switch it off

cleaner [OPTIONS] [INPUT ...]          INPUT: files, or - for standard input (the default)
"""
STATUS = "\nExit status: 0 done, 1 noise found with --check, 2 something failed, 130 interrupted.\n"
LARGEST = 50_000_000  # bytes of a document; no article is near it


def help_text() -> str:
    """Return the text of `-h`: examples, options, exit status; one screen."""
    lines = [f"  {f'-{short}, ' if short else '    '}{f'--{name} {takes}':22} {does}\n" for name, short, takes, does in OPTIONS]
    return EXAMPLES + "".join(lines) + STATUS


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


def parsed(argv: list[str]) -> Options:
    """Return what the words of a command line ask for; raises Failure."""
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
