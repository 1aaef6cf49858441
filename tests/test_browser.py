"""The pages in a real browser: switches, search, keyboard, dark mode, accessibility, and a hostile document that stays text.

Pictures of the pages go to build/screens/. Without playwright and chromium the tests are skipped, unless BROWSER=required.
"""

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaner import clean, explain, serve
from cleaner.cli import main
from cleaner.options import Options
from cleaner.report import Evidence, page
from cleaner.summary import Summary
from tests.test_page import PAGE

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
HERE = ("file:", "blob:", "data:", "http://127.0.0.1:")
SCREENS = Path(__file__).parent.parent / "build" / "screens"
BIDI = "\u202eturned\u2066"
HOSTILE = (
    "</script><script>window.bad=1</script><img src=x onerror='window.bad=2'><svg onload=window.bad=3>"
    "</textarea></title></style></bdi></details><a href='javascript:window.bad=4'>click</a><!-- --> ${window.bad=5} &lt;b&gt; "
    "\"' onmouseover=window.bad=6 " + BIDI
)
TEXT = (
    f"The bridge {HOSTILE} is open again.\n\nAlso read: Who <img src=x onerror=window.bad=9> {BIDI} paid\n\n"
    "She came on foot.[related-posts]\nAdvertisement\n"
    "وصلت العمدة سيرا على الأقدام مع ولديها.\n橋は月曜日に再び開通した。\n"
)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    if sync_playwright is None or CHROMIUM is None:
        assert os.environ.get("BROWSER") != "required", "playwright or chromium is missing"
        pytest.skip("playwright or chromium is missing")
    with sync_playwright() as driver:
        data = str(tmp_path_factory.mktemp("profile"))
        found = driver.chromium.launch_persistent_context(data, executable_path=CHROMIUM, args=ARGUMENTS, headless=True)
        found.set_default_timeout(120_000)  # for a busy machine
        yield found
        found.close()


@pytest.fixture
def tab(context: Any) -> Iterator[Any]:
    """A tab in which every request to a network, dialog, error and breach of the policy is noted, and none may happen."""
    found = context.new_page()
    found.noted = []
    found.on("request", lambda r: None if r.url.startswith(HERE) else found.noted.append(r.url))
    found.on("dialog", lambda d: (found.noted.append(d.message), d.dismiss()))
    found.on("console", lambda m: found.noted.append(m.text) if m.type in ("error", "warning") else None)
    found.on("pageerror", lambda e: found.noted.append(str(e)))
    yield found
    assert found.noted == []
    assert found.evaluate("window.bad") is None
    found.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


