"""Every rule file: its form, its own examples, no expression that hangs; and what is wrong with a bad file."""

import json
from pathlib import Path

import pytest

from cleaner.errors import RuleError
from cleaner.examples import failures
from cleaner.index import write
from cleaner.keys import alternatives, keys
from cleaner.languages import GROUPS
from cleaner.matcher import Matcher, Rulebook
from cleaner.rules import FOLDER, load, shipped

GOOD = """
[[rule]]
id = "x"
kind = "ad"
cut = "block"
lines = ["Zwischenruf der Brücke"]
why = "A test."
noise = ["Zwischenruf der Brücke"]
prose = ["Zwischenruf der Brücke, dritter Teil."]
"""


@pytest.fixture(scope="module")
def everything() -> Matcher:
    return Rulebook().all


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda p: p.stem)
def test_examples(path: Path, everything: Matcher) -> None:
    assert list(failures(load(path), everything)) == []


def test_rules_of_a_language_are_found_by_fixed_letters() -> None:
    """They are not tried on every block: their expressions begin or end with fixed letters, or `words` says what must occur."""
    for rule in shipped():
        if rule.match and not rule.words and not rule.id.startswith("any/"):
            assert all(keys(part)[1] for part in alternatives(rule.match)), rule.id


def test_every_file_belongs_to_a_group() -> None:
    files = {path.stem for path in FOLDER.glob("*.toml")}
    assert files <= {name for names in GROUPS.values() for name in names}


def test_index_is_fresh(tmp_path: Path) -> None:
    write(tmp_path / "index")
    for group in GROUPS:
        made, there = (json.loads((folder / "index" / f"{group}.json").read_bytes()) for folder in (tmp_path, FOLDER))
        for table in (made, there):  # how cssselect words an XPath differs from version to version
            table["element"] = [entry[:2] for entry in table["element"]]
        assert made == there, f"{group}: run python -m cleaner.index"


def test_index_names_every_rule() -> None:
    indexed = {name for pack in Rulebook().all.packs for name in pack.rules}
    assert indexed == {rule.id for rule in shipped()}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('kind = "ad"', 'kind = "spam"'), "the kind is 'spam'"),
        (('cut = "block"', 'cut = "all"'), "the cut is 'all'"),
        (('why = "A test."', ""), "say in 'why'"),
        (('id = "x"', 'id = "Not an id"'), "an id is lower-case words"),
        (("lines = [", "colour = 1\nlines = ["), "unknown key 'colour'"),
        (('prose = ["Zwischenruf der Brücke, dritter Teil."]', ""), "give examples"),
        (('lines = ["Zwischenruf der Brücke"]', "match = '''(('''"), "does not compile"),
        (('lines = ["Zwischenruf der Brücke"]', "match = '''x*'''"), "matches nothing at all"),
        (('lines = ["Zwischenruf der Brücke"]', 'lines = ["!!"]'), "has no letters"),
        (('lines = ["Zwischenruf der Brücke"]', ""), "is found by"),
        (('cut = "block"', 'cut = "span"'), "is found by"),
        (('cut = "block"', 'cut = "block"\nlimit = "many"'), "number of characters"),
        (('cut = "block"', 'cut = "block"\nwhere = "middle"'), "'where' must be"),
        (('why = "A test."', "why = 3"), "'why' must be a string"),
        (('lines = ["Zwischenruf der Brücke"]', 'lines = "x"'), "'lines' must be a list of strings that are not empty"),
        (('lines = ["Zwischenruf der Brücke"]', 'lines = ["x", " "]'), "'lines' must be a list of strings that are not empty"),
        (('lines = ["Zwischenruf der Brücke"]', 'lines = ["x"]\nwords = ["x"]'), "'words' go with 'match'"),
        (('noise = ["Zwischenruf der Brücke"]', 'noise = [["x", "y", "z"]]'), "an example of 'noise' is a string, or [text, what stays"),
        (('noise = ["Zwischenruf der Brücke"]', 'noise = [["x", 1]]'), "an example of 'noise' is a string, or [text, what stays"),
        (('noise = ["Zwischenruf der Brücke"]', "noise = []"), "give examples: 'noise' that must go and 'prose' that must stay"),
        (('cut = "block"', 'cut = "keep"'), "has examples in 'prose', which must stay, and no 'noise'"),
        (('cut = "block"', 'cut = "element"'), "a rule that cuts 'element' is found by selector"),
        (('cut = "block"\nlines = ["Zwischenruf der Brücke"]', 'cut = "span"\nmatch = "x"'), "names in 'words' what must occur"),
        (('cut = "block"', 'cut = "block"\nlimit = 0'), "number of characters"),
        (('cut = "block"', 'cut = "block"\nlimit = true'), "number of characters"),
        (("[[rule]]", "x = 1\n[[rule]]"), "a rule file holds [[rule]] tables only, not 'x'"),
        (("[[rule]]", "[[rules]]"), "holds [[rule]] tables only"),
        (("[[rule]]", "[rule"), "not TOML"),
    ],
)
def test_a_bad_file_is_told_in_a_sentence(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(RuleError) as error:
        load(path)
    assert str(path) in str(error.value)
    assert says in str(error.value)
    assert "\n" not in str(error.value).split("TOML")[0]


@pytest.mark.parametrize("text", ["", "rule = 3\n", "rule = [1]\n", '[rule]\nid = "x"\n'])
def test_a_file_without_rules(text: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match=r"mine\.toml: a rule file holds \[\[rule\]\] tables only$"):
        load(tmp_path / "mine.toml")


def test_the_same_id_twice(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD + GOOD, encoding="utf-8")
    with pytest.raises(RuleError, match="there twice"):
        load(path)


def test_a_missing_file() -> None:
    with pytest.raises(RuleError, match="can't read"):
        load(Path("no-such-file.toml"))


def test_a_bad_selector(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        GOOD.replace('cut = "block"', 'cut = "element"').replace('lines = ["Zwischenruf der Brücke"]', 'selector = "a[["'), encoding="utf-8"
    )
    with pytest.raises(RuleError, match="not CSS"):
        load(path)


@pytest.mark.parametrize(
    ("expression", "where", "some"),
    [
        (r"(also|must) read", "head", "also r"),
        (r"\d{1,2} min", "head", "1"),
        (r"[^:]+ getty images$", "tail", "images"),
        (r"[^:]+ getty images\W*$", "tail", "images"),
        (r"(?-i:[A-Z])\w+ \d", "wide", "a"),
    ],
)
def test_keys(expression: str, where: str, some: str) -> None:
    found = keys(expression)
    assert found[0] == where
    assert any(key.startswith(some) for key in found[1])


def test_keys_of_anything() -> None:
    assert keys(r".*x") == ("every", ())
