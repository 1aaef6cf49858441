"""What holds of every input: only removals, nothing lost between kept and removed, twice is once, bytes as text."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cleaner import KINDS, clean, explain
from cleaner.rules import shipped

SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def pieces() -> list[str]:
    """Lines of every kind of noise, prose that looks like it, and what trips parsers."""
    rules = [rule for rule in shipped() if rule.cut != "element"]
    noise = [n if isinstance(n, str) else n[0] for rule in rules for n in rule.noise]
    odd = [
        "",
        " ",
        "\t",
        "\r",
        "\x00",
        "\ufeff",
        "\u2028",
        "\u202e",
        "\u200b",
        "— A B (@ab) May 6, 2025",
        "<br>",
        "&nbsp;",
        "- x",
        "[1]",
        "https://t.co/a",
    ]
    return noise + [p for rule in rules for p in rule.prose] + odd


lines = st.lists(st.one_of(st.sampled_from(pieces()), st.text(max_size=40)), max_size=14)
texts = st.builds(lambda parts, end: end.join(parts), lines, st.sampled_from(["\n", "\n\n", "\r\n", "\n \n", " "]))
pages = st.builds(
    lambda parts, tags: "<html><body>" + "".join(f"<{t}>{p}</{t}>" for p, t in zip(parts, tags * 14, strict=False)) + "</body></html>",
    lines,
    st.lists(st.sampled_from(["p", "div", "h2", "li", "blockquote", "pre", "table", "span", "article", "script", "ul"]), min_size=1),
)


def is_part_in_order(part: str, whole: str) -> bool:
    rest = iter(whole)
    return all(c in rest for c in part)


@SETTINGS
@given(texts)
def test_it_only_removes(text: str) -> None:
    done = explain(text, format="text")
    assert is_part_in_order(done.text, text)
    kept, at = "", 0
    for start, end in done.cuts:
        assert at <= start < end <= len(text)
        kept, at = kept + text[at:start], end
    assert kept + text[at:] == done.text


@SETTINGS
@given(texts)
def test_what_went_is_what_was_named(text: str) -> None:
    done = explain(text, format="text")
    gone = "".join(text[start:end] for start, end in done.cuts)
    named = "".join(r.text for r in done.removed)
    assert sorted("".join(gone.split())) == sorted("".join(named.split()))


@SETTINGS
@given(texts)
def test_twice_is_once(text: str) -> None:
    once = clean(text, format="text")
    assert clean(once, format="text") == once


@SETTINGS
@given(texts)
def test_keeping_all_kinds_changes_nothing(text: str) -> None:
    assert clean(text, format="text", keep=KINDS) == text


@SETTINGS
@given(texts.filter(lambda text: "\x00" not in text and not text.startswith("\ufeff")))
@example("Grüße")
def test_bytes_are_cleaned_as_the_text_they_hold(text: str) -> None:
    assert clean(text.encode("utf-8", "surrogatepass"), format="text") == clean(text, format="text")


@SETTINGS
@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    assert isinstance(clean(data), str)


@SETTINGS
@given(pages)
def test_no_page_raises_and_a_page_has_its_own_text(page: str) -> None:
    done = explain(page, format="html", engine="own")
    assert is_part_in_order(done.text, done.source)


@settings(max_examples=10, deadline=None)
@given(st.lists(texts, min_size=8, max_size=16))
def test_threads_and_order_do_not_matter(documents: list[str]) -> None:
    alone = [clean(text, format="text") for text in documents]
    with ThreadPoolExecutor(8) as pool:
        backwards = list(pool.map(lambda text: clean(text, format="text"), documents[::-1]))
    assert backwards[::-1] == alone