def made(path: Path, *documents: tuple[str, str], rules: tuple[str, ...] = (), title: str | None = None, times: int = 1) -> Path:
    """Write the report of some (name, text) and return its path."""
    summary = Summary(Evidence())
    cleaned = [(name, explain(text, rules=rules)) for name, text in documents]
    for k in range(times):
        for name, done in cleaned:
            done.title = title
            host = f"https://{'host' + str(k % 97) if times > 1 else 'news'}.example/"
            summary.cleaned(done, host, f"{name}:{k}" if times > 1 else name, ("en", "ar", "ja")[k % 3])
    path.write_text(page(summary.as_dict(), [documents[0][0]], rules), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def single(folder: Path) -> Path:
    return made(folder / "single.html", ("story.txt", TEXT))


@pytest.fixture(scope="module")
def corpus(folder: Path) -> Path:
    noise = ["Also read: the letter", "Advertisement", "Photo: Jane Doe / Town Press"]
    story = "The bridge is open again, the mayor said on Monday.\nShe came on foot with her two sons, who had never seen it.\n"
    documents = [(f"news{k}.jsonl", "\n".join([*noise[:k], story])) for k in range(1, 4)]
    documents += [("none.jsonl", "Advertisement\nAlso read: One\n"), ("clean.jsonl", story), ("page.jsonl", PAGE), ("odd.jsonl", TEXT)]
    documents.append(("more.jsonl", f"{story}Advertisement\n"))
    return made(folder / "corpus.html", *documents, times=1250)


def show(tab: Any, path: Path, width: int = 1280, height: int = 900, dark: bool = False) -> Any:
    tab.set_viewport_size({"width": width, "height": height})
    tab.emulate_media(color_scheme="dark" if dark else "light")
    tab.goto(path.as_uri())
    return tab


def until(tab: Any, expression: str) -> None:
    """Wait until an expression holds; playwright's own way needs eval, which the pages forbid."""
    end = time.monotonic() + 120
    while not tab.evaluate(expression):
        assert time.monotonic() < end, f"{expression}: {tab.evaluate('document.body.innerText')[:2000]}"
        tab.wait_for_timeout(20)


def picture(tab: Any, name: str) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    tab.screenshot(path=str(SCREENS / f"{name}.png"))


def text_of(tab: Any) -> str:
    found: str = tab.evaluate("cleanText()")
    return found


# --- a document --------------------------------------------------------------------------------------------------


def test_what_is_switched_off_stays_in_the_text(tab: Any, single: Path) -> None:
    show(tab, single)
    done = explain(TEXT)
    assert text_of(tab) == done.text
    tab.uncheck("input[data-kind=related]")
    assert tab.locator("details.cut.kept").count() == 1
    assert not tab.locator("details.cut.kept .kind").is_visible()
    assert text_of(tab) == clean(TEXT, keep=["related"])
    while tab.locator("input[data-kind]:checked").count():
        tab.locator("input[data-kind]:checked").first.uncheck()
    assert text_of(tab) == TEXT
    tab.click("#copy")
    until(tab, "document.getElementById('said').textContent.startsWith('Copied ')")


def test_folds_open_and_lead_to_the_rule_and_what_to_paste(tab: Any, single: Path) -> None:
    show(tab, single)
    fold = tab.locator("details.cut", has_text="paid").first
    assert not fold.locator(".about").is_visible()
    fold.locator("summary").click()
    assert "to other stories" in fold.locator(".about").inner_text()
    assert "line 3" in fold.locator(".about").inner_text()
    fold.locator("a").click()
    rule = tab.locator("#rule-related-en-also-read")
    until(tab, "document.getElementById('rule-related-en-also-read').open")
    shown = rule.locator("pre").inner_text()
    for line in ("cleaner --skip en/also-read", "cleaner --keep related", "cleaner --rules mine.toml", 'cut = "keep"'):
        assert line in shown
    rule.locator("[data-copy]").click()
    until(tab, "document.querySelector('#rule-related-en-also-read [data-copy]').textContent === 'Copied'")
    tab.click("#unfold")
    assert tab.locator("details.cut:not([open])").count() == 0


def test_the_keyboard_reaches_everything(tab: Any, single: Path) -> None:
    show(tab, single)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.dataset.kind") == "related"
    tab.keyboard.press("Space")
    assert tab.locator("details.cut.kept").count() == 1
    tab.keyboard.press("Space")
    tab.locator("details.cut summary").first.focus()
    tab.keyboard.press("Enter")
    assert tab.locator("details.cut").first.get_attribute("open") is not None


def test_a_page_shows_where_a_removal_stood(tab: Any, folder: Path) -> None:
    show(tab, made(folder / "page.html", ("page.html", PAGE)))
    fold = tab.locator("details.cut[data-kind=embed]")
    before = fold.evaluate("e => e.previousElementSibling.textContent")
    assert "The rest came from the state" in before
    fold.locator("summary").click()
    assert "line 5 of the page body > article > blockquote.twitter-tweet" in fold.locator(".about").inner_text()
    assert text_of(tab) == clean(PAGE)


# --- a corpus ----------------------------------------------------------------------------------------------------


def test_search_and_filters(tab: Any, corpus: Path) -> None:
    show(tab, corpus)
    rows = tab.locator("#rows tr")
    assert tab.inner_text("#where") == "1 to 50 of 10,000"
    assert rows.first.inner_text().startswith("none.jsonl:")
    tab.click("[data-only=empty]")
    assert tab.inner_text("#where") == "1 to 50 of 1,250"
    tab.click("[data-only=untouched]")
    assert tab.inner_text("#where") == "1 to 50 of 1,250"
    tab.click("[data-only=all]")
    tab.click("#after")
    assert tab.inner_text("#where") == "51 to 100 of 10,000"
    tab.click("#before")
    tab.fill("#find", "news2.jsonl:77")
    until(tab, "document.getElementById('where').textContent === '1 to 11 of 11'")
    assert "11 documents" in tab.inner_text("#said")
    tab.fill("#find", "ad-marker")
    until(tab, "document.querySelectorAll('.rule:not([hidden])').length === 1")
    assert tab.inner_text("#where") == "No document matches."
    tab.fill("#find", "no such thing")
    tab.wait_for_selector(".nothing:not([hidden])")
    tab.fill("#find", "")
    until(tab, "document.getElementById('where').textContent === '1 to 50 of 10,000'")


def test_kinds_hide_rules_and_rows(tab: Any, corpus: Path) -> None:
    show(tab, corpus)
    assert tab.locator(".rule[data-kind=ad]:visible").count() == 1
    tab.locator("input[data-kind=ad]").uncheck()
    assert tab.locator(".rule[data-kind=ad]:visible").count() == 0
    assert tab.locator(".chart tr[data-kind=ad]:visible").count() == 0
    assert tab.inner_text("#where") == "1 to 50 of 7,500"  # without those that lost nothing else


def test_rules_have_samples_and_documents_open(tab: Any, corpus: Path) -> None:
    show(tab, corpus)
    rule = tab.locator(".rule").first
    rule.locator("summary").click()
    assert rule.locator("figure del").count() == 5
    assert "drawn at random" in rule.inner_text()
    tab.locator("#rows a").first.click()
    until(tab, "document.querySelector('.doc[open] .cut') !== null")
    assert tab.locator(".doc[open] .cut").first.is_visible()


def test_a_large_page_is_there_soon(tab: Any, corpus: Path, folder: Path) -> None:
    assert corpus.stat().st_size < 5_000_000
    (folder / "small.html").write_text("<!doctype html><title>One</title><p>One.", encoding="utf-8")

    def paint(path: Path) -> float:
        times = []
        for _ in range(3):
            show(tab, path)
            until(tab, "performance.getEntriesByName('first-contentful-paint').length > 0")
            times.append(tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        return float(min(times))

    small, large = paint(folder / "small.html"), paint(corpus)
    print(f"first paint: {large:.0f} ms, {large / small:.1f} times that of an empty page; {corpus.stat().st_size} bytes")
    assert large < 20 * small


# --- hostile documents -------------------------------------------------------------------------------------------


def test_a_hostile_document_stays_text(tab: Any, folder: Path) -> None:
    name = 'a"><img src=x onerror=window.bad=7><script>window.bad=8<'
    rules = folder / f"{name.replace('/', '')}.toml"
    rules.write_text(
        '[[rule]]\nid = "foot"\nkind = "other"\ncut = "block"\nlines = ["She came on foot"]\n'
        f'why = {json.dumps(HOSTILE)}\nnoise = ["She came on foot."]\nprose = ["She came."]\n',
        encoding="utf-8",
    )
    text = TEXT.replace("She came on foot.[related-posts]", "She came on foot.")
    for documents in ([(HOSTILE, text)], [(HOSTILE, text), (f"b{HOSTILE}", text)]):
        show(tab, made(folder / "hostile.html", *documents, rules=(str(rules),), title=HOSTILE))
        tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        tab.locator("summary").first.hover()
        shown = tab.inner_text("body")
        assert "<script>window.bad=1</script><img src=x onerror='window.bad=2'>" in shown
        assert "javascript:window.bad=4" in shown
        assert "\\u202eturned\\u2066" in shown
        assert BIDI not in shown
        assert tab.locator("img, iframe, object, base, [onerror], [onload], [onmouseover], a[href^='javascript']").count() == 0
        assert tab.locator("script:not([type])").count() == 1
        assert tab.locator("body > *:not(header, main, footer, a, script, .tools)").count() == 0
        assert tab.locator(f".rule:has-text({json.dumps(name)})").count() >= 1
        if tab.locator("#segments").count():
            assert text_of(tab) == clean(text, rules=[str(rules)])
            assert BIDI in text_of(tab)


def test_the_policy_lets_nothing_in(tab: Any, single: Path) -> None:
    show(tab, single)
    tab.evaluate("""() => { window.seen = []; addEventListener("securitypolicyviolation", (e) => seen.push(e.effectiveDirective));
        const s = document.createElement("script"); s.textContent = "window.bad = 1"; document.body.append(s);
        const i = new Image(); i.src = "data:image/gif;base64,R0lGODlhAQABAAAAACw="; document.body.append(i);
        document.body.setAttribute("onclick", "window.bad = 2"); document.body.click();
        fetch("https://example.org/").catch(() => 0); }""")
    until(tab, "seen.length >= 4")
    assert {"script-src-elem", "script-src-attr", "img-src", "connect-src"} <= set(tab.evaluate("seen"))
    tab.noted.clear()  # the console says the same


# --- looks -------------------------------------------------------------------------------------------------------


def lightness(tab: Any) -> tuple[float, float]:
    """How light paper and ink are, 0 to 255."""
    script = "n => getComputedStyle(document.body)[n].match(/[\\d.]+/g).slice(0, 3).reduce((a, b) => a + +b, 0) / 3"
    return tab.evaluate(script, "backgroundColor"), tab.evaluate(script, "color")


def test_light_and_dark(tab: Any, single: Path) -> None:
    paper, ink = lightness(show(tab, single))
    assert paper > 230 > 60 > ink
    paper, ink = lightness(show(tab, single, dark=True))
    assert paper < 40 < 200 < ink


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_nothing_is_wider_than_the_screen(tab: Any, single: Path, corpus: Path, width: int) -> None:
    for path in (single, corpus):
        show(tab, path, width)
        tab.evaluate("document.querySelectorAll('.rule, .cut').forEach((d, k) => { d.open = k < 5 })")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


def violations(tab: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(tab).response
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]} {v['nodes'][0]['failureSummary'][:300]}" for v in found["violations"]]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=["wide", "phone"])
def test_axe_finds_nothing(tab: Any, single: Path, corpus: Path, size: tuple[int, int], dark: bool) -> None:
    for path in (single, corpus):
        show(tab, path, *size, dark=dark)
        picture(tab, f"{path.stem}-{'wide' if size[0] > 500 else 'phone'}-{'dark' if dark else 'light'}")
        tab.evaluate("document.querySelectorAll('.rule, .doc, .cut').forEach((d, k) => { d.open = k % 50 < 3 })")
        tab.locator("input[data-kind]").first.uncheck()
        assert violations(tab) == []


# --- the server --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    options = Options()
    options.port, options.timeout = 0, 100.0
    server = serve.Server(options)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()
    server.room.close()


def tried(tab: Any, address: str, text: str) -> Any:
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.emulate_media(color_scheme="light")
    tab.goto(address)
    tab.fill("#source", text)
    tab.wait_for_selector("#result article")
    return tab


def test_a_text_is_shown_live(tab: Any, address: str, tmp_path: Path) -> None:
    tried(tab, address, TEXT)
    assert text_of(tab) == clean(TEXT)
    assert tab.inner_text("#told") == "3 removals."
    tab.locator("input[data-kind=related]").uncheck()
    until(tab, "document.getElementById('told').textContent === '2 removals.'")
    assert text_of(tab) == clean(TEXT, keep=["related"])
    with tab.expect_download() as waiting:
        tab.click("[data-to=text]")
    assert Path(waiting.value.path()).read_text(encoding="utf-8") == clean(TEXT, keep=["related"])
    with tab.expect_download() as waiting:
        tab.click("[data-to=html]")
    assert "cleaner --skip" in Path(waiting.value.path()).read_text(encoding="utf-8")
    tab.click("#empty")
    until(tab, "document.getElementById('result').childElementCount === 0")


def test_a_file_is_read_in_its_encoding(tab: Any, address: str, tmp_path: Path) -> None:
    file = tmp_path / f"Brücke{BIDI}.txt"
    file.write_bytes("Die Brücke ist offen.\nAdvertisement\nSie kam zu Fuß.\n".encode("latin-1"))
    tab.goto(address)
    tab.set_input_files("#file", str(file))
    tab.wait_for_selector("#result article")
    assert text_of(tab) == "Die Brücke ist offen.\nSie kam zu Fuß.\n"
    assert tab.inner_text("#told") == "Brücke\\u202eturned\\u2066.txt: 1 removal."
    tab.evaluate("""() => { const data = new DataTransfer(); data.items.add(new File(["One.\\nAdvertisement\\n"], "two.txt"));
        dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true })); }""")
    until(tab, "document.getElementById('told').textContent === 'two.txt: 1 removal.'")


def test_a_hostile_document_stays_text_on_the_server_too(tab: Any, address: str) -> None:
    head = f"<!doctype html><html><head><title>{HOSTILE}</title></head>"
    tried(tab, address, f"{head}<body><article>{PAGE}<p>{HOSTILE}</p></article></body></html>")
    tried(tab, address, TEXT)
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert "<script>window.bad=1</script>" in tab.inner_text("#result")
    assert tab.locator("#result :is(img, svg:not(.bar), script:not([type]), a[href^='javascript'], [onload], [onerror])").count() == 0


def test_what_fails_is_said(tab: Any, address: str, tmp_path: Path) -> None:
    file = tmp_path / "large.txt"
    file.write_bytes(b"x" * (serve.LIMIT + 1))
    tab.goto(address)
    tab.set_input_files("#file", str(file))
    until(tab, "document.getElementById('told').textContent.includes('5,000,000')")
    tab.noted.clear()  # the console says it too


def test_other_pages_get_no_answer(tab: Any, address: str, folder: Path) -> None:
    form = f"<form id=f method=post action='{address}clean' enctype=text/plain><input name=a value=b></form>"
    other = f"<!doctype html><title>Other</title><iframe src='{address}'></iframe>{form}"
    (folder / "other.html").write_text(other, encoding="utf-8")
    tab.goto((folder / "other.html").as_uri())
    for headers in ("{}", "{'X-Cleaner': '1'}"):
        asked = f"fetch('{address}clean?to=text', {{method: 'POST', body: 'One.', headers: {headers}}})"
        assert tab.evaluate(f"{asked}.then(() => 'answered', () => 'refused')") == "refused"
    with tab.expect_navigation():
        tab.evaluate("f.submit()")
    assert "this server answers its own page" in tab.inner_text("body")
    tab.noted.clear()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=["wide", "phone"])
def test_axe_finds_nothing_on_the_server(tab: Any, address: str, size: tuple[int, int], dark: bool) -> None:
    tried(tab, address, TEXT)
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    tab.emulate_media(color_scheme="dark" if dark else "light")
    picture(tab, f"serve-{'wide' if size[0] > 500 else 'phone'}-{'dark' if dark else 'light'}")
    tab.evaluate("document.querySelectorAll('.rule, .cut').forEach(d => { d.open = true })")
    assert violations(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_the_command_writes_what_the_browser_shows(tab: Any, folder: Path) -> None:
    (folder / "story.txt").write_text(TEXT, encoding="utf-8")
    assert main([str(folder / "story.txt"), "--report", str(folder / "command.html"), "-o", str(folder / "clean.txt")]) == 0
    show(tab, folder / "command.html")
    assert text_of(tab) == (folder / "clean.txt").read_text(encoding="utf-8")
