"""Pages: what is pruned, what comes out in which shape, and pages that are broken on purpose."""

import gzip
import json

import pytest

from cleaner import clean, explain
from cleaner.output import markdown
from cleaner.page import is_html

PARAGRAPHS = [
    "The bridge over the river is open again, the mayor said on Monday. She came on foot with her two sons.",
    "It had been shut for three years after the flood. The ferry company carried a million people in that time.",
    "The council paid for most of the work. The rest came from the state, which wants a second span before the end of the decade.",
    "Drivers must pay two dollars from May on. Those who live in the old town may cross free of charge.",
    "The ferry will go on until the autumn, its captain said. After that he wants to grow roses behind his house.",
]
PAGE = """<!DOCTYPE html><html lang="en"><head><title>The bridge is open</title><meta name="author" content="Jane Doe">
<meta property="og:site_name" content="Riverside Daily"><script>var a = "<p>no</p>";</script></head><body>
<nav><a href="/">Home</a> <a href="/town">Town</a></nav><article><h1>The bridge is open</h1>
<p>{}</p><p>{}</p><h2>Who pays</h2><p>{}</p>
<blockquote class="twitter-tweet"><p>What a day on the pier!</p>&mdash; Jane Doe (@janedoe) March 18, 2025</blockquote>
<p>{}</p><ul><li>two dollars for a car on every day of the week</li><li>nothing at all for those who walk or ride a bicycle</li></ul>
<figure><img src="a.jpg"><figcaption>Cars wait in line at the new gate</figcaption></figure><p>{}</p>
<div class="related-articles"><a href="/1">Ferry company sues the city over its lost passengers</a></div>
</article><footer>© 2024 Riverside Daily</footer></body></html>""".format(*PARAGRAPHS)


def test_a_page_gives_its_body() -> None:
    text = clean(PAGE)
    assert [p for p in PARAGRAPHS if p not in text.split("\n")] == []
    assert "Who pays" in text.split("\n")
    assert "pier" not in text
    assert "sues" not in text
    assert "wait in line" not in text
    assert clean(text) == text


def test_what_was_pruned_has_a_name() -> None:
    rules = {r.rule: r.kind for r in explain(PAGE).removed}
    assert rules["any/social-embed"] == "embed"
    assert rules["any/related-box"] == "related"
    assert rules["any/page-caption"] == "caption"


@pytest.mark.parametrize("engine", ["own", "trafilatura"])
def test_a_removal_says_where_on_the_page_it_stood(engine: str) -> None:
    page = PAGE.replace(f"<p>{PARAGRAPHS[2]}", f'\n<p class="note">{PARAGRAPHS[2]} [related-posts]')
    origins = {r.rule: r.origin for r in explain(page, engine=engine).removed}
    line = PAGE[: PAGE.index("<figcaption")].count("\n") + 2
    assert origins["any/page-caption"] == (line, "body > article > figure > figcaption")
    assert origins["any/related-box"] == (line + 1, "body > article > div.related-articles")
    if engine == "own":
        assert origins["any/shortcode"] == (page[: page.index("[related-posts]")].count("\n") + 1, "body > article > p.note")


def test_keep_an_embed() -> None:
    assert "What a day on the pier!" in clean(PAGE, keep=["embed"])


def test_facts_of_a_page() -> None:
    done = explain(PAGE, url="https://news.example.org/bridge")
    assert (done.title, done.author, done.language, done.site) == ("The bridge is open", "Jane Doe", "en", "Riverside Daily")
    assert done.url == "https://news.example.org/bridge"
    assert explain(PAGE, metadata=False).title is None


def test_markdown() -> None:
    text = markdown(explain(PAGE, metadata=False))
    assert "\n\n## Who pays\n\n" in text
    assert "- two dollars for a car on every day of the week\n- nothing at all" in text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<!doctype html><html></html>", True),
        ("\ufeff \n<!-- a --><html>", False),
        (" \n<!-- a --><html>", True),
        ("<p>One.</p>", True),
        ("<div>One", True),
        ("2 < 3, he wrote. <p>", False),
        ("One.<br>Two.", False),
        ("<3 this story", False),
        ("", False),
    ],
)
def test_what_is_html(text: str, html: bool) -> None:
    assert is_html(text) == html


@pytest.mark.parametrize(
    "page",
    [
        "<html></html>",
        "<html><body></body></html>",
        "<html><body><p></p>",
        "<!DOCTYPE html>",
        "<html><head><title>x</title>",
        PAGE[:700],
        PAGE.replace("</p>", ""),
        "<html><body>" + "<div>" * 100_000 + "deep" + "</div>" * 100_000,
        "<html><body>" + "<b><i>" * 5000 + "x",
        "<html>\x00<p>\ud800 One.</p>",
        "<html><!--" + "x" * 100_000,
        "<html><body><script>" + "var a = '<p>';" * 100_000,
        "<p " + "a='b' " * 20_000 + ">One.</p>",
        "<html><body>" + "&amp;" * 100_000,
    ],
    ids=range(14),
)
def test_broken_pages_give_an_answer(page: str) -> None:
    assert isinstance(clean(page), str)
    assert isinstance(clean(page, format="html"), str)


def test_no_entity_is_fetched_or_expanded() -> None:
    page = '<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]><html><body><p>&a; ' + " ".join(PARAGRAPHS) + "</p></body></html>"
    assert "root:" not in clean(page)


def test_a_json_line_is_no_page() -> None:
    data = gzip.decompress(gzip.compress(json.dumps({"html": PAGE}).encode()))
    assert not is_html(data.decode())
