"""Hostile and huge inputs: an answer in time that grows with the input, no more."""

import gc
import time

import pytest

from cleaner import clean

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
