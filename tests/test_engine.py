"""The page engine: blocks and their containers, features, the net, what is kept and what falls back."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from cleaner import article, clean, explain, state
from cleaner.api import rulebook
from cleaner.elements import Elements, xpath
from cleaner.features import article_body, bits_of, table
from cleaner.output import explained
from cleaner.page import parse
from cleaner.segments import Segments, segment
from cleaner.tagger import WEIGHTS, tagger

TEXT = [
    "The ferry across the sound will run again from Monday, the company said after two weeks of repairs in the yard.",
    "Its engine had failed in the fog, and the lifeboat had to bring ninety passengers back to the quay in the dark.",
    "“No one was hurt, but no one wants to do it twice,” said the captain, who has crossed the sound for thirty years.",
    "The repair cost half a million. The county pays for most of it, and the rest will come from dearer tickets in summer.",
]
BODY = "".join(f"<p>{text}</p>" for text in TEXT)
PAGE = f"<!DOCTYPE html><html><body><nav><a href='/'>Home</a></nav><article>{BODY}</article><footer>Contact</footer></body></html>"


def segments(html: str) -> Segments:
    return segment(f"<html><body>{html}</body></html>")


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        ("<p>One <b>two</b> three.</p>", ["One two three."]),
        ("<div>One<p>Two</p>three</div>", ["One", "Two", "three"]),
        ("One<br>Two<br/><br/>Three", ["One", "Two", "Three"]),
        ("<p>One<script>var a = 1</script> two</p>", ["One two"]),
        ("<ul><li>One<li>Two</ul>", ["One", "Two"]),
        ("<p>One <a href='/'>two</a></p><style>p {}</style>", ["One two"]),
        ("<table><tr><td>One<td>Two</table>", ["One", "Two"]),
        ("<noscript>One</noscript><p> \n </p>", []),
    ],
)
def test_blocks(html: str, texts: list[str]) -> None:
    assert segments(html).texts == texts


def test_what_a_block_knows() -> None:
    page = segments("<div class='a'><p><a>One</a> two</p><pre>x\n  y</pre></div>One<br>Two")
    assert page.linked[0] == 3
    assert page.raw == {1: "x\n  y"}
    assert page.broken == [False, False, True, True]
    box = page.containers[page.containers[page.home[0]].parent]
    assert (box.names, box.first, box.last) == ("a", 0, 2)


def test_containers_hold_unbroken_ranges() -> None:
    page = segments("<div>" * 300 + "deep" + "</div>" * 300 + "<section><p>One</p><p>Two</p></section>")
    for k, home in enumerate(page.home):
        at = home
        while at >= 0:
            assert page.containers[at].first <= k < page.containers[at].last
            at = page.containers[at].parent


def test_a_second_root_is_read() -> None:
    assert "Two" in segments("<p>One</p></body></html><html><body><p>Two</p>").texts


def test_selectors_say_what_their_xpath_says() -> None:
    rules = Elements(rulebook().elements)
    html = "<div class='x related-posts'><p id='div-gpt-ad-1'>a</p></div><p class='sharedaddy'>b</p><p class='sharedaddy2'>c</p>"
    html += (
        "<figcaption>d</figcaption><div aria-hidden='true'><b class='a-label'>e</b></div><p data-tweet-id='1'>f</p><b class='a-label'>g</b>"
    )
    tree = parse(f"<html><body>{html}</body></html>")
    on = rules.on(html)
    named = {e for e in tree.iter() if e.getparent() is not None and on.of(e.tag, e, e.getparent())}
    assert named == {e for rule in rulebook().elements for e in xpath(rule[3])(tree)}
    assert len(named) == 6


def test_a_selector_that_needs_the_whole_tree() -> None:
    rules = Elements([("my/second", "ad", "", "descendant-or-self::div/p[position() = 2]")])
    html = "<html><body><div><p>One</p><p>Two</p><p>Three</p></div></body></html>"
    page = segment(html, rules.on(html))
    assert page.texts == ["One", "Three"]
    assert [(p.rule, p.kind, p.text, p.before) for p in page.dropped] == [("my/second", "ad", "Two", 1)]


def test_elements_that_rules_name() -> None:
    rules = Elements([("my/box", "ad", "box", "descendant-or-self::*[@class and contains(@class, 'box')]")])

    def left(html: str) -> list[str]:
        return segment(html, rules.on(html)).texts

    long = "word " * 200
    assert left("<p>One <span class='box'>two</span> three</p>") == ["One three"]
    assert left("<p>One <span class='box'>two<div>three</div>four</span> five</p>") == ["One", "five"]
    assert left(f"<p>One <span class='box'>{long}</span></p>") == ["One " + long.strip()]
    assert left(f"<p>One</p><div class='box'><p>{long}</p></div>") == ["One", long.strip()]
    assert left(f"<p>{long * 4}</p><div class='box'><b class='box'>two</b><p>{long}</p></div><p>Three</p>") == [(long * 4).strip(), "Three"]
    assert left(f"<p>{long * 9}</p><div class='box'><p>{long}</p><div class='box'><p>{long}</p></div></div>") == [(long * 9).strip()]
    assert left("<body class='box'><p>One</p></body>") == ["One"]


def test_lines_of_the_source() -> None:
    html = "<html>\n<body><p>One\n</p>\n<p>\nTwo</p>"
    assert segment(html, numbered=True).lines == [2, 5]
    assert segment(html).lines == [0, 0]


def test_features_are_finite_numbers() -> None:
    for html in (BODY, "x", "<p>" + "a" * 100_000, "<p>日本語。</p>" * 50, "<h1>\ud800</h1>".encode("utf-8", "replace").decode()):
        page = segments(html)
        found = table(page)
        assert np.isfinite(found.array()).all()
        assert found.array().shape == (len(page.texts), len(found.names))


def test_the_weights_fit_the_features() -> None:
    page = segments(BODY)
    assert tagger().names == table(page).names
    assert Path(WEIGHTS).stat().st_size < 2_000_000
    near, around, rows = bits_of(page, tagger().words)
    assert near.shape == around.shape == (1, len(tagger().words))
    assert rows.tolist() == [0] * len(TEXT)


def test_class_words_are_seen() -> None:
    page = segments("<div class='story related-box'><section><p>One</p></section></div>")
    near, around, _ = bits_of(page, {"related": 0, "box": 1, "other": 2})
    assert near.tolist() == [[0, 0, 0]]
    assert around.tolist() == [[1, 1, 0]]


def test_the_article_and_no_more() -> None:
    assert clean(PAGE, engine="own").split("\n") == TEXT


def test_what_lies_between_has_a_kind() -> None:
    box = "<div class='teaser-related'><a href='/1'>Ten bridges to see</a> <a href='/2'>A mayor resigns</a></div>"
    html = PAGE.replace(f"<p>{TEXT[2]}", box + f"<p>{TEXT[2]}")
    done = explain(html, metadata=False)
    assert done.text.split("\n") == TEXT
    assert [(r.kind, r.rule) for r in done.removed] == [("related", "page/boilerplate")]
    assert "Ten bridges to see" in clean(html, keep=["related"])


COMMENTS = "<section class='comments'><h3>2 comments</h3><p>I took the bus, and it was late.</p>"
COMMENTS += "<p>Never again will I take it, not even for free.</p></section>"


def test_kept_kinds_come_back_in_their_place() -> None:
    post = "<blockquote class='twitter-tweet'><p>Fog on the sound</p>&mdash; Jane (@jane) <a href='/1'>May 6</a></blockquote>"
    figure = "<figure><img src='1.jpg'><figcaption>The ferry at the quay</figcaption></figure>"
    html = PAGE.replace(f"<p>{TEXT[0]}", f"{figure}<p>{TEXT[0]}").replace(f"<p>{TEXT[2]}", f"{post}<p>{TEXT[2]}")
    html = html.replace("</article>", f"</article>{COMMENTS}")
    assert clean(html).split("\n") == TEXT
    assert clean(html, keep=["caption"]).split("\n") == ["The ferry at the quay", *TEXT]
    assert clean(html, keep=["embed"]).split("\n") == [*TEXT[:2], "Fog on the sound", "— Jane (@jane) May 6", *TEXT[2:]]
    assert clean(html, keep=["comment"]).split("\n") == [
        *TEXT,
        "I took the bus, and it was late.",
        "Never again will I take it, not even for free.",
    ]
    kinds = {r.text: r.kind for r in explain(html, metadata=False).removed}
    assert kinds["Never again will I take it, not even for free."] == "comment"
    assert kinds["The ferry at the quay"] == "caption"


def test_what_is_said_twice() -> None:
    quote = f"<blockquote class='pull'>{TEXT[3][32:]}</blockquote>"
    page = segments(f"<p>{TEXT[3]}</p><p>x</p>{quote}" + f"<p>{TEXT[0]}</p>" * 2 + "<ul>" + f"<li>{TEXT[1]}</li>" * 2 + "</ul>")
    assert article.chosen(page, [1.0] * 7) == [0, 1, 3, 5, 6]
    boxes = segments(f"<p>{TEXT[1]}</p>".join(f"<p>{text}</p>" for text in (TEXT[0], TEXT[2], TEXT[3], "x")))
    assert article.chosen(boxes, [1.0] * 7) == [0, 2, 4, 6]
    long = segments("".join(f"<p>{text * 5}</p>" for text in TEXT) + "<div>" + " ".join(text * 5 for text in TEXT) + "</div>")
    assert article.chosen(long, [1.0] * 5) == [0, 1, 2, 3]


def test_an_article_that_is_there_for_each_size_of_screen() -> None:
    parts = f"<h2>Fog</h2><p>{TEXT[0]}</p><ul>" + "".join(f"<li>{text}</li>" for text in TEXT[1:]) + "</ul>"
    page = segments(f"<div class='wide'>{parts}</div><div class='narrow'>{parts}</div><p>It sails again.</p>")
    assert article.chosen(page, [1.0] * 11) == [0, 1, 2, 3, 4, 10]
    code = "<pre>ferry.start()</pre>" * 5 + "<p>Up to date</p>" * 4
    assert len(article.chosen(segments(code), [1.0] * 9)) == 9


def test_the_next_story_is_another() -> None:
    stories = "".join(f"<article><header><h1>Story number {n}</h1></header>{BODY}</article>" for n in range(2))
    entries = "".join(f"<article><h2>Entry {n}</h2><p>{text}</p></article>" for n, text in enumerate(TEXT))
    page = segments(stories)
    assert 5 in article.chosen(page, [1.0] * 10)
    page.title = "Story number 0 | The Ferry Times"
    assert article.chosen(page, [1.0] * 10) == list(range(1, 5))
    assert article.chosen(segments(entries), [1.0] * 8) == list(range(8))


def test_no_depth_is_too_deep() -> None:
    assert clean("<html><body>" + "<div>" * 100_000 + BODY, engine="own").split("\n") == TEXT


def scripted(data: str) -> str:
    return f"<html><head><title>The ferry runs again</title></head><body><div id='app'></div><script>{data}</script></body></html>"


def test_an_article_that_a_script_holds() -> None:
    story = {"id": 7, "body": BODY + "<figcaption>The ferry at the quay</figcaption>", "note": "Sign up. It is free."}
    assert clean(scripted(f"window.__STATE__ = {json.dumps(story)}")).split("\n") == TEXT
    assert clean(scripted(f"self.push([1, {json.dumps(json.dumps(story))}])")).split("\n") == TEXT
    parts = {"parts": [{"type": "p", "text": text} for text in TEXT]}
    assert clean(scripted(f"start({json.dumps(parts)})")).split("\n") == TEXT
    other = scripted(f"window.__STATE__ = {json.dumps(story)}").replace("The ferry runs again", "Ten recipes with rhubarb")
    assert clean(other) == ""
    assert explain(scripted(f"a = {json.dumps(story)}"), metadata=False).removed[0].text == "The ferry at the quay"


def test_an_element_left_open_in_noscript() -> None:
    html = PAGE.replace("<body>", "<body><noscript><div class='no-js'></noscript>")
    assert clean(html, engine="own").split("\n") == TEXT


def test_linked_data_where_the_page_has_no_text() -> None:
    said = "\\n\\n".join(TEXT).replace('"', '\\"')
    script = f'<script type="application/ld+json">{{"articleBody": "{said}"}}</script>'
    html = f'<html><head>{script}</head><body><div id="app"></div></body></html>'
    assert clean(html).split("\n") == TEXT
    assert article_body(['{"articleBody": "broken \\u12 escape"}'])


def test_engines() -> None:
    assert clean(PAGE, engine="trafilatura").split("\n") == TEXT
    with pytest.raises(ValueError, match="engine"):
        clean(PAGE, engine="fast")


def test_in_doubt_trafilatura_answers() -> None:
    cards = "".join(f"<div class='card'><h3><a href='/{n}'>Bridge {n}</a></h3><p>The {n} mayors came on foot.</p></div>" for n in range(30))
    done = explain(f"<!DOCTYPE html><html><body><div class='grid'>{cards}</div></body></html>", metadata=False)
    assert done.engine == "trafilatura"
    assert next(explained("page.html", done)) == "page.html: trafilatura chose the main content"
    assert explain(PAGE, metadata=False).engine == "own"
    assert explain("A line.").engine is None


def test_the_tagger_knows_its_doubt() -> None:
    page = segments(BODY)
    assert article.expected_f1(page, [1.0] * len(TEXT), range(len(TEXT))) == pytest.approx(1)
    assert article.expected_f1(page, [0.5] * len(TEXT), range(len(TEXT))) == pytest.approx(2 / 3)
    assert article.expected_f1(page, [0.5] * len(TEXT), ()) == 0


def test_a_sure_page_imports_no_trafilatura() -> None:
    code = f"import sys, cleaner; cleaner.clean({PAGE!r}); sys.exit('trafilatura' in sys.modules or 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_cells_of_a_row_share_a_line() -> None:
    page = segments("<table><tr><td>One<td>Two<tr><td>Three<td>Four</table><p>Five</p><pre>a\n b</pre><blockquote><p>Six</p></blockquote>")
    text, blocks = article.blocks(page, range(len(page.texts)))
    assert text == "One | Two\nThree | Four\nFive\na\n b\nSix"
    assert [b.tag for b in blocks] == ["table", "table", "p", "pre", "pre", "quote"]


def test_threads_give_the_same() -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(clean(PAGE))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) == {clean(PAGE)}


@pytest.mark.parametrize(
    "html",
    [
        "<html><body>" + "<div>" * 100_000 + BODY,
        "<html><body>" + "<p>x</p>" * 20_000,
        "<html><body><script>" + "var a = '<p>';" * 200_000 + "</script>" + BODY,
        "<html><body><table>" + "<tr><td>" * 5000 + BODY,
        "<html><body>" + "<a href='/'><span class='a-b c'>x</span>" * 5000,
        PAGE[: len(PAGE) // 2],
        PAGE.replace(">", " "),
    ],
    ids=range(7),
)
def test_odd_pages_give_an_answer_in_time(html: str) -> None:
    assert isinstance(clean(html, format="html", engine="own"), str)


LARGE = {
    "quotes": lambda n: "".join(f"<p>{k} {TEXT[0]}</p><blockquote>{k} {TEXT[1]}</blockquote>" for k in range(n)),
    "long paragraphs": lambda n: "".join(f"<p>{k} {TEXT[0] * 8}</p><p>{k} {TEXT[1]}</p>" for k in range(n)),
    "strings left open": lambda n: "<script>" + '\\"a: ' * 40 * n + "</script>",
    "sections left open": lambda n: "<noscript>" * 40 * n + "<script>" * 40 * n,
}


@pytest.mark.parametrize("shape", LARGE)
def test_time_grows_with_the_page(shape: str) -> None:
    def seconds(n: int) -> float:
        html = f"<html><body>{LARGE[shape](n)}</body></html>"
        page = segment(html)
        began = time.process_time()
        article.chosen(page, [1.0] * len(page.texts))
        state.article(state.without(html, "noscript"), "The ferry runs again", [])
        return time.process_time() - began

    small = large = float("inf")
    for _ in range(6):
        small, large = min(small, seconds(500)), min(large, seconds(2000))
        if large < 10 * small + 0.1:
            break
    assert large < 10 * small + 0.1, "four times the page takes about four times as long"
