"""The page of `cleaner --serve`: a place for a text, and below it the same report that `--report` writes."""

from __future__ import annotations

from cleaner import KINDS
from cleaner.report.layout import framed, policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cleaner.options import Options

SCRIPTS = ("report.js", "serve.js")
FORMATS = (("auto", "what it looks like"), ("text", "text"), ("html", "HTML"))
ENGINES = (("auto", "own, or trafilatura in doubt"), ("own", "own"), ("trafilatura", "trafilatura"))


def start_page(options: Options) -> tuple[bytes, str]:
    """Return the page as it is before a document came, and its Content-Security-Policy; `options` choose what is kept at first."""
    kinds = "".join(
        f'<label class="switch k-{kind}"><input type=checkbox data-kind={kind}{"" if kind in options.keep else " checked"}>'
        f"<span>{kind}</span></label>"
        for kind in KINDS
    )
    body = (
        "<header><p class=eyebrow>cleaner</p><h1>A scraped article in, the article alone out</h1>"
        "<p class=quiet>Nothing that you try here is kept, and nothing leaves this machine.</p></header><main id=main class=try>"
        "<form id=form><label for=source>Paste a text or the source of a page, or drop a file</label>"
        "<textarea id=source rows=9 spellcheck=false dir=auto autocomplete=off aria-describedby=said></textarea>"
        "<div class=buttons><label class=file>Open a file<input id=file type=file></label>"
        f"{_choice('format', 'Read as', FORMATS)}"
        f"{_choice('engine', 'Engine', ENGINES, options.engine)}"
        "<button type=button id=empty>Empty</button></div>"
        f"<fieldset class=switches><legend>Take out</legend>{kinds}</fieldset>"
        "<p id=told role=status></p><div class=buttons id=downloads role=group aria-label=Download hidden>Download "
        "<button type=button data-to=text data-name=clean.txt>clean text</button>"
        "<button type=button data-to=html data-name=report.html>report</button>"
        "<button type=button data-to=json data-name=clean.json>JSON</button></div></form><div id=result></div></main>"
    )
    return framed("Try cleaner", [body], SCRIPTS, connect=True).encode("utf-8"), policy(SCRIPTS, connect=True)


def _choice(name: str, label: str, values: tuple[tuple[str, str], ...], chosen: str = "") -> str:
    options = "".join(f"<option value={value}{' selected' if value == chosen else ''}>{words}</option>" for value, words in values)
    return f"<label class=choice>{label} <select id={name}>{options}</select></label>"
