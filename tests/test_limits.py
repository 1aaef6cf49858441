"""Hostile and huge inputs: an answer in time that grows with the input, no more."""

import gc
import time

import pytest

from cleaner import clean

STORY = "The bridge is open again, the mayor said on Monday at the gate of the town.\n"
SCRIPT = "googletag.cmd.push(function() { googletag.display('div-gpt-ad'); });\n"


def numbered(line: str, size: int) -> str:
    return "".join(line.format(n) for n in range(size // len(line)))


SHAPES = {
    "one line": lambda n: "a" * n,
    "one line of words": lambda n: "word " * (n // 5),
    "short lines": lambda n: "Read more\n" * (n // 10),
    "empty lines": lambda n: "\n" * n,
    "handles": lambda n: "(@a) " * (n // 5),
    "attributions": lambda n: "— A (@a) May 6, 2025 " * (n // 21),
    "links": lambda n: "https://t.co/a " * (n // 15),
    "colons": lambda n: "a: " * (n // 3),
    "brackets": lambda n: "[" * n,
    "tags": lambda n: "<br>" * (n // 4),
    "entities": lambda n: "&mdash;" * (n // 7),
    "label and items": lambda n: "Also read\n" + "- A headline of the usual length\n" * (n // 33),
    "paragraphs": lambda n: "The bridge is open again, the mayor said on Monday at the gate.\n" * (n // 64),
    "spaces": lambda n: "One." + " " * n + "Two.",
    "old line ends": lambda n: "a\r" * (n // 2),
    "lines, all different": lambda n: numbered("Line number {}\n", n),
    "labels": lambda n: "Also read:\n" * (n // 11),
    "labels and paragraphs": lambda n: ("Also read\n" + STORY) * (n // 86),
    "items over a label": lambda n: "- A headline of the usual length\n" * (n // 33) + "Also read\n",
    "a label and items, all different": lambda n: "Also read\n" + numbered("- A headline of {} words\n", n),
    "a menu": lambda n: "Home\nSport\nPolitics\nBusiness\n" * (n // 28),
    "names below the article": lambda n: STORY * 6 + numbered("Name {} of\n", n),
    "names above the article": lambda n: "A name\n" * (n // 7) + STORY * 6,
    "ends": lambda n: STORY * 8 + ("Comments\n" + STORY) * (n // 86),
    "boxes at the end": lambda n: STORY * 8 + ("Trending\n" + STORY[:-1] * 2 + "\n") * (n // 162),
    "posts": lambda n: "A post with a #tag\n— A (@a) May 6, 2025\n" * (n // 41),
    "a long post": lambda n: "A line of it\n" * (n // 13) + "— A (@a) May 6, 2025",
    "posts of single letters": lambda n: ("a\n" * 300 + "#a\n— A (@a) May 6, 2025\n") * (n // 625),
    "links of posts": lambda n: "It is https://t.co/a\n" * (n // 21),
    "a bit of script": lambda n: SCRIPT + "a = b;\n" * (n // 7),
    "script": lambda n: (SCRIPT + "a = b;\n" * 3) * (n // 91),
    "indents": lambda n: "".join(" " * (4 + k % 700) + STORY for k in range(n // 430)) + "    A name\n" * 200,
    "quotes": lambda n: "“a” " * (n // 4),
    "marks that combine": lambda n: "a" + "\u0300\u0316" * (n // 2),
    "hidden marks": lambda n: "\u200bread\u200b more\n" * (n // 12),
    "words of rules": lambda n: "photo credit file source via said by " * (n // 37),
    "captions": lambda n: "A long caption of the bridge, a file photo by the source\n" * (n // 57),
    "dotted capitals": lambda n: "İLGİLİ HABER\n" * (n // 13),
    "a script without spaces": lambda n: "桥又开了。" * (n // 5),
    "rows of tabs": lambda n: STORY * 6 + ("a\t" * (n // 16) + "a\n") * 8,
    "rows of figures": lambda n: STORY * 6 + ("a" + ".1" * (n // 16) + "a\n") * 8,
    "angle brackets": lambda n: "<p " * (n // 3),
    "ampersands": lambda n: "&" * n,
}


def seconds(text: str) -> float:
    gc.collect()
    gc.disable()  # its passes take as long as all that the other tests have left in memory
    try:
        began = time.process_time()
        clean(text, format="text")
        return time.process_time() - began
    finally:
        gc.enable()


@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_with_the_input(shape: str) -> None:
    make = SHAPES[shape]
    seconds(make(1000))
    small = large = float("inf")
    for _ in range(8):  # a machine busy with other work makes single times useless, the least of some are not
        small, large = min(small, seconds(make(250_000))), min(large, seconds(make(1_000_000)))
        if large < 10 * small + 0.1:
            break
    assert large < 10 * small + 0.1, "four times the input takes about four times as long"


def test_fifty_million_characters_on_a_line() -> None:
    text = "The bridge is open. " * 2_500_000
    assert clean(text, format="text") == text
