"""The judge: what it takes and leaves, what it says of it, what it costs to load."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cleaner import KINDS, clean, cues, explain, judge, output
from cleaner.blocks import cut
from cleaner.pipeline import JUDGED

FIXTURES = Path(__file__).parent.parent / "fixtures"
MENU = (FIXTURES / "judged-menu" / "input.txt").read_text(encoding="utf-8")
STORY = "\n".join(
    f"The {what} of the harbour was discussed again on {day}, and nobody in the hall was content with the answer."
    for what, day in (("crane", "Monday"), ("wall", "Tuesday"), ("lamp", "Friday"), ("debt", "Sunday"))
)


def test_a_verdict_has_a_kind_a_score_and_a_rule() -> None:
    judged = [removal for removal in explain(MENU).removed if removal.rule == JUDGED]
    assert len(judged) >= 5
    assert all(removal.kind in KINDS and removal.score is not None and 0.5 < removal.score <= 1 for removal in judged)


def test_explain_and_json_say_the_score() -> None:
    done = explain(MENU)
    first = next(removal for removal in done.removed if removal.rule == JUDGED)
    assert first.score is not None
    assert any(f"/{JUDGED} {first.score:.2f}: " in line for line in output.explained("story.txt", done))
    assert json.loads(output.as_json(done))["removed"][0]["score"] == round(first.score, 3)


def test_it_can_be_switched_off() -> None:
    assert clean(MENU, skip=(JUDGED,)) == MENU


def test_a_rule_has_no_score() -> None:
    assert explain(f"{STORY}\nAdvertisement\n{STORY}").removed[0].score is None


def test_without_paragraphs_nothing_is_judged() -> None:
    lines = "Nordwall\nSüdtor\nWestufer\nOststadt\nMittelweg"
    assert clean(lines) == lines


@pytest.mark.parametrize("place", [0, 2, 4])
def test_one_more_short_line_costs_no_paragraph(place: int) -> None:
    lines = STORY.split("\n")
    lines.insert(place, "Nordwall")
    assert set(STORY.split("\n")) <= set(clean("\n".join(lines)).split("\n"))


def test_features_are_those_of_the_weights() -> None:
    with open(judge.WEIGHTS, "rb") as file:
        assert tuple(json.loads(file.readline())["features"]) == cues.NAMES
    blocks = cut(MENU)
    page = cues.Page(blocks, [None] * len(blocks))
    for k in range(len(blocks)):
        assert len(cues.quick(page, k)) == len(cues.QUICK)
        assert len(cues.features(page, k)) == len(cues.NAMES)


def test_the_first_trees_ask_what_is_quick() -> None:
    its = judge.judge()
    end = its.rest[0][0]
    assert {asked for asked in its.forest.feature[:end] if asked != judge.LEAF} <= set(range(len(cues.QUICK)))
    assert {asked for asked in its.forest.feature[end:] if asked != judge.LEAF} <= set(range(len(cues.NAMES)))


def test_all_trees_are_asked_and_end_where_the_next_begins() -> None:
    forest = judge.judge().forest
    ends = []
    for root in forest.roots:
        at = root
        while forest.feature[at] != judge.LEAF:  # always more
            at += forest.skip[at]
        ends.append(at + 1)
    assert ends == [*forest.roots[1:], len(forest.feature)]


def test_the_weights_are_small() -> None:
    assert os.path.getsize(judge.WEIGHTS) < 100_000


def test_a_table_is_left_alone() -> None:
    blocks = cut(f"{STORY}\nMon 10:00-16:00\nTue 10:00-16:00\nAdults $8\n{STORY}")
    assert judge.tables(blocks, judge.undecided(blocks, [None] * len(blocks))) == {4, 5, 6}


@pytest.mark.parametrize(
    "rows",
    [
        "Nordwall\t33.0\nSüdtor\t31.8\nOststadt\t30.6\nWestufer\t29.1\nHafen\t12.0\nMitte\t9.9",
        "1. Ada Holm (NOR) +1.2\n2. Bo Lind (SWE) +1.9\n3. Cy Vik (NOR) +2.4"
        "\n4. Di Rask (FIN) +3.0\n5. Ed Moen (NOR) +3.3\n6. Flo Dahl (SWE) +4",
        "04.11.2031 - Band One - Hall\n05.11.2031 - Band Two - Hall\n06.11.2031 - Duo - Cellar\n07.11.2031 - Trio - Barn"
        "\n08.11.2031 - Choir - Church\n09.11.2031 - Solo - Hall",
    ],
)
def test_a_ledger_is_left_alone(rows: str) -> None:
    blocks = cut(f"{STORY}\n{rows}\n{STORY}")
    assert judge.tables(blocks, judge.undecided(blocks, [None] * len(blocks))) == set(range(4, 10))


@pytest.mark.parametrize("rows", ["* 1,204 houses under water\n* 3 bridges closed\n* 0 people hurt", "200 g flour\n1/2 cup milk\n½ lemon"])
def test_counts_below_each_other_are_left_alone(rows: str) -> None:
    blocks = cut(f"{STORY}\n{rows}\nNordwall\n{STORY}")
    assert judge.tables(blocks, judge.undecided(blocks, [None] * len(blocks))) == {4, 5, 6}


def test_where_all_but_a_little_would_go_nothing_goes() -> None:
    menu = "\n".join(f"Part {'abcdefghij'[k % 10]}{'klmnopqrst'[k // 10 % 10]}{'uvwxyzäöüß'[k // 100]}" for k in range(800))
    assert len(clean(f"{menu}\n{STORY}")) < 1000
    menu = f"{menu}\n{menu.replace('Part', 'Side')}"
    assert clean(f"{menu}\n{STORY}") == f"{menu}\n{STORY}"


def test_it_is_loaded_only_when_a_line_is_undecided() -> None:
    program = "import sys; from cleaner import clean; clean(sys.argv[1]); print('cleaner.judge' in sys.modules, 'numpy' in sys.modules)"
    for text, loaded in ((STORY, False), (f"Nordwall\n{STORY}", True)):
        done = subprocess.run([sys.executable, "-c", program, text], capture_output=True, text=True, check=True)
        assert done.stdout.split() == [str(loaded), "False"]
