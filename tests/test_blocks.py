"""Blocks: where a line is cut, and the facts about it at their bounds."""

import pytest

from cleaner.blocks import Block, cut
from cleaner.matcher import words


def block(text: str) -> Block:
    return Block(text, 0, 1, 0)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a\rb\nc", [("a", 1, 0), ("b", 1, 0), ("c", 2, 1)]),
        ("a\rb\rc", [("a", 1, 0), ("b", 2, 1), ("c", 3, 1)]),
        ("a\r\nb\r\n\r\nc", [("a", 1, 0), ("b", 2, 1), ("c", 4, 2)]),
        ("a<br>b<p class=x>c</P>d", [("a", 1, 0), ("b", 1, 0), ("c", 1, 0), ("d", 1, 0)]),
        ("a <b>b</b> <brr> c", [("a <b>b</b> <brr> c", 1, 0)]),
        ("\n \n\t\na", [("a", 4, 3)]),
        ("", []),
    ],
)
def test_where_a_text_is_cut(text: str, pieces: list[tuple[str, int, int]]) -> None:
    blocks = cut(text)
    assert [(b.text, b.line, b.gap) for b in blocks] == pieces
    assert all(text[b.start : b.end] == b.text for b in blocks)


def test_indents_are_those_of_lines() -> None:
    assert [b.indent for b in cut("  a\n\tb\nc<br>   d\n     e")] == [2, 1, 0, 0, 5]


def test_a_short_line_is_two_lines_of_print_without_a_full_stop() -> None:
    assert block("a" * 160).short
    assert not block("a" * 161).short
    assert block("字" * 64).short
    assert not block("字" * 64 + "a").short
    assert block("Who pays?").short
    assert block("Who pays!”").short
    assert not block("She pays.").short


def test_a_paragraph_is_a_sentence_of_some_length() -> None:
    assert block("a" * 59 + ".").prose
    assert not block("a" * 58 + ".").prose
    assert block("字" * 24 + "。").prose
    assert not block("字" * 23 + "。").prose
    assert not block("a" * 99).prose
    assert block("a" * 59 + ".”").prose


def test_bullets_and_numbers() -> None:
    for text in ("- One", "• One", "•One", "> One", ">>> One", "1. One", "12) One"):
        assert block(text).listed, text
    for text in ("-One", "*One", "123. One", "One - two", "1.5 One"):
        assert not block(text).listed, text
    assert Block("One", 0, 1, 0, "item").listed
    with pytest.raises(AttributeError, match="colour"):
        block("One").colour  # noqa: B018


def test_a_script_without_spaces_weighs_more() -> None:
    assert block("abc").weight == 3
    assert block("é字").weight == 2 + 1  # three halves of a character more, rounded down
    assert block("字字").weight == 5
    assert block("字" * 401).weight == 401  # long enough for anything


def test_words_hold_letters_figures_and_underscores() -> None:
    assert words("a_b 1c-d") == [b"a_b", b"1c", b"d"]
    assert words("a»b—c、d「e،f") == ["a", "b", "c、d".encode(), "e", "f"] or len(words("a»b—c「e،f")) == 5
