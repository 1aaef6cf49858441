"""The library's promises, on texts of every shape."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import KINDS, Removal, clean, explain
from cleaner.decode import binary, decode, encode
from cleaner.pipeline import without

LINES = [
    "The bridge over the river is open again, the mayor said on Monday at the gate of the town.",
    "“We have waited for it for three years, and now it is here,” she told the people who had come.",
    "Also read",
    "- Ferry company sues the city over its lost passengers",
    "Mayor defends the cost of the bridge before the council",
    "Read more: Who paid for the bridge",
    "Advertisement",
    "— Jane Doe (@janedoe) March 18, 2025",
    "What a day on the pier! #bridge",
    "pic.twitter.com/a1B2c3D4e5",
    "Photo: Jane Doe",
    "By John Public",
    "What the council wants",
    "Sign up for our newsletter",
    "View this post on Instagram",
    "A post shared by Jane Doe (@janedoe)",
    "Leave a Reply",
    "© 2024 Riverside Daily. All rights reserved.",
    "Lesen Sie auch: Die Brücke ist offen",
    "यह भी पढ़ें: पुल खुल गया",
    "",
    "  ",
    "&mdash; Jane Doe (@janedoe) March 18, 2025",
    "One.<br>Also read: Two<br>Three.",
    "\x00\ud800\u202e",
]


@st.composite
def documents(draw: st.DrawFn) -> str:
    lines = draw(st.lists(st.one_of(st.sampled_from(LINES), st.text(max_size=80)), max_size=14))
    gap = draw(st.sampled_from(["\n", "\n\n", "\r\n", "\r\n\r\n", "\n\n\n"]))
    return draw(st.sampled_from(["", "\n", " "])) + gap.join(lines) + draw(st.sampled_from(["", "\n", "\n\n"]))


@settings(max_examples=300, deadline=None)
@given(documents())
def test_promises(text: str) -> None:
    done = explain(text, format="text")
    assert without(text, list(done.cuts)) == done.text
    assert all(start < end for start, end in done.cuts)
    assert all(a[1] <= b[0] for a, b in zip(done.cuts, done.cuts[1:], strict=False))
    assert clean(done.text, format="text") == done.text
    assert clean(text, format="text", keep=KINDS) == text
    assert clean(text, format="text") == done.text


@settings(max_examples=100, deadline=None)
@given(documents())
def test_bytes_and_text_give_the_same(text: str) -> None:
    if text[:1] not in "\ufeff\ufffe" and not binary(encode(text)):
        assert clean(encode(text), format="text") == clean(text, format="text")


def test_removals_say_what_and_where() -> None:
    done = explain("One is a line.\n\nAdvertisement\n\nTwo is a line.")
    assert done.removed == (Removal("ad", "en/ad-marker", "Advertisement", 3),)
    assert done.text == "One is a line.\n\nTwo is a line."
    assert repr(done).startswith("Cleaned(text=")
    assert len({done.removed[0], Removal("ad", "en/ad-marker", "Advertisement", 3)}) == 1


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\r\n", "\r\n\r\n"])
def test_gaps_stay_as_they_came(gap: str) -> None:
    assert clean(gap.join(["One.", "Advertisement", "Two."])) == gap.join(["One.", "Two."])


def test_keep_and_skip() -> None:
    text = "One is a line.\nAdvertisement\nShare\nTwo is a line."
    assert clean(text, keep=["ad"]) == "One is a line.\nAdvertisement\nTwo is a line."
    assert clean(text, keep="ui") == "One is a line.\nShare\nTwo is a line."
    assert not any(r.rule == "en/ad-marker" for r in explain(text, skip=["en/ad-marker"]).removed)


@pytest.mark.parametrize("step", ["any/embedded-post", "any/listed-link"])
def test_a_step_can_be_switched_off(step: str) -> None:
    text = (Path(__file__).parent.parent / "fixtures").joinpath("related-label-bullets", "input.txt").read_text(encoding="utf-8")
    text += "\nWhat a day!\n— Jane Doe (@janedoe) March 18, 2025\n"
    assert any(r.rule == step for r in explain(text).removed)
    assert not any(r.rule == step for r in explain(text, skip=[step]).removed)


def test_own_rules(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        '[[rule]]\nid="x"\nkind="promo"\ncut="block"\nlines=["Brought to you by the ferry"]\nwhy="x"\nnoise=["a"]\nprose=["b"]\n',
        encoding="utf-8",
    )
    assert explain("One.\nBrought to you by the ferry\nTwo.", rules=[path]).removed[0].rule == "mine/x"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"format": "pdf"}, ValueError),
        ({"keep": ["spam"]}, ValueError),
        ({"skip": ["no/such-rule"]}, ValueError),
        ({"rules": ["none.toml"]}, ValueError),
    ],
)
def test_wrong_arguments(arguments: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        clean("One.", **arguments)  # type: ignore[arg-type]


def test_wrong_source() -> None:
    with pytest.raises(TypeError, match="str or bytes"):
        clean(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Grüße".encode("utf-8-sig"), "Grüße"),
        ("Grüße".encode("utf-16"), "Grüße"),
        ("Grüße an alle".encode("utf-16-le"), "Grüße an alle"),
        ("Grüße an alle".encode("utf-16-be"), "Grüße an alle"),
        ("Grüße".encode("utf-32"), "Grüße"),
        ("Grüße aus der Stadt".encode("latin-1"), "Grüße aus der Stadt"),
        (b'<meta charset="utf-8"><p>Gr\xfc\xdfe aus der Stadt', '<meta charset="utf-8"><p>Grüße aus der Stadt'),
        ('<meta charset="windows-1251"><p>Мост открыт'.encode("cp1251"), '<meta charset="windows-1251"><p>Мост открыт'),
        ('<meta charset="shift_jis"><p>橋が開いた'.encode("shift_jis"), '<meta charset="shift_jis"><p>橋が開いた'),
        (b"", ""),
    ],
)
def test_decoding(data: bytes, text: str) -> None:
    assert decode(data).text == text


@pytest.mark.parametrize("data", ["Die Brücke ist für alle offen. Schöne Grüße".encode()[:-1] + b"\xff", b"a\xed\xa0\x80b", b"a\x00b"])
def test_odd_bytes_survive(data: bytes) -> None:
    found = decode(data)
    assert encode(found.text, found.errors) == data


def test_a_text_needs_no_html_library() -> None:
    code = (
        "import sys, cleaner\n"
        "cleaner.clean('One is a line.\\nAlso read: Two\\nThree &amp; four.'); cleaner.clean(b'One.\\nShare')\n"
        "bad = {'trafilatura', 'lxml', 'bs4', 'cssselect', 'tomllib'} & set(sys.modules)\n"
        "sys.exit(str(bad) if bad else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
