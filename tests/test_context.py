"""What the neighbours of a line say: where an article ends, what a list holds, where a post begins; and what is spared."""

import pytest

from cleaner import explain
from cleaner.blocks import Block, cut
from cleaner.context import code, foot, indented, inside, items, menu, placed, rests, tail
from cleaner.matcher import Hit
from cleaner.pipeline import _origins
from cleaner.posts import find

P = [
    "The bridge over the river is open again, the mayor said on Monday, and the first carts crossed it before noon, she said.",
    "She came on foot with her two sons, and all three of them stood at the rail for a while without a word to anybody.",
    "The council paid for most of the work; a firm from the next town paid for the lamps and for the painting of the rail.",
    "Nobody could say on Monday evening whether the ferry would go on as well, or whether its crew would look for other work.",
]
LONG = "The ferry went on until the evening, though few people were on it, and its crew stood on the deck and looked at the bridge."
BY = "— Jane Doe (@janedoe) March 18, 2025"


def removed(*lines: str) -> list[tuple[str, str]]:
    return [(r.rule, r.text) for r in explain("\n".join(lines), format="text", skip=["any/judged"]).removed]


def hits(count: int, **at: Hit) -> list[Hit | None]:
    found: list[Hit | None] = [None] * count
    for name, hit in at.items():
        found[int(name.removeprefix("at"))] = hit
    return found


def hit(kind: str = "ui", cut: str = "block", where: str = "any", whole: bool = True, id: str = "x/y") -> Hit:
    return Hit(id, kind, cut, where, whole)


# --- where an article is over ----------------------------------------------------------------------------------------


def test_comments_are_the_rest_whatever_they_look_like() -> None:
    said = ["Reader comments", "Nice one", LONG, "Around the web", LONG, "Last"]
    assert removed(*P, *said) == [
        ("en/comments-below", "Reader comments"),
        ("any/after-the-end", "Nice one"),
        ("any/after-the-end", LONG),
        ("en/most-read", "Around the web"),
        ("any/after-the-end", LONG),
        ("any/after-the-end", "Last"),
    ]


def test_a_box_ends_where_a_long_paragraph_comes() -> None:
    boxes = ["Around the web", "A box", P[1], LONG, "Most viewed", "A box", "Reader comments", LONG]
    assert removed(*P, *boxes) == [
        ("en/most-read", "Around the web"),
        ("any/after-the-end", "A box"),
        ("any/after-the-end", P[1]),
        ("en/most-read", "Most viewed"),
        ("any/after-the-end", "A box"),
        ("en/comments-below", "Reader comments"),
        ("any/after-the-end", LONG),
    ]


def test_an_article_that_has_hardly_begun_is_not_over() -> None:
    assert removed(P[0], "Reader comments", P[1]) == [("en/comments-below", "Reader comments")]
    rest = hit("comment", "rest")
    for count, over in ((2, 0), (3, 0), (4, 1)):  # two paragraphs and 400 characters of them
        blocks = cut("\n".join([*P[:count], "Comments", "Mine"]))
        assert len(list(rests(blocks, hits(count + 2, **{f"at{count}": rest})))) == over
    blocks = cut("\n".join([P[0] * 4, "Comments", "Mine"]))
    assert list(rests(blocks, hits(3, at1=rest))) == []
    for size, over in ((199, 0), (200, 1)):
        blocks = cut("\n".join(["a" * 199 + ".", "a" * size + ".", "Comments", "Mine"][:4]).replace("a.", ".", 1))
        assert len(list(rests(blocks, hits(4, at2=rest)))) == over


def test_a_rule_for_an_end_holds_there_alone() -> None:
    blocks = cut("\n".join(["A", *P, "B", P[0]]))
    for where, stays in (("start", [0]), ("end", [3, 5, 6]), ("any", [0, 3, 5, 6]), ("menu", [])):
        said = hits(7, at0=hit(where=where), at3=hit(where=where), at5=hit(where=where), at6=hit(where=where))
        assert [k for k, one in enumerate(placed(blocks, said)) if one is not None] == stays


