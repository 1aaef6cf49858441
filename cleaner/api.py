from cleaner.pipeline import Removal, rules_for, run
from typing import NamedTuple
class Cleaned(NamedTuple):
    text: str
    removed: tuple
def explain(source, *, format="auto", keep=(), url=None, rules=(), skip=()):
    t, r, g = run(source, rules_for(tuple(rules), frozenset(skip)), keep)
    return Cleaned(t, tuple(r))
def clean(source, **k):
    return explain(source, **k).text
