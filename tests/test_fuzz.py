"""The fuzzer's properties (fuzz/properties.py) on inputs that once broke them, and on some at random; a bounded part of `fuzz/drive.py`."""

import random

import pytest
from properties import TARGETS

ONCE = {  # what the fuzzer found, by target
    "text": [
        b"One.<br><br>Advertisement<br><br>Two.\n",
        b"We go.\n\n> Forty-one\n>\xe8kit. Ter>\n<div class=hank you. #brindle\n> \xe2\x80\x94 Brindle (@brindle) April 11, 2025\n",
    ],
    "seam": [b"an\x0201234567y/8site"],
    "table": [b"a\rb,text\n1,2\n"],
    "words": [b"--jobs\n" + b"9" * 5000],
    "rules": [b"rule = [1]"],
    "stays": [b"|", b"Also read: \x7f" * 9],
    "rule": [b"\x04\n\n\n\n\xcf\xd0\xd1.x\nx", b"\x00(a+)+b\na\n\n\n\na", b"\x01x\x7fy\n\n\x7f\n\n\nx"],
}
SEED = 7
TRIES = {
    "text": 40,
    "lines": 30,
    "seam": 40,
    "page": 60,
    "built": 15,
    "shown": 20,
    "words": 500,
    "stays": 100,
    "rules": 200,
    "rule": 80,
    "rows": 500,
    "table": 300,
    "crawl": 200,
}


@pytest.mark.parametrize(("name", "data"), [(name, data) for name, several in ONCE.items() for data in several])
def test_what_once_broke(name: str, data: bytes) -> None:
    next(target for target in TARGETS if target.__name__ == name)(data)


@pytest.mark.parametrize("name", TRIES)
def test_at_random(name: str) -> None:
    target = next(target for target in TARGETS if target.__name__ == name)
    dice = random.Random(SEED)
    for _ in range(TRIES[name]):
        target(dice.randbytes(dice.randint(1, 48)))