def test_a_signature_is_the_one_line_below_three_paragraphs() -> None:
    for lines, stays in ((P[:3], True), (P[:2], False), ([*P[:3], "A name"], False)):
        blocks = cut("\n".join([*lines, "Jane Doe"]))
        last = len(blocks) - 1
        assert (placed(blocks, hits(last + 1, **{f"at{last}": hit(where="last")}))[last] is not None) is stays


def test_what_is_left_around_a_cut_and_where_it_stood() -> None:
    text = f"The bridge is open[related-posts] again. [related-posts] {P[1]}"
    assert explain(text, format="text").text == f"The bridge is open again. {P[1]}"
    assert _origins([0, 5, 6, 10], [(2, 4), (8, 9)]) == [0, 7, 9, 13]


def test_the_lines_under_noise_below_the_last_paragraph_are_the_foot() -> None:
    blocks = cut("\n".join([*P, "A name", "Share", "Another name", "- An item", P[0][:-1] + " and on and on and on and on and on and on."]))
    assert foot(blocks[:8], hits(8, at5=hit())) == [6]
    assert foot(blocks[:8], hits(8, at5=hit("legal"))) == []  # not noise for sure
    assert foot(blocks, hits(9, at5=hit())) == []  # a paragraph follows
    assert foot(blocks[1:8], hits(7, at4=hit())) == []  # three paragraphs are no article
    long = cut("\n".join([LONG * 10, "Share", "A name"]))
    assert foot(long, hits(3, at1=hit())) == [2]


def test_a_tail_has_no_full_stop_and_no_facts() -> None:
    def gone(*lines: str) -> list[str]:
        blocks = cut("\n".join([*P, *lines]))
        return [blocks[k].text for k in tail(blocks, [None] * len(blocks))]

    assert gone("The old ferry", "A day on the pier") == ["The old ferry", "A day on the pier"]
    assert gone("Ferry 2:1", "Crew 3-0") == []
    assert gone("The old ferry", "Crew 3-0", "Rail 1:1") == []
    assert gone("It went on as well", "and so did she,") == []
    assert gone("- One thing", "A name") == []  # the list above it is the article's
    assert gone("Jane Doe") == ["Jane Doe"]
    assert gone("What the mayor thinks of it all") == ["What the mayor thinks of it all"]
    assert gone("What 3 mayors think of it all") == []
    few = cut("\n".join([*P[:3], "The old ferry"]))
    assert tail(few, [None] * 4) == []
    blocks = cut("\n".join([*P, "The part that follows", P[0], "What the mayor thinks of it all"]))
    assert tail(blocks, [None] * 7) == []  # the article has subheadings, and this may be one
    for line, named in (("Jane Doe", True), ("東京", True), ("the other side", False), ("12 Doe", False)):
        blocks = cut("\n".join([*P, "The part that follows", P[0], line]))
        assert tail(blocks, [None] * 7) == ([6] if named else []), line


def test_a_menu_is_half_names_and_short_lines() -> None:
    name = hit(where="menu")
    lines = ["Sport", "Culture", "Travel", "The old ferry", "A day on the pier", "b" * 40]
    for last, over in ((lines[5], [0, 1, 2, 3, 4, 5]), ("b" * 41, [0, 1, 2, 3, 4]), ("b:", [0, 1, 2, 3, 4])):
        blocks = cut("\n".join([*lines[:5], last, *P]))
        assert menu(blocks, hits(len(blocks), at0=name, at1=name, at2=name)) == over, last
    blocks = cut("\n".join([*lines, "One more", *P]))
    assert menu(blocks, hits(len(blocks), at0=name, at1=name, at2=name)) == []
    assert menu(cut("\n".join([*lines[:2], *P])), hits(6, at0=name, at1=name)) == []


def test_lines_indented_as_no_paragraph_is() -> None:
    def gone(*lines: str) -> list[str]:
        blocks = cut("\n".join(lines))
        return [blocks[k].text for k in indented(blocks, [None] * len(blocks))]

    assert gone(*P, "     The bridge at dawn", LONG) == ["The bridge at dawn"]
    assert gone(*P, "    The bridge at dawn", LONG) == ["The bridge at dawn"]
    assert gone(*P, "   The bridge at dawn", LONG) == []  # three spaces are none
    assert gone(*P[:3], "     The bridge at dawn") == []
    assert gone(*P, "     One", "     Two", LONG) == ["One", "Two"]
    assert gone(*P, "     One", "     Two", "     Three", LONG) == []
    assert gone(*P, "It said:", "     The bridge at dawn", LONG) == []
    assert gone(*P, "     The bridge at dawn.", LONG) == []
    assert gone(*P, "     “The bridge at dawn”", LONG) == []
    assert gone(*P, "     " + LONG, "     The bridge at dawn") == []


# --- lists -----------------------------------------------------------------------------------------------------------


def listed(*lines: str, label: int = 1, kind: str = "related") -> list[str]:
    blocks = cut("\n".join(lines))
    return [blocks[k].text for k in items(blocks, hits(len(blocks), **{f"at{label}": hit(kind, "list")}), label)]


def test_a_list_goes_on_as_long_as_its_bullets() -> None:
    assert listed(P[0], "See also", "- One", "- Two", "Three") == ["- One", "- Two"]
    assert listed(P[0], "See also", "- One", "* Two") == ["- One"]
    assert listed(P[0], "See also", "1. One", "2. Two", P[1]) == ["1. One", "2. Two"]
    assert listed(P[0], "See also", "- One", "- " + "Two and on. " * 20) == ["- One"]
    assert listed(P[0], "See also") == []


def test_a_label_with_its_headline_has_no_list() -> None:
    assert removed(*P[:2], "Also read: The old ferry", "What the mayor said", *P[2:]) == [("en/also-read", "Also read: The old ferry")]
    label = [("en/also-read", "Also read"), ("any/listed-link", "The old ferry")]
    assert removed(*P[:2], "Also read", "The old ferry", "What the mayor said", *P[2:]) == label


def test_a_list_without_bullets_ends_before_a_heading() -> None:
    heads = ["The ferry company sues the city over its lost passengers", "Ten bridges that changed the face of the whole world"]
    assert listed(P[0], "See also", *heads, P[1]) == heads
    assert listed(P[0], "See also", *heads, "Who pays", P[1]) == heads
    assert listed(P[0], "See also", *heads) == heads
    assert listed(P[0], "See also", "Who pays", P[1]) == []
    assert listed(P[0], "See also", "What he says:", P[1]) == []
    assert listed(P[0], "See also", "", *heads, "", "Who pays", P[1]) == heads  # a wider gap


def test_links_and_headings_of_a_page_tell_a_list_from_the_next_part() -> None:
    blocks = cut("\n".join([P[0], "See also", "The ferry company sues", "Who pays for all of it", P[1]]))
    said = hits(5, at1=hit("related", "list"))
    blocks[2].links = 1.0
    assert items(blocks, said, 1) == [2]
    heads = cut("\n".join([P[0], "See also", LONG[:70], LONG[:80], P[1]]))
    assert items(heads, said, 1) == [2, 3]
    heads[3].tag = "head"
    assert items(heads, said, 1) == [2]


def test_a_label_below_its_list() -> None:
    assert listed("- One", "- Two", "Read more", P[0], label=2) == ["- Two", "- One"]
    assert listed("- One", "Read more", P[0], label=1) == []
    assert listed("It takes:", "- One", "- Two", "Read more", P[0], label=3) == []
    assert listed(*[f"- Item {n}" for n in range(13)], "Read more", label=13) == []


def test_a_post_between_the_lines_that_open_and_close_it() -> None:
    opens, closes = hit("embed", "list"), hit("embed")

    def between(*lines: str) -> list[int]:
        blocks = cut("\n".join(["Opens", *lines, "Closes"]))
        return inside(blocks, hits(len(blocks), **{"at0": opens, f"at{len(lines) + 1}": closes}), 0)

    assert between("A day on the pier") == [1]
    assert between(P[0], "A day on the pier") == [1, 2]
    assert between(P[0], P[1]) == []  # an article's
    assert between(*["A line"] * 6) == [1, 2, 3, 4, 5, 6]
    assert between(*["A line"] * 7) == []
    assert inside(cut("Opens\nA line\nOpens"), hits(3, at0=opens, at2=opens), 0) == []


def test_script_is_what_looks_like_it_around_what_is_it() -> None:
    lines = [P[0], "var a = {", "googletag.cmd.push();", "};", "'key': 'value',", "The bridge is open", "a = b;"]
    said = hits(7, at2=hit("other", id="any/site-script"))
    assert sorted(code(cut("\n".join(lines)), said)) == [1, 3, 4]


# --- posts -----------------------------------------------------------------------------------------------------------


def posts(*lines: str, taken: tuple[int, ...] = ()) -> list[str]:
    blocks = cut("\n".join(lines))
    return [blocks[k].text[start:end] for k, start, end in find(blocks, [k in taken for k in range(len(blocks))])]


@pytest.mark.parametrize(
    ("before", "takes"),
    [
        ("What a day on the pier! ", "What a day on the pier! "),
        ("The mayor of the town wrote on Monday: What a day on the pier! ", "What a day on the pier! "),
        ("The mayor of the town #bridge wrote: What a day on the pier! ", "The mayor of the town #bridge wrote: What a day on the pier! "),
        (" ".join(P) + " So it stands. ", "So it stands. "),
        (" ".join(P) + " So it stands. #bridge ", "#bridge "),
        (" ".join(P) + " " + "It stands and stands " * 16 + "https://t.co/abc ", "https://t.co/abc "),
        (" ".join(P) + " " + "It stands and stands " * 16, ""),
    ],
)
def test_the_body_of_a_post_in_a_line(before: str, takes: str) -> None:
    assert posts(f"{before}{BY} {P[0]}") == [f"{takes}{BY}"]


def test_the_body_of_a_post_above_the_line_of_its_author() -> None:
    assert posts(P[0], "What a day on the pier", BY) == [BY, "What a day on the pier"]
    assert posts(P[0], "It said:", BY) == [BY]
    assert posts(P[0], "One", "What a day #bridge", BY) == [BY, "What a day #bridge", "One"]
    assert posts(P[0], "One #bridge", "What a day", BY) == [BY, "What a day", "One #bridge"]
    assert posts(P[0], "One", "", "What a day #bridge", BY) == [BY, "What a day #bridge"]
    assert posts(P[0], "What a day", BY, taken=(1,)) == [BY]
    assert posts(P[0], "One", BY, "Two", BY) == [BY, "One", BY, "Two"]
    assert posts(P[0], "a" * 430, BY) == [BY]
    assert posts(P[0], "a" * 410, "#b " + "c" * 300, BY) == [BY, "#b " + "c" * 300]


def test_a_post_whose_author_is_lost() -> None:
    link = "pic.twitter.com/abcd"
    assert posts(f"The mayor of the town wrote: What a day {link}") == [f"What a day {link}"]
    assert posts(f"What a day {link}") == [f"What a day {link}"]
    assert posts(f"{' '.join(P)} What a day {link}") == [link]
    assert posts(f"- What a day {link}") == [link]
    assert posts(f"He saw {link} and it was good") == [link]
    assert posts(f"What a day {link}", BY) == [BY, f"What a day {link}"]
    assert posts("The site pic.example is open") == []


def test_a_heading_is_no_post() -> None:
    blocks = [Block("What a day", 0, 1, 0, "head"), Block(BY, 20, 2, 1)]
    assert find(blocks, [False, False]) == [(1, 0, len(BY))]
